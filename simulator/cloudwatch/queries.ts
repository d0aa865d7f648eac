import type {
  GetMetricDataCommandInput,
  GetMetricDataCommandOutput,
  GetMetricStatisticsCommandInput,
  GetMetricStatisticsCommandOutput,
  ListMetricsCommandInput,
  ListMetricsCommandOutput,
  MetricDataQuery,
  MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import { AwsError, NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { CloudWatch } from './cloudwatch.ts';
import { dimensionList, type Metric, metricKey, readDimensions } from './metric.ts';
import { requireStatistic } from './statistics.ts';
import type { Point, Query } from './store.ts';

type Body<Output> = Omit<Output, '$metadata'>;

const datapointsMax = 100_800;
const listPage = 500;

/**
 * Metric values by period; the start is included, the end is not, and newest come first unless asked otherwise
 * (CloudWatch API Reference, GetMetricData).
 * @throws AwsError ValidationError; NotSimulated for expressions
 */
export function getMetricData(
  cloudwatch: CloudWatch,
  input: GetMetricDataCommandInput,
): Body<GetMetricDataCommandOutput> {
  refuseUnmodelled('monitoring:GetMetricData', input, [
    'MetricDataQueries',
    'StartTime',
    'EndTime',
    'ScanBy',
  ]);
  const { startMs, endMs } = readRange(input.StartTime, input.EndTime, 'ValidationError');
  const queries = input.MetricDataQueries ?? [];
  const ids = new Set(queries.map(({ Id }) => Id));
  if (queries.length === 0 || ids.size < queries.length) {
    throw new AwsError(
      'ValidationError',
      'The parameter MetricDataQueries must have at least one query, each with an Id of its own.',
    );
  }
  const results = queries.map((query): MetricDataResult & { hidden: boolean } => {
    const series = readSeries(query);
    const points = pointsOf(cloudwatch, series, startMs, endMs);
    if (input.ScanBy !== 'TimestampAscending') points.reverse();
    return {
      Id: query.Id,
      Label: query.Label ?? series.metric.name,
      Timestamps: points.map((point) => new Date(point.startMs)),
      Values: points.map(({ value }) => value),
      StatusCode: 'Complete',
      hidden: query.ReturnData === false,
    };
  });
  const total = results.reduce((sum, { Values }) => sum + (Values?.length ?? 0), 0);
  if (total > datapointsMax) throw new NotSimulated('monitoring:GetMetricData with more than one page');
  return {
    MetricDataResults: results.filter(({ hidden }) => !hidden).map(({ hidden: _, ...result }) => result),
    Messages: [],
  };
}

function readSeries(query: MetricDataQuery): Query {
  if (!/^[a-z]\w{0,254}$/.test(query.Id ?? '')) {
    throw new AwsError(
      'ValidationError',
      `The value ${query.Id} for parameter MetricDataQueries.member.1.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.`,
    );
  }
  refuseUnmodelled('monitoring:GetMetricData', query, ['Id', 'MetricStat', 'Label', 'ReturnData']);
  const { MetricStat: stat } = query;
  if (!stat?.Metric)
    throw new AwsError('ValidationError', 'The parameter MetricDataQueries.member.1.MetricStat is required.');
  const statistic = stat.Stat ?? '';
  requireStatistic(statistic);
  return {
    metric: {
      namespace: stat.Metric.Namespace ?? '',
      name: stat.Metric.MetricName ?? '',
      dimensions: readDimensions(stat.Metric.Dimensions),
    },
    statistic,
    periodSeconds: readPeriod(stat.Period, 'ValidationError'),
    unit: stat.Unit,
  };
}

/** @throws AwsError InvalidParameterValue, InvalidParameterCombination, MissingParameter */
export function getMetricStatistics(
  cloudwatch: CloudWatch,
  input: GetMetricStatisticsCommandInput,
): Body<GetMetricStatisticsCommandOutput> {
  const { startMs, endMs } = readRange(input.StartTime, input.EndTime, 'InvalidParameterValue');
  const periodSeconds = readPeriod(input.Period, 'InvalidParameterValue');
  const statistics = [...(input.Statistics ?? []), ...(input.ExtendedStatistics ?? [])];
  if (statistics.length === 0) {
    throw new AwsError('MissingParameter', 'Must specify either Statistics or ExtendedStatistics');
  }
  if ((endMs - startMs) / 1000 / periodSeconds > 1440) {
    throw new AwsError(
      'InvalidParameterCombination',
      'You have requested up to more than the limit of 1,440 datapoints. You may reduce the datapoints requested by increasing Period, or decreasing the time range.',
    );
  }
  for (const statistic of statistics) requireStatistic(statistic);
  const metric: Metric = {
    namespace: input.Namespace ?? '',
    name: input.MetricName ?? '',
    dimensions: readDimensions(input.Dimensions),
  };
  const read = (statistic: string): Point[] =>
    pointsOf(cloudwatch, { metric, statistic, periodSeconds, unit: input.Unit }, startMs, endMs);
  const columns = statistics.map((statistic) => ({ statistic, points: read(statistic) }));
  const rows = (columns[0]?.points ?? []).map(({ startMs: atMs }, row) => {
    const values = columns.map(({ statistic, points }): [string, number] => [
      statistic,
      points[row]?.value ?? 0,
    ]);
    const plain = values.filter(([statistic]) => !statistic.startsWith('p'));
    const extended = values.filter(([statistic]) => statistic.startsWith('p'));
    return {
      Timestamp: new Date(atMs),
      Unit: input.Unit ?? ('None' as const),
      ...Object.fromEntries(plain),
      ...(extended.length > 0 && { ExtendedStatistics: Object.fromEntries(extended) }),
    };
  });
  return { Label: metric.name, Datapoints: rows };
}

/** @throws AwsError InvalidParameterValue for a token that is none */
export function listMetrics(
  cloudwatch: CloudWatch,
  input: ListMetricsCommandInput,
): Body<ListMetricsCommandOutput> {
  refuseUnmodelled('monitoring:ListMetrics', input, ['Namespace', 'MetricName', 'Dimensions', 'NextToken']);
  const matches = (metric: Metric): boolean =>
    (input.Namespace === undefined || metric.namespace === input.Namespace) &&
    (input.MetricName === undefined || metric.name === input.MetricName) &&
    (input.Dimensions ?? []).every(
      ({ Name, Value }) =>
        Name !== undefined &&
        Name in metric.dimensions &&
        (Value === undefined || metric.dimensions[Name] === Value),
    );
  const start = Number(input.NextToken ?? 0);
  if (!Number.isInteger(start))
    throw new AwsError('InvalidParameterValue', 'The value for parameter NextToken is invalid.');
  const chosen = cloudwatch.metrics
    .metrics()
    .filter(matches)
    .sort((a, b) => (metricKey(a) < metricKey(b) ? -1 : 1));
  const page = chosen.slice(start, start + listPage);
  return {
    Metrics: page.map(({ namespace, name, dimensions }) => ({
      Namespace: namespace,
      MetricName: name,
      Dimensions: dimensionList(dimensions),
    })),
    ...(start + listPage < chosen.length && { NextToken: String(start + listPage) }),
  };
}

/** Points in the order of time; periods begin at multiples of their length. */
function pointsOf(cloudwatch: CloudWatch, query: Query, startMs: number, endMs: number): Point[] {
  const periodMs = query.periodSeconds * 1000;
  const firstMs = Math.floor(startMs / periodMs) * periodMs;
  const values = cloudwatch.metrics.values(query, firstMs, Math.ceil((endMs - firstMs) / periodMs));
  return values.flatMap((value, index) =>
    value === undefined ? [] : [{ startMs: firstMs + index * periodMs, value }],
  );
}

function readRange(
  start: Date | undefined,
  end: Date | undefined,
  code: string,
): { startMs: number; endMs: number } {
  if (!start || !end) throw new AwsError(code, 'The parameters StartTime and EndTime are required.');
  const [startMs, endMs] = [start.getTime(), end.getTime()];
  if (startMs >= endMs) {
    throw new AwsError(code, 'The parameter StartTime must be less than the parameter EndTime.');
  }
  return { startMs, endMs };
}

function readPeriod(period: number | undefined, code: string): number {
  const fits =
    period !== undefined && ([1, 5, 10, 20, 30].includes(period) || (period > 0 && period % 60 === 0));
  if (!fits) throw new AwsError(code, `Period must be 1, 5, 10, 20, 30, or a multiple of 60: ${period}`);
  return period;
}
