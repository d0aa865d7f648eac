import type { Instant } from '../terms.ts';

/** What a signal says of the primary: `stale` when it says nothing that can be relied on. */
export type Vote = 'down' | 'up' | 'stale';

/** What kind of signal it is; AWS Health corroborates and never decides alone. */
export type SignalKind = 'probe' | 'alarm' | 'targets' | 'health';

/**
 * One signal as it stands now, in our own words. Votes are levels: an alarm that went to ALARM an hour ago and stands there
 * still votes.
 */
export interface Observation {
  readonly kind: SignalKind;
  /** Which signal, such as `probe us-west-2`, `alarm shop-canary` or `health AWS_EC2_OPERATIONAL_ISSUE`. */
  readonly signal: string;
  /** From where it looks: a Region, or `AWS Health`. Two signals count as two only if these differ. */
  readonly vantage: string;
  readonly vote: Vote;
  /** Since when it has stood there; for `down` of a probe, its first bad sample. */
  readonly since: Instant;
  /**
   * When it was last seen there, for what is sampled: between two samples nothing is known. A level that was read just now,
   * such as an alarm's state, has none and stands until now.
   */
  readonly seenAt?: Instant;
  /** Of a probe that is not answered now: until when its last good sample spoke. */
  readonly answeredUntil?: Instant;
  /** One clause of evidence, such as `the probe in us-west-2 has failed since 00:03:00 (5 samples)`. */
  readonly says: string;
}

/** Everything that a decision about one plan looks at, as it was seen at `now`. */
export interface Situation {
  readonly now: Instant;
  readonly observations: readonly Observation[];
  /** Signals that could not be read, as sentences. */
  readonly unread: readonly string[];
  /** Undefined when the ledger could not be read: unknown is not fine. */
  readonly ledger: LedgerState | undefined;
  /** Why the recovery Region cannot recover right now, as a sentence; undefined when nothing speaks against it. */
  readonly recoveryRegionImpaired?: string;
  /** How each plan stands that this one comes after; empty where it comes after none. */
  readonly turns?: readonly Turn[];
  /** What would make the recovery fail, as sentences, from the newest readiness check; empty when ready or never checked. */
  readonly unready: readonly string[];
}

/** How a plan stands that comes before another one. */
export interface Turn {
  readonly plan: string;
  /**
   * `untouched`: nothing is known to be wrong with it; `clear`: it was recovered; `waiting`: it is on its way; `stuck`: it
   * goes on only by a person.
   */
  readonly state: 'untouched' | 'clear' | 'waiting' | 'stuck';
  /** One clause, such as `orders has been down since 00:03:00`. */
  readonly says: string;
}

/** What the ledger says about who may act. */
export interface LedgerState {
  readonly brake?: { readonly by: string; readonly at: Instant; readonly comment: string };
  readonly pause?: { readonly by: string; readonly at: Instant; readonly comment: string };
  /** The recovery that holds the plan's lock. */
  readonly active?: { readonly recovery: string; readonly kind: 'drill' | 'failover'; readonly at: Instant };
  /** The active period of the last automatic recovery. */
  readonly period?: { readonly recovery: string; readonly until: Instant; readonly acknowledgedAt?: Instant };
  /** The failover that brought the workload to where it runs now; undefined once somebody has taken it over. */
  readonly recoveredBy?: string;
  readonly incident?: Incident;
  /** The incident's recovery was decided and never opened, and it is not started again any more. */
  readonly isUnstarted?: true;
}

/** Opened by the first `down`; later signals join it. It ends when nothing stands at `down` any more. */
export interface Incident {
  /** Such as `shop-20261102t000300`: the plan and the onset. */
  readonly id: string;
  readonly openedAt: Instant;
  /** The first bad sample; until a recovery is decided it follows what is learnt. */
  readonly onset: Instant;
  /** What kind of signal gave the onset; a better witness of the primary replaces a lesser one. */
  readonly onsetFrom?: SignalKind;
  /** Since when as many places have agreed as the plan asks for; undefined while they do not. */
  readonly agreedAt?: Instant;
  /** The recovery that was started for it, if any: there is never a second one. */
  readonly recovery?: string;
  readonly decidedAt?: Instant;
}

/** A verdict about one plan, with the evidence that it rests on. */
export interface Verdict {
  readonly plan: string;
  readonly decision: 'recover' | 'hold' | 'none';
  /** A code of the analysis table, such as `PrimaryDown`, `PrimaryAnswers`, `Unconfirmed`, `Healthy`. */
  readonly analysis: string;
  /** The guard that objected, or null. */
  readonly blockedBy: string | null;
  /** One sentence with its evidence. */
  readonly reason: string;
  /** What a person can do, or null when there is nothing to unblock. */
  readonly unblock: string | null;
  readonly at: Instant;
  /** What holds now waits for a person, where the same guard held before for something that passes by itself. */
  readonly isStuck?: true;
  /** The incident as it should stand after this verdict; undefined when there is none, or when the ledger was unreadable. */
  readonly incident?: Incident;
}
