import * as v from 'valibot';
import { decide } from '../../recovery/deciding/decide.ts';
import type { Verdict } from '../../recovery/deciding/observation.ts';
import type { IncidentRecord } from '../../recovery/ledger.ts';
import type { NoticeName } from '../../recovery/notices.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { Invocation } from '../deps.ts';
import { tell, wordsOf } from '../tell.ts';
import { openResponse, planNamed, type ResponseContext } from './context.ts';
import {
  beginPeriod,
  keepUntold,
  logRefusal,
  type Notice,
  recordVerdict,
  storeIncident,
  unopened,
} from './incident.ts';
import { lookAfter } from './look-after.ts';
import { type LastEntries, lastOf, lookAround, readLast, type Seen } from './situation.ts';

export const assessInput = v.object({
  plan: v.string(),
  now: v.pipe(v.string(), v.isoTimestamp()),
  retries: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0))),
});

/** What the machine does next: start a recovery by this name, or nothing. */
interface Assessment {
  readonly plan: string;
  readonly decision: 'recover' | 'hold' | 'none';
  readonly analysis: string;
  /** Empty unless a recovery is to be started: the machine's paths need it to be there. */
  readonly recovery: string;
}

/**
 * Looks at a plan's signals as they stand, decides, writes the decision down, and says what is to be started. Beside that it
 * looks after the last failover: an old primary that can write must not wait for the slowest answer that a decision needs.
 */
export async function assess(
  { plan: name, ...entered }: v.InferOutput<typeof assessInput>,
  invocation: Invocation,
): Promise<Assessment> {
  const context = openResponse(invocation, entered);
  const plan = planNamed(invocation.deps, name);
  const entries = readLast(context, plan);
  // Neither is cut short where the other throws, which is a defect and ends the invocation.
  const [decided, lookedAfter] = await Promise.allSettled([
    decideAbout(context, plan, entries),
    lastOf(entries).then((last) => last && lookAfter(context, plan, last)),
  ]);
  if (decided.status === 'rejected') throw decided.reason;
  if (lookedAfter.status === 'rejected') throw lookedAfter.reason;
  return decided.value;
}

async function decideAbout(context: ResponseContext, plan: Plan, entries: LastEntries): Promise<Assessment> {
  const seen = await lookAround(context, plan, entries);
  const verdict = decide(plan, seen.situation);
  const starts = await commit(context, plan, seen, verdict);
  // A recovery that was not written down is not started, and nobody is told that it was: the next minute decides again.
  const isCommitted = verdict.decision !== 'recover' || starts !== undefined;
  if (isCommitted) await announce(context, plan, seen, verdict);
  return {
    plan: plan.plan,
    decision: starts ? 'recover' : verdict.decision === 'recover' ? 'hold' : verdict.decision,
    analysis: verdict.analysis,
    recovery: starts ?? '',
  };
}

/** Writes down what was decided, before anything follows from it; the recovery to start, if any. */
async function commit(
  context: ResponseContext,
  plan: Plan,
  seen: Seen,
  verdict: Verdict,
): Promise<string | undefined> {
  const { ledger } = seen.situation;
  if (!ledger) return undefined;
  if (verdict.decision === 'recover' && verdict.incident?.recovery) {
    // The period comes first: an incident without one would be recovered a second time once it is over.
    const refusal = await beginPeriod(context, plan, verdict.incident.recovery, seen.period);
    if (refusal) {
      logRefusal(context, refusal, plan);
      return undefined;
    }
  }
  const stored = await storeIncident(context, plan, seen.incident, verdict.incident);
  if (stored === 'overtaken') return undefined;
  if (stored !== 'stored') {
    logRefusal(context, stored, plan);
    return undefined;
  }
  if (verdict.decision === 'recover') return verdict.incident?.recovery;
  // Whoever paused since has been told that nothing begins any more.
  return ledger.brake || ledger.pause ? undefined : unopened(context, plan, verdict.incident);
}

/** Tells what is new of a verdict, and again what people could not be told at an earlier look. */
async function announce(context: ResponseContext, plan: Plan, seen: Seen, verdict: Verdict): Promise<void> {
  const recorded = await recordVerdict(context, plan, verdict);
  if (!recorded.ok) {
    logRefusal(context, recorded, plan);
    return;
  }
  const { isNew, last, untold } = recorded.value;
  const news = isNew ? noticesOf(plan, seen, verdict) : [];
  const still: Notice[] = [];
  for (const notice of [...untold, ...news]) {
    const { name, detail } = notice;
    // Machines were told when it was new.
    const words = { ...wordsOf(name, detail), onlyPeople: untold.includes(notice) };
    const { people } = await tell<NoticeName>(context, name, detail, words);
    if (people !== undefined) still.push(notice);
  }
  if (untold.length + still.length === 0) return;
  const refusal = await keepUntold(context, plan, last, still);
  if (refusal) logRefusal(context, refusal, plan);
}

function noticesOf({ plan }: Plan, seen: Seen, verdict: Verdict): readonly Notice[] {
  const { analysis, blockedBy, reason, unblock, incident } = verdict;
  const found = { plan, analysis, reason };
  const before = (seen.incident?.value as IncidentRecord | undefined)?.incident;
  const notices: Notice[] = [];
  if (before && !incident && seen.situation.ledger)
    notices.push({ name: 'Failure Resolved', detail: { plan, incident: before.id, reason } });
  if (verdict.decision === 'none') return notices;
  if (verdict.decision === 'recover' && incident?.recovery) {
    const { id, recovery } = incident;
    notices.push({ name: 'Recovery Started', detail: { ...found, recovery, incident: id } });
  } else if (incident && !before) {
    const detail = { ...found, blockedBy, unblock, incident: incident.id };
    notices.push({ name: 'Failure Detected', detail });
  } else if (!incident?.recovery || analysis === 'NeverStarted') {
    // A recovery that was started tells of itself.
    const detail = { ...found, blockedBy, unblock, incident: incident?.id ?? null };
    notices.push({ name: 'Recovery Held', detail });
  }
  return notices;
}
