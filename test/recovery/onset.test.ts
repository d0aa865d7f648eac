/** What an incident means for a recovery: from when its data are lost, and how long it is started again. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { mayStartAgain, onsetFor } from '../../recovery/deciding/incident.ts';
import type { Incident } from '../../recovery/deciding/observation.ts';
import type { RecoveryKind } from '../../recovery/terms.ts';

const incident: Incident = {
  id: 'shop-1',
  openedAt: '2026-11-02T00:03:00.000Z',
  onset: '2026-11-02T00:02:00.000Z',
  recovery: 'shop-failover-1',
  decidedAt: '2026-11-02T00:05:00.000Z',
};

const rows = JSON.parse(
  readFileSync(new URL('cases/deciding/onsets.json', import.meta.url), 'utf8'),
) as readonly {
  readonly name: string;
  readonly given: {
    readonly recovery: string;
    readonly kind: RecoveryKind;
    readonly startedAt: string;
    readonly isAgreed?: false;
    readonly isSeen?: false;
  };
  readonly expect: string | null;
}[];

for (const { name, given, expect } of rows) {
  test(name, () => {
    const { isAgreed = true, isSeen = true, ...recovery } = given;
    const seen = { ...incident, ...(isAgreed && { agreedAt: incident.onset }) };
    assert.equal(onsetFor(isSeen ? seen : undefined, recovery) ?? null, expect);
  });
}

test('a decided recovery is started again for a quarter of an hour, and one that was not decided never', () => {
  const { decidedAt: _, ...undecided } = incident;
  assert.equal(mayStartAgain(incident, '2026-11-02T00:20:00.000Z'), true);
  assert.equal(mayStartAgain(incident, '2026-11-02T00:20:01.000Z'), false);
  assert.equal(mayStartAgain(undecided, '2026-11-02T00:05:00.000Z'), false);
});
