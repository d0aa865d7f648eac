import { secondsBetween } from '../terms.ts';
import type { Facts } from './facts.ts';
import { isPeriodOpen } from './incident.ts';
import type { LedgerState, Situation } from './observation.ts';
import { clause, timeOf } from './sentences.ts';

/** Why a recovery that the evidence asks for must not begin, and what a person can do about it. */
export interface Objection {
  /** The claim, and what speaks against acting on it. */
  readonly reason: string;
  /** Null where waiting is enough. */
  readonly unblock: string | null;
  readonly isStuck?: true;
}

/** Everything that a guard may look at; the ledger was readable, or nothing would have come this far. */
export interface Guarded {
  readonly facts: Facts;
  readonly ledger: LedgerState;
  readonly situation: Situation;
  /** What the analysis claims. */
  readonly claim: string;
  /** The name of the recovery that would be decided. */
  readonly recovery: string;
}

/** One reason not to act; undefined when it has no objection. */
export interface Guard {
  readonly name: string;
  readonly objects: (guarded: Guarded) => Objection | undefined;
}

function brake({ ledger, facts, claim }: Guarded): Objection | undefined {
  if (!ledger.brake) return undefined;
  const { by, at, comment } = ledger.brake;
  return {
    reason: `${claim}, but ${by} put the brake on for all plans at ${timeOf(at, facts.now)} (${clause(comment)})`,
    unblock: 'lifeboat unpause --all',
  };
}

function paused({ ledger, facts, claim }: Guarded): Objection | undefined {
  if (!ledger.pause) return undefined;
  const { by, at, comment } = ledger.pause;
  const { plan } = facts.plan;
  return {
    reason: `${claim}, but ${by} paused ${plan} at ${timeOf(at, facts.now)} (${clause(comment)})`,
    unblock: `lifeboat unpause ${plan}`,
  };
}

function observe({ facts: { plan }, claim }: Guarded): Objection | undefined {
  if (plan.trigger.mode !== 'observe') return undefined;
  return {
    reason: `would recover: ${claim}`,
    unblock: `lifeboat failover ${plan.plan}, or deploy the plan with mode: approve or automatic`,
  };
}

/** A failover holds the lock; a drill that does yields, and is no obstacle. */
function activeRecovery({ ledger, facts, claim }: Guarded): Objection | undefined {
  const { active } = ledger;
  if (active?.kind !== 'failover') return undefined;
  return {
    reason: `${claim}, but ${active.recovery} has held the lock since ${timeOf(active.at, facts.now)}`,
    unblock: `lifeboat status ${facts.plan.plan}; lifeboat continue ${active.recovery} goes on with it`,
  };
}

/**
 * The period is written before the incident: whoever decided this very recovery and broke off in between has left a period
 * of its name, which must not keep it from being decided again.
 */
function activePeriod({ ledger, facts, recovery, claim }: Guarded): Objection | undefined {
  const { period } = ledger;
  if (!period || period.recovery === recovery || !isPeriodOpen(period, facts.now)) return undefined;
  return {
    reason: `${claim}, but the active period of ${period.recovery} lasts until ${timeOf(period.until, facts.now)}`,
    unblock: `lifeboat acknowledge ${facts.plan.plan} --comment …`,
  };
}

/**
 * A plan that was recovered runs in its recovery Region, and its own address leads there: what fails now fails there, and
 * another failover would put servers and volumes of before beside those that serve. Only a person knows when it is back.
 */
function unacknowledged({ ledger, facts: { plan }, recovery, claim }: Guarded): Objection | undefined {
  const { recoveredBy } = ledger;
  if (recoveredBy === undefined || recoveredBy === recovery) return undefined;
  return {
    reason: `${claim}, but ${recoveredBy} has brought ${plan.plan} to ${plan.regions.recovery}, and nobody has taken it over since`,
    unblock: `once ${plan.plan} runs in ${plan.regions.primary} again, lifeboat acknowledge ${plan.plan} --comment …`,
  };
}

function readiness({ situation, facts, claim }: Guarded): Objection | undefined {
  if (situation.unready.length === 0) return undefined;
  return {
    reason: `${claim}, but it would fail (${situation.unready.map(clause).join('; ')})`,
    unblock: `put that right, or lifeboat failover ${facts.plan.plan} to go as far as it can`,
  };
}

function recoveryRegionImpaired({ situation, facts, claim }: Guarded): Objection | undefined {
  if (situation.recoveryRegionImpaired === undefined) return undefined;
  return {
    reason: `${claim}, but the recovery Region is impaired (${clause(situation.recoveryRegionImpaired)})`,
    unblock: `lifeboat failover ${facts.plan.plan}, if you know that ${facts.plan.regions.recovery} can carry it`,
  };
}

/** Every plan is looked at each minute, give or take the time that a wake-up takes. */
const lookSeconds = 45;

/**
 * What must be recovered first: it is waited for while it is on its way, and told of when only a person can help. Plans are
 * looked at side by side: that nothing is wrong with another one counts only after it was looked at once more.
 */
function after({ situation, ledger, facts: { plan, now }, claim }: Guarded): Objection | undefined {
  const isFresh = secondsBetween(ledger.incident?.openedAt ?? now, now) < lookSeconds;
  const open = (situation.turns ?? []).filter(
    ({ state }) => state === 'waiting' || state === 'stuck' || (state === 'untouched' && isFresh),
  );
  if (open.length === 0) return undefined;
  const names = open.map((turn) => turn.plan).join(' and ');
  const reason = `${claim}, but it waits for ${names} (${open.map(({ says }) => clause(says)).join('; ')})`;
  const stuck = open.filter(({ state }) => state === 'stuck').map((turn) => turn.plan);
  if (stuck.length === 0) return { reason, unblock: null };
  const [first] = stuck;
  const unblock = `lifeboat status ${first}, and recover it; or lifeboat failover ${plan.plan} goes without it`;
  return { reason, unblock, isStuck: true };
}

/** In order: the first that objects is the verdict's `blockedBy`. They are asked only when the evidence says `recover`. */
export const guards: readonly Guard[] = [
  { name: 'Brake', objects: brake },
  { name: 'Paused', objects: paused },
  { name: 'Observe', objects: observe },
  { name: 'ActiveRecovery', objects: activeRecovery },
  { name: 'ActivePeriod', objects: activePeriod },
  { name: 'Unacknowledged', objects: unacknowledged },
  { name: 'Readiness', objects: readiness },
  { name: 'RecoveryRegionImpaired', objects: recoveryRegionImpaired },
  { name: 'After', objects: after },
];
