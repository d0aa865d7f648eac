/** Who is told when Lifeboat itself is in trouble, and who may speak to it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { ledgerKeys } from '../../recovery/ledger.ts';
import { type Deployment, deployTemplate, type Template } from '../../simulator/cloudformation/deploy.ts';
import { Simulator } from '../../simulator/simulator.ts';
import { packagedTemplates } from '../../stack/template.ts';
import { tokyo } from '../drill/shop.ts';
import { Stage } from '../drill/stage.ts';

const templates = await packagedTemplates();
const [primary, witness] = ['ap-northeast-2', 'us-west-2'];
const account = '123456789012';

function install(): { readonly sim: Simulator; readonly stacks: Readonly<Record<string, Deployment>> } {
  const regions = { [tokyo]: ['a'], [primary]: ['a'], [witness]: ['a'] };
  const sim = new Simulator({ seed: 7, startMs: Date.UTC(2026, 10, 2), accountId: account, regions });
  const deploy = (region: string, template: unknown, stackName: string) =>
    deployTemplate(sim, region, template as Template, { stackName, code: () => async () => null });
  const stacks = {
    [tokyo]: deploy(tokyo, templates.recovery, 'lifeboat-live'),
    [primary]: deploy(primary, templates.witness, 'lifeboat-witness-live'),
    [witness]: deploy(witness, templates.witness, 'lifeboat-witness-live'),
  };
  return { sim, stacks };
}

function alarmsOf(sim: Simulator, region: string): readonly MetricAlarm[] {
  const answer = sim.region(region).cloudwatch.operations['DescribeAlarms']!({} as never, {} as never);
  return (answer as { MetricAlarms: readonly MetricAlarm[] }).MetricAlarms;
}

test('an execution that failed or timed out is told, of every machine, and so is silence of the one that decides', () => {
  const { sim, stacks } = install();
  const stack = stacks[tokyo]!;
  const watched = alarmsOf(sim, tokyo).filter(({ Namespace }) => Namespace === 'AWS/States');
  const ids = ['LifeboatDrill', 'LifeboatFailover', 'LifeboatRemount', 'LifeboatResponse'];
  assert.deepEqual(
    watched.map(({ MetricName, Dimensions }) => `${MetricName} ${Dimensions?.[0]?.Value}`).sort(),
    [
      ...ids.flatMap((id) =>
        ['ExecutionsFailed', 'ExecutionsTimedOut'].map((metric) => `${metric} ${stack.ref(id)}`),
      ),
      `ExecutionsSucceeded ${stack.ref('LifeboatResponse')}`,
    ].sort(),
  );
  for (const { AlarmActions } of watched) assert.deepEqual(AlarmActions, [stack.ref('Topic')]);
  const silent = watched.find(({ MetricName }) => MetricName === 'ExecutionsSucceeded');
  assert.equal(silent?.ComparisonOperator, 'LessThanThreshold');
  assert.deepEqual(
    silent?.InsufficientDataActions,
    [stack.ref('Topic')],
    'without samples nobody decides either',
  );
});

test('an outpost tells people itself of its probe and of events that it could not pass on', () => {
  const { sim, stacks } = install();
  const told = alarmsOf(sim, witness).map(({ MetricName, AlarmActions }) => [MetricName, AlarmActions]);
  const topic = stacks[witness]!.ref('Topic');
  assert.deepEqual(told.sort(), [
    ['ApproximateNumberOfMessagesVisible', [topic]],
    ['Errors', [topic]],
  ]);
});

test('whoever installation.yml names is asked in each Region to confirm that they listen', () => {
  const { sim, stacks } = install();
  for (const [region, stack] of Object.entries(stacks)) {
    const { subscriptions = [] } = sim.region(region).sns.topics.get(stack.ref('Topic')) ?? {};
    assert.deepEqual(
      subscriptions.map(({ protocol, endpoint, isConfirmed }) => [protocol, endpoint, isConfirmed]),
      [['email', 'oncall@example.com', false]],
    );
  }
});

test('only the forwarders of the outposts put events on the bus of the recovery Region, and they put them nowhere else', () => {
  const { sim, stacks } = install();
  const bus = sim.region(tokyo).events.operations['DescribeEventBus']!(
    { Name: 'lifeboat-live-inbox' } as never,
    {} as never,
  ) as { Arn: string; Policy: string };
  const { Statement } = JSON.parse(bus.Policy) as { Statement: readonly Record<string, unknown>[] };
  const forwarders = [primary, witness].map((region) => stacks[region]!.arn('RulesRole'));
  assert.deepEqual(Statement, [
    {
      Sid: 'OnlyForwarders',
      Effect: 'Deny',
      Principal: '*',
      Action: 'events:PutEvents',
      Resource: bus.Arn,
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': forwarders } },
    },
  ]);
  for (const region of [primary, witness]) {
    const stack = stacks[region]!;
    const { policies = [] } = stack.roles.get(stack.arn('RulesRole')) ?? {};
    assert.deepEqual(
      policies.map(({ document }) => document['Statement']),
      [[{ Effect: 'Allow', Action: ['events:PutEvents'], Resource: bus.Arn }]],
    );
  }
});

test('what another role in the account forwards, or a person puts, never reaches that bus', async () => {
  const { sim } = install();
  const stranger = { accessKeyId: 'AKIAKIM', arn: `arn:aws:iam::${account}:user/kim`, userId: 'AIDAKIM' };
  sim.addCaller(stranger);
  const client = (region: string) =>
    new EventBridgeClient({
      region,
      requestHandler: sim.connect(),
      credentials: { accessKeyId: 'AKIAKIM', secretAccessKey: 'simulated' },
      maxAttempts: 1,
    });
  const seen: string[] = [];
  sim.region(tokyo).events.onEvent((bus, { source }) => {
    if (bus === 'lifeboat-live-inbox') seen.push(source);
  });
  const Arn = `arn:aws:events:${tokyo}:${account}:event-bus/lifeboat-live-inbox`;
  const entry = { Source: 'kim', DetailType: 'Made up', Detail: '{}', EventBusName: Arn };
  await assert.rejects(sim.clock.drive(client(tokyo).send(new PutEventsCommand({ Entries: [entry] }))), {
    name: 'AccessDeniedException',
    message: /explicit deny in a resource-based policy/,
  });
  const rule = { Name: 'foreign', EventPattern: '{"source":["kim"]}' };
  const RoleArn = `arn:aws:iam::${account}:role/foreign`;
  await sim.clock.drive(client(primary).send(new PutRuleCommand(rule)));
  await sim.clock.drive(
    client(primary).send(new PutTargetsCommand({ Rule: 'foreign', Targets: [{ Id: 't', Arn, RoleArn }] })),
  );
  sim.region(primary).events.publish({ source: 'kim', detailType: 'Made up', resources: [], detail: {} });
  await sim.clock.driveUntil(sim.clock.nowMs() + 600_000);
  assert.deepEqual(seen, []);
  assert.equal(sim.region(primary).events.deadLetters[0]?.attributes.ERROR_CODE, 'NO_PERMISSIONS');
});

test('a failover that goes on for longer than its plan promises is told, whatever it waits for, and no sooner', async () => {
  const stage = new Stage();
  const { sim } = stage.account;
  const state = () =>
    alarmsOf(sim, tokyo).find(({ AlarmName }) => AlarmName === 'lifeboat-shop-overdue')?.StateValue;
  const look = async (minutesAgo: number, kind: 'drill' | 'failover') => {
    const at = new Date(sim.clock.nowMs() - minutesAgo * 60_000).toISOString();
    await stage.write(ledgerKeys.active('shop'), { recovery: `shop-${kind}-9`, kind, at, run: 1 });
    await sim.clock.drive(
      sim.region(tokyo).lambda.invoke('lifeboat-live-janitor', {}, `${kind} ${minutesAgo}`),
    );
    await stage.pass(600);
    return state();
  };
  assert.equal(await look(25, 'failover'), 'OK');
  assert.equal(await look(100, 'drill'), 'OK', 'a drill may take two hours');
  await look(31, 'failover');
  const told = sim
    .region(tokyo)
    .sns.published.filter(({ subject }) => subject?.includes('lifeboat-shop-overdue'));
  assert.equal(told.length, 1);
  assert.equal(told[0]?.topicArn, stage.account.stack.ref('Topic'));
});
