import type { DatabaseItem } from '../plan/plan.ts';
import { type Instant, secondsBetween } from '../terms.ts';

/** A minute's sample of ReplicaLag: seconds, or −1 when replication is not active (RDS User Guide, USER_ReadRepl). */
export interface LagSample {
  readonly at: Instant;
  readonly value: number;
}

/** What a replica was behind before the onset. */
export interface MeasuredLag {
  readonly seconds: number;
  readonly at: Instant;
  /** The source wrote nothing: what looks like a lag is the time since its last transaction. */
  readonly idle?: true;
}

export type LagCode = 'LagTooHigh' | 'LagUnknown' | 'ReplicationBroken';

/** What the samples say of one replica: what a promotion loses, and what speaks against it. */
export interface LagVerdict {
  readonly lag?: MeasuredLag;
  readonly problem?: { readonly code: LagCode; readonly reason: string };
}

/** A sample that is older than this at the onset says nothing of it; RDS publishes one each minute. */
export const freshSeconds = 180;

/** How far back samples are read: three teeth of an idle PostgreSQL, so that a saw-tooth can be told from a lag. */
export const lookBackMinutes = 15;

/**
 * An idle PostgreSQL source switches its log every five minutes, and its replica's lag, being the time since the last
 * transaction that was replayed, grows until then (RDS User Guide, USER_PostgreSQL.Replication.ReadReplicas).
 */
const toothSeconds = 300;
/** A tooth that is seen at minute marks has reached at least this much before it falls. */
const peakSeconds = 180;
/** Samples are not taken exactly a minute apart. */
const jitterSeconds = 15;

/**
 * Judges a replica by its last sample before the onset: what comes after it (growth, −1, silence) is what an outage looks
 * like. A saw-tooth that an idle source makes passes; its last tooth stays in the loss as what is lost at most.
 * @param samples minute samples of ReplicaLag, in any order
 */
export function judgeLag(item: DatabaseItem, samples: readonly LagSample[], onset: Instant): LagVerdict {
  const name = `databases.${item.name}`;
  const before = samples.filter(({ at }) => at < onset).sort((a, b) => (a.at < b.at ? 1 : -1));
  const [last] = before;
  if (!last || secondsBetween(last.at, onset) > freshSeconds) {
    const newest = last ? `the last one is of ${last.at}` : 'there is none';
    const reason = `${name}: no sample of ReplicaLag of ${item.replica} in the ${freshSeconds} s before ${onset}: ${newest}`;
    return { problem: { code: 'LagUnknown', reason } };
  }
  if (!(last.value >= 0)) {
    const reason = `${name}: ${item.replica} did not replicate any more at ${last.at}, before ${onset}`;
    return { problem: { code: 'ReplicationBroken', reason } };
  }
  const isIdle = isSawTooth(before);
  const lag: MeasuredLag = { seconds: last.value, at: last.at, ...(isIdle && { idle: true }) };
  if (isIdle || last.value <= item.maxLagSeconds) return { lag };
  const reason = `${name}: ${item.replica} was ${Math.round(last.value)} s behind at ${last.at}, more than the ${item.maxLagSeconds} s that the plan allows`;
  return { lag, problem: { code: 'LagTooHigh', reason } };
}

/**
 * Whether the lag only ever grew as fast as the clock, fell back to next to nothing, and has fallen from the height of a
 * whole tooth at least once: a single slope, which a replication that stalls draws too, is no saw-tooth.
 * @param samples newest first
 */
function isSawTooth(samples: readonly LagSample[]): boolean {
  if ((samples[0]?.value ?? 0) > toothSeconds) return false;
  let hasFallen = false;
  for (const [i, later] of samples.slice(0, -1).entries()) {
    const earlier = samples[i + 1]!;
    const elapsedSeconds = secondsBetween(earlier.at, later.at);
    const grew = later.value - earlier.value;
    if (earlier.value < 0 || elapsedSeconds > freshSeconds) return false;
    if (Math.abs(grew - elapsedSeconds) <= jitterSeconds) continue;
    if (grew > 0 || later.value > elapsedSeconds) return false;
    hasFallen ||= earlier.value >= peakSeconds;
  }
  return hasFallen;
}

/**
 * What a promotion loses, at least and at most: the replica was that far behind when it was measured, and nobody measured
 * what was written from then to the onset. Undefined where the measurement is too old to say anything of the onset.
 */
export function lossOf(
  { seconds, at, idle }: MeasuredLag,
  onset: Instant,
): { readonly leastSeconds: number; readonly mostSeconds: number } | undefined {
  const ageSeconds = Math.max(0, secondsBetween(at, onset));
  if (ageSeconds > freshSeconds) return undefined;
  return { leastSeconds: idle ? 0 : seconds, mostSeconds: seconds + ageSeconds };
}
