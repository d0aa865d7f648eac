import type { AlarmRule } from './alarm.ts';
import type { AlarmStateValue } from './evaluation.ts';
import type { Reading } from './reading.ts';

/** Why an alarm changed, in CloudWatch's words and as data (a JSON string), as in its documented events. */
export interface Reason {
  readonly reason: string;
  readonly reasonData: string;
}

const phrases: Readonly<Record<AlarmRule['comparison'], string>> = {
  GreaterThanThreshold: 'greater than the threshold',
  GreaterThanOrEqualToThreshold: 'greater than or equal to the threshold',
  LessThanThreshold: 'less than the threshold',
  LessThanOrEqualToThreshold: 'less than or equal to the threshold',
  GreaterThanUpperThreshold: 'greater than the upper thresholds',
  LessThanLowerThreshold: 'less than the lower thresholds',
  LessThanLowerOrGreaterThanUpperThreshold:
    'less than the lower thresholds or greater than the upper thresholds',
};

export function explain(
  rule: AlarmRule,
  reading: Reading,
  from: AlarmStateValue,
  to: AlarmStateValue,
  nowMs: number,
): Reason {
  return {
    reason: sentence(rule, reading, from, to),
    reasonData: JSON.stringify(evidence(rule, reading, nowMs)),
  };
}

function sentence(rule: AlarmRule, { recent }: Reading, from: AlarmStateValue, to: AlarmStateValue): string {
  const n = rule.evaluationPeriods;
  if (to === 'INSUFFICIENT_DATA')
    return `Insufficient Data: ${plural(n, 'datapoint was', 'datapoints were')} unknown.`;
  const title = typeof rule.limit === 'number' ? 'Threshold Crossed' : 'Thresholds Crossed';
  if (recent.length === 0) {
    const as = to === 'ALARM' ? 'Breaching' : 'NonBreaching';
    const treated = `${plural(n, 'missing datapoint was', 'missing datapoints were')} treated as [${as}]`;
    return `${title}: no datapoints were received for ${plural(n, 'period', 'periods')} and ${treated}.`;
  }
  const wanted = to === 'ALARM' ? 'breaching' : 'within';
  const matching = recent.filter(({ verdict }) => verdict === wanted);
  const shown = matching
    .map(({ value, startMs }) => `${decimal(value ?? 0)} (${shortDate(startMs)})`)
    .join(', ');
  const verb = `${matching.length === 1 ? 'was' : 'were'}${to === 'ALARM' ? '' : ' not'}`;
  const limit =
    typeof rule.limit === 'number'
      ? `(${decimal(rule.limit)})`
      : `[${matching.map(({ limits }) => decimal((to === 'ALARM' && rule.comparison === 'LessThanLowerThreshold' ? limits?.lower : limits?.upper) ?? 0)).join(', ')}]`;
  const least = to === 'ALARM' ? rule.datapointsToAlarm : n - rule.datapointsToAlarm + 1;
  const minimum = `(minimum ${plural(least, 'datapoint', 'datapoints')} for ${from} -> ${to} transition)`;
  return `${title}: ${matching.length} out of the last ${plural(n, 'datapoint', 'datapoints')} [${shown}] ${verb} ${phrases[rule.comparison]} ${limit} ${minimum}.`;
}

function evidence(rule: AlarmRule, { recent }: Reading, nowMs: number): object {
  const oldestFirst = [...recent].reverse();
  const startMs = oldestFirst[0]?.startMs;
  const limits =
    typeof rule.limit === 'number'
      ? { threshold: rule.limit }
      : {
          recentLowerThresholds: oldestFirst.map((point) => point.limits?.lower),
          recentUpperThresholds: oldestFirst.map((point) => point.limits?.upper),
        };
  return {
    version: '1.0',
    queryDate: stamp(nowMs),
    ...(startMs !== undefined && { startDate: stamp(startMs) }),
    ...(typeof rule.limit === 'number' && { statistic: rule.statistic }),
    period: rule.periodSeconds,
    recentDatapoints: oldestFirst.map(({ value }) => value),
    ...limits,
  };
}

/** `2019-10-02T17:04:40.989+0000`: CloudWatch writes the offset without a colon. */
export function stamp(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '+0000');
}

/** `02/10/19 16:59:00` */
function shortDate(atMs: number): string {
  const [year = '', month = '', day = ''] = new Date(atMs).toISOString().slice(0, 10).split('-');
  return `${day}/${month}/${year.slice(2)} ${new Date(atMs).toISOString().slice(11, 19)}`;
}

function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
