import { type Answer, mapAnswer, type Refusal, sayRefusal } from '../../recovery/answer.ts';
import { differs } from '../../recovery/deciding/decide.ts';
import { mayStartAgain } from '../../recovery/deciding/incident.ts';
import type { Incident, Verdict } from '../../recovery/deciding/observation.ts';
import {
  type ActiveRecord,
  type IncidentRecord,
  ledgerKeys,
  type OpenedRecord,
  type PeriodRecord,
} from '../../recovery/ledger.ts';
import type { NoticeDetail, NoticeName } from '../../recovery/notices.ts';
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

/**
 * The recovery of an incident that was decided and never opened: whoever decided broke off before it was started. Starting
 * it again is safe, since its execution's name is its own.
 */
export async function unopened(
  context: ResponseContext,
  plan: Plan,
  incident: Incident | undefined,
): Promise<string | undefined> {
  if (!incident?.recovery || !mayStartAgain(incident, context.now())) return undefined;
  const opened = await context.ledger.read(ledgerKeys.opened(plan.plan, incident.recovery));
  if (!opened.ok) return undefined;
  return (opened.value?.value as OpenedRecord | undefined) ? undefined : incident.recovery;
}

/**
 * Whether the recovery of an incident was decided in vain: it never opened in the time in which it is started again, and no
 * other failover has begun since.
 * @param last who holds the plan's lock, or held it last
 */
export async function isUnstarted(
  context: ResponseContext,
  plan: Plan,
  incident: Incident | undefined,
  last: ActiveRecord | undefined,
): Promise<Answer<boolean>> {
  const no: Answer<boolean> = { ok: true, value: false };
  const { recovery, decidedAt } = incident ?? {};
  if (!incident || !recovery || !decidedAt || mayStartAgain(incident, context.now())) return no;
  if (last?.kind === 'failover' && secondsBetween(decidedAt, last.at) >= 0) return no;
  return mapAnswer(await context.ledger.read(ledgerKeys.opened(plan.plan, recovery)), (found) => !found);
}

/** What is to be told of a verdict. */
export interface Notice {
  readonly name: NoticeName;
  readonly detail: NoticeDetail;
}

/** The newest verdict as it lies in the ledger, with what people could not be told yet. */
type LastVerdict = Verdict & { readonly untold?: readonly Notice[] };

/** How a verdict was recorded: whether it differs from the one before, and what people have not been told since then. */
export interface Recorded {
  readonly isNew: boolean;
  readonly last: LastVerdict;
  readonly untold: readonly Notice[];
}

/** Records a verdict when it differs from the one before it: detection is always recorded. */
export async function recordVerdict(
  context: ResponseContext,
  plan: Plan,
  verdict: Verdict,
): Promise<Answer<Recorded>> {
  const { ledger } = context;
  const found = await ledger.read(ledgerKeys.lastDecision(plan.plan));
  if (!found.ok) return found;
  const before = found.value?.value as LastVerdict | undefined;
  const untold = before?.untold ?? [];
  if (before && !differs(verdict, before)) return { ok: true, value: { isNew: false, last: before, untold } };
  const written = await ledger.write(ledgerKeys.decision(plan.plan, verdict.at), verdict);
  if (!written.ok) return written;
  const last: LastVerdict = { ...verdict, ...(untold.length > 0 && { untold }) };
  const marked = await ledger.write(ledgerKeys.lastDecision(plan.plan), last);
  return mapAnswer(marked, () => ({ isNew: true, last, untold }));
}

/** Keeps what people could not be told, for the next look to tell it. */
export async function keepUntold(
  context: ResponseContext,
  plan: Plan,
  { untold: _before, ...verdict }: LastVerdict,
  untold: readonly Notice[],
): Promise<Refusal | undefined> {
  const last: LastVerdict = { ...verdict, ...(untold.length > 0 && { untold }) };
  const written = await context.ledger.write(ledgerKeys.lastDecision(plan.plan), last);
  return written.ok ? undefined : written;
}

export function logRefusal(context: ResponseContext, refusal: Refusal, plan: Plan): void {
  context.deps.log('error', sayRefusal(refusal), { plan: plan.plan });
}
