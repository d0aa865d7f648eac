import assert from 'node:assert/strict';
import test from 'node:test';
import { hurry, impatientPlan, rehearseShop, replica, shopPlan, template, tokyo } from './shop.ts';
import { minute, Stage } from './stage.ts';
import { withoutStep } from './surgery.ts';

test('a replica too far behind waits at the gate for a person while servers and volumes go on, and is promoted once approved', async () => {
  const stage = new Stage({ faults: ['replica-lagging'] });
  await stage.request('ines');
  stage.start();
  await stage.pass(900);
  const { steps } = stage.ledger();
  assert.equal(steps.gate?.status, 'working');
  assert.match(
    steps.gate?.waitingFor ?? '',
    /^approval: databases\.orders: shop-orders-replica was 900 s behind/,
  );
  for (const step of ['servers', 'volumes', 'mounts'] as const)
    assert.equal(steps[step]?.status, 'done', step);
  assert.equal(steps.databases, undefined, 'nothing is promoted');
  assert.equal(steps.fence, undefined, 'and nothing is fenced');
  assert.equal(stage.told().length, 1, 'people are told once');
  assert.match(stage.told()[0]!, /900 s behind.*lifeboat approve shop-failover-7 --override LagTooHigh/);

  await stage.approve();
  await stage.pass(120);
  assert.equal(stage.ledger().steps.gate?.status, 'working', 'an approval that names no problem is none');
  await stage.approve('LagTooHigh');
  const { evidence } = await stage.end();
  assert.equal(evidence?.outcome, 'recovered');
  assert.ok(stage.isPromoted());
  const [override, ...others] = evidence?.overrides ?? [];
  assert.deepEqual(others, []);
  assert.equal(override?.code, 'LagTooHigh');
  assert.equal(override?.by, 'AIDAKIM', 'the key says who it was, whatever the body says');
  assert.equal(override?.comment, 'fifteen minutes are lost');
  assert.match(override?.reason ?? '', /900 s behind/);
  const loss = evidence?.dataLoss.find(({ item }) => item === 'databases.orders');
  assert.equal(loss?.leastSeconds, 900);
  assert.ok(loss.mostSeconds! > 900 && loss.mostSeconds! <= 1080);
});

test('where nobody answers the gate holds at its bound, with nothing promoted and the lock kept', async () => {
  const stage = new Stage({ faults: ['replica-lagging'] }).start();
  const { evidence, steps } = await stage.end();
  const minutes = (stage.account.sim.clock.nowMs() - stage.startMs) / minute;
  assert.ok(minutes >= 60 && minutes < 64, `${minutes} min`);
  assert.equal(steps.gate?.code, 'ApprovalTimedOut');
  assert.equal(evidence?.outcome, 'held');
  assert.match(evidence?.reason ?? '', /nobody approved shop-failover-7 within 60 min: .*900 s behind/);
  assert.match(evidence?.unblock ?? '', /lifeboat approve .*lifeboat continue shop-failover-7/);
  assert.equal(stage.isPromoted(), false);
  assert.equal(stage.calls('PromoteReadReplica'), 0);
  assert.equal(stage.active().releasedAt, undefined);
  assert.equal(stage.told().length, 2, 'when it began to wait, and when it stopped');
});

test('a held recovery goes on in its next run with the approval that came too late', async () => {
  // The snapshots of the data grow older than their RPO while nobody answers.
  const plan = shopPlan({ from: 'rpo: 1h }', to: 'rpo: 3h }' });
  const stage = new Stage({ plan, faults: ['replica-lagging'] });
  await stage.request('ines');
  await stage.start().end();
  await stage.approve('LagTooHigh');
  const { evidence } = await stage.start(2).end();
  assert.equal(evidence?.outcome, 'recovered');
  assert.equal(evidence.run, 2);
  assert.equal(stage.active().run, 2, 'the lock says which run acts');
  assert.equal(evidence.overrides[0]?.code, 'LagTooHigh');
});

test('a plan that asks for approval waits for any, and the evidence says whose', async () => {
  const plan = shopPlan({ from: 'mode: automatic', to: 'mode: approve' });
  const stage = new Stage({ plan });
  await stage.decide(5);
  for (const from of [tokyo, 'us-west-2']) stage.probe(from, 0);
  stage.start();
  await stage.pass(300);
  assert.match(stage.ledger().steps.gate?.waitingFor ?? '', /recovers only when a person approves/);
  await stage.approve();
  const { evidence } = await stage.end();
  assert.equal(evidence?.outcome, 'recovered');
  assert.deepEqual(
    evidence.overrides.map(({ code, by }) => [code, by]),
    [['ApprovalNeeded', 'AIDAKIM']],
  );
});

test('a replica that had stopped before the onset waits for a person, and its loss stays unknown', async () => {
  const stage = new Stage();
  stage.account.sim.region(tokyo).rds.setLag(replica, 'inactive');
  await stage.request('ines');
  stage.start();
  await stage.pass(60);
  assert.match(stage.ledger().steps.gate?.waitingFor ?? '', /did not replicate any more/);
  await stage.approve('ReplicationBroken');
  const { evidence } = await stage.end();
  assert.equal(evidence?.outcome, 'recovered');
  assert.equal(evidence.dataLoss[0]?.mostSeconds, undefined);
});

test('the saw-tooth of an idle source passes a gate that is narrower than it', async () => {
  const plan = shopPlan({ from: 'maxLag: 5m', to: 'maxLag: 1m' });
  const stage = new Stage({ plan, lag: 'idle' });
  const { evidence, steps } = await stage.start().end();
  assert.equal(evidence?.outcome, 'recovered');
  assert.deepEqual(evidence.overrides, []);
  const { firstAt, endedAt = '' } = steps.gate!;
  assert.ok(Date.parse(endedAt) - Date.parse(firstAt) < 5000, 'nobody was waited for');
  assert.equal(evidence.dataLoss[0]?.leastSeconds, 0);
});

test('an automatic recovery judges the replica before the onset of its incident, whatever it has been since', async () => {
  const stage = new Stage();
  stage.account.sim.region(tokyo).rds.lag.set(replica, 'inactive', stage.startMs - 9 * minute);
  await stage.decide(10);
  for (const from of [tokyo, 'us-west-2']) stage.probe(from, 0);
  const { evidence } = await stage.start().end();
  assert.equal(evidence?.outcome, 'recovered');
  assert.equal(evidence.onset, new Date(stage.startMs - 10 * minute).toISOString());
  assert.ok(evidence.dataLoss[0]!.mostSeconds! < 300);
});

test('an automatic recovery is held when the primary answers again, and promotes nothing', async () => {
  const stage = new Stage();
  await stage.decide(5);
  stage.probe(tokyo, 0);
  stage.probe('us-west-2', 1);
  const { evidence, steps } = await stage.start().end();
  assert.equal(steps.gate?.code, 'PrimaryAnswers');
  assert.equal(evidence?.outcome, 'held');
  assert.match(evidence.reason ?? '', /the probe in us-west-2/);
  assert.match(
    evidence.unblock ?? '',
    /^if the primary is well, lifeboat abort .*; if it is not, .*lifeboat continue/,
  );
  assert.equal(stage.calls('PromoteReadReplica'), 0);
  assert.equal(steps.fence, undefined);
});

test('a person may override what the probes say; a recovery that a person started asks them nothing', async () => {
  const automatic = new Stage();
  await automatic.decide(5);
  automatic.probe(tokyo, 1);
  await automatic.approve('PrimaryAnswers');
  const { evidence } = await automatic.start().end();
  assert.equal(evidence?.outcome, 'recovered');
  assert.deepEqual(
    evidence.overrides.map(({ code }) => code),
    ['PrimaryAnswers'],
  );
  const manual = new Stage();
  manual.probe(tokyo, 1);
  assert.equal((await manual.start().end()).evidence?.outcome, 'recovered');
});

test('a recovery that can no longer finish is held before anything is fenced or promoted, until a person overrides it', async () => {
  const stage = new Stage({ faults: ['stale-snapshot'] });
  await stage.request('ines');
  const held = await stage.start().end();
  assert.equal(held.steps.volumes?.code, 'SnapshotTooOld');
  assert.equal(held.steps.gate?.code, 'CannotFinish');
  assert.match(held.steps.gate?.reason ?? '', /volumes is held.*: volumes\.data: the newest snapshot/);
  assert.match(
    held.steps.gate?.unblock ?? '',
    /^copy a newer snapshot, .*: lifeboat continue shop-failover-7;/,
  );
  assert.equal(held.evidence?.outcome, 'held');
  assert.match(
    held.evidence.reason ?? '',
    /^volumes\.data: the newest snapshot/,
    'the cause, not what follows',
  );
  assert.equal(held.steps.fence, undefined);
  assert.equal(stage.calls('PromoteReadReplica'), 0);
  assert.equal(stage.isPromoted(), false);

  await stage.approve('CannotFinish');
  const { evidence, steps } = await stage.start(2).end();
  assert.equal(steps.databases?.status, 'done');
  assert.ok(stage.isPromoted());
  assert.equal(evidence?.outcome, 'held', 'the volume is still missing');
  assert.deepEqual(
    evidence.overrides.map(({ code, by }) => [code, by]),
    [['CannotFinish', 'AIDAKIM']],
  );

  const third = await stage.start(3).end();
  assert.equal(third.steps.volumes?.status, 'held');
  assert.equal(third.steps.gate?.status, 'done');
  assert.deepEqual(
    third.evidence?.overrides,
    [],
    'the door lies behind: nothing is asked, nothing overridden',
  );
});

test('an automatic recovery that can no longer finish is held too, whether the primary is silent or overridden', async () => {
  for (const answers of [0, 1]) {
    const stage = new Stage({ faults: ['stale-snapshot'] });
    await stage.decide(5);
    stage.probe(tokyo, answers);
    await stage.approve('PrimaryAnswers');
    const { steps } = await stage.start().end();
    assert.equal(steps.gate?.code, 'CannotFinish');
    assert.equal(steps.fence, undefined);
    assert.equal(stage.isPromoted(), false);
  }
});

test('servers that say nothing are waited for, and do not keep the gate for ever', async () => {
  const cut = withoutStep(template, 'servers');
  const { evidence } = await rehearseShop({
    kind: 'failover',
    plan: impatientPlan(),
    template: cut,
    sabotage: hurry,
  });
  const gate = evidence.steps.find(({ name }) => name === 'gate');
  assert.equal(gate?.status, 'done');
  const waitedSeconds = (Date.parse(gate.endedAt ?? '') - Date.parse(gate.startedAt ?? '')) / 1000;
  assert.ok(waitedSeconds >= 20 && waitedSeconds < 24, `${waitedSeconds} s`);
});
