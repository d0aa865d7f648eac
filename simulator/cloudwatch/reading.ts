import type { AlarmRule } from './alarm.ts';
import { expectedBand, type Limits, trainingPeriods } from './band.ts';
import { type AlarmStateValue, evaluationRange, judge, type Verdict } from './evaluation.ts';
import type { MetricStore } from './store.ts';

/** One period as an alarm saw it. */
interface Seen {
  readonly startMs: number;
  readonly value: number | undefined;
  readonly limits: Limits | undefined;
  readonly verdict: Verdict;
}

/** What an alarm reads at one evaluation, and what follows from it. */
export interface Reading {
  readonly state: AlarmStateValue | 'retain';
  /** The periods that had data, newest first; at most as many as are evaluated. */
  readonly recent: readonly Seen[];
}

/** Reads the periods that have ended, newest first, and judges them. */
export function readAlarm(metrics: MetricStore, rule: AlarmRule, nowMs: number): Reading {
  const periodMs = rule.periodSeconds * 1000;
  const endMs = Math.floor(nowMs / periodMs) * periodMs;
  const range = evaluationRange(rule.evaluationPeriods);
  const training = typeof rule.limit === 'number' ? 0 : trainingPeriods(rule.periodSeconds);
  const startMs = endMs - (range + training) * periodMs;
  const values = metrics.values(rule, startMs, range + training);
  const seen = Array.from({ length: range }, (_, age) => {
    const index = values.length - 1 - age;
    return see(rule, startMs + index * periodMs, values[index], values.slice(index - training, index));
  });
  const verdicts = seen.map(({ verdict }) => verdict);
  return {
    state: judge(verdicts, rule.evaluationPeriods, rule.datapointsToAlarm, rule.treatMissingData),
    recent: seen.filter(({ verdict }) => verdict !== 'missing').slice(0, rule.evaluationPeriods),
  };
}

function see(
  rule: AlarmRule,
  startMs: number,
  value: number | undefined,
  past: readonly (number | undefined)[],
): Seen {
  const { limit } = rule;
  const limits = typeof limit === 'number' ? { lower: limit, upper: limit } : expectedBand(limit, past);
  if (value === undefined || !limits) return { startMs, value, limits, verdict: 'missing' };
  return { startMs, value, limits, verdict: isBreach(rule, value, limits) ? 'breaching' : 'within' };
}

function isBreach({ comparison }: AlarmRule, value: number, { lower, upper }: Limits): boolean {
  switch (comparison) {
    case 'GreaterThanThreshold':
    case 'GreaterThanUpperThreshold':
      return value > upper;
    case 'GreaterThanOrEqualToThreshold':
      return value >= upper;
    case 'LessThanThreshold':
    case 'LessThanLowerThreshold':
      return value < lower;
    case 'LessThanOrEqualToThreshold':
      return value <= lower;
    case 'LessThanLowerOrGreaterThanUpperThreshold':
      return value < lower || value > upper;
    default:
      throw new Error(`unknown comparison ${comparison satisfies never}`);
  }
}
