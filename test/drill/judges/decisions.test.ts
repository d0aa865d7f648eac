import assert from 'node:assert/strict';
import test from 'node:test';
import type { Account } from '../../../drill/account.ts';
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

/** Puts a record under a key as if somebody had written it at an instant. */
function written({ sim, ledgerBucket }: Account, key: string, modifiedAtMs: number, value: object): void {
  const { keys } = sim.s3.buckets.get(ledgerBucket)!;
  const record = keys.get(key) ?? [...keys.values()][0]!;
  const body = new TextEncoder().encode(JSON.stringify(value));
  const version = { ...record.versions[0]!, body, modifiedAtMs };
  keys.set(key, { ...record, versions: [...(keys.has(key) ? record.versions : []), version] });
}

test('a recovery that begins by itself while its plan is paused, or everything, is found', async () => {
  for (const key of [ledgerKeys.pause('shop'), ledgerKeys.brake]) {
    const { account, judged } = await outage(() => true);
    const pause = { nonce: 'a', by: 'AIDAKIM', at: '2026-11-01T23:00:00.000Z', comment: 'a migration' };
    const pausedAtMs = account.sim.clock.nowMs() - 3_600_000;
    written(account, key, pausedAtMs, pause);
    assert.deepEqual(judged(true), ['guardsStood'], key);
    written(account, key, pausedAtMs + 60_000, { ...pause, liftedAt: '2026-11-01T23:01:00.000Z' });
    assert.deepEqual(judged(true), [], `${key} was lifted`);
  }
});

test('a recovery that begins by itself where an earlier one has recovered, and nobody took over, is found', async () => {
  const { account } = await outage(() => true);
  const { sim } = account;
  const earlier = { plan, kind: 'failover', recovery: 'shop-failover-0', outcome: 'held' } as const;
  const messages = () =>
    judgeScene(sceneOf({ sim, difference: nothing, recoveries: [earlier] })).flatMap(
      ({ checker, message }) => (checker === 'guardsStood' ? [message] : []),
    );
  assert.deepEqual(messages(), []);
  const endedAtMs = sim.clock.nowMs() - 3_600_000;
  written(account, ledgerKeys.evidence('shop', earlier.recovery), endedAtMs, { outcome: 'recovered' });
  assert.match(messages()[0] ?? '', /shop-failover-0 had recovered shop at .* and nobody had taken it over$/);
  const acknowledged = { by: 'AIDAKIM', at: '2026-11-01T23:30:00.000Z', comment: 'seen' };
  written(account, ledgerKeys.period('shop'), endedAtMs + 60_000, {
    recovery: earlier.recovery,
    until: acknowledged.at,
    acknowledged,
  });
  assert.deepEqual(messages(), []);
});
