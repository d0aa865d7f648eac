import assert from 'node:assert/strict';
import test from 'node:test';
import type { Account } from '../../drill/account.ts';
import { isolateFromMachine } from '../../drill/isolation.ts';
import { rehearse } from '../../drill/rehearse.ts';
import { readEvidence, writeEvidence } from '../../report/evidence.ts';
import { hurry, shopPlan, shopWorld, template, tokyo } from './shop.ts';

isolateFromMachine(process.env);
const recovery = 'shop-failover-7';

/** Somebody stops the execution when it has led users to the recovery Region, and before it sees that they arrive. */
function stoppedAsTheyCome({ sim }: Account): void {
  hurry(sim);
  const { lambda, states } = sim.region(tokyo);
  lambda.faults.push(({ functionName }) => {
    const first = states.executions.find(({ name }) => name === `${recovery}-r1`);
    if (functionName.endsWith('Settle') && first?.status === 'RUNNING') first.end({ status: 'ABORTED' });
    return undefined;
  });
}

test('where users were answered before the last run, nothing that it did is a part of the time until then', async () => {
  const text = `continue ${recovery}`;
  const order = { command: 'continue', recovery, acceptsChangedPlan: false, comment: 'go on' } as const;
  const { evidence } = await rehearse({
    plan: shopPlan(),
    world: shopWorld(),
    kind: 'failover',
    seed: 7,
    faults: [],
    template,
    prepare: stoppedAsTheyCome,
    orders: [{ afterSeconds: 1800, by: 'alice', text, order }],
  });
  assert.equal(evidence.outcome, 'recovered');
  assert.ok(evidence.rtoSeconds !== null && evidence.rtoSeconds < 1800, 'the first run led them there');
  const { decideSeconds, executeSeconds, verifySeconds } = evidence.phases;
  assert.deepEqual([decideSeconds, executeSeconds, verifySeconds], [null, null, null]);
  assert.deepEqual(evidence.violations, []);
  assert.deepEqual(readEvidence(writeEvidence(evidence)), evidence);
});
