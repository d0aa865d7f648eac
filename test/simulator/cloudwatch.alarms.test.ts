import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandInput,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { openAccount, primary, recordEvents, recovery, settings, startMs } from './data-account.ts';

const minuteMs = 60_000;

/** `detail` of an alarm's change of state. */
interface Change {
  readonly alarmName: string;
  readonly configuration: { readonly metrics: readonly Readonly<Record<string, unknown>>[] };
  readonly previousState: { readonly value: string };
  readonly state: {
    readonly value: string;
    readonly reason: string;
    readonly reasonData: string;
    readonly timestamp: string;
  };
}

const base: PutMetricAlarmCommandInput = {
  AlarmName: 'shop-latency',
  AlarmDescription: 'the shop is slow',
  Namespace: 'Shop',
  MetricName: 'Latency',
  Statistic: 'Average',
  Period: 60,
  EvaluationPeriods: 3,
  DatapointsToAlarm: 2,
  Threshold: 100,
  ComparisonOperator: 'GreaterThanThreshold',
};

/** `latency` gives the metric's value in each minute from the start on. */
function open(latency: (minute: number) => number | undefined) {
  const sim = openAccount();
  const { cloudwatch, sns } = sim.region(recovery);
  cloudwatch.addProvider('Shop', 'Latency', (_dimensions, atMs) => latency((atMs - startMs) / minuteMs));
  const topic = sns.addTopic({ name: 'operators' });
  const client = new CloudWatchClient(settings(sim, recovery));
  const events = recordEvents(sim, recovery);
  const put = (input: Partial<PutMetricAlarmCommandInput> = {}) =>
    sim.clock.drive(
      client.send(new PutMetricAlarmCommand({ ...base, ...input } as PutMetricAlarmCommandInput)),
    );
  const describe = async (input: DescribeAlarmsCommandInput = {}) => {
    const { MetricAlarms = [], NextToken } = await sim.clock.drive(
      client.send(new DescribeAlarmsCommand(input)),
    );
    return { alarms: MetricAlarms, NextToken };
  };
  const stateNow = async () => (await describe()).alarms[0]?.StateValue;
  const changes = () =>
    events
      .filter((event) => event['detail-type'] === 'CloudWatch Alarm State Change')
      .map((event) => ({ ...event, detail: event.detail as unknown as Change }));
  const lastChange = () => changes().at(-1) ?? assert.fail('the alarm changed nothing');
  const waitMinutes = (minutes: number) => sim.clock.driveUntil(sim.clock.nowMs() + minutes * minuteMs);
  return { sim, client, sns, topic, events, put, describe, stateNow, changes, lastChange, waitMinutes };
}

test('a new alarm has insufficient data until it is evaluated, within a minute', async () => {
  const { put, describe, stateNow, waitMinutes } = open(() => 50);
  await put();
  const [alarm] = (await describe()).alarms;
  assert.equal(alarm?.StateValue, 'INSUFFICIENT_DATA');
  assert.equal(alarm?.StateReason, 'Unchecked: Initial alarm creation');
  await waitMinutes(1);
  assert.equal(await stateNow(), 'OK');
});

test('two bad minutes of three raise the alarm, one does not, and a good while clears it', async () => {
  const bad = new Set([5, 12, 13]);
  const { put, stateNow, changes, waitMinutes } = open((minute) => (bad.has(minute) ? 500 : 50));
  await put();
  await waitMinutes(10);
  assert.equal(await stateNow(), 'OK');
  await waitMinutes(6);
  assert.equal(await stateNow(), 'ALARM');
  await waitMinutes(5);
  assert.equal(await stateNow(), 'OK');
  assert.deepEqual(
    changes().map(({ detail }) => detail.state.value),
    ['OK', 'ALARM', 'OK'],
    'events come with transitions only',
  );
});

test('the event of a change has the shape that AWS documents', async () => {
  const { put, lastChange, waitMinutes } = open((minute) => (minute < 5 ? 50 : 500));
  await put({ EvaluationPeriods: 1, DatapointsToAlarm: 1 });
  await waitMinutes(8);
  const { source, resources, detail } = lastChange();
  assert.equal(source, 'aws.cloudwatch');
  assert.deepEqual(resources, [`arn:aws:cloudwatch:${recovery}:123456789012:alarm:shop-latency`]);
  const { configuration, previousState, state, alarmName } = detail;
  assert.deepEqual([alarmName, previousState.value, state.value], ['shop-latency', 'OK', 'ALARM']);
  assert.match(state.timestamp, /^2026-01-15T00:0\d:\d\d\.\d{3}\+0000$/);
  assert.equal(
    state.reason,
    'Threshold Crossed: 1 out of the last 1 datapoint [500.0 (15/01/26 00:05:00)] was greater than the threshold (100.0) (minimum 1 datapoint for OK -> ALARM transition).',
  );
  const data = JSON.parse(state.reasonData);
  assert.deepEqual(
    [data.version, data.statistic, data.period, data.recentDatapoints, data.threshold],
    ['1.0', 'Average', 60, [500], 100],
  );
  const [metric] = configuration.metrics;
  assert.deepEqual(metric?.['metricStat'], {
    metric: { dimensions: {}, name: 'Latency', namespace: 'Shop' },
    period: 60,
    stat: 'Average',
  });
  assert.match(String(metric?.['id']), /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

test('when the metric stops, the alarm takes the state that its treatment of missing data says', async () => {
  for (const [treat, expected] of [
    ['missing', 'INSUFFICIENT_DATA'],
    ['ignore', 'OK'],
    ['breaching', 'ALARM'],
    ['notBreaching', 'OK'],
  ] as const) {
    const { put, stateNow, waitMinutes } = open((minute) => (minute < 5 ? 50 : undefined));
    await put({ TreatMissingData: treat });
    await waitMinutes(5);
    assert.equal(await stateNow(), 'OK');
    await waitMinutes(10);
    assert.equal(await stateNow(), expected, treat);
  }
});

test('an anomaly alarm follows the band of the hours before, and its event carries the band', async () => {
  const { put, describe, stateNow, lastChange, waitMinutes } = open((minute) => {
    if (minute >= 30 && minute < 40) return 900;
    return 100 + 10 * (Math.abs(minute) % 3);
  });
  await put({
    Namespace: undefined,
    MetricName: undefined,
    Statistic: undefined,
    Period: undefined,
    Threshold: undefined,
    ComparisonOperator: 'GreaterThanUpperThreshold',
    ThresholdMetricId: 'ad1',
    Metrics: [
      {
        Id: 'm1',
        MetricStat: { Metric: { Namespace: 'Shop', MetricName: 'Latency' }, Period: 60, Stat: 'Average' },
      },
      { Id: 'ad1', Expression: 'ANOMALY_DETECTION_BAND(m1, 3)', Label: 'Latency (expected)' },
    ],
  });
  await waitMinutes(25);
  assert.equal(await stateNow(), 'OK');
  await waitMinutes(10);
  assert.equal(await stateNow(), 'ALARM');
  assert.equal((await describe()).alarms[0]?.ThresholdMetricId, 'ad1');
  const { configuration, state } = lastChange().detail;
  assert.deepEqual(configuration.metrics[1], {
    id: 'ad1',
    expression: 'ANOMALY_DETECTION_BAND(m1, 3)',
    label: 'Latency (expected)',
    returnData: true,
  });
  const data = JSON.parse(state.reasonData);
  assert.equal(data.threshold, undefined);
  assert.equal(data.recentUpperThresholds.length, data.recentDatapoints.length);
  assert.ok(data.recentUpperThresholds.every((upper: number) => upper > 110 && upper < 300));
  assert.match(state.reason, /^Thresholds Crossed: .* greater than the upper thresholds \[/);
  await waitMinutes(15);
  assert.equal(await stateNow(), 'OK');
});

test('an anomaly alarm on a metric without a past has insufficient data', async () => {
  const { put, stateNow, waitMinutes } = open((minute) => (minute >= 0 ? 900 : undefined));
  await put({
    Namespace: undefined,
    MetricName: undefined,
    Statistic: undefined,
    Period: undefined,
    Threshold: undefined,
    ComparisonOperator: 'LessThanLowerOrGreaterThanUpperThreshold',
    ThresholdMetricId: 'ad1',
    Metrics: [
      {
        Id: 'm1',
        MetricStat: { Metric: { Namespace: 'Shop', MetricName: 'Latency' }, Period: 60, Stat: 'Average' },
      },
      { Id: 'ad1', Expression: 'ANOMALY_DETECTION_BAND(m1)' },
    ],
  });
  await waitMinutes(8);
  assert.equal(await stateNow(), 'INSUFFICIENT_DATA');
  await waitMinutes(12);
  assert.equal(await stateNow(), 'OK', 'what lasts becomes normal');
});

test('a state that was set is a real transition, and the evaluation takes it back within a minute', async () => {
  const { sim, client, put, stateNow, changes, waitMinutes } = open(() => 50);
  await put();
  await waitMinutes(2);
  const set = (StateValue: string, AlarmName = 'shop-latency') =>
    sim.clock.drive(
      client.send(
        new SetAlarmStateCommand({ AlarmName, StateValue: StateValue as 'ALARM', StateReason: 'a drill' }),
      ),
    );
  await set('ALARM');
  assert.equal(await stateNow(), 'ALARM');
  await waitMinutes(1);
  assert.equal(await stateNow(), 'OK');
  await waitMinutes(1);
  assert.deepEqual(
    changes().map(({ detail }) => detail.state.value),
    ['OK', 'ALARM', 'OK'],
  );
  await assert.rejects(set('ALARM', 'nothing'), { name: 'ResourceNotFound' });
  await assert.rejects(set('WORSE'), { name: 'ValidationException' });
});

test('an alarm tells its topic of a transition, unless its actions are off', async () => {
  const { sns, topic, put, waitMinutes } = open((minute) => (minute < 5 ? 50 : 500));
  await put({ AlarmActions: [topic] });
  await put({ AlarmName: 'quiet', AlarmActions: [topic], ActionsEnabled: false });
  await waitMinutes(10);
  assert.deepEqual(
    sns.published.map(({ subject, topicArn }) => [subject, topicArn]),
    [[`ALARM: "shop-latency" in ${recovery}`, topic]],
  );
});

test('putting an alarm again keeps its state, and each change of its configuration is an event', async () => {
  const { sim, client, events, put, describe, waitMinutes } = open(() => 50);
  await put();
  await waitMinutes(2);
  await put({ Threshold: 200 });
  const [alarm] = (await describe()).alarms;
  assert.deepEqual([alarm?.StateValue, alarm?.Threshold], ['OK', 200]);
  await sim.clock.drive(client.send(new DeleteAlarmsCommand({ AlarmNames: ['shop-latency'] })));
  await waitMinutes(1);
  assert.deepEqual((await describe()).alarms, []);
  const configured = events.filter(
    (event) => event['detail-type'] === 'CloudWatch Alarm Configuration Change',
  );
  assert.deepEqual(
    configured.map(({ detail }) => detail.operation),
    ['create', 'update', 'delete'],
  );
});

test('an alarm that is gone, or replaced, is evaluated no more', async () => {
  const { sim, client, put, changes, waitMinutes } = open((minute) => (minute < 5 ? 50 : 500));
  await put();
  await put({ Threshold: 1000 });
  await waitMinutes(10);
  assert.deepEqual(
    changes().map(({ detail }) => detail.state.value),
    ['OK'],
  );
  await sim.clock.drive(client.send(new DeleteAlarmsCommand({ AlarmNames: ['shop-latency'] })));
  await assert.rejects(
    sim.clock.drive(client.send(new DeleteAlarmsCommand({ AlarmNames: ['shop-latency'] }))),
    { name: 'ResourceNotFound' },
  );
  await assert.rejects(sim.clock.drive(new Promise(() => undefined)), { name: 'Deadlock' });
});

test('alarms are described by name, prefix and state, page by page', async () => {
  const { sim, put, describe, waitMinutes } = open(() => 50);
  for (const AlarmName of ['b-1', 'a-2', 'a-1']) {
    await put({ AlarmName });
    await sim.clock.driveUntil(sim.clock.nowMs() + 1000);
  }
  await waitMinutes(1);
  const names = async (input: DescribeAlarmsCommandInput) =>
    (await describe(input)).alarms.map(({ AlarmName }) => AlarmName);
  assert.deepEqual(await names({ AlarmNames: ['a-2', 'none'] }), ['a-2']);
  assert.deepEqual(await names({ AlarmNamePrefix: 'a-' }), ['a-1', 'a-2']);
  assert.deepEqual(await names({ StateValue: 'ALARM' }), []);
  const first = await describe({ MaxRecords: 2 });
  assert.deepEqual(await names({ MaxRecords: 2, NextToken: first.NextToken }), ['b-1']);
});

test('an alarm of the world begins in the state that it had', async () => {
  const { sim, describe, events } = open(() => 50);
  sim.region(recovery).cloudwatch.addAlarm(base);
  assert.equal((await describe()).alarms[0]?.StateValue, 'OK');
  await sim.clock.driveUntil(startMs + 5 * minuteMs);
  assert.deepEqual(events, []);
});

test('what CloudWatch would refuse is refused, and what is not modelled stops the run', async () => {
  const refused: Partial<PutMetricAlarmCommandInput>[] = [
    { EvaluationPeriods: 0 },
    { DatapointsToAlarm: 4 },
    { Period: 45 },
    { Period: 3600, EvaluationPeriods: 200, DatapointsToAlarm: 1 },
    { Threshold: undefined },
    { TreatMissingData: 'whatever' },
    { ComparisonOperator: 'GreaterThanUpperThreshold' },
    { ExtendedStatistic: 'p99' },
    { AlarmActions: [`arn:aws:sns:${primary}:123456789012:operators`] },
  ];
  const { put, sim } = open(() => 50);
  for (const input of refused) {
    await assert.rejects(put(input), { name: 'ValidationException' }, JSON.stringify(input));
    await sim.clock.driveUntil(sim.clock.nowMs() + 1000);
  }
  for (const input of [
    { AlarmActions: ['arn:aws:automate:ap-northeast-1:ec2:recover'] },
    { Metrics: [{ Id: 'e1', Expression: 'm1 + 1' }] },
  ]) {
    await assert.rejects(open(() => 50).put(input), { name: 'NotSimulated' });
  }
});

test('setting the state that an alarm has is no transition', async () => {
  const { sim, client, put, changes, waitMinutes } = open(() => 50);
  await put();
  await waitMinutes(2);
  const same = new SetAlarmStateCommand({
    AlarmName: 'shop-latency',
    StateValue: 'OK',
    StateReason: 'a drill',
  });
  await sim.clock.drive(client.send(same));
  await waitMinutes(2);
  assert.equal(changes().length, 1);
});

test('an alarm on DynamoDB keeps its state where data is missing, whatever it says', async () => {
  const { sim, put, stateNow, waitMinutes } = open(() => undefined);
  sim
    .region(recovery)
    .cloudwatch.addProvider('AWS/DynamoDB', 'ThrottledRequests', (_dimensions, atMs) =>
      atMs < startMs + 3 * minuteMs ? 50 : undefined,
    );
  await put({ Namespace: 'AWS/DynamoDB', MetricName: 'ThrottledRequests', TreatMissingData: 'breaching' });
  await waitMinutes(15);
  assert.equal(await stateNow(), 'OK');
});

test('a gap of one minute makes no difference to an alarm that has enough points further back', async () => {
  const { put, changes, waitMinutes } = open((minute) => (minute % 4 === 3 ? undefined : 50));
  await put({ TreatMissingData: 'breaching', DatapointsToAlarm: 1 });
  await waitMinutes(20);
  assert.deepEqual(
    changes().map(({ detail }) => detail.state.value),
    ['OK'],
  );
});

test('an alarm with a short period is evaluated every ten seconds', async () => {
  const { sim, client, stateNow, put } = open(() => undefined);
  await put({ Namespace: 'Shop2', Period: 10, EvaluationPeriods: 1, DatapointsToAlarm: 1 });
  const MetricData = [{ MetricName: 'Latency', Value: 500, StorageResolution: 1 }];
  await sim.clock.drive(client.send(new PutMetricDataCommand({ Namespace: 'Shop2', MetricData })));
  await sim.clock.driveUntil(sim.clock.nowMs() + 31_000);
  assert.equal(await stateNow(), 'ALARM');
});
