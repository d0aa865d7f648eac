import type { Band } from './alarm.ts';

/** The values between which a metric is expected to lie. */
export interface Limits {
  readonly lower: number;
  readonly upper: number;
}

const trainingSeconds = 3 * 3600;
/** Fewer points than this train nothing: the alarm has insufficient data. */
const trainingPointsMin = 10;

/** How many periods before a period its band is trained on: three hours, or a dozen of the longer periods. */
export function trainingPeriods(periodSeconds: number): number {
  return Math.max(Math.ceil(trainingSeconds / periodSeconds), 12);
}

/**
 * The band that an anomaly alarm expects a period's value in: mean ± n standard deviations of the periods before it.
 * CloudWatch trains on up to two weeks with a model that it does not publish; what is kept of it is that the band follows
 * the metric's past, that a steady metric has a narrow one, and that a long outage becomes normal.
 */
export function expectedBand(
  { deviations }: Band,
  past: readonly (number | undefined)[],
): Limits | undefined {
  const values = past.filter((value) => value !== undefined);
  if (values.length < trainingPointsMin) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const reach = deviations * Math.sqrt(variance);
  return { lower: mean - reach, upper: mean + reach };
}
