import type { MetricSignal, Plan } from '../recovery/plan/plan.ts';
import { idOf } from './alarms.ts';

/**
 * The alarms on what workloads measure themselves, for the outposts in their primary Regions: they vote like those that a
 * plan names, so they tell nobody, and a missing sample leaves them without data. Where the Region is gone, so are they: a
 * plan needs other signals besides.
 */
export function metricAlarms(plans: readonly Plan[]): Readonly<Record<string, object>> {
  const alarms = plans.flatMap((plan) =>
    metricsOf(plan).map((signal): [string, object] => [
      `${idOf(plan.plan, signal.name)}MetricAlarm`,
      {
        Type: 'AWS::CloudWatch::Alarm',
        Condition: conditionOf(plan),
        Properties: {
          AlarmName: signal.alarm,
          AlarmDescription: `Votes for a recovery of ${plan.plan}: its metric ${signal.name}`,
          ...ruleOf(signal),
          TreatMissingData: 'missing',
        },
      },
    ]),
  );
  return Object.fromEntries(alarms);
}

/** Whether the Region of an outpost is the primary Region of a plan that has such alarms. */
export function metricConditions(plans: readonly Plan[]): Readonly<Record<string, object>> {
  return Object.fromEntries(
    plans
      .filter((plan) => metricsOf(plan).length > 0)
      .map((plan) => [conditionOf(plan), { 'Fn::Equals': [{ Ref: 'AWS::Region' }, plan.regions.primary] }]),
  );
}

function metricsOf({ trigger }: Plan): readonly MetricSignal[] {
  return trigger.signals.metrics ?? [];
}

function conditionOf({ plan }: Plan): string {
  return `Measures${idOf(plan)}`;
}

const thresholds = { above: 'GreaterThanThreshold', below: 'LessThanThreshold' } as const;
const anomalies = {
  above: 'GreaterThanUpperThreshold',
  below: 'LessThanLowerThreshold',
  either: 'LessThanLowerOrGreaterThanUpperThreshold',
} as const;

/** As patient as the alarms on the probes: two bad periods, or three beyond three standard deviations. */
function ruleOf({ namespace, metric, dimensions, statistic, periodSeconds, down }: MetricSignal): object {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const what = {
    Namespace: namespace,
    MetricName: metric,
    ...(Dimensions.length > 0 && { Dimensions }),
  };
  if (down.is !== 'anomaly') {
    return {
      ...what,
      Statistic: statistic,
      Period: periodSeconds,
      EvaluationPeriods: 2,
      DatapointsToAlarm: 2,
      ComparisonOperator: thresholds[down.is],
      Threshold: down.threshold,
    };
  }
  return {
    Metrics: [
      { Id: 'm1', MetricStat: { Metric: what, Period: periodSeconds, Stat: statistic } },
      { Id: 'ad1', Expression: 'ANOMALY_DETECTION_BAND(m1, 3)', Label: 'Expected' },
    ],
    ThresholdMetricId: 'ad1',
    EvaluationPeriods: 3,
    DatapointsToAlarm: 3,
    ComparisonOperator: anomalies[down.side],
  };
}
