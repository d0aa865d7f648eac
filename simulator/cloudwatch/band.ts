import type { AlarmRule, Band } from './alarm.ts';
import type { MetricStore } from './store.ts';

/** The values between which a metric is expected to lie. */
export interface Limits {
  readonly lower: number;
  readonly upper: number;
}

const trainingMs = 3 * 3_600_000;
/** Fewer points than this train nothing: the alarm has insufficient data. */
const trainingPointsMin = 10;

/**
 * The band that an anomaly alarm expects a period's value in: mean ± n standard deviations of the three hours before that
 * period. CloudWatch trains on up to two weeks with a model that it does not publish; what is kept of it is that the band
 * follows the metric's past, that a steady metric has a narrow one, and that a long outage becomes normal.
 */
export function expectedBand(
  metrics: MetricStore,
  rule: AlarmRule,
  band: Band,
  startMs: number,
): Limits | undefined {
  const periodMs = rule.periodSeconds * 1000;
  const values: number[] = [];
  for (let atMs = startMs - trainingMs; atMs < startMs; atMs += periodMs) {
    const value = metrics.valueOf(rule.metric, rule.statistic, atMs, rule.periodSeconds, rule.unit);
    if (value !== undefined) values.push(value);
  }
  if (values.length < trainingPointsMin) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const reach = band.deviations * Math.sqrt(variance);
  return { lower: mean - reach, upper: mean + reach };
}
