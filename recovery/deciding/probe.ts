import { probePeriodSeconds } from '../signals/probes.ts';
import { type Instant, instantAfter, secondsBetween } from '../terms.ts';
import type { Observation } from './observation.ts';
import { counted, timeOf } from './sentences.ts';

/** What one probe found at one time: 1 when it was answered, 0 when it was not. */
export interface ProbeSample {
  readonly at: Instant;
  readonly value: number;
}

/** How much later than its time a sample may become readable: the probe's own time-out, its writing, CloudWatch's delay. */
const graceSeconds = 90;

/** A run of bad samples goes on over a few missing ones; after a longer gap nobody knows what was in between. */
const gapPeriods = 3;

/**
 * What the probe in a Region says now. A sample that is missing is not a bad one: a probe whose newest sample is older than
 * its period and some grace is `stale`, whatever that sample said.
 *
 * @param from - the Region that the probe looks from
 * @param samples - in any order
 */
export function probeObservation(from: string, samples: readonly ProbeSample[], now: Instant): Observation {
  const common = { kind: 'probe', signal: `probe ${from}`, vantage: from } as const;
  const name = `the probe in ${from}`;
  // Of two samples of the same time the better one counts first: somebody was answered.
  const newestFirst = samples
    .filter(({ at, value }) => Number.isFinite(value) && Number.isFinite(Date.parse(at)))
    .toSorted((a, b) => secondsBetween(a.at, b.at) || b.value - a.value);
  const [newest] = newestFirst;
  if (!newest) return { ...common, vote: 'stale', since: now, says: `${name} has no samples` };
  const { at } = newest;
  const good = newestFirst.find(({ value }) => value > 0);
  const answered = good && { answeredUntil: instantAfter(good.at, probePeriodSeconds) };
  if (secondsBetween(at, now) > probePeriodSeconds + graceSeconds) {
    return {
      ...common,
      vote: 'stale',
      since: at,
      ...answered,
      says: `${name} has had no sample since ${timeOf(at, now)}`,
    };
  }
  if (newest.value > 0) {
    return {
      ...common,
      vote: 'up',
      since: at,
      seenAt: at,
      says: `${name} was answered at ${timeOf(at, now)}`,
    };
  }
  const run = badRun(newestFirst);
  const since = run.at(-1)?.at ?? at;
  const says = `${name} has failed since ${timeOf(since, now)} (${counted(run.length, 'sample')})`;
  return { ...common, vote: 'down', since, seenAt: at, ...answered, says };
}

function badRun(newestFirst: readonly ProbeSample[]): readonly ProbeSample[] {
  const end = newestFirst.findIndex(({ at, value }, i) => {
    const later = newestFirst[i - 1]?.at ?? at;
    return value > 0 || secondsBetween(at, later) > gapPeriods * probePeriodSeconds;
  });
  return end < 0 ? newestFirst : newestFirst.slice(0, end);
}
