import { AwsError, NotSimulated } from '../errors.ts';
import type { Sample } from './metric.ts';

const simpleStatistics: Readonly<Record<string, (samples: readonly Sample[]) => number>> = {
  SampleCount: (samples) => samples.reduce((total, { count }) => total + count, 0),
  Sum: (samples) => samples.reduce((total, { sum }) => total + sum, 0),
  Average: (samples) =>
    samples.reduce((total, { sum }) => total + sum, 0) /
    samples.reduce((total, { count }) => total + count, 0),
  Minimum: (samples) => Math.min(...samples.map(({ minimum }) => minimum)),
  Maximum: (samples) => Math.max(...samples.map(({ maximum }) => maximum)),
};

/** A statistic over the samples of one period (there is at least one), e.g. `Average` or `p99`. */
export function computeStatistic(statistic: string, samples: readonly Sample[]): number {
  const simple = simpleStatistics[statistic];
  if (simple) return simple(samples);
  return percentile(percentileRank(statistic), samples);
}

/** @throws AwsError InvalidParameterValue for what is no statistic; NotSimulated for trimmed means and ranks */
export function requireStatistic(statistic: string): void {
  if (statistic in simpleStatistics) return;
  percentileRank(statistic);
}

function percentileRank(statistic: string): number {
  const [, digits] = /^p(\d{1,2}(?:\.\d{1,10})?|100)$/.exec(statistic) ?? [];
  if (digits !== undefined) return Number(digits) / 100;
  if (/^(?:tm|wm|tc|ts|pr|iqm)/i.test(statistic)) throw new NotSimulated(`the statistic ${statistic}`);
  throw new AwsError('InvalidParameterValue', `The value ${statistic} for parameter Stat is not supported.`);
}

/** The nearest rank; sets of statistics carry no distribution and count as their mean (CloudWatch, Statistics definitions). */
function percentile(rank: number, samples: readonly Sample[]): number {
  const values = samples
    .flatMap(({ values: own, sum, count }) => (own.length > 0 ? own : [{ value: sum / count, count }]))
    .sort((a, b) => a.value - b.value);
  const total = values.reduce((sum, { count }) => sum + count, 0);
  let seen = 0;
  for (const { value, count } of values) {
    seen += count;
    if (seen >= rank * total) return value;
  }
  return values.at(-1)?.value ?? 0;
}
