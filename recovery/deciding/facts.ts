import type { Plan } from '../plan/plan.ts';
import { type Instant, laterOf, newestOf, secondsBetween } from '../terms.ts';
import type { LedgerState, Observation, SignalKind, Situation } from './observation.ts';

/** A situation sorted out for the questions that a decision asks. */
export interface Facts {
  readonly plan: Plan;
  readonly now: Instant;
  /** Undefined when it could not be read. */
  readonly ledger: LedgerState | undefined;
  /** Each signal once, in an order that does not depend on who was read first. */
  readonly observations: readonly Observation[];
  readonly downs: readonly Observation[];
  /** Probes that were answered: fresh evidence that the primary works for somebody. */
  readonly answered: readonly Observation[];
  /** Nothing that watches the primary itself says anything: neither that it is down nor that it works. */
  readonly isBlind: boolean;
  /** How many places see it down. */
  readonly places: number;
  /** How many places have seen it down for as long as the plan wants it confirmed, AWS Health not alone among them. */
  readonly confirmedPlaces: number;
  /** Since when as many places see it down as the plan asks for; undefined while they do not. */
  readonly quorumAt: Instant | undefined;
  readonly unread: readonly string[];
}

/** Kinds in the order in which evidence is told, best witness first. */
export const kindsByWeight: readonly SignalKind[] = ['probe', 'alarm', 'targets', 'health'];

/** Sorts out a situation. The order of its observations, and an observation that came twice, change nothing. */
export function sortOut(plan: Plan, situation: Situation): Facts {
  const { now, ledger, unread } = situation;
  const observations = eachOnce(situation.observations);
  const downs = observations.filter(({ vote }) => vote === 'down');
  const answeredUntil = lastAnswerOf(observations);
  const stood = downs.filter((down) => hasStood(down, answeredUntil, plan.trigger.confirmSeconds, now));
  const watching = observations.filter(({ kind }) =>
    plan.trigger.signals.probes ? kind === 'probe' : kind !== 'health',
  );
  return {
    plan,
    now,
    ledger,
    observations,
    downs,
    answered: observations.filter(({ kind, vote }) => kind === 'probe' && vote === 'up'),
    isBlind: watching.every(({ vote }) => vote === 'stale'),
    places: countPlaces(downs),
    confirmedPlaces: stood.some(({ kind }) => kind !== 'health') ? countPlaces(stood) : 0,
    quorumAt: placesSince(downs)[plan.trigger.quorum - 1],
    unread,
  };
}

function eachOnce(observations: readonly Observation[]): readonly Observation[] {
  const byKey = new Map(observations.map((seen) => [keyOf(seen), seen]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, seen]) => seen);
}

function keyOf({ kind, signal, vantage, vote, since, seenAt, says }: Observation): string {
  return JSON.stringify([kindsByWeight.indexOf(kind), signal, vantage, vote, since, seenAt, says]);
}

function countPlaces(observations: readonly Observation[]): number {
  return new Set(observations.map(placeOf)).size;
}

/** Every Health event looks from one place, wherever it was delivered: two of them corroborate nothing. */
function placeOf({ kind, vantage }: Observation): string {
  return kind === 'health' ? 'AWS Health' : vantage;
}

/** Since when each place has seen it down, the first place first. */
function placesSince(downs: readonly Observation[]): readonly Instant[] {
  return [...Map.groupBy(downs, placeOf).values()]
    .map((seen) => earliestOf(seen))
    .sort((a, b) => secondsBetween(b, a));
}

/** Since when the first of some observations has stood; there is at least one. */
export function earliestOf(observations: readonly Observation[]): Instant {
  return observations.map(({ since }) => since).reduce((a, b) => (secondsBetween(a, b) < 0 ? b : a));
}

/** Until when any probe was answered, wherever it looks from; undefined where none was. */
function lastAnswerOf(observations: readonly Observation[]): Instant | undefined {
  const answers = observations.flatMap(({ answeredUntil }) => answeredUntil ?? []);
  return newestOf(answers, (answer) => answer);
}

/**
 * A sampled vote has stood from its first to its last sample: one bad sample and silence after it confirm nothing. Nor has
 * any stood while a probe was answered: whoever saw it down then may be broken itself, and that the other has fallen silent
 * since makes it no better a witness.
 */
function hasStood(
  { since, seenAt }: Observation,
  answeredUntil: Instant | undefined,
  confirmSeconds: number,
  now: Instant,
): boolean {
  return secondsBetween(laterOf(since, answeredUntil), seenAt ?? now) >= confirmSeconds;
}
