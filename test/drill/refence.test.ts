import assert from 'node:assert/strict';
import test from 'node:test';
import type { Deps } from '../../aws/deps.ts';
import type { ResponseContext } from '../../aws/response/context.ts';
import { lookAfter } from '../../aws/response/look-after.ts';
import { refence } from '../../aws/response/refence.ts';
import type { Rehearsed } from '../../drill/rehearse.ts';
import type { ActiveRecord, PeriodRecord } from '../../recovery/ledger.ts';
import type { FenceMemory } from '../../recovery/steps/fence.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { worldOf } from '../../simulator/world/placed.ts';
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
  stateOf,
} from './fenced.ts';
import { assertReadable, hurry, rehearseShop, replica, seoul, tokyo } from './shop.ts';

test('a primary that comes back is fenced by the next try, once, and says what nobody knows', async () => {
  const rehearsed = await rehearseShop({ kind: 'failover', faults: ['primary-returns'], sabotage: hurry });
  const { sim } = rehearsed.account;
  const assess = asAssess(rehearsed);
  const again = () => sim.clock.drive(refence(assess, plan, recovery));
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
  // Samples of the minutes after its return come late; what they say is told once they are there.
  sim
    .region(seoul)
    .cloudwatch.addProvider('AWS/RDS', 'WriteIOPS', (dimensions) =>
      dimensions['DBInstanceIdentifier'] === 'shop-orders' ? 2 : undefined,
    );
  sim.region(seoul).ec2.lifecycle.start(sim.region(seoul).ec2.instances.get(servers[0]!)!);
  await sim.clock.driveUntil(sim.clock.nowMs() + 300_000);
  const later = [await again(), await again()];
  assert.equal(sim.region(seoul).ec2.instances.get(servers[0]!)!.state, 'running', 'a person put it there');
  assert.deepEqual(
    later.map(({ changed }) => changed),
    [true, false],
  );
  assert.match(later[0]!.says, /shop-orders writes since .*: at least \d+ storage writes/);
  assert.equal(later[1]!.says, later[0]!.says);
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
  const { state } = await sim.clock.drive(refence(asAssess(rehearsed), plan, recovery));
  assert.equal(state, 'skipped');
  assert.deepEqual(groupsOf(sim), [ownGroup]);
});

test("a group that is not the plan's keeps its servers, and half an hour after a person took over they are left for good", async () => {
  const disown = (sim: Simulator) => {
    hurry(sim);
    delete groupOf(sim).tags['lifeboat:plan'];
  };
  const rehearsed = await rehearseShop({ kind: 'failover', sabotage: disown });
  const { sim } = rehearsed.account;
  assert.equal(rehearsed.evidence.outcome, 'recovered');
  const { state, why } = fenceStep(rehearsed).memory as FenceMemory;
  assert.equal(state, 'unconfirmed');
  assert.match(why, /the Auto Scaling group shop-web does not carry lifeboat:plan=shop/);
  assert.deepEqual(
    servers.map((id) => stateOf(sim, id).replace('stopping', 'stopped')),
    ['running', 'running', 'stopped'],
  );
  const { told, look } = lookingAfter(rehearsed);
  await sim.clock.driveUntil(sim.clock.nowMs() + 120_000);
  for (const period of [openPeriod, undefined]) await look(period);
  await sim.clock.driveUntil(sim.clock.nowMs() + 1_800_000);
  await look(openPeriod);
  assert.equal(told.length, 0, 'at first it may pass by itself, and then nobody has taken it over');
  await look({ ...openPeriod, acknowledged: { by: 'AIDAKIM', at: openPeriod.from, comment: 'ours' } });
  assert.deepEqual(
    told.map(({ name }) => name),
    ['Primary Unfenced'],
  );
  assertReadable(told[0]!.reason);
  groupOf(sim).tags['lifeboat:plan'] = 'shop';
  await look(undefined);
  assert.equal(told.length, 1);
  assert.deepEqual(calls(sim, 'SuspendProcesses'), []);
  assert.equal(stateOf(sim, servers[0]!), 'running');
});

const openPeriod: PeriodRecord = {
  nonce: 'n',
  recovery,
  from: '2026-11-02T00:00:00.000Z',
  until: '2026-11-03T00:00:00.000Z',
};

/** What assess does each minute after a failover, and what it tells machines. */
function lookingAfter(rehearsed: Rehearsed) {
  const { sim } = rehearsed.account;
  const told: { readonly name: string; readonly reason: string }[] = [];
  sim.faults.push(({ operation }, input) => {
    const { Entries = [] } = input as { Entries?: { DetailType: string; Detail: string }[] };
    if (operation !== 'PutEvents') return undefined;
    for (const { DetailType: name, Detail } of Entries)
      told.push({ name, reason: (JSON.parse(Detail) as { reason: string }).reason });
    return undefined;
  });
  const { access, ledger, now } = asAssess(rehearsed);
  const deps: Deps = {
    clock: access.clock,
    transport: access.transport,
    environment: {},
    plans: new Map([['shop', plan]]),
    entropy: { hex: () => '0' },
    reach: {
      get: () => assert.fail('nothing is asked over HTTP'),
      resolve: () => assert.fail('no name is asked for'),
    },
    log: () => undefined,
  };
  const context: ResponseContext = { access, ledger, now, deps, topicArn: '' };
  const active: ActiveRecord = { nonce: 'n', recovery, kind: 'failover', at: openPeriod.from };
  const look = (period: PeriodRecord | undefined) =>
    sim.clock.drive(lookAfter(context, plan, { active, period }));
  return { told, look };
}

test('a primary of which only EC2 comes back is fenced by halves, taken over or not, until its databases answer', async () => {
  let isRdsBack = false;
  const rehearsed = await rehearseShop({
    kind: 'failover',
    faults: ['primary-returns'],
    sabotage: (sim) => {
      hurry(sim);
      const ofOrders = (value: number) => (dimensions: Readonly<Record<string, string>>) =>
        dimensions['DBInstanceIdentifier'] === 'shop-orders' ? value : undefined;
      sim.region(seoul).cloudwatch.addProvider('AWS/RDS', 'WriteIOPS', ofOrders(2));
      sim.region(seoul).cloudwatch.addProvider('AWS/RDS', 'DatabaseConnections', ofOrders(12));
      sim.faults.push(({ service, region }) =>
        service === 'rds' && region === seoul && !isRdsBack ? { kind: 'hang' } : undefined,
      );
    },
  });
  const { sim } = rehearsed.account;
  const assess = asAssess(rehearsed);
  const again = async (isTakenOver: boolean) => {
    await sim.clock.driveUntil(sim.clock.nowMs() + 60_000);
    return sim.clock.drive(refence(assess, plan, recovery, isTakenOver));
  };
  await sim.clock.driveUntil(worldOf(sim).world.startsAtMs + 1_205_000);
  for (const isTakenOver of [false, true]) {
    const half = await again(isTakenOver);
    assert.equal(half.state, 'unconfirmed');
    assert.match(half.says, /rds:DescribeDBInstances gave no answer in time/);
  }
  for (const id of servers) assert.match(stateOf(sim, id), /^stop/);
  await sim.clock.driveUntil(sim.clock.nowMs() + 2_400_000);
  assert.equal((await again(true)).changed, false, "what is dark is nobody's yet");
  isRdsBack = true;
  const rest = [await again(true), await again(true), await again(true)];
  assert.equal(rest.filter(({ changed }) => changed).length, 1);
  assert.equal(rest.at(-1)?.state, 'fenced');
  const [, writes = '', minutes = ''] =
    /at least (\d+) storage writes \((\d+) of/.exec(rest.at(-1)!.says) ?? [];
  assert.ok(Number(minutes) > 20);
  assert.equal(Number(writes), Number(minutes) * 2 * 60, 'an average of two a second');
  assert.match(rest.at(-1)!.says, /, and 12 connections at .*, which last until they are closed$/);
  assert.deepEqual(groupsOf(sim), [fenceGroup]);
  assert.equal(groupOf(sim).suspended.size, 9);
});
