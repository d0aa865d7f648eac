import type { ActiveRecord } from '../ledger.ts';
import { formatDuration } from '../plan/durations.ts';
import type { Plan } from '../plan/plan.ts';
import { type Instant, type RecoveryOutcome, secondsBetween } from '../terms.ts';
import type { Incident, Turn, Verdict } from './observation.ts';
import { timeOf } from './sentences.ts';

/** What the ledger says of a plan that comes first. */
export interface FirstPlan {
  readonly incident?: Incident | undefined;
  /** Whoever held the plan's lock last, released or not. */
  readonly active?: ActiveRecord | undefined;
  /** The newest verdict on it. */
  readonly last?: Verdict | undefined;
  /** What the newest evidence of `recoveryAwaited` says, where there is any. */
  readonly concluded?: { readonly run: number; readonly outcome: RecoveryOutcome } | undefined;
}

/** The recovery whose end is waited for: the failover that holds the lock, whoever started it, or the incident's. */
export function recoveryAwaited({ incident, active }: FirstPlan): string | undefined {
  return heldBy(active) ?? incident?.recovery;
}

function heldBy(active: ActiveRecord | undefined): string | undefined {
  return active?.kind === 'failover' && !active.releasedAt ? active.recovery : undefined;
}

/**
 * Whether a plan need not be waited for any more. One that nothing is wrong with works where it is, and is not waited for;
 * one that is down is waited for until its recovery has ended well, or until only a person can bring that about.
 *
 * @param plan - undefined where the installation has none by this name
 */
export function turnOf(name: string, plan: Plan | undefined, known: FirstPlan, now: Instant): Turn {
  if (!plan) return { plan: name, state: 'stuck', says: `this installation has no plan ${name}` };
  const recovery = recoveryAwaited(known);
  const turn = recovery ? turnAfter(recovery, plan, known, now) : turnBefore(plan, known, now);
  if (turn.state !== 'waiting' || secondsBetween(turn.since, now) <= plan.maxDurationSeconds) return turn;
  const bound = formatDuration(plan.maxDurationSeconds);
  return { plan: name, state: 'stuck', says: `${turn.says}, for longer than its bound of ${bound}` };
}

/** How long a hold with a way out has stood when it is taken for one that only a person ends. */
const heldSeconds = 180;

type Waiting = Turn & { readonly state: 'waiting'; readonly since: Instant };
type Settled = Turn & { readonly state: Exclude<Turn['state'], 'waiting'> };

/** A plan that was given no recovery yet. */
function turnBefore({ plan }: Plan, { incident, last }: FirstPlan, now: Instant): Waiting | Settled {
  if (!incident) return { plan, state: 'untouched', says: `nothing is known to be wrong with ${plan}` };
  // What holds without a way out passes by itself, and so may what has held for less than some looks.
  const isHeld =
    last?.decision === 'hold' &&
    last.unblock !== null &&
    last.incident?.id === incident.id &&
    secondsBetween(last.at, now) >= heldSeconds;
  if (isHeld) return { plan, state: 'stuck', says: `${plan} is held itself (${last.blockedBy})` };
  const since = incident.openedAt;
  return { plan, state: 'waiting', since, says: `${plan} has been down since ${timeOf(since, now)}` };
}

function turnAfter(
  recovery: string,
  { plan }: Plan,
  { incident, active, concluded }: FirstPlan,
  now: Instant,
): Waiting | Settled {
  const run = heldBy(active) === recovery ? (active?.run ?? 1) : 1;
  if (concluded && concluded.run >= run) {
    const says = `${recovery} is ${concluded.outcome}`;
    return { plan, state: concluded.outcome === 'recovered' ? 'clear' : 'stuck', says };
  }
  const since = active?.recovery === recovery ? active.at : (incident?.decidedAt ?? now);
  return { plan, state: 'waiting', since, says: `${recovery} has run since ${timeOf(since, now)}` };
}
