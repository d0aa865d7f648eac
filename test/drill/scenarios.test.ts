import assert from 'node:assert/strict';
import test from 'node:test';
import type { Access } from '../../aws/access.ts';
import { openLedger } from '../../aws/ledger.ts';
import type { FenceRecord } from '../../aws/response/refence.ts';
import { readLedger } from '../../drill/ledger.ts';
import type { AwsEvent } from '../../drill/occurrences.ts';
import type { Responded } from '../../drill/respond.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import type { StepName } from '../../recovery/terms.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { worldOf } from '../../simulator/world/placed.ts';
import { happenInShop, refuseToStartFailovers, sampleEvent } from './respond.ts';
import { assertPhases, assertReadable, readRepository, seoul, shopPlan, tokyo } from './shop.ts';

const health = sampleEvent('health-regional-issue');
const elsewhere = sampleEvent('health-regional-issue.other-region');
const canary = sampleEvent('alarm-raised.metric');
const missed = (name: string) => JSON.parse(readRepository(`events/${name}.miss.json`)) as AwsEvent;
const outage = ['primary-outage'];

const started = ({ account }: Responded) =>
  account.sim
    .region(tokyo)
    .states.executions.filter(({ machine }) => machine.arn === account.machineArns.failover);
const holds = ({ decisions }: Responded) =>
  decisions.filter(({ decision }) => decision === 'hold').map(({ blockedBy }) => blockedBy);
const stepOf = ({ account, recoveries }: Responded, step: StepName) =>
  readLedger(account, 'shop', recoveries[0]!.recovery).steps[step]!;
const seconds = (from: string, to: string | null | undefined) =>
  (Date.parse(to ?? '') - Date.parse(from)) / 1000;

/** Nothing was started, nothing was changed in AWS for the plan, and everything that was held says why. */
function assertNothingStarted(happened: Responded): void {
  assert.deepEqual(happened.unrecorded, []);
  assert.deepEqual(happened.recoveries, []);
  assert.deepEqual(started(happened), []);
  const { sim } = happened.account;
  const acts = new Set(['PromoteReadReplica', 'StartInstances', 'RunInstances', 'StopInstances']);
  assert.deepEqual(
    sim.transcript.filter(({ operation }) => acts.has(operation)),
    [],
  );
  for (const { reason, unblock, decision } of happened.decisions) {
    assert.equal(decision, 'hold');
    assertReadable(reason);
    if (unblock !== null) assertReadable(unblock);
  }
}

function assertRecoveredOnce(happened: Responded): void {
  assert.deepEqual(happened.unrecorded, []);
  assert.equal(started(happened).length, 1);
  assert.equal(happened.decisions.filter(({ decision }) => decision === 'recover').length, 1);
  assert.equal(happened.recoveries.length, 1);
  const [evidence = assert.fail()] = happened.recoveries;
  assertPhases(evidence);
  const { outcome, reason, violations } = evidence;
  assert.equal(outcome, 'recovered', reason ?? '');
  assert.deepEqual(violations, []);
}

/** A record in the ledger from the start, as somebody wrote it who may. */
function written(key: string, record: (at: (seconds: number) => string) => object) {
  return (sim: Simulator): void => {
    const ledgerBucket = [...sim.s3.buckets.keys()].find((name) => /ledger/i.test(name))!;
    const accessKeyId = 'AKIAKIM';
    sim.addCaller({ accessKeyId, arn: 'arn:aws:iam::123456789012:user/kim', userId: 'AIDAKIM' });
    const access: Access = {
      region: tokyo,
      clock: { nowMs: () => sim.clock.nowMs(), after: (ms, fire) => sim.clock.after(ms, fire) },
      stopAtMs: Number.POSITIVE_INFINITY,
      transport: { requestHandler: sim.connect(), credentials: { accessKeyId, secretAccessKey: 'x' } },
    };
    const nowMs = sim.clock.nowMs();
    const at = (later: number) => new Date(nowMs + later * 1000).toISOString();
    void openLedger(access, ledgerBucket).write(key, { nonce: 'written by a test', ...record(at) });
  };
}

const hanging = await happenInShop({ events: [elsewhere], faults: outage, seed: 2, forSeconds: 4500 });

test('a total outage is recovered from on the probes alone, within the RTO', () => {
  assertRecoveredOnce(hanging);
  const [evidence = assert.fail()] = hanging.recoveries;
  assert.ok(evidence.rtoSeconds! <= evidence.objectives.rtoSeconds, `${evidence.rtoSeconds} s`);
  assert.equal(evidence.objectives.met, true);
  const decision = hanging.decisions.find((each) => each.decision === 'recover')!;
  for (const from of [tokyo, 'us-west-2'])
    assert.match(decision.reason, new RegExp(`the probe in ${from} has failed`));
  assert.doesNotMatch(decision.reason, /Health/);
});

test('what AWS Health says of it half an hour later starts nothing', () => {
  const { sim, ledgerBucket } = hanging.account;
  const kept = sim.s3.versions(ledgerBucket, ledgerKeys.health('shop'));
  assert.ok(kept.length > 0, 'Health reported it');
  const [decision] = hanging.decisions.filter(({ decision }) => decision === 'recover');
  const lateMs = kept[0]!.modifiedAtMs - Date.parse(decision!.at);
  assert.ok(lateMs > 0, 'and did so after the decision');
  assert.equal(started(hanging).length, 1);
});

test('a Region that hangs holds the fence up for seconds, and what comes before it as well', async () => {
  const answers = await happenInShop({
    seed: 2,
    sabotage: (sim) => worldOf(sim).silentRegions.add(seoul),
  });
  assertRecoveredOnce(answers);
  const took = (happened: Responded) => {
    const decided = happened.decisions.find(({ decision }) => decision === 'recover')!;
    const { gate, fence } = { gate: stepOf(happened, 'gate'), fence: stepOf(happened, 'fence') };
    assert.equal(gate.status, 'done');
    assert.equal(fence.status, 'done');
    const own = seconds(fence.firstAt, fence.endedAt);
    return { gate: seconds(decided.at, gate.endedAt), fence: seconds(decided.at, fence.endedAt), own };
  };
  const [without, withHanging] = [took(answers), took(hanging)];
  assert.ok(withHanging.own <= 15, `${withHanging.own} s`);
  assert.ok(withHanging.gate - without.gate <= 15, `${without.gate} s, and ${withHanging.gate} s hanging`);
  assert.ok(
    withHanging.fence - without.fence <= 15,
    `${without.fence} s, and ${withHanging.fence} s hanging`,
  );
});

test('an alarm and AWS Health together, while the shop answers, are held', async () => {
  const happened = await happenInShop({ events: [canary, health], at: [120, 240] });
  assertNothingStarted(happened);
  assert.deepEqual(new Set(holds(happened)), new Set(['PrimaryAnswers']));
});

test('an account notification and an alarm back at OK are no reason to decide anything', async () => {
  const events = [
    missed('health-regional-issue.account-notification'),
    missed('alarm-raised.canary-back-at-ok'),
    missed('alarm-raised.latency-back-at-ok'),
  ];
  for (const seed of [1, 2, 3, 4, 5, 6, 7]) {
    const happened = await happenInShop({ events, at: [120, 180, 240], seed });
    assertNothingStarted(happened);
    assert.deepEqual(happened.decisions, [], `seed ${seed}`);
  }
});

test('events twice, out of order and from the backup Region start one recovery', async () => {
  const copy = sampleEvent('health-regional-issue.primary-copy');
  const update = sampleEvent('health-regional-issue.update');
  const events = [update, health, copy, canary, health, update, copy, elsewhere];
  const happened = await happenInShop({
    events,
    at: [200, 400, 100, 300, 200, 900, 100, 150],
    faults: outage,
    seed: 2,
  });
  assertRecoveredOnce(happened);
});

const noProbes = {
  from: '    probes: { url: https://app.shop.example.com/healthz, every: 60s } # from the recovery and the witness Region\n',
  to: '',
};

test('a plan without probes recovers when an alarm elsewhere and AWS Health agree', async () => {
  const happened = await happenInShop({
    plan: shopPlan(noProbes),
    events: [health],
    at: [1320],
    faults: outage,
    seed: 2,
  });
  assertRecoveredOnce(happened);
  const { reason } = happened.decisions.find(({ decision }) => decision === 'recover')!;
  assert.match(reason, /alarm shop-canary .*AWS Health/);
  assert.ok(holds(happened).includes('OneVantage'), 'the alarm alone was not enough');
});

test('backups that were young enough at the onset are, however late the decision comes', async () => {
  const plan = shopPlan(noProbes);
  const happened = await happenInShop({ plan, faults: outage, seed: 2, forSeconds: 6000 });
  assertRecoveredOnce(happened);
  const [{ dataLoss, onsetAt } = assert.fail()] = happened.recoveries;
  const decision = happened.decisions.find(({ decision }) => decision === 'recover')!;
  const { leastSeconds: age = null } = dataLoss.find(({ item }) => item === 'volumes.data')!;
  assert.ok(
    age! + seconds(onsetAt!, decision.at) > 3600,
    'by the decision the snapshot is older than its RPO',
  );
  assert.ok(age! < 3600);
});

test('a plan of probes alone that waits for long before it believes them recovers once they have stood', async () => {
  const plan = shopPlan(
    { from: '  confirm: 60s', to: '  confirm: 40m' },
    { from: '    alarms: [shop-latency-anomaly, shop-canary]', to: '    #' },
    { from: '    targetGroups: [shop-web]', to: '    #' },
    { from: '    health: {', to: '    # {' },
  );
  const happened = await happenInShop({ plan, faults: outage, seed: 2, forSeconds: 7200 });
  assertRecoveredOnce(happened);
  const [{ onsetAt } = assert.fail()] = happened.recoveries;
  const { at } = happened.decisions.find(({ decision }) => decision === 'recover')!;
  const stoodSeconds = seconds(onsetAt!, at);
  assert.ok(stoodSeconds >= 2400 && stoodSeconds < 2400 + 300, `${stoodSeconds} s`);
});

test('a plan that observes says what it would do, and does nothing', async () => {
  const plan = shopPlan({ from: '  mode: automatic #', to: '  mode: observe #' });
  const happened = await happenInShop({ plan, faults: outage, forSeconds: 900 });
  assertNothingStarted(happened);
  const observed = happened.decisions.find(({ blockedBy }) => blockedBy === 'Observe');
  assert.match(observed?.reason ?? '', /^would recover: /);
});

const person = (at: (seconds: number) => string) => ({ by: 'kim', at: at(-600), comment: 'moving house' });
const earlier = 'shop-failover-20261101t200000';
const period = (at: (seconds: number) => string) => ({
  recovery: earlier,
  from: at(-3600),
  until: at(5 * 3600),
});

const byHand = (at: (seconds: number) => string) => ({
  recovery: 'shop-manual',
  kind: 'failover',
  at: at(-60),
  run: 1,
});
const word = /kim .*moving house/;

for (const [says, key, record, guard, because] of [
  ['a plan that somebody paused', ledgerKeys.pause('shop'), person, 'Paused', word],
  ['a brake for all plans', ledgerKeys.brake, person, 'Brake', word],
  ['a failover that somebody started', ledgerKeys.active('shop'), byHand, 'ActiveRecovery', /shop-manual/],
  [
    'the active period of an earlier recovery',
    ledgerKeys.period('shop'),
    period,
    'ActivePeriod',
    new RegExp(earlier),
  ],
] as const)
  test(`${says} holds a recovery, and the hold names it`, async () => {
    const sabotage = written(key, record);
    const happened = await happenInShop({ faults: outage, forSeconds: 300, sabotage });
    assertNothingStarted(happened);
    const held = happened.decisions.find(({ blockedBy }) => blockedBy === guard);
    assert.equal(held?.analysis, 'PrimaryDown');
    assert.match(held?.reason ?? '', because);
    assertReadable(held?.unblock ?? null);
  });

test('a recovery that was decided and could not be started is not started once somebody has paused its plan', async () => {
  const happened = await happenInShop({
    faults: outage,
    forSeconds: 1500,
    sabotage: (sim) => {
      const mend = refuseToStartFailovers(sim);
      const pause = { by: 'kim', at: '2026-11-02T00:05:00.000Z', comment: 'a change' };
      sim.clock.after(300_000, () => written(ledgerKeys.pause('shop'), () => pause)(sim));
      sim.clock.after(310_000, mend);
    },
  });
  assert.ok(happened.decisions.some(({ decision }) => decision === 'recover'));
  assert.deepEqual(started(happened), []);
});

test('a recovery Region that AWS Health says is in trouble is not recovered into', async () => {
  const startTime = 'Sun, 1 Nov 2026 23:50:00 GMT';
  const detail = { ...(health['detail'] as object), eventRegion: tokyo, startTime };
  const happened = await happenInShop({
    events: [{ ...health, region: tokyo, detail }],
    at: [10],
    faults: outage,
    forSeconds: 300,
  });
  assert.deepEqual(started(happened), []);
  const held = happened.decisions.find(({ blockedBy }) => blockedBy === 'RecoveryRegionImpaired');
  assert.equal(held?.analysis, 'PrimaryDown');
  assert.match(held?.reason ?? '', /AWS Health reports an issue of EC2 in ap-northeast-1/);
  assertReadable(held?.unblock ?? null);
});

test('an active period that somebody acknowledged keeps no second incident from its recovery', async () => {
  const sabotage = written(ledgerKeys.period('shop'), (at) => ({
    ...period(at),
    acknowledged: { by: 'kim', at: at(-300), comment: 'back in Seoul' },
  }));
  const happened = await happenInShop({ faults: outage, sabotage });
  assertRecoveredOnce(happened);
  assert.notEqual(happened.recoveries[0]!.recovery, earlier);
});

test("an outage that takes Route 53's control plane along moves users within two minutes of the switch", async () => {
  const happened = await happenInShop({ faults: [...outage, 'route53-down'], seed: 2 });
  assertRecoveredOnce(happened);
  const { traffic, steps } = happened.recoveries[0]!;
  const began = steps.find(({ name }) => name === 'traffic')?.startedAt;
  const took = seconds(began ?? '', traffic.switchedAt);
  assert.ok(took > 0 && took <= 120, `${took} s`);
});

test('a primary that comes back after its replica was promoted is fenced by itself, and its writes are told', async () => {
  const happened = await happenInShop({ faults: ['primary-returns'], seed: 2, forSeconds: 2700 });
  assertRecoveredOnce(happened);
  const { sim, ledgerBucket } = happened.account;
  const [{ recovery } = assert.fail()] = happened.recoveries;
  const { body } = sim.s3.read(ledgerBucket, ledgerKeys.fence('shop', recovery))!;
  const fence = JSON.parse(new TextDecoder().decode(body)) as FenceRecord;
  assert.equal(fence.state, 'fenced');
  assert.ok(fence.attempts > 0);
  assert.deepEqual(
    fence.writes?.map(({ database }) => database),
    ['shop-orders'],
  );
  assertReadable(fence.writes![0]!.says);
  const backMs = worldOf(sim).world.startsAtMs + 1_200_000;
  assert.ok(Date.parse(fence.at) > backMs, 'not before it was back');
  assert.ok(Date.parse(fence.at) < backMs + 180_000, `fenced at ${fence.at}`);
  assert.deepEqual(sim.region(seoul).rds.instances.get('shop-orders')!.securityGroupIds, [
    'sg-0a22c0ffee0000009',
  ]);
  assert.ok(sim.region(tokyo).sns.published.some(({ message }) => /fenced/i.test(message)));
});
