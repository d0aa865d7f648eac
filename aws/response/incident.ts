import { type Refusal, sayRefusal } from '../../recovery/answer.ts';
import { differs } from '../../recovery/deciding/decide.ts';
import type { Incident, Verdict } from '../../recovery/deciding/observation.ts';
import {
  type IncidentRecord,
  ledgerKeys,
  type OpenedRecord,
  type PeriodRecord,
} from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { instantAfter, secondsBetween } from '../../recovery/terms.ts';
import type { LedgerEntry } from '../ledger.ts';
import type { ResponseContext } from './context.ts';

/**
 * Writes what a verdict says of the incident over what was read. Of two assessments of one plan at once, the second to write
 * does nothing: whatever it wanted to start, the first has decided.
 */
export async function storeIncident(
  context: ResponseContext,
  plan: Plan,
  before: LedgerEntry | undefined,
  incident: Incident | undefined,
): Promise<Refusal | 'stored' | 'overtaken'> {
  const known = (before?.value as IncidentRecord | undefined)?.incident;
  if (JSON.stringify(known) === JSON.stringify(incident)) return 'stored';
  const nonce = context.deps.entropy.hex('incident', `${plan.plan} ${context.now()}`, 16);
  const value: IncidentRecord = { nonce, ...(incident && { incident }) };
  const claim = await context.ledger.claim(ledgerKeys.incident(plan.plan), value, before);
  if (!claim.ok) return claim;
  return claim.value.won ? 'stored' : 'overtaken';
}

/** Begins the active period of an automatic recovery: no second one before it ends or somebody acknowledges. */
export async function beginPeriod(
  context: ResponseContext,
  plan: Plan,
  recovery: string,
  before: LedgerEntry | undefined,
): Promise<Refusal | undefined> {
  if ((before?.value as PeriodRecord | undefined)?.recovery === recovery) return undefined;
  const from = context.now();
  const period: PeriodRecord = {
    nonce: recovery,
    recovery,
    from,
    until: instantAfter(from, plan.trigger.activePeriodSeconds),
  };
  const claim = await context.ledger.claim(ledgerKeys.period(plan.plan), period, before);
  if (!claim.ok) return claim;
  const winner = claim.value.entry.value as PeriodRecord;
  if (winner.recovery === recovery) return undefined;
  const message = `the active period of ${winner.recovery} was written meanwhile`;
  return { ok: false, kind: 'conflict', code: 'Overtaken', message, asked: 's3:PutObject' };
}

/** How long a decided recovery that has not opened is started again, by the same name. */
const startAgainSeconds = 900;

/**
 * The recovery of an incident that was decided and never opened: whoever decided broke off before it was started. Starting
 * it again is safe, since its execution's name is its own.
 */
export async function unopened(
  context: ResponseContext,
  plan: Plan,
  incident: Incident | undefined,
): Promise<string | undefined> {
  if (!incident?.recovery || !incident.decidedAt) return undefined;
  if (secondsBetween(incident.decidedAt, context.now()) > startAgainSeconds) return undefined;
  const opened = await context.ledger.read(ledgerKeys.opened(plan.plan, incident.recovery));
  if (!opened.ok) return undefined;
  return (opened.value?.value as OpenedRecord | undefined) ? undefined : incident.recovery;
}

/** Records a verdict when it differs from the one before it: detection is always recorded. Says whether it did. */
export async function recordVerdict(
  context: ResponseContext,
  plan: Plan,
  verdict: Verdict,
): Promise<Refusal | boolean> {
  const { ledger } = context;
  const last = await ledger.read(ledgerKeys.lastDecision(plan.plan));
  if (!last.ok) return last;
  if (!differs(verdict, last.value?.value as Verdict | undefined)) return false;
  const written = await ledger.write(ledgerKeys.decision(plan.plan, verdict.at), verdict);
  if (!written.ok) return written;
  const marked = await ledger.write(ledgerKeys.lastDecision(plan.plan), verdict);
  return marked.ok ? true : marked;
}

export function logRefusal(context: ResponseContext, refusal: Refusal, plan: Plan): void {
  context.deps.log('error', sayRefusal(refusal), { plan: plan.plan });
}
