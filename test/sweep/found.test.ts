/** What sweeps have found, and what was mended: each by the name of its run. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { sweepOne } from '../../drill/sweep/run.ts';
import { caseNamed, swept } from './swept.ts';

const found: readonly (readonly [says: string, kind: 'failover' | 'drill', names: readonly string[]])[] = [
  [
    'one stray refusal of the ledger does not end a recovery: it is asked again before a step gives up',
    'failover',
    ['failoverGate/s3:GetObject#2:AccessDenied', 'failoverMounts/s3:PutObject#2:AccessDenied'],
  ],
];

for (const [says, kind, names] of found) {
  test(says, async () => {
    for (const name of names) {
      // Again: npm run -s lifeboat -- sweep shop --kind <kind> --only '<name>'
      const end = await sweepOne(swept[kind], await caseNamed(swept[kind], name));
      const outcome = kind === 'failover' ? 'recovered' : 'drilled';
      assert.deepEqual(end, { name, outcome, objections: [] });
    }
  });
}
