import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import validateAsl from 'asl-validator';
import { parseEvent } from '../../recovery/signals/parse.ts';
import { probeNamespace } from '../../recovery/signals/probes.ts';
import { type Deployment, deployTemplate, type Template } from '../../simulator/cloudformation/deploy.ts';
import type { Json, JsonObject } from '../../simulator/json.ts';
import { Simulator } from '../../simulator/simulator.ts';
import { root } from '../../stack/places.ts';
import { type ResponseFunctionName, responseFunctions } from '../../stack/response.ts';
import { packagedTemplates } from '../../stack/template.ts';

const [recoveryRegion, witnessRegion, primaryRegion] = ['ap-northeast-1', 'us-west-2', 'ap-northeast-2'];
const account = '123456789012';
const startMs = Date.UTC(2026, 10, 2);
const templates = await packagedTemplates();

interface Invoked {
  readonly region: string;
  readonly name: string;
  readonly event: Json;
}

interface Installed {
  readonly sim: Simulator;
  readonly recovery: Deployment;
  readonly witness: Deployment;
  readonly primary: Deployment;
  readonly invoked: readonly Invoked[];
}

/** One installation: the recovery stack in Tokyo, the small one in Oregon and in Seoul; functions only keep their input. */
function install(): Installed {
  const regions = { [recoveryRegion]: ['a', 'c'], [witnessRegion]: ['a'], [primaryRegion]: ['a'] };
  const sim = new Simulator({ seed: 7, startMs, accountId: account, regions });
  const invoked: Invoked[] = [];
  const deploy = (region: string, packaged: object, stackName: string) =>
    deployTemplate(sim, region, packaged as Template, {
      stackName,
      code: ({ handler }) => {
        const name = handler.split('/')[1] ?? handler;
        return async (event) => {
          invoked.push({ region, name, event });
          return name === 'receive' ? { plans: [] } : null;
        };
      },
    });
  return {
    sim,
    recovery: deploy(recoveryRegion, templates.recovery, 'lifeboat-live'),
    witness: deploy(witnessRegion, templates.witness, 'lifeboat-witness-live'),
    primary: deploy(primaryRegion, templates.witness, 'lifeboat-witness-live'),
    invoked,
  };
}

function eventOf(source: string, detailType: string, region: string, detail: JsonObject): JsonObject {
  return {
    version: '0',
    id: '7bf73129-0000-4000-a000-000000000001',
    'detail-type': detailType,
    source,
    account,
    time: '2026-11-02T00:21:00Z',
    region,
    resources: [],
    detail,
  };
}

const health = eventOf('aws.health', 'AWS Health Event', primaryRegion, {
  eventArn: `arn:aws:health:${primaryRegion}::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/AWS_EC2_OPERATIONAL_ISSUE_1`,
  service: 'EC2',
  eventTypeCode: 'AWS_EC2_OPERATIONAL_ISSUE',
  eventTypeCategory: 'issue',
  eventScopeCode: 'PUBLIC',
  communicationId: '01b0993207d81a09dcd552ebd1e633e36cf1f09a-1',
  startTime: 'Mon, 2 Nov 2026 00:03:00 GMT',
  lastUpdatedTime: 'Mon, 2 Nov 2026 00:21:00 GMT',
  statusCode: 'open',
  eventRegion: primaryRegion,
  eventDescription: [{ language: 'en_US', latestDescription: 'x'.repeat(250_000) }],
  affectedEntities: [],
  page: '1',
  totalPages: '1',
  backupEvent: 'true',
  affectedAccount: account,
});

const alarm = eventOf('aws.cloudwatch', 'CloudWatch Alarm State Change', primaryRegion, {
  alarmName: 'shop-canary',
  configuration: { description: 'say "no"' },
  previousState: { value: 'OK', timestamp: '2026-11-02T00:00:00.000+0000' },
  state: { value: 'ALARM', reason: 'Threshold Crossed', timestamp: '2026-11-02T00:21:00.000+0000' },
});

for (const { what, from, event } of [
  { what: 'a page of AWS Health in its backup Region', from: witnessRegion, event: health },
  { what: 'an alarm of the primary Region', from: primaryRegion, event: alarm },
  { what: 'an alarm of the recovery Region', from: recoveryRegion, event: alarm },
]) {
  test(`${what} wakes the response, which gets little of it`, async () => {
    const { sim, invoked } = install();
    sim.region(from).events.inject(event);
    await sim.clock.driveUntil(startMs + 60_000);
    const [{ name, region, event: input } = assert.fail('nothing was woken')] = invoked;
    assert.deepEqual([name, region, invoked.length], ['receive', recoveryRegion, 1]);
    const { event: received } = (input as { input: { event: JsonObject } }).input;
    const given = event['detail'] as JsonObject;
    assert.deepEqual(
      ['source', 'detail-type', 'time', 'region', 'account'].map((member) => received[member]),
      ['source', 'detail-type', 'time', 'region', 'account'].map((member) => event[member]),
    );
    const detail = received['detail'] as JsonObject;
    for (const member of ['eventArn', 'communicationId', 'eventRegion', 'statusCode', 'alarmName']) {
      assert.equal(detail[member], given[member], member);
    }
    assert.equal(
      (detail['state'] as JsonObject | undefined)?.['value'],
      (given['state'] as JsonObject)?.['value'],
    );
    assert.ok(JSON.stringify(received).length < 2000);
  });
}

test('the end of an execution wakes the janitor, and only through the permission that its rule has', async () => {
  const { sim, recovery, invoked } = install();
  const machine = recovery.ref('LifeboatFailover');
  sim.emit(recoveryRegion, {
    source: 'aws.states',
    detailType: 'Step Functions Execution Status Change',
    resources: [`${machine.replace(':stateMachine:', ':execution:')}:r1`],
    detail: {
      executionArn: `${machine.replace(':stateMachine:', ':execution:')}:r1`,
      stateMachineArn: machine,
      name: 'r1',
      status: 'TIMED_OUT',
      startDate: 1,
      stopDate: 2,
      input: '{}',
      output: null,
    },
  });
  await sim.clock.driveUntil(startMs + 60_000);
  const [{ name, event } = assert.fail('nothing was woken')] = invoked;
  assert.deepEqual([name, invoked.length], ['janitor', 1]);
  const { detail } = (event as { event: { detail: JsonObject } }).event;
  assert.deepEqual([detail['name'], detail['status']], ['r1', 'TIMED_OUT']);
  assert.deepEqual(recovery.permissions, [
    {
      principal: 'events.amazonaws.com',
      action: 'lambda:InvokeFunction',
      functionArn: recovery.arn('JanitorLambdaFunction'),
    },
  ]);
});

test('each minute the response looks and the probes ask, every five the janitor; the primary Region asks nothing', async () => {
  const { sim, recovery, witness, primary, invoked } = install();
  for (const stack of [recovery, witness, primary]) stack.startSchedules();
  await sim.clock.driveUntil(startMs + 20 * 60_000 - 1000);
  const times = (name: string, region: string) =>
    invoked.filter((each) => each.name === name && each.region === region).length;
  const around = (count: number, expected: number) => Math.abs(count - expected) <= 1;
  assert.ok(around(times('receive', recoveryRegion), 20));
  assert.ok(around(times('probe', recoveryRegion), 20));
  assert.ok(around(times('probe', witnessRegion), 20));
  assert.ok(around(times('janitor', recoveryRegion), 4));
  assert.equal(times('probe', primaryRegion), 0);
});

interface Alarm {
  readonly AlarmName: string;
  readonly Namespace?: string;
  readonly TreatMissingData: string;
  readonly AlarmActions?: readonly string[];
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
}

/** The alarms in the recovery Region. */
function alarmsOf({ sim }: Installed): readonly Alarm[] {
  const { cloudwatch } = sim.region(recoveryRegion);
  const answer = cloudwatch.operations['DescribeAlarms']!({} as never, {} as never);
  return (answer as { MetricAlarms: readonly Alarm[] }).MetricAlarms;
}

test('each plan has two alarms for each place that looks, where it recovers and without a vote on silence', () => {
  const alarms = alarmsOf(install()).filter(
    ({ AlarmName }) => !/^lifeboat-(live-|shop-(drill-|overdue$))/.test(AlarmName),
  );
  assert.deepEqual(
    alarms.map(({ AlarmName }) => AlarmName).sort(),
    [recoveryRegion, witnessRegion]
      .flatMap((from) => [`lifeboat-shop-latency-${from}`, `lifeboat-shop-probe-${from}`])
      .sort(),
  );
  for (const { TreatMissingData } of alarms) assert.equal(TreatMissingData, 'missing');
  const failing = alarms.find(({ AlarmName }) => AlarmName === `lifeboat-shop-probe-${witnessRegion}`);
  assert.equal(failing?.Namespace, probeNamespace);
  assert.deepEqual(failing?.Dimensions, [
    { Name: 'Plan', Value: 'shop' },
    { Name: 'From', Value: witnessRegion },
  ]);
});

test('people are told of a function of the response that fails, and of events that nobody took', () => {
  const installed = install();
  const alarms = alarmsOf(installed).filter(({ AlarmName }) => AlarmName.startsWith('lifeboat-live-'));
  const watched = alarms.flatMap(({ Dimensions = [] }) => Dimensions.map(({ Value }) => Value));
  assert.deepEqual(
    watched.filter((name) => !name.includes(':stateMachine:')).sort(),
    ['assess', 'dead-letters', 'janitor', 'practice', 'probe', 'readiness', 'receive', 'remount'].map(
      (name) => `lifeboat-live-${name}`,
    ),
  );
  for (const { AlarmActions } of alarms) assert.deepEqual(AlarmActions, [installed.recovery.ref('Topic')]);
});

test('the response machine calls its two functions and starts failovers, and asl-validator accepts it', () => {
  const { recovery } = install();
  const { Definition: definition } = templates.recovery.Resources['LifeboatResponse']?.Properties ?? {};
  const arns: Readonly<Record<string, string>> = {
    ReceiveFunctionArn: recovery.arn('ReceiveLambdaFunction'),
    AssessFunctionArn: recovery.arn('AssessLambdaFunction'),
    FailoverMachineArn: recovery.ref('LifeboatFailover'),
  };
  const text = JSON.stringify(definition).replace(/\$\{(\w+)\}/g, (_, name: string) => arns[name] ?? name);
  for (const arn of Object.values(arns)) assert.ok(text.includes(arn), arn);
  const { isValid, errorsText } = validateAsl(JSON.parse(text), { checkPaths: true, checkArn: true });
  assert.ok(isValid, errorsText('\n'));
});

/** All that a role may do, as `action on what`, the account and the Region of ARNs taken out. */
function grantsOf(roleId: string, { recovery }: Installed): readonly string[] {
  const role = recovery.roles.get(recovery.arn(roleId));
  const statements = (role?.policies ?? []).flatMap(
    ({ document }) =>
      document['Statement'] as unknown as readonly { Action: string[]; Resource: string | string[] }[],
  );
  return statements
    .filter(({ Action }) => !Action.some((action) => action.startsWith('logs:')))
    .flatMap(({ Action, Resource }) =>
      Action.flatMap((action) =>
        [Resource].flat().map((resource) => `${action} ${resource.replace(/^arn:aws:[^:]*:[^:]*:\d*:/, '')}`),
      ),
    );
}

const may: Readonly<Record<ResponseFunctionName | 'machine', RegExp>> = {
  receive: /^s3:(ListBucket|GetObject|PutObject .*\/plans\/\*\/health\.json$)/,
  assess:
    /^(s3:(ListBucket|GetObject|PutObject .*\/(plans\/\*\/(incident|period|targets)\.json|plans\/\*\/decisions\/\*|recoveries\/\*\/(fence\.json|intents\/fence\*?(\.json)?))$)|cloudwatch:(GetMetricData|DescribeAlarms|PutMetricData) |sns:Publish lifeboat-live$|events:PutEvents event-bus\/default$|ec2:(Describe\w+|StopInstances instance\/\*)|autoscaling:(DescribeAutoScalingGroups \*|SuspendProcesses autoScalingGroup:\*:autoScalingGroupName\/\*)$|elasticloadbalancing:DescribeTarget(Groups|Health) \*$|rds:(DescribeDBInstances|ModifyDBInstance) db:\*$)/,
  probe: /^cloudwatch:PutMetricData \*$/,
  janitor:
    /^(s3:(ListBucket|GetObject|PutObject .*\/plans\/\*\/(active|interruption)\.json$)|cloudwatch:PutMetricData \*$|states:DescribeExecution execution:lifeboat-live-(drill|failover):\*$|states:StartExecution stateMachine:lifeboat-live-(drill|failover|remount)$|ec2:DescribeVolumes \*$|sns:Publish lifeboat-live$|events:PutEvents event-bus\/default$)/,
  remount:
    /^(s3:(ListBucket|GetObject|PutObject .*\/plans\/\*\/(remount\.json|remounts\/\*)$)|ec2:(Describe(Instances|Volumes) \*|AttachVolume (volume|instance)\/\*)$|ssm:(DescribeInstanceInformation|GetCommandInvocation|ListCommandInvocations) \*$|ssm:SendCommand (instance\/\*|document\/lifeboat-live-MountDocument\S*)$|kms:\w+ key\/\*$|sns:Publish lifeboat-live$|events:PutEvents event-bus\/default$)/,
  practice:
    /^(s3:(ListBucket|GetObject|PutObject .*\/plans\/\*\/practice\.json$)|states:StartExecution stateMachine:lifeboat-live-drill$|cloudwatch:PutMetricData \*$|sns:Publish lifeboat-live$|events:PutEvents event-bus\/default$)/,
  readiness:
    /^(s3:(ListBucket|GetObject|PutObject .*\/plans\/\*\/readiness\.json$)|(autoscaling|ec2):Describe\w+ \*$|rds:Describe\w+ (db|snapshot):\*$|cloudwatch:(GetMetricData|DescribeAlarms) |elasticloadbalancing:Describe\w+ \*$|route53:(ListHostedZones \*|GetHealthCheck healthcheck\/\*|ListResourceRecordSets hostedzone\/\*)$|servicequotas:GetServiceQuota ec2\/L-1216C47A$|iam:GetInstanceProfile instance-profile\/\*$|kms:DescribeKey key\/\*$|sns:GetTopicAttributes |ssm:(DescribeInstanceInformation \*|DescribeDocument document\/\*|ListTagsForResource parameter\/\*)$|sns:Publish lifeboat-live$|events:PutEvents event-bus\/default$)/,
  machine:
    /^(lambda:InvokeFunction function:lifeboat-live-(receive|assess)(:\*)?|states:StartExecution stateMachine:lifeboat-live-failover)$/,
};

for (const { name, roleId } of [
  ...responseFunctions(),
  { name: 'machine', roleId: 'ResponseMachineRole' } as const,
]) {
  test(`${name} of the response may do what it does and nothing else`, () => {
    const grants = grantsOf(roleId, install());
    assert.ok(grants.length > 0);
    assert.deepEqual(
      grants.filter((grant) => !may[name].test(grant)),
      [],
    );
  });
}

test('what stops or changes something in the primary Region needs the tag of a plan', () => {
  const { recovery } = install();
  const statements = (recovery.roles.get(recovery.arn('AssessRole'))?.policies ?? []).flatMap(
    ({ document }) => document['Statement'] as unknown as readonly { Action: string[]; Condition?: object }[],
  );
  const changing = statements.filter(({ Action }) =>
    /SuspendProcesses|StopInstances|ModifyDBInstance/.test(Action.join()),
  );
  assert.deepEqual(
    changing.map(({ Condition }) => Condition),
    Array(3).fill({ Null: { 'aws:ResourceTag/lifeboat:plan': 'false' } }),
  );
});

const samples = readdirSync(join(root, 'events')).filter((file) => /sample\.json$/.test(file));

test('what reaches the functions of an event says all that is used of it', async () => {
  assert.ok(samples.length > 10);
  for (const file of samples) {
    const sample = JSON.parse(readFileSync(join(root, 'events', file), 'utf8')) as JsonObject;
    const { sim, invoked } = install();
    sim.region(recoveryRegion).events.inject(sample);
    await sim.clock.driveUntil(startMs + 10_000);
    const [first] = invoked;
    const given = first?.event as { event?: Json; input?: { event: Json } } | undefined;
    assert.deepEqual(said(given?.event ?? given?.input?.event), said(sample), file);
  }
});

/** Words for people, and what is read again where it stands: an alarm itself, an execution, its plan. */
const leftBehind = ['says', 'type', 'reason', 'reasonData', 'error', 'cause', 'plan'];

function said(event: unknown): object {
  return Object.fromEntries(
    Object.entries(parseEvent(event)).filter(([member]) => !leftBehind.includes(member)),
  );
}
