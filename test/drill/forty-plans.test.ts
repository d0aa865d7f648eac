import assert from 'node:assert/strict';
import test from 'node:test';
import { openAccount } from '../../drill/account.ts';
import { isolateFromMachine } from '../../drill/isolation.ts';
import { inOrder } from '../../recovery/plan/order.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { vantagesOf } from '../../recovery/signals/probes.ts';
import { faults } from '../../simulator/world/faults.ts';
import { shopPlan, shopWorld, template, tokyo } from './shop.ts';

isolateFromMachine(process.env);
const shop = shopPlan();
const tiers = ['critical', 'important', 'normal'] as const;

/** Forty copies of the shop's plan in three tiers; every tenth comes after the one before it. */
const plans = Array.from({ length: 40 }, (_, i): Plan => {
  const name = (n: number) => `app-${String(n).padStart(2, '0')}`;
  const after = i % 10 === 9 ? [name(i - 1)] : [];
  return {
    ...shop,
    plan: name(i),
    after,
    objectives: { ...shop.objectives, tier: tiers[i % 3] ?? 'normal' },
  };
});

test('forty plans whose Region is lost are all decided within one minute of one wake-up, in their order', async () => {
  const world = shopWorld();
  const account = openAccount({ plan: plans[0] ?? shop, plans, world, template, seed: 7 });
  const { sim, responseArn, machineArns } = account;
  faults['primary-outage']?.apply(sim, world);
  const startMs = sim.clock.nowMs();
  for (const plan of plans) for (const From of vantagesOf(plan)) failed(sim, plan.plan, From, startMs);
  const { states } = sim.region(tokyo);
  const response = states.start({ machineArn: responseArn, name: 'one', input: {} });
  await sim.clock.drive(response.done);
  const seconds = (sim.clock.nowMs() - startMs) / 1000;
  assert.ok(seconds < 60, `${seconds} s`);
  const assessed = JSON.parse(response.ending?.output ?? '[]') as readonly unknown[];
  assert.equal(assessed.length, plans.length);
  const waiting = plans.filter(({ after }) => after.length > 0).map(({ plan }) => plan);
  const started = states.executions
    .filter(({ machine }) => machine.arn === machineArns.failover)
    .map(({ name }) => name.slice(0, 'app-00'.length));
  const expected = inOrder(plans)
    .map(({ plan }) => plan)
    .filter((name) => !waiting.includes(name));
  assert.deepEqual([...started].sort(), [...expected].sort(), 'each plan that need not wait, and no other');
  for (const [place, name] of expected.entries()) {
    const at = started.indexOf(name);
    assert.ok(Math.abs(at - place) < 10, `${name} is number ${at}, not about ${place}`);
  }
});

/** A probe that has failed for three minutes. */
function failed(
  sim: ReturnType<typeof openAccount>['sim'],
  Plan: string,
  From: string,
  startMs: number,
): void {
  const { metrics } = sim.region(tokyo).cloudwatch;
  const metric = { namespace: 'Lifeboat/Probe', name: 'Success', dimensions: { Plan, From } };
  const none = { sum: 0, count: 1, minimum: 0, maximum: 0, unit: 'Count' };
  for (const ago of [3, 2, 1]) {
    const atMs = startMs - ago * 60_000;
    metrics.put(metric, { atMs, readableAtMs: atMs, values: [{ value: 0, count: 1 }], ...none });
  }
}
