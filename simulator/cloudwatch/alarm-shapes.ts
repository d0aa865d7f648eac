import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { Alarm, AlarmState } from './alarm.ts';
import { stamp } from './reasons.ts';

/** An alarm as DescribeAlarms gives it. */
export function alarmShape(alarm: Alarm): MetricAlarm {
  const { input, rule, state } = alarm;
  const { Tags: _, ...settings } = input;
  return {
    ...settings,
    AlarmArn: alarm.arn,
    ActionsEnabled: input.ActionsEnabled ?? true,
    OKActions: input.OKActions ?? [],
    AlarmActions: input.AlarmActions ?? [],
    InsufficientDataActions: input.InsufficientDataActions ?? [],
    Dimensions: input.Dimensions ?? [],
    DatapointsToAlarm: rule.datapointsToAlarm,
    TreatMissingData: input.TreatMissingData ?? 'missing',
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAtMs),
    StateValue: state.value,
    StateReason: state.reason,
    ...(state.reasonData !== undefined && { StateReasonData: state.reasonData }),
    StateUpdatedTimestamp: new Date(state.atMs),
    StateTransitionedTimestamp: new Date(state.atMs),
  };
}

/** `detail` of the event "CloudWatch Alarm State Change" (CloudWatch User Guide, cloudwatch-and-eventbridge). */
export function stateChangeDetail(alarm: Alarm, previous: AlarmState): object {
  return {
    alarmName: alarm.name,
    configuration: {
      ...(alarm.input.AlarmDescription !== undefined && { description: alarm.input.AlarmDescription }),
      metrics: queries(alarm),
    },
    previousState: stateDetail(previous),
    state: stateDetail(alarm.state),
  };
}

/** `detail` of the event "CloudWatch Alarm Configuration Change". */
export function configurationDetail(alarm: Alarm, operation: 'create' | 'update' | 'delete'): object {
  const { input, rule } = alarm;
  return {
    alarmName: alarm.name,
    operation,
    state: stateDetail(alarm.state),
    configuration: {
      evaluationPeriods: rule.evaluationPeriods,
      datapointsToAlarm: rule.datapointsToAlarm,
      ...(typeof rule.limit === 'number' ? { threshold: rule.limit } : { thresholdMetricId: rule.limit.id }),
      comparisonOperator: rule.comparison,
      treatMissingData: rule.treatMissingData,
      metrics: queries(alarm),
      alarmName: alarm.name,
      actionsEnabled: input.ActionsEnabled ?? true,
      timestamp: stamp(alarm.configuredAtMs),
      okActions: input.OKActions ?? [],
      alarmActions: input.AlarmActions ?? [],
      insufficientDataActions: input.InsufficientDataActions ?? [],
    },
  };
}

function queries({ rule, queryId }: Alarm): object[] {
  const { metric, limit } = rule;
  const query = {
    id: queryId,
    metricStat: {
      metric: { dimensions: metric.dimensions, name: metric.name, namespace: metric.namespace },
      period: rule.periodSeconds,
      stat: rule.statistic,
      ...(rule.unit !== undefined && { unit: rule.unit }),
    },
    returnData: true,
  };
  if (typeof limit === 'number') return [query];
  const expression = `ANOMALY_DETECTION_BAND(${queryId}, ${limit.deviations})`;
  const label = limit.label ?? `${metric.name} (expected)`;
  return [query, { id: limit.id, expression, label, returnData: true }];
}

function stateDetail({ value, reason, reasonData, atMs }: AlarmState): object {
  return { reason, ...(reasonData !== undefined && { reasonData }), timestamp: stamp(atMs), value };
}
