import type { MetricDatum, PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { Call } from '../service.ts';
import type { CloudWatch } from './cloudwatch.ts';
import { type Metric, readDimensions, type Sample } from './metric.ts';

const hourMs = 3_600_000;
const datumsMax = 1000;
const dimensionsMax = 30;
const valuesMax = 150;

/**
 * Stores samples. All of them are checked before any is stored (CloudWatch API Reference, PutMetricData: up to 1,000
 * datums of up to 30 dimensions and 150 values; two weeks old at most, two hours ahead at most).
 * @throws AwsError InvalidParameterValue, MissingParameter, InvalidParameterCombination
 */
export function putMetricData(cloudwatch: CloudWatch, input: PutMetricDataCommandInput, call: Call): object {
  refuseUnmodelled('monitoring:PutMetricData', input, ['Namespace', 'MetricData']);
  const namespace = input.Namespace ?? '';
  if (namespace === '') throw new AwsError('MissingParameter', 'The parameter Namespace is required.');
  if (namespace.startsWith('AWS/')) {
    throw new AwsError('InvalidParameterValue', 'The value AWS/ for parameter Namespace is invalid.');
  }
  const data = input.MetricData ?? [];
  if (data.length === 0) throw new AwsError('MissingParameter', 'The parameter MetricData is required.');
  if (data.length > datumsMax) {
    throw new AwsError(
      'InvalidParameterValue',
      `The collection MetricData must not have a size greater than ${datumsMax}.`,
    );
  }
  const { clock, draws } = cloudwatch.sim;
  const nowMs = clock.nowMs();
  const readableAtMs = nowMs + draws.sample('cloudwatch.putToReadable', call.caller.accessKeyId) * 1000;
  const read = data.map((datum) => ({
    metric: readMetric(namespace, datum),
    sample: readSample(datum, nowMs, readableAtMs),
  }));
  for (const { metric, sample } of read) cloudwatch.metrics.put(metric, sample);
  return {};
}

function readMetric(namespace: string, datum: MetricDatum): Metric {
  if (!datum.MetricName)
    throw new AwsError('MissingParameter', 'The parameter MetricData.member.1.MetricName is required.');
  if ((datum.Dimensions?.length ?? 0) > dimensionsMax) {
    throw new AwsError(
      'InvalidParameterValue',
      `The collection Dimensions must not have a size greater than ${dimensionsMax}.`,
    );
  }
  return { namespace, name: datum.MetricName, dimensions: readDimensions(datum.Dimensions) };
}

function readSample(datum: MetricDatum, nowMs: number, readableAtMs: number): Sample {
  const atMs = datum.Timestamp?.getTime() ?? nowMs;
  if (atMs < nowMs - 14 * 24 * hourMs || atMs > nowMs + 2 * hourMs) {
    throw new AwsError(
      'InvalidParameterValue',
      'The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks and no more than two hours ahead.',
    );
  }
  const rest = { atMs, readableAtMs, unit: datum.Unit };
  const { StatisticValues: set } = datum;
  if (set) {
    const { Sum = 0, SampleCount = 0, Minimum = 0, Maximum = 0 } = set;
    return { ...rest, values: [], sum: Sum, count: SampleCount, minimum: Minimum, maximum: Maximum };
  }
  const values = readValues(datum);
  return {
    ...rest,
    values,
    sum: values.reduce((sum, { value, count }) => sum + value * count, 0),
    count: values.reduce((sum, { count }) => sum + count, 0),
    minimum: Math.min(...values.map(({ value }) => value)),
    maximum: Math.max(...values.map(({ value }) => value)),
  };
}

function readValues(datum: MetricDatum): Sample['values'] {
  const values = datum.Values ?? (datum.Value === undefined ? [] : [datum.Value]);
  const counts = datum.Counts ?? values.map(() => 1);
  if (values.length === 0) {
    throw new AwsError(
      'MissingParameter',
      'At least one of the parameters must be specified: Value, Values, StatisticValues.',
    );
  }
  if (datum.Value !== undefined && datum.Values !== undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      'The parameters Value and Values are mutually exclusive and you have specified both.',
    );
  }
  if (counts.length !== values.length || values.length > valuesMax || !values.every(Number.isFinite)) {
    throw new AwsError('InvalidParameterValue', 'The parameter MetricData.member.1.Values is not valid.');
  }
  return values.map((value, index) => ({ value, count: counts[index] ?? 1 }));
}
