import assert from 'node:assert/strict';
import test from 'node:test';
import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { recovery, startMs } from './data-account.ts';
import { openAlarms } from './data-alarms.ts';

const minuteMs = 60_000;

test('a new alarm has insufficient data until it is evaluated, within a minute', async () => {
  const { put, describe, stateNow, waitMinutes } = openAlarms(() => 50);
  await put();
  const [alarm] = (await describe()).alarms;
  assert.equal(alarm?.StateValue, 'INSUFFICIENT_DATA');
  assert.equal(alarm?.StateReason, 'Unchecked: Initial alarm creation');
  await waitMinutes(1);
  assert.equal(await stateNow(), 'OK');
});

test('two bad minutes of three raise the alarm, one does not, and a good while clears it', async () => {
  const bad = new Set([5, 12, 13]);
  const { put, stateNow, changes, waitMinutes } = openAlarms((minute) => (bad.has(minute) ? 500 : 50));
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
  const { put, lastChange, waitMinutes } = openAlarms((minute) => (minute < 5 ? 50 : 500));
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
    const { put, stateNow, waitMinutes } = openAlarms((minute) => (minute < 5 ? 50 : undefined));
    await put({ TreatMissingData: treat });
    await waitMinutes(5);
    assert.equal(await stateNow(), 'OK');
    await waitMinutes(10);
    assert.equal(await stateNow(), expected, treat);
  }
});

test('an anomaly alarm follows the band of the hours before, and its event carries the band', async () => {
  const { put, describe, stateNow, lastChange, waitMinutes } = openAlarms((minute) => {
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
  const { put, stateNow, waitMinutes } = openAlarms((minute) => (minute >= 0 ? 900 : undefined));
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

test('an alarm on DynamoDB keeps its state where data is missing, whatever it says', async () => {
  const { sim, put, stateNow, waitMinutes } = openAlarms(() => undefined);
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
  const { put, changes, waitMinutes } = openAlarms((minute) => (minute % 4 === 3 ? undefined : 50));
  await put({ TreatMissingData: 'breaching', DatapointsToAlarm: 1 });
  await waitMinutes(20);
  assert.deepEqual(
    changes().map(({ detail }) => detail.state.value),
    ['OK'],
  );
});

test('an alarm with a short period is evaluated every ten seconds', async () => {
  const { sim, client, stateNow, put } = openAlarms(() => undefined);
  await put({ Namespace: 'Shop2', Period: 10, EvaluationPeriods: 1, DatapointsToAlarm: 1 });
  const MetricData = [{ MetricName: 'Latency', Value: 500, StorageResolution: 1 }];
  await sim.clock.drive(client.send(new PutMetricDataCommand({ Namespace: 'Shop2', MetricData })));
  await sim.clock.driveUntil(sim.clock.nowMs() + 31_000);
  assert.equal(await stateNow(), 'ALARM');
});
