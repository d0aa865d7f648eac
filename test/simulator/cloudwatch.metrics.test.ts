import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  GetMetricStatisticsCommand,
  type GetMetricStatisticsCommandInput,
  ListMetricsCommand,
  type MetricDatum,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { openAccount, recovery, settings, startMs } from './data-account.ts';

const minuteMs = 60_000;

function open() {
  const sim = openAccount();
  const client = new CloudWatchClient(settings(sim, recovery));
  const put = (...MetricData: MetricDatum[]) =>
    sim.clock.drive(client.send(new PutMetricDataCommand({ Namespace: 'Lifeboat', MetricData })));
  const settle = () => sim.clock.driveUntil(sim.clock.nowMs() + minuteMs);
  const read = async (Stat: string, input: Partial<GetMetricDataCommandInput> = {}, Period = 60) => {
    const command = new GetMetricDataCommand({
      StartTime: new Date(startMs),
      EndTime: new Date(startMs + 10 * minuteMs),
      MetricDataQueries: [
        { Id: 'q', MetricStat: { Metric: { Namespace: 'Lifeboat', MetricName: 'Probe' }, Period, Stat } },
      ],
      ...input,
    });
    const { MetricDataResults } = await sim.clock.drive(client.send(command));
    return MetricDataResults?.[0];
  };
  return { sim, client, put, settle, read };
}

const at = (minute: number, second = 0) => new Date(startMs + minute * minuteMs + second * 1000);

test('a put value can be read after a moment, under exactly its dimensions', async () => {
  const { sim, client, put, settle, read } = open();
  await put({ MetricName: 'Probe', Value: 1 });
  assert.deepEqual((await read('Sum'))?.Values, [], 'not at once');
  await settle();
  assert.deepEqual((await read('Sum'))?.Values, [1]);
  await put({ MetricName: 'Probe', Value: 5, Dimensions: [{ Name: 'Region', Value: 'west' }] });
  await settle();
  assert.deepEqual((await read('Sum'))?.Values, [1], 'another set of dimensions is another metric');
  const { Metrics } = await sim.clock.drive(client.send(new ListMetricsCommand({ Namespace: 'Lifeboat' })));
  assert.equal(Metrics?.length, 2);
});

test('statistics are of all samples of a period', async () => {
  const { put, settle, read } = open();
  await put(
    { MetricName: 'Probe', Timestamp: at(0, 5), Values: [10, 20], Counts: [1, 3] },
    { MetricName: 'Probe', Timestamp: at(0, 55), Value: 100 },
    {
      MetricName: 'Probe',
      Timestamp: at(1),
      StatisticValues: { Sum: 60, SampleCount: 3, Minimum: 5, Maximum: 40 },
    },
  );
  await settle();
  const expected: [string, number[]][] = [
    ['SampleCount', [3, 5]],
    ['Sum', [60, 170]],
    ['Average', [20, 34]],
    ['Minimum', [5, 10]],
    ['Maximum', [40, 100]],
    ['p50', [20, 20]],
    ['p99', [20, 100]],
  ];
  for (const [statistic, values] of expected) {
    assert.deepEqual((await read(statistic))?.Values, values, statistic);
  }
  assert.deepEqual((await read('Sum', {}, 300))?.Values, [230]);
});

test('only samples of the unit that is asked for count', async () => {
  const { put, settle, read } = open();
  await put(
    { MetricName: 'Probe', Timestamp: at(0), Value: 4, Unit: 'Seconds' },
    { MetricName: 'Probe', Timestamp: at(0), Value: 4000, Unit: 'Milliseconds' },
  );
  await settle();
  const Metric = { Namespace: 'Lifeboat', MetricName: 'Probe' };
  const inSeconds = { Id: 'q', MetricStat: { Metric, Period: 60, Stat: 'Sum', Unit: 'Seconds' as const } };
  assert.deepEqual((await read('Sum', { MetricDataQueries: [inSeconds] }))?.Values, [4]);
  assert.deepEqual((await read('Sum'))?.Values, [4004]);
});

test('points come newest first unless asked otherwise; the end is not included', async () => {
  const { put, settle, read } = open();
  await put(...[0, 1, 2].map((minute) => ({ MetricName: 'Probe', Timestamp: at(minute), Value: minute })));
  await settle();
  assert.deepEqual((await read('Sum'))?.Values, [2, 1, 0]);
  const ascending = await read('Sum', { ScanBy: 'TimestampAscending', EndTime: at(2) });
  assert.deepEqual(ascending?.Values, [0, 1]);
  assert.deepEqual(ascending?.Timestamps, [at(0), at(1)]);
  assert.equal(ascending?.StatusCode, 'Complete');
});

test('GetMetricStatistics gives the same numbers', async () => {
  const { sim, client, put, settle } = open();
  await put(
    { MetricName: 'Probe', Timestamp: at(0), Value: 4 },
    { MetricName: 'Probe', Timestamp: at(0), Value: 8 },
  );
  await settle();
  const statistics = (input: Partial<GetMetricStatisticsCommandInput>) =>
    sim.clock.drive(
      client.send(
        new GetMetricStatisticsCommand({
          Namespace: 'Lifeboat',
          MetricName: 'Probe',
          StartTime: at(0),
          EndTime: at(5),
          Period: 60,
          ...input,
        } as GetMetricStatisticsCommandInput),
      ),
    );
  const { Datapoints } = await statistics({
    Statistics: ['Average', 'Maximum'],
    ExtendedStatistics: ['p99'],
  });
  assert.deepEqual(Datapoints, [
    { Timestamp: at(0), Unit: 'None', Average: 6, Maximum: 8, ExtendedStatistics: { p99: 8 } },
  ]);
  await assert.rejects(statistics({}), { name: 'MissingRequiredParameterException' });
  await assert.rejects(statistics({ Statistics: ['Sum'], EndTime: at(2000) }), {
    name: 'InvalidParameterCombinationException',
  });
});

test('a request that CloudWatch would refuse is refused as a whole', async () => {
  const { sim, client, put, settle, read } = open();
  const good = { MetricName: 'Probe', Value: 1 };
  const old = { MetricName: 'Probe', Value: 1, Timestamp: new Date(startMs - 15 * 24 * 60 * minuteMs) };
  await assert.rejects(put(good, old), { name: 'InvalidParameterValueException' });
  await assert.rejects(put(good, { MetricName: 'Probe', Value: Number.NaN }), {
    name: 'InvalidParameterValueException',
  });
  await assert.rejects(put({ MetricName: 'Probe' }), { name: 'MissingRequiredParameterException' });
  const reserved = new PutMetricDataCommand({ Namespace: 'AWS/Shop', MetricData: [good] });
  await assert.rejects(sim.clock.drive(client.send(reserved)), { name: 'InvalidParameterValueException' });
  await settle();
  assert.deepEqual((await read('Sum'))?.Values, []);
});

test('a metric that does not exist is an empty answer, and an expression stops the run', async () => {
  const { read } = open();
  assert.deepEqual((await read('Sum'))?.Values, []);
  await assert.rejects(read('Sum', { StartTime: at(10), EndTime: at(0) }), { name: 'ValidationException' });
  await assert.rejects(
    open().read('Sum', { MetricDataQueries: [{ Id: 'e', Expression: 'SUM(METRICS())' }] }),
    {
      name: 'NotSimulated',
    },
  );
});

test('more requests a second than the quota are throttled', async () => {
  const { sim, client } = open();
  const list = () => client.send(new ListMetricsCommand({}));
  const outcomes = await sim.clock.drive(Promise.allSettled(Array.from({ length: 80 }, list)));
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.name] : []));
  assert.ok(refused.length > 0);
  assert.ok(refused.every((name) => name === 'Throttling'));
});
