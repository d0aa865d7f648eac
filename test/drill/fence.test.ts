import assert from 'node:assert/strict';
import test from 'node:test';
import { refence } from '../../aws/response/refence.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import type { FenceMemory } from '../../recovery/steps/fence.ts';
import {
  asAssess,
  calls,
  fenceGroup,
  fenceStep,
  groupOf,
  groupsOf,
  ownGroup,
  plan,
  recovery,
  servers,
} from './fenced.ts';
import { Person } from './person.ts';
import { assertReadable, hurry, impatientPlan, rehearseShop, seoul, shopPlan } from './shop.ts';
import { Stage } from './stage.ts';

const required = {
  from: '  databases: [shop-orders]\n  required: false',
  to: '  databases: [shop-orders]\n  required: true',
};
const secondsOf = ({ firstAt, endedAt }: { readonly firstAt: string; readonly endedAt?: string }) =>
  (Date.parse(endedAt ?? '') - Date.parse(firstAt)) / 1000;

test('a failover cuts off a primary that answers before it promotes, and writes down what to put back', async () => {
  const rehearsed = await rehearseShop({ kind: 'failover', sabotage: hurry });
  const { sim } = rehearsed.account;
  assert.equal(rehearsed.evidence.outcome, 'recovered');
  assert.deepEqual(rehearsed.evidence.violations, []);
  const { ec2 } = sim.region(seoul);
  for (const id of servers) assert.match(ec2.instances.get(id)!.state, /^stop/, id);
  assert.deepEqual(groupsOf(sim), [fenceGroup]);
  const [promoted] = calls(sim, 'PromoteReadReplica');
  const [suspended] = calls(sim, 'SuspendProcesses');
  const [stopped] = calls(sim, 'StopInstances').filter(({ region }) => region === seoul);
  assert.ok(suspended!.endedAtMs! <= stopped!.atMs, 'a group that is not suspended replaces what is stopped');
  for (const operation of ['SuspendProcesses', 'StopInstances', 'ModifyDBInstance']) {
    const [call, ...more] = calls(sim, operation).filter(({ region }) => region === seoul);
    assert.ok(call!.atMs < promoted!.atMs, operation);
    assert.deepEqual(more, [], `${operation} was called once`);
  }
  const { ledger } = asAssess(rehearsed);
  const intent = await sim.clock.drive(ledger.read(ledgerKeys.intent('shop', recovery, 'fence')));
  assert.ok(intent.ok);
  assert.partialDeepStrictEqual(intent.value?.value, {
    'shop-orders': { securityGroups: [ownGroup] },
    'autoScalingGroup/shop-web': { suspendedProcesses: [] },
  });
  const { resources } = fenceStep(rehearsed);
  assert.deepEqual(resources.map(({ id }) => id).sort(), [...servers, 'shop-orders', 'shop-web']);
  await sim.clock.driveUntil(sim.clock.nowMs() + 600_000);
  const group = groupOf(sim);
  assert.deepEqual([...group.members.keys()], servers.slice(0, 2), 'nothing was put back');
  assert.equal(group.desiredCapacity, 2);
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

test('a fence that the plan requires is seen to hold before anything is promoted, and what was written is told afterwards', async () => {
  const rehearsed = await rehearseShop({ kind: 'failover', plan: shopPlan(required), sabotage: hurry });
  const { sim } = rehearsed.account;
  assert.equal(rehearsed.evidence.outcome, 'recovered');
  const step = fenceStep(rehearsed);
  assert.equal((step.memory as FenceMemory).state, 'fenced');
  assert.equal(
    (step.memory as FenceMemory).told,
    undefined,
    'nobody is called for a fence that is being confirmed',
  );
  assert.ok(Date.parse(step.endedAt!) <= calls(sim, 'PromoteReadReplica')[0]!.atMs);
  const before = calls(sim, 'DescribeInstances').length;
  const assess = asAssess(rehearsed);
  const again = () => sim.clock.drive(refence(assess, plan, recovery));
  const told = await again();
  assert.deepEqual([told.state, told.changed], ['fenced', true]);
  assert.match(told.says, new RegExp(`fenced since ${step.endedAt}: .*shop-orders writes since .*: unknown`));
  assert.equal((await again()).changed, false);
  assert.equal(calls(sim, 'DescribeInstances').length, before, 'nobody looks for servers to stop any more');
});

test('a person who approves FenceUnconfirmed lets a required fence go', async () => {
  const stage = new Stage({ plan: shopPlan(required), faults: ['primary-outage'] });
  await stage.request('ines');
  stage.start();
  await stage.pass(60);
  await stage.approve('LagTooHigh');
  await stage.pass(150);
  const wayOut = stage.ledger().steps.fence?.unblock ?? '';
  const pages = () => stage.told().filter((message) => /waits for a person/.test(message));
  assert.equal(pages().length, 1, 'people hear that it waits for them');
  assert.match(pages()[0] ?? '', /make sure that the old primary cannot write, then .*FenceUnconfirmed/);
  assert.match(wayOut, /cannot write, then lifeboat approve .* --override FenceUnconfirmed .*lifeboat abort/);
  const lee = new Person(stage.account.sim, 'lee');
  const { recovery } = stage;
  const { says } = await lee.order({ command: 'approve', recovery, overrides: [], comment: 'go' });
  assert.match(says, /it also waits for --override FenceUnconfirmed/);
  await stage.pass(120);
  assert.equal(pages().length, 1, 'and hear it once');
  await stage.approve('FenceUnconfirmed');
  const { evidence, steps } = await stage.end();
  assert.equal(evidence?.outcome, 'recovered');
  assert.ok(secondsOf(steps.fence!) >= 60, 'an approval of something else is no approval');
  assert.match((steps.fence!.memory as FenceMemory).why, /^AIDAKIM went on without a confirmed fence: /);
  assert.deepEqual(
    evidence?.overrides.map(({ code, by }) => [code, by]),
    [['FenceUnconfirmed', 'AIDAKIM']],
    'and the evidence says who',
  );
});

test('a drill fences nothing and asks the primary for nothing', async () => {
  const rehearsed = await rehearseShop({ kind: 'drill', sabotage: hurry });
  assert.equal(rehearsed.evidence.steps.find(({ name }) => name === 'fence')?.status, 'skipped');
  const { sim } = rehearsed.account;
  assert.ok(sim.transcript.every(({ region, service }) => region !== seoul || service === 'route53'));
});
