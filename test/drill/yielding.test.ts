import assert from 'node:assert/strict';
import test from 'node:test';
import { openAccount } from '../../drill/account.ts';
import { isolateFromMachine } from '../../drill/isolation.ts';
import { readLedger } from '../../drill/ledger.ts';
import type { RecoveryKind } from '../../recovery/terms.ts';
import { inventory } from '../../simulator/world/inventory.ts';
import { watchLiveTraffic } from '../../simulator/world/traffic.ts';
import { hurry, shopPlan, shopWorld, template, tokyo } from './shop.ts';

isolateFromMachine(process.env);
const plan = shopPlan();
const world = shopWorld();
const failoverId = 'shop-failover-7';
const drillId = 'shop-drill-7';

/** A failover that begins a minute after the start, with a drill of the same plan under way or with none. */
async function failOver(withDrill: boolean) {
  const account = openAccount({ plan, world, template, seed: 7 });
  const { sim } = account;
  hurry(sim);
  const { states } = sim.region(tokyo);
  const start = (kind: RecoveryKind, recovery: string) =>
    states.start({
      machineArn: account.machineArns[kind],
      name: `${recovery}-r1`,
      input: { plan: plan.plan, recovery, run: 1 },
    });
  const drill = withDrill ? start('drill', drillId) : undefined;
  await sim.clock.driveUntil(sim.clock.nowMs() + 60_000);
  const startMs = sim.clock.nowMs();
  const traffic = watchLiveTraffic(sim, { from: tokyo });
  const failover = start('failover', failoverId);
  await sim.clock.drive(failover.done);
  if (drill) await sim.clock.drive(drill.done);
  while (traffic.answeredAtMs === undefined) await sim.clock.driveUntil(sim.clock.nowMs() + 1000);
  traffic.stop();
  const left = inventory(sim, { withoutBuckets: [account.ledgerBucket] });
  return {
    rtoSeconds: (traffic.answeredAtMs - startMs) / 1000,
    outcome: readLedger(account, plan.plan, failoverId).evidence?.outcome,
    drill: readLedger(account, plan.plan, drillId).evidence,
    leftOfDrill: left.filter(({ attributes }) => JSON.stringify(attributes).includes(drillId)),
  };
}

/** Both draw the same durations, and differ only in what the drill takes of the account's quotas and calls. */
const noiseSeconds = 10;

test('a failover that begins during a drill is as fast as one without, and the drill leaves nothing', async () => {
  const [alone, during] = [await failOver(false), await failOver(true)];
  assert.deepEqual([alone.outcome, during.outcome], ['recovered', 'recovered']);
  const later = during.rtoSeconds - alone.rtoSeconds;
  assert.ok(
    Math.abs(later) <= noiseSeconds,
    `${during.rtoSeconds} s, and ${alone.rtoSeconds} s without a drill`,
  );
  assert.equal(during.drill?.outcome, 'aborted');
  assert.match(during.drill.reason ?? '', /a failover took the plan shop from shop-drill-7/);
  assert.deepEqual(during.leftOfDrill, []);
});
