import type { Plan } from '../plan/plan.ts';
import { type Instant, secondsBetween } from '../terms.ts';
import { type Facts, kindsByWeight } from './facts.ts';
import type { Incident, LedgerState, Observation, SignalKind } from './observation.ts';

/**
 * An alarm may go off before the probes fail, and then belongs to the same incident. One that was there long before does
 * not: an onset days ago would have the lag gate judge a replica of days ago.
 */
const leadSeconds = 900;

/** Whether the active period keeps another automatic recovery away; one whose end cannot be read does. */
export function isPeriodOpen(period: LedgerState['period'], now: Instant): boolean {
  return (
    period !== undefined && period.acknowledgedAt === undefined && !(secondsBetween(period.until, now) >= 0)
  );
}

/**
 * The incident as it stands with these facts: opened by the first `down`, joined by later ones, kept while anything is down
 * or nobody can say. One that was recovered is kept until its active period is over or acknowledged as well.
 */
export function incidentAfter(facts: Facts): Incident | undefined {
  const { plan, now, ledger, downs } = facts;
  if (!ledger) return undefined;
  const onset = onsetOf(downs);
  if (!ledger.incident) return onset ? opened(plan, onset, now) : undefined;
  if (isOver(facts)) return undefined;
  return onset && !ledger.incident.recovery ? joined(ledger.incident, onset) : ledger.incident;
}

/** Whether the incident in the ledger has ended. */
export function isOver({ downs, isBlind, ledger, now }: Facts): boolean {
  if (downs.length > 0 || isBlind) return false;
  const recovery = ledger?.incident?.recovery;
  if (!recovery) return true;
  const { active, period } = ledger;
  return active?.recovery !== recovery && !(period?.recovery === recovery && isPeriodOpen(period, now));
}

/** The name of the recovery that an incident is given: the same for the same incident, whoever decides it. */
export function recoveryFor(plan: Plan, { onset }: Incident): string {
  return `${plan.plan}-failover-${stampOf(onset)}`;
}

interface Onset {
  readonly at: Instant;
  readonly from: SignalKind;
}

/**
 * The first bad sample by the best witness that there is. A Health event may name a beginning long before the workload
 * suffered, so it counts only while nothing else is down.
 */
function onsetOf(downs: readonly Observation[]): Onset | undefined {
  const from = kindsByWeight.find((kind) => downs.some((down) => down.kind === kind));
  if (!from) return undefined;
  const at = earliest(downs.filter(({ kind }) => kind === from));
  if (from !== 'probe') return { at, from };
  const leading = downs.filter(({ kind, since }) => {
    const aheadSeconds = secondsBetween(since, at);
    return kind === 'probe' || (kind === 'alarm' && aheadSeconds <= leadSeconds);
  });
  return { at: earliest(leading), from };
}

function opened(plan: Plan, { at, from }: Onset, now: Instant): Incident {
  return { id: `${plan.plan}-${stampOf(at)}`, openedAt: now, onset: at, onsetFrom: from };
}

/** A better witness replaces the onset, an equal one may only move it back, a lesser one does not touch it. */
function joined(incident: Incident, { at, from }: Onset): Incident {
  const was = kindsByWeight.indexOf(incident.onsetFrom ?? 'probe');
  const is = kindsByWeight.indexOf(from);
  if (is > was || (is === was && secondsBetween(incident.onset, at) >= 0)) return incident;
  return { ...incident, onset: at, onsetFrom: from };
}

function earliest(observations: readonly Observation[]): Instant {
  return observations.map(({ since }) => since).reduce((a, b) => (secondsBetween(a, b) < 0 ? b : a));
}

/** `20261102t000300`: an instant as part of a name. */
function stampOf(at: Instant): string {
  return at.slice(0, 19).replace(/[-:]/g, '').replace('T', 't');
}
