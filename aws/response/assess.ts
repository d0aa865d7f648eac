import * as v from 'valibot';
import { decide } from '../../recovery/deciding/decide.ts';
import type { Verdict } from '../../recovery/deciding/observation.ts';
import type { IncidentRecord, PeriodRecord } from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { Invocation } from '../deps.ts';
import { tell } from '../tell.ts';
import { openResponse, planNamed, type ResponseContext } from './context.ts';
import { beginPeriod, logRefusal, recordVerdict, storeIncident, unopened } from './incident.ts';
import { lookAfter } from './look-after.ts';
import { lookAround, type Seen } from './situation.ts';

export const assessInput = v.object({
  plan: v.string(),
  now: v.pipe(v.string(), v.isoTimestamp()),
});

/** What the machine does next: start a recovery by this name, or nothing. */
interface Assessment {
  readonly plan: string;
  readonly decision: 'recover' | 'hold' | 'none';
  readonly analysis: string;
  /** Empty unless a recovery is to be started: the machine's paths need it to be there. */
  readonly recovery: string;
}

/** Looks at a plan's signals as they stand, decides, writes the decision down, and says what is to be started. */
export async function assess(
  { plan: name, now }: v.InferOutput<typeof assessInput>,
  invocation: Invocation,
): Promise<Assessment> {
  const context = openResponse(invocation, now);
  const plan = planNamed(invocation.deps, name);
  const seen = await lookAround(context, plan);
  const verdict = decide(plan, seen.situation);
  const starts = await commit(context, plan, seen, verdict);
  const period = seen.period?.value as PeriodRecord | undefined;
  // A recovery that was not written down is not started, and nobody is told that it was: the next minute decides again.
  const isCommitted = verdict.decision !== 'recover' || starts !== undefined;
  await Promise.all([
    isCommitted ? announce(context, plan, seen, verdict) : undefined,
    lookAfter(context, plan, { active: seen.active, period }),
  ]);
  return {
    plan: name,
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
  if (!seen.situation.ledger) return undefined;
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
  return unopened(context, plan, verdict.incident);
}

async function announce(context: ResponseContext, plan: Plan, seen: Seen, verdict: Verdict): Promise<void> {
  const isNew = await recordVerdict(context, plan, verdict);
  if (typeof isNew !== 'boolean') {
    logRefusal(context, isNew, plan);
    return;
  }
  if (!isNew) return;
  const { analysis, blockedBy, reason, unblock, incident } = verdict;
  const found = { plan: plan.plan, analysis, reason };
  const before = (seen.incident?.value as IncidentRecord | undefined)?.incident;
  if (before && !incident && seen.situation.ledger)
    await tell(context, 'Failure Resolved', { plan: plan.plan, incident: before.id, reason });
  if (verdict.decision === 'none') return;
  if (verdict.decision === 'recover' && incident?.recovery) {
    const { id, recovery } = incident;
    await tell(context, 'Recovery Started', { ...found, recovery, incident: id });
  } else if (incident && !before) {
    await tell(context, 'Failure Detected', { ...found, blockedBy, unblock, incident: incident.id });
  } else if (!incident?.recovery) {
    // A recovery that was started tells of itself.
    await tell(context, 'Recovery Held', { ...found, blockedBy, unblock, incident: incident?.id ?? null });
  }
}
