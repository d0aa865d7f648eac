import assert from 'node:assert/strict';
import test from 'node:test';
import type { Access } from '../../aws/access.ts';
import { openLedger } from '../../aws/ledger.ts';
import { refence } from '../../aws/response/refence.ts';
import { readLedger } from '../../drill/ledger.ts';
import type { Rehearsed } from '../../drill/rehearse.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import type { FenceMemory } from '../../recovery/steps/fence.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { worldOf } from '../../simulator/world/placed.ts';
import {
  assertReadable,
  hurry,
  impatientPlan,
  rehearseShop,
  replica,
  seoul,
  shopPlan,
  tokyo,
} from './shop.ts';

const plan = shopPlan();
const recovery = 'shop-failover-7';
const servers = ['i-0a22c0ffee0000001', 'i-0a22c0ffee0000002', 'i-0a22c0ffee0000003'];
const fenceGroup = 'sg-0a22c0ffee0000009';
const ownGroup = 'sg-0a22c0ffee0000002';
const required = {
  from: '  databases: [shop-orders]\n  required: false',
  to: '  databases: [shop-orders]\n  required: true',
};

const fenceStep = ({ account }: Rehearsed) => readLedger(account, 'shop', recovery).steps.fence!;
const secondsOf = ({ firstAt, endedAt }: { readonly firstAt: string; readonly endedAt?: string }) =>
  (Date.parse(endedAt ?? '') - Date.parse(firstAt)) / 1000;
const groupsOf = (sim: Simulator) => sim.region(seoul).rds.instances.get('shop-orders')!.securityGroupIds;
const calls = (sim: Simulator, operation: string) =>
  sim.transcript.filter((call) => call.operation === operation);

/** An access of somebody whom the simulated account lets do everything, and the recovery's ledger. */
function asAdministrator(sim: Simulator) {
  const ledgerBucket = [...sim.s3.buckets.keys()].find((name) => /ledger/i.test(name))!;
  const accessKeyId = 'AKIAADMINISTRATOR';
  sim.addCaller({ accessKeyId, arn: 'arn:aws:iam::123456789012:user/admin', userId: 'AIDAADMIN' });
  const access: Access = {
    region: tokyo,
    clock: { nowMs: () => sim.clock.nowMs(), after: (ms, fire) => sim.clock.after(ms, fire) },
    stopAtMs: Number.POSITIVE_INFINITY,
    transport: { requestHandler: sim.connect(), credentials: { accessKeyId, secretAccessKey: 'x' } },
  };
  const ledger = openLedger(access, ledgerBucket);
  return { access, ledger, now: () => new Date(sim.clock.nowMs()).toISOString() };
}

test('a failover cuts off a primary that answers before it promotes, and writes down what to put back', async () => {
  const rehearsed = await rehearseShop({ kind: 'failover', sabotage: hurry });
  const { sim } = rehearsed.account;
  assert.equal(rehearsed.evidence.outcome, 'recovered');
  assert.deepEqual(rehearsed.evidence.violations, []);
  const { ec2 } = sim.region(seoul);
  for (const id of servers) assert.match(ec2.instances.get(id)!.state, /^stop/, id);
  assert.deepEqual(groupsOf(sim), [fenceGroup]);
  const [promoted] = calls(sim, 'PromoteReadReplica');
  for (const operation of ['StopInstances', 'ModifyDBInstance']) {
    const [call, ...more] = calls(sim, operation).filter(({ region }) => region === seoul);
    assert.ok(call!.atMs < promoted!.atMs, operation);
    assert.deepEqual(more, [], `${operation} was called once`);
  }
  const { ledger } = asAdministrator(rehearsed.account.sim);
  const intent = await sim.clock.drive(ledger.read(ledgerKeys.intent('shop', recovery, 'fence')));
  assert.ok(intent.ok);
  assert.partialDeepStrictEqual(intent.value?.value, { 'shop-orders': { securityGroups: [ownGroup] } });
  const { resources } = fenceStep(rehearsed);
  assert.deepEqual(resources.map(({ id }) => id).sort(), [...servers, 'shop-orders']);
});

test('a primary that hangs is unconfirmed within seconds, and the recovery goes on', async () => {
  const rehearsed = await rehearseShop({ kind: 'failover', faults: ['primary-outage'], sabotage: hurry });
  assert.equal(rehearsed.evidence.outcome, 'recovered');
  assert.deepEqual(rehearsed.evidence.violations, []);
  const step = fenceStep(rehearsed);
  assert.equal(step.status, 'done');
  assert.equal(step.attempts, 1);
  assert.ok(secondsOf(step) <= 15, `${secondsOf(step)} s`);
  const { state, why } = step.memory as FenceMemory;
  assert.equal(state, 'unconfirmed');
  assertReadable(why);
});

test('a fence that the plan requires holds the promotion when nobody approves going on without it', async () => {
  const rehearsed = await rehearseShop({
    kind: 'failover',
    faults: ['primary-outage'],
    plan: impatientPlan(required),
    sabotage: hurry,
  });
  assert.equal(rehearsed.evidence.outcome, 'held');
  assert.equal(fenceStep(rehearsed).code, 'FenceUnconfirmed');
  assertReadable(rehearsed.evidence.reason);
  assert.deepEqual(calls(rehearsed.account.sim, 'PromoteReadReplica'), []);
});

test('a person who approves FenceUnconfirmed lets a required fence go', async () => {
  const approval = {
    nonce: 'n',
    principal: 'ana',
    at: '2026-11-02T00:02:00Z',
    comment: 'looked',
    overrides: [],
  };
  const approve = (sim: Simulator, overrides: readonly string[]) => {
    const key = ledgerKeys.approval('shop', recovery, 'ana');
    void asAdministrator(sim).ledger.write(key, { ...approval, overrides });
  };
  const rehearsed = await rehearseShop({
    kind: 'failover',
    faults: ['primary-outage'],
    plan: shopPlan(required),
    sabotage: (sim) => {
      hurry(sim);
      sim.clock.after(60_000, () => approve(sim, ['LagTooHigh']));
      sim.clock.after(120_000, () => approve(sim, ['FenceUnconfirmed']));
    },
  });
  assert.equal(rehearsed.evidence.outcome, 'recovered');
  const step = fenceStep(rehearsed);
  assert.ok(secondsOf(step) >= 115, 'an approval of something else is no approval');
  assert.match((step.memory as FenceMemory).why, /^ana went on without a confirmed fence: /);
});

test('a drill fences nothing and asks the primary for nothing', async () => {
  const rehearsed = await rehearseShop({ kind: 'drill', sabotage: hurry });
  assert.equal(rehearsed.evidence.steps.find(({ name }) => name === 'fence')?.status, 'skipped');
  const { sim } = rehearsed.account;
  assert.ok(sim.transcript.every(({ region, service }) => region !== seoul || service === 'route53'));
});

test('a primary that comes back is fenced by the next try, once, and says what nobody knows', async () => {
  const rehearsed = await rehearseShop({ kind: 'failover', faults: ['primary-returns'], sabotage: hurry });
  const { sim } = rehearsed.account;
  const administrator = asAdministrator(rehearsed.account.sim);
  const again = () => sim.clock.drive(refence(administrator, plan, recovery));
  const beginMs = sim.clock.nowMs();
  assert.ok(beginMs < worldOf(sim).world.startsAtMs + 1_200_000, 'the recovery is over before it comes back');
  assert.equal((await again()).state, 'unconfirmed');
  assert.ok(sim.clock.nowMs() - beginMs < 15_000, 'a try costs seconds');
  await sim.clock.driveUntil(worldOf(sim).world.startsAtMs + 1_205_000);
  assert.ok(sim.region(tokyo).rds.isWritable(replica) && sim.region(seoul).rds.isWritable('shop-orders'));
  const tries = [];
  for (let minute = 0; minute < 5; minute += 1) {
    tries.push(await again());
    await sim.clock.driveUntil(sim.clock.nowMs() + 60_000);
  }
  const fencedAt = tries.findIndex(({ state }) => state === 'fenced');
  assert.ok(fencedAt >= 0);
  assert.deepEqual(groupsOf(sim), [fenceGroup]);
  for (const { state } of tries.slice(fencedAt)) assert.equal(state, 'fenced');
  assert.equal(tries.filter(({ changed }) => changed).length, 1);
  assert.match(tries[fencedAt]!.says, /shop-orders writes since .*: unknown/);
  const longest = Math.max(...worldOf(sim).splits.splits.map(({ fromMs, toMs }) => toMs - fromMs));
  assert.ok(longest < 180_000);
  sim.region(seoul).ec2.lifecycle.start(sim.region(seoul).ec2.instances.get(servers[0]!)!);
  await sim.clock.driveUntil(sim.clock.nowMs() + 120_000);
  await again();
  assert.equal(sim.region(seoul).ec2.instances.get(servers[0]!)!.state, 'running', 'a person put it there');
});

test('a primary that comes back and is never fenced is seen as writes on both sides', async () => {
  const rehearsed = await rehearseShop({ kind: 'failover', faults: ['primary-returns'], sabotage: hurry });
  const { sim } = rehearsed.account;
  await sim.clock.driveUntil(worldOf(sim).world.startsAtMs + 1_500_000);
  const [split] = worldOf(sim).splits.splits;
  assert.ok(split!.toMs - split!.fromMs > 180_000);
  assert.match(split!.says, /can write to shop-orders in ap-northeast-2/);
});

test('nothing is cut off afterwards for a recovery that promoted nothing', async () => {
  const rehearsed = await rehearseShop({
    kind: 'failover',
    faults: ['primary-returns', 'no-replica'],
    sabotage: hurry,
  });
  const { sim } = rehearsed.account;
  assert.notEqual(rehearsed.evidence.outcome, 'recovered');
  await sim.clock.driveUntil(worldOf(sim).world.startsAtMs + 1_260_000);
  const { state } = await sim.clock.drive(refence(asAdministrator(rehearsed.account.sim), plan, recovery));
  assert.equal(state, 'skipped');
  assert.deepEqual(groupsOf(sim), [ownGroup]);
});
