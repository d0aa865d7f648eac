import { recoveryName, stampOf } from '../identity.ts';
import type { Plan } from '../plan/plan.ts';
import { type Instant, type RecoveryKind, secondsBetween } from '../terms.ts';
import { earliestOf, type Facts, kindsByWeight } from './facts.ts';
import type { Incident, LedgerState, SignalKind } from './observation.ts';

/**
 * An alarm may go off before the probes fail, and any signal before enough places agree; it then belongs to the same
 * incident. What stood there long before does not: an onset hours ago would have the lag gate judge a replica of hours ago.
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
  const { plan, now, ledger, quorumAt } = facts;
  if (!ledger) return undefined;
  const onset = onsetOf(facts);
  if (!ledger.incident) return onset ? opened(plan, onset, now, quorumAt) : undefined;
  if (isOver(facts)) return undefined;
  return onset && !ledger.incident.recovery ? joined(ledger.incident, onset, facts) : ledger.incident;
}

/** Whether the incident in the ledger has ended. */
export function isOver({ downs, isBlind, ledger, now }: Facts): boolean {
  if (downs.length > 0 || isBlind) return false;
  const recovery = ledger?.incident?.recovery;
  if (!recovery) return true;
  const { active, period } = ledger;
  return active?.recovery !== recovery && !(period?.recovery === recovery && isPeriodOpen(period, now));
}

/** How long a decided recovery that has not opened is started again, by the same name. */
const startAgainSeconds = 900;

/** Whether the recovery that was decided for an incident is still started again, where it has not opened. */
export function mayStartAgain({ decidedAt }: Incident, now: Instant): boolean {
  return decidedAt !== undefined && secondsBetween(decidedAt, now) <= startAgainSeconds;
}

/** The name of the recovery that an incident is given: the same for the same incident, whoever decides it. */
export function recoveryFor(plan: Plan, { onset }: Incident): string {
  return recoveryName(plan.plan, 'failover', onset);
}

interface Onset {
  readonly at: Instant;
  readonly from: SignalKind;
}

/**
 * The first bad sample by the best witness that there is. A Health event may name a beginning long before the workload
 * suffered, so it counts only while nothing else is down. Once enough places agree, what one of them alone has seen for more
 * than a quarter of an hour before is another story.
 */
function onsetOf({ downs: all, quorumAt }: Facts): Onset | undefined {
  const downs = quorumAt ? all.filter(({ since }) => secondsBetween(since, quorumAt) <= leadSeconds) : all;
  const from = kindsByWeight.find((kind) => downs.some((down) => down.kind === kind));
  if (!from) return undefined;
  const at = earliestOf(downs.filter(({ kind }) => kind === from));
  if (from !== 'probe') return { at, from };
  const leading = downs.filter(({ kind, since }) => {
    const aheadSeconds = secondsBetween(since, at);
    return kind === 'probe' || (kind !== 'health' && aheadSeconds <= leadSeconds);
  });
  return { at: earliestOf(leading), from };
}

function opened(plan: Plan, { at, from }: Onset, now: Instant, quorumAt: Instant | undefined): Incident {
  const id = `${plan.plan}-${stampOf(at)}`;
  return { id, openedAt: now, onset: at, onsetFrom: from, ...(quorumAt && { agreedAt: quorumAt }) };
}

/**
 * When enough places come to agree, and the incident is too old to be theirs, another one begins. They agree until something
 * says otherwise: silence takes back nothing.
 */
function joined(incident: Incident, onset: Onset, { plan, now, quorumAt, observations }: Facts): Incident {
  const { agreedAt, ...alone } = incident;
  if (!quorumAt)
    return improved(observations.some(({ vote }) => vote === 'up') ? alone : incident, onset, now);
  if (agreedAt) return improved(incident, onset, now);
  if (secondsBetween(incident.onset, quorumAt) > leadSeconds) return opened(plan, onset, now, quorumAt);
  return { ...improved(alone, onset, now), agreedAt: quorumAt };
}

/**
 * A better witness replaces the onset, an equal one may only move it back, a lesser one does not touch it. What began after
 * the incident was opened is detected now.
 */
function improved(incident: Incident, { at, from }: Onset, now: Instant): Incident {
  const was = kindsByWeight.indexOf(incident.onsetFrom ?? 'probe');
  const is = kindsByWeight.indexOf(from);
  if (is > was || (is === was && secondsBetween(incident.onset, at) >= 0)) return incident;
  const openedAt = secondsBetween(incident.openedAt, at) > 0 ? now : incident.openedAt;
  return { ...incident, openedAt, onset: at, onsetFrom: from };
}

/** An incident that has been open for longer than any recovery lasts is no longer looked after. */
const outageSeconds = 86_400;

/**
 * The onset of a recovery: of the incident that it was decided for; of a failover by hand, of the outage that is under way.
 * What was written after it is lost, and replicas are judged before it, whoever decides and however late. One place alone
 * that sees trouble is no outage. Undefined where nothing was seen: then the recovery's own beginning counts.
 */
export function onsetFor(
  incident: Incident | undefined,
  {
    recovery,
    kind,
    startedAt,
  }: { readonly recovery: string; readonly kind: RecoveryKind; readonly startedAt: Instant },
): Instant | undefined {
  if (!incident || incident.recovery === recovery) return incident?.onset;
  const openSeconds = secondsBetween(incident.openedAt, startedAt);
  const isOutage = incident.agreedAt !== undefined && openSeconds >= 0 && openSeconds < outageSeconds;
  return kind === 'failover' && isOutage ? incident.onset : undefined;
}
