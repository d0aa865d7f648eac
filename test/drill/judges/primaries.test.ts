import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeScene, sceneOf } from '../../../drill/checkers.ts';
import { AwsError } from '../../../simulator/errors.ts';
import type { Simulator } from '../../../simulator/simulator.ts';
import { regionHealth } from '../../../simulator/world/health.ts';
import { cutOff } from '../../../simulator/world/outage.ts';
import { worldOf } from '../../../simulator/world/placed.ts';
import { Person } from '../person.ts';
import { replica, seoul, shopPlan, standingServers, template, tokyo } from '../shop.ts';
import { Stage } from '../stage.ts';
import { withoutStep } from '../surgery.ts';
import { type Called, nothing, Trial } from './trial.ts';

const promote = {
  service: 'rds',
  operation: 'PromoteReadReplica',
  input: { DBInstanceIdentifier: replica, BackupRetentionPeriod: 7 },
} as const;

test('the judges object to nothing in a failover, with the primary in reach or gone', async () => {
  assert.deepEqual((await new Trial().end('failover')).violations(), []);
  const outage = await new Trial({ faults: ['primary-outage'] }).end('failover');
  assert.deepEqual(outage.violations(), []);
});

test('an old primary that nobody can fence takes writes beside the new one, and the judges say from when to when', async () => {
  const refuseFence = (sim: Simulator) =>
    sim.faults.push(({ region, operation }) =>
      region === seoul && /^(Stop|Suspend|ModifyDB)/.test(operation)
        ? { kind: 'error', error: new AwsError('InternalError', 'not now', 500) }
        : undefined,
    );
  const trial = await new Trial({ with: refuseFence }).end('failover');
  await trial.pass(300);
  assert.deepEqual(trial.objections(), ['nobodysWritesSplit']);
  assert.match(trial.violations()[0]?.message ?? '', /i-\S+ can write to shop-orders .* from 00:0\d:\d\d to/);
});

test('what a person starts again in the old primary is theirs', async () => {
  const trial = await new Trial().end('failover');
  const kim = new Person(trial.sim, 'kim');
  const { ec2, rds } = trial.sim.region(seoul);
  const groups = trial.sim.region(seoul).rds.instances.get('shop-orders')!;
  const ids = [...ec2.instances.values()].filter(({ tags }) => tags['App'] === 'shop').map(({ id }) => id);
  await trial.pass(600);
  const credentials = kim.deps.transport.credentials!;
  const call = { region: seoul, accessKeyId: credentials.accessKeyId, requestId: 'kim-1', headers: {} };
  const started = trial.sim.ask({
    ...call,
    service: 'ec2',
    operation: 'StartInstances',
    input: { InstanceIds: ids },
  });
  await trial.sim.clock.drive(started);
  groups.securityGroupIds = [...ec2.securityGroups.values()].map(({ id }) => id);
  assert.ok(rds.isWritable('shop-orders'));
  await trial.pass(900);
  const longest = Math.max(...worldOf(trial.sim).splits.splits.map(({ fromMs, toMs }) => toMs - fromMs));
  assert.ok(longest > 300_000, `both took writes for ${longest} ms`);
  assert.deepEqual(trial.objections({ difference: nothing }), []);
});

/** A person of the account makes a call in the recovery Region. */
async function byHand({ sim }: Trial, called: Pick<Called, 'service' | 'operation' | 'input'>) {
  const { accessKeyId } = new Person(sim, 'kim').deps.transport.credentials!;
  const requestId = `kim-${called.operation}`;
  await sim.clock.drive(sim.ask({ ...called, region: tokyo, accessKeyId, requestId, headers: {} }));
}

test('a replica that a person promotes splits nothing until servers of the recovery Region write to it', async () => {
  const trial = new Trial();
  const { rds, ec2, guests } = trial.sim.region(tokyo);
  const { splits } = worldOf(trial.sim).splits;
  await byHand(trial, promote);
  await trial.pass(5400);
  assert.deepEqual([rds.isWritable(replica), splits.length], [true, 0]);
  const [Name = ''] = guests.settingsOf(ec2.instances.get(standingServers[0]!)!);
  const Value = rds.instances.get(replica)!.endpoint;
  const write = { service: 'ssm', operation: 'PutParameter' } as const;
  await byHand(trial, { ...write, input: { Name, Value, Overwrite: true } });
  const start = { service: 'ec2', operation: 'StartInstances' } as const;
  await byHand(trial, { ...start, input: { InstanceIds: standingServers } });
  await trial.pass(900);
  assert.equal(splits.length, 1);
});

test('while the recovery Region is cut off, nobody could fence the old primary, and no time is counted', async () => {
  const refuseFence = (sim: Simulator) =>
    sim.faults.push(({ region, operation }) =>
      region === seoul && /^(Stop|Suspend|ModifyDB)/.test(operation)
        ? { kind: 'error', error: new AwsError('InternalError', 'not now', 500) }
        : undefined,
    );
  const trial = await new Trial({ with: refuseFence }).end('failover');
  await trial.pass(60);
  cutOff(trial.sim, tokyo);
  const { splits } = worldOf(trial.sim).splits;
  const before = splits.map(({ toMs }) => toMs);
  assert.equal(before.length, 1);
  await trial.pass(900);
  assert.deepEqual(
    splits.map(({ toMs }) => toMs),
    before,
  );
});

test('traffic that is moved before the application serves is found', async () => {
  const trial = await new Trial({ template: withoutStep(template, 'verify') }).end('failover');
  assert.deepEqual(trial.objections(), ['trafficServes']);
  assert.match(trial.violations()[0]?.message ?? '', /which did not serve: no healthy web/);
});

test('an application that stops serving by a call of ours, after users were led to it, is found', async () => {
  const trial = await new Trial().end('failover');
  await trial.callAs('failoverServers', {
    service: 'ec2',
    operation: 'StopInstances',
    input: { InstanceIds: standingServers },
  });
  await trial.pass(60);
  assert.deepEqual(trial.objections(), ['trafficServes']);
  assert.match(
    trial.violations()[0]?.message ?? '',
    /stopped serving .* after StopInstances of .*failoverServers/,
  );
});

test('an application that stops serving by itself is nobody’s doing', async () => {
  const trial = await new Trial().end('failover');
  for (const id of standingServers) trial.sim.region(tokyo).ec2.instances.get(id)!.state = 'stopped';
  await trial.pass(60);
  assert.equal(regionHealth(trial.sim, tokyo).healthy, false);
  assert.deepEqual(trial.objections(), []);
});

test('traffic that is held after a person has taken it over, or that nobody has moved, is found', async () => {
  const hold = {
    service: 'monitoring',
    operation: 'PutMetricData',
    input: {
      Namespace: 'Lifeboat/Traffic',
      MetricData: [
        {
          MetricName: 'Recovered',
          Value: 1,
          Dimensions: [
            { Name: 'Plan', Value: 'shop' },
            { Name: 'Name', Value: 'app.shop.example.com' },
          ],
        },
      ],
    },
  } as const;
  const trial = await new Trial().end('failover');
  await trial.callAs('assess', hold);
  assert.deepEqual(trial.objections(), [], 'it is held as long as nobody has taken it over');
  const kim = new Person(trial.sim, 'kim');
  await kim.order({ command: 'acknowledge', plan: 'shop', comment: 'it is mine' });
  await trial.pass(300);
  await trial.callAs('assess', hold);
  assert.deepEqual(trial.objections(), ['trafficIsGivenBack']);
  const fresh = new Trial();
  await fresh.callAs('assess', hold);
  assert.deepEqual(fresh.objections(), ['trafficIsGivenBack']);
});

test('a promotion without its gate is found: by a machine that has none, and by a function that does not wait', async () => {
  // A plan with probes would not promote either, since nobody has looked at the primary.
  const { probes: _, ...signals } = shopPlan().trigger.signals;
  const blind = { ...shopPlan(), trigger: { ...shopPlan().trigger, signals } };
  const without = await new Trial({ plan: blind, template: withoutStep(template, 'gate') }).end('failover');
  assert.deepEqual(without.objections(), ['nothingPromotedUngated']);
  const tooLate = new Trial({ with: (sim) => sim.region(tokyo).rds.setLag(replica, 900) });
  tooLate.start('failover');
  await tooLate.pass(60);
  assert.deepEqual(tooLate.objections(), [], 'the gate waits');
  await tooLate.callAs('failoverGate', promote);
  assert.deepEqual(tooLate.objections(), ['nothingPromotedUngated']);
  const messages = tooLate.violations().map(({ message }) => message);
  assert.match(messages.join(), /the gate of run 1 had not let it through/);
  assert.match(messages.join(), /had been 900 s behind/);
});

test('people who take a lag upon themselves are enough, and one of those that are needed is not', async () => {
  const judgeWith = async (...names: readonly string[]) => {
    const trial = new Trial({ with: (sim) => sim.region(tokyo).rds.setLag(replica, 900) });
    const execution = trial.start('failover');
    await trial.pass(30);
    for (const name of names)
      await new Person(trial.sim, name).order({
        command: 'approve',
        recovery: 'shop-failover-7',
        overrides: ['LagTooHigh'],
        comment: 'go',
      });
    if (names.length > 1) await trial.sim.clock.drive(execution.done);
    else await trial.callAs('failoverGate', promote);
    return trial.violations().map(({ message }) => message);
  };
  assert.deepEqual(await judgeWith('kim', 'lee'), []);
  assert.match((await judgeWith('kim')).join(), /had been 900 s behind/);
});

test('a primary that has served its users for minutes is not replaced by itself', async () => {
  const stage = new Stage({ plan: shopPlan({ from: '  mode: automatic #', to: '  mode: approve #' }) });
  await stage.decide(1);
  stage.start();
  await stage.pass(400);
  const judged = () => judgeScene(sceneOf({ sim: stage.account.sim, difference: nothing }));
  const ungated = () => judged().filter(({ checker }) => checker === 'nothingPromotedUngated');
  assert.deepEqual(ungated(), [], 'it waits for a person');
  await stage.approve();
  stage.probe(tokyo, 0);
  assert.equal(
    (await stage.end()).evidence?.outcome,
    'recovered',
    'its probe says that it is down, and is wrong',
  );
  assert.deepEqual(
    ungated().map(({ message }) => message.replace(/^.*Z?, and /, 'and ')),
    [`and ${seoul} had served its users for minutes`],
  );
});
