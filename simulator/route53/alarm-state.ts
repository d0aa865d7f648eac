import { readAlarm } from '../cloudwatch/reading.ts';
import { AwsError } from '../errors.ts';
import type { Simulator } from '../simulator.ts';

/** What the metric of an alarm says. */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

const statistics: readonly string[] = ['Average', 'Minimum', 'Maximum', 'Sum', 'SampleCount'];

/**
 * What an alarm's metric says now, by the alarm's own rule; `undefined` when there is no such alarm. Route 53 follows the
 * metric and not the alarm, so SetAlarmState does not move a health check (Developer Guide, How Route 53 determines the
 * status of health checks that monitor CloudWatch alarms).
 */
export function metricState(sim: Simulator, region: string, alarmName: string): AlarmState | undefined {
  const { cloudwatch } = sim.region(region);
  const alarm = cloudwatch.alarms.alarms.get(alarmName);
  if (!alarm) return undefined;
  const { state } = readAlarm(cloudwatch.metrics, alarm.rule, sim.clock.nowMs());
  return state === 'retain' ? alarm.state.value : state;
}

/**
 * Route 53 follows alarms on one metric of standard resolution with a plain statistic: no anomaly bands, no percentiles
 * (same page).
 * @throws AwsError InvalidInput for an alarm that is not there or that cannot be followed.
 */
export function checkAlarm(sim: Simulator, region: string, alarmName: string): void {
  const alarm = sim.region(region).cloudwatch.alarms.alarms.get(alarmName);
  if (!alarm)
    throw new AwsError('InvalidInput', `The CloudWatch alarm ${alarmName} does not exist in ${region}.`);
  const { limit, periodSeconds, statistic } = alarm.rule;
  if (typeof limit === 'number' && periodSeconds >= 60 && statistics.includes(statistic)) return;
  throw new AwsError(
    'InvalidInput',
    `A health check cannot follow the kind of CloudWatch alarm that ${alarmName} is.`,
  );
}
