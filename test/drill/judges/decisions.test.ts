import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeScene, sceneOf } from '../../../drill/checkers.ts';
import { openInstallation } from '../../../drill/installation.ts';
import { isolateFromMachine } from '../../../drill/isolation.ts';
import { rememberProbes } from '../../../drill/past.ts';
import { ledgerKeys } from '../../../recovery/ledger.ts';
import type { Template } from '../../../simulator/cloudformation/deploy.ts';
import { faults } from '../../../simulator/world/faults.ts';
import { packagedTemplates } from '../../../stack/template.ts';
import { hurry, shopPlan, shopWorld } from '../shop.ts';
import { Stage } from '../stage.ts';
import { nothing } from './trial.ts';

isolateFromMachine(process.env);
const templates = (await packagedTemplates()) as { recovery: Template; witness: Template };
const plan = shopPlan();
const world = shopWorld();

/** What is found in an account whose primary is gone, for as long as a quarter of an hour, and of which some schedules run. */
async function outage(isAwake: (schedule: string) => boolean, minutes = 15) {
  const account = openInstallation({ plans: [plan], templates }, { world, seed: 7 });
  const { sim } = account;
  hurry(sim);
  rememberProbes(sim, [plan]);
  faults['primary-outage']!.apply(sim, world);
  account.startSchedules(isAwake);
  await sim.clock.driveUntil(sim.clock.nowMs() + minutes * 60_000);
  const judged = (isCalm: boolean) =>
    judgeScene(sceneOf({ sim, difference: nothing, isCalm })).map(({ checker }) => checker);
  return { account, judged };
}

test('an outage that everybody sees and nobody acts on is found, where nothing keeps Lifeboat from it', async () => {
  const asleep = await outage((name) => /probe/i.test(name));
  assert.deepEqual(asleep.judged(true), ['outagesAreSeen']);
  assert.deepEqual(asleep.judged(false), [], 'in a storm nobody can be asked to be in time');
});

test('an outage that is recovered from, or that a guard speaks of, is no objection', async () => {
  const awake = await outage(() => true);
  assert.equal(awake.account.sim.s3.list(awake.account.ledgerBucket, 'recoveries/shop/').length > 0, true);
  assert.deepEqual(awake.judged(true), []);
});

test('a recovery that begins by itself while nothing stands at down is found', async () => {
  const stage = new Stage();
  await stage.decide(2);
  stage.start();
  await stage.end();
  const found = judgeScene(sceneOf({ sim: stage.account.sim, difference: nothing }));
  assert.deepEqual(
    found.map(({ checker }) => checker),
    ['quorumStood'],
  );
  assert.match(found[0]?.message ?? '', /was seen down from nowhere only, where the plan asks for 2 places/);
});

test('a hold that waits for a person and says nothing is found', async () => {
  const { account, judged } = await outage(() => true, 3);
  const { sim, ledgerBucket } = account;
  const folder = ledgerKeys.lastDecision('shop').replace(/[^/]*$/, '');
  const [first] = sim.s3.list(ledgerBucket, folder);
  const record = sim.s3.buckets.get(ledgerBucket)!.keys.get(first!.key)!;
  const silent = {
    decision: 'hold',
    analysis: 'PrimaryAnswers',
    blockedBy: null,
    unblock: null,
    at: plan.plan,
  };
  const body = new TextEncoder().encode(JSON.stringify({ ...silent, at: '2026-11-02T00:00:00.000Z' }));
  record.versions = [{ ...record.versions.at(-1)!, body }];
  assert.deepEqual(judged(false), ['holdsHaveAWayOut']);
});
