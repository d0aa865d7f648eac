import type {
  ComparisonOperator,
  MetricDataQuery,
  PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { AwsError, NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { RegionName } from '../service.ts';
import type { AlarmStateValue, TreatMissingData } from './evaluation.ts';
import { type Metric, readDimensions } from './metric.ts';
import { requireStatistic } from './statistics.ts';

/** The expected band around a metric, as wide as so many standard deviations. */
export interface Band {
  readonly id: string;
  readonly deviations: number;
  readonly label: string | undefined;
}

/** What an alarm watches and when it changes its mind. */
export interface AlarmRule {
  readonly metric: Metric;
  readonly queryId: string | undefined;
  readonly statistic: string;
  readonly periodSeconds: number;
  readonly unit: string | undefined;
  readonly comparison: ComparisonOperator;
  /** A number, or a band for an anomaly alarm. */
  readonly limit: number | Band;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly treatMissingData: TreatMissingData;
}

export interface AlarmState {
  readonly value: AlarmStateValue;
  readonly reason: string;
  /** JSON, as CloudWatch passes it on. */
  readonly reasonData: string | undefined;
  readonly atMs: number;
}

export interface Alarm {
  readonly name: string;
  readonly arn: string;
  readonly input: PutMetricAlarmCommandInput;
  readonly rule: AlarmRule;
  /** Id of the metric among the alarm's queries; CloudWatch makes one up where a single metric was given. */
  readonly queryId: string;
  readonly configuredAtMs: number;
  state: AlarmState;
}

const comparisons: readonly string[] = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
];
const bandComparisons: readonly string[] = [
  'LessThanLowerOrGreaterThanUpperThreshold',
  'LessThanLowerThreshold',
  'GreaterThanUpperThreshold',
];
const daySeconds = 86_400;

/**
 * Reads what PutMetricAlarm says.
 * @throws AwsError ValidationError, InvalidParameterValue, InvalidParameterCombination, MissingParameter; NotSimulated for
 * expressions other than one anomaly band, and for actions that are not SNS topics
 */
export function readRule(input: PutMetricAlarmCommandInput, region: RegionName): AlarmRule {
  refuseUnmodelled('monitoring:PutMetricAlarm', input, [
    'AlarmName',
    'AlarmDescription',
    'ActionsEnabled',
    'OKActions',
    'AlarmActions',
    'InsufficientDataActions',
    'MetricName',
    'Namespace',
    'Statistic',
    'ExtendedStatistic',
    'Dimensions',
    'Period',
    'Unit',
    'EvaluationPeriods',
    'DatapointsToAlarm',
    'Threshold',
    'ComparisonOperator',
    'TreatMissingData',
    'Metrics',
    'Tags',
    'ThresholdMetricId',
  ]);
  if (!input.AlarmName) throw new AwsError('ValidationError', 'The parameter AlarmName is required.');
  requireTopics(input, region);
  const watched = input.Metrics ? readQueries(input) : readSingleMetric(input);
  const evaluationPeriods = input.EvaluationPeriods ?? 0;
  const datapointsToAlarm = input.DatapointsToAlarm ?? evaluationPeriods;
  if (evaluationPeriods < 1) throw new AwsError('ValidationError', 'EvaluationPeriods must be at least 1.');
  if (datapointsToAlarm < 1 || datapointsToAlarm > evaluationPeriods) {
    throw new AwsError('ValidationError', 'DatapointsToAlarm must be between 1 and EvaluationPeriods.');
  }
  requireShortEnough(watched.periodSeconds, evaluationPeriods);
  requireComparison(input.ComparisonOperator, watched.limit);
  return {
    ...watched,
    comparison: input.ComparisonOperator as ComparisonOperator,
    evaluationPeriods,
    datapointsToAlarm,
    treatMissingData: readTreatment(input.TreatMissingData, watched.metric.namespace),
  };
}

type Watched = Pick<AlarmRule, 'metric' | 'queryId' | 'statistic' | 'periodSeconds' | 'unit' | 'limit'>;

function readSingleMetric(input: PutMetricAlarmCommandInput): Watched {
  if (!input.MetricName || !input.Namespace) {
    throw new AwsError('ValidationError', 'Exactly one of MetricName and Metrics is required.');
  }
  if (input.ThresholdMetricId !== undefined) {
    throw new AwsError('ValidationError', 'ThresholdMetricId requires Metrics.');
  }
  const statistic = input.Statistic ?? input.ExtendedStatistic;
  if (statistic === undefined || (input.Statistic && input.ExtendedStatistic)) {
    throw new AwsError('ValidationError', 'Exactly one of Statistic and ExtendedStatistic is required.');
  }
  if (input.Threshold === undefined) throw new AwsError('ValidationError', 'Threshold is required.');
  requireStatistic(statistic);
  return {
    metric: {
      namespace: input.Namespace,
      name: input.MetricName,
      dimensions: readDimensions(input.Dimensions),
    },
    queryId: undefined,
    statistic,
    periodSeconds: requirePeriod(input.Period),
    unit: input.Unit,
    limit: input.Threshold,
  };
}

function readQueries(input: PutMetricAlarmCommandInput): Watched {
  const queries = input.Metrics ?? [];
  const measured = queries.filter(({ MetricStat }) => MetricStat !== undefined);
  const expressions = queries.filter(({ Expression }) => Expression !== undefined);
  const [first] = measured;
  if (!first?.MetricStat?.Metric || measured.length > 1 || expressions.length > 1) {
    throw new NotSimulated('monitoring:PutMetricAlarm with metric math');
  }
  refuseUnmodelled('monitoring:PutMetricAlarm', first, ['Id', 'MetricStat', 'ReturnData', 'Label']);
  const { Metric: metric, Stat = '', Unit, Period } = first.MetricStat;
  requireStatistic(Stat);
  return {
    metric: {
      namespace: metric.Namespace ?? '',
      name: metric.MetricName ?? '',
      dimensions: readDimensions(metric.Dimensions),
    },
    queryId: first.Id ?? 'm1',
    statistic: Stat,
    periodSeconds: requirePeriod(Period),
    unit: Unit,
    limit: readLimit(input, first, expressions[0]),
  };
}

function readLimit(
  input: PutMetricAlarmCommandInput,
  metric: MetricDataQuery,
  expression: MetricDataQuery | undefined,
): number | Band {
  if (!expression) {
    if (input.Threshold === undefined) throw new AwsError('ValidationError', 'Threshold is required.');
    return input.Threshold;
  }
  const [, id, width] =
    /^ANOMALY_DETECTION_BAND\((\w+)(?:,\s*([\d.]+))?\)$/.exec(expression.Expression ?? '') ?? [];
  if (id !== metric.Id) throw new NotSimulated(`monitoring:PutMetricAlarm with ${expression.Expression}`);
  if (input.ThresholdMetricId !== expression.Id) {
    throw new AwsError(
      'ValidationError',
      'ThresholdMetricId must be the Id of the ANOMALY_DETECTION_BAND expression.',
    );
  }
  if (input.Threshold !== undefined) {
    throw new AwsError('ValidationError', 'Threshold must not be given with ThresholdMetricId.');
  }
  return { id: expression.Id ?? 'ad1', deviations: Number(width ?? 2), label: expression.Label };
}

function requirePeriod(period: number | undefined): number {
  const fits = period !== undefined && ([10, 20, 30].includes(period) || (period > 0 && period % 60 === 0));
  if (!fits)
    throw new AwsError('ValidationError', `Period must be 10, 20, 30, or a multiple of 60: ${period}`);
  return period;
}

/** CloudWatch API Reference, PutMetricAlarm: a day at most, a week for periods of an hour and more. */
function requireShortEnough(periodSeconds: number, evaluationPeriods: number): void {
  const longest = periodSeconds >= 3600 ? 7 * daySeconds : daySeconds;
  if (periodSeconds * evaluationPeriods <= longest) return;
  throw new AwsError(
    'ValidationError',
    `Metrics cannot be checked across more than ${longest} seconds (EvaluationPeriods * Period must be <= ${longest}).`,
  );
}

function requireComparison(comparison: string | undefined, limit: number | Band): void {
  const allowed = typeof limit === 'number' ? comparisons : bandComparisons;
  if (comparison !== undefined && allowed.includes(comparison)) return;
  throw new AwsError(
    'ValidationError',
    `ComparisonOperator must be one of ${allowed.join(', ')}: ${comparison}`,
  );
}

function readTreatment(treat: string | undefined, namespace: string): TreatMissingData {
  // DynamoDB's metrics come only when there are any (CloudWatch User Guide, alarms and missing data).
  if (namespace === 'AWS/DynamoDB') return 'ignore';
  switch (treat) {
    case undefined:
      return 'missing';
    case 'missing':
    case 'ignore':
    case 'breaching':
    case 'notBreaching':
      return treat;
    default:
      throw new AwsError(
        'ValidationError',
        `TreatMissingData must be breaching, notBreaching, ignore or missing: ${treat}`,
      );
  }
}

function requireTopics(input: PutMetricAlarmCommandInput, region: RegionName): void {
  const actions = [input.AlarmActions, input.OKActions, input.InsufficientDataActions].flatMap(
    (list) => list ?? [],
  );
  for (const arn of actions) {
    const [, topicRegion] = /^arn:aws:sns:([a-z0-9-]+):\d{12}:[\w-]+$/.exec(arn) ?? [];
    if (topicRegion === undefined) throw new NotSimulated(`an alarm action ${arn}`);
    if (topicRegion !== region) {
      throw new AwsError(
        'ValidationError',
        `Invalid region ${topicRegion} specified. Only ${region} is supported.`,
      );
    }
  }
}
