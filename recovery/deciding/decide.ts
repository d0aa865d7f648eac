/**
 * Whether a plan is to be recovered, from everything that was seen of it. Detection needs nothing but the evidence; acting
 * needs in addition that no guard objects, and the incident's name, under which a recovery starts at most once.
 */
import type { Plan } from '../plan/plan.ts';
import { analyse } from './analysis.ts';
import { sortOut } from './facts.ts';
import { guards as allGuards, type Guard, type Guarded, type Objection } from './guards.ts';
import { incidentAfter, recoveryFor } from './incident.ts';
import type { Situation, Verdict } from './observation.ts';
import { evidenceOf, sentence } from './sentences.ts';

/**
 * The verdict on one plan. The same situation gives the same verdict, whatever the order of its observations.
 *
 * @param guards - who may object; all of them but where a test shows what one of them is there for
 */
export function decide(plan: Plan, situation: Situation, guards: readonly Guard[] = allGuards): Verdict {
  const facts = sortOut(plan, situation);
  const { ledger } = situation;
  const problem = analyse(facts);
  const incident = incidentAfter(facts);
  const claim = problem.says(facts);
  const evidence = evidenceOf(facts);
  const verdict = {
    plan: plan.plan,
    decision: problem.decision,
    analysis: problem.code,
    // What holds without a guard's objection is held by what was seen.
    blockedBy: problem.decision === 'hold' ? problem.code : null,
    reason: sentence(claim, evidence),
    unblock: problem.unblock(facts),
    at: situation.now,
    ...(incident && { incident }),
  };
  if (problem.decision !== 'recover') return verdict;
  if (!incident || !ledger) throw new Error(`${problem.code} without an incident: the table is out of order`);
  const recovery = recoveryFor(plan, incident);
  const objection = firstObjection(guards, { facts, ledger, situation, claim, recovery });
  if (!objection)
    return { ...verdict, blockedBy: null, incident: { ...incident, recovery, decidedAt: situation.now } };
  const { guard, reason, unblock, isStuck } = objection;
  return {
    ...verdict,
    decision: 'hold',
    blockedBy: guard,
    reason: sentence(reason, evidence),
    unblock,
    ...(isStuck && { isStuck }),
  };
}

/**
 * Whether a verdict is worth recording after the one before it. Evidence that only grows older is not; another conclusion
 * is, and an incident that opens, closes or is given its recovery.
 */
export function differs(now: Verdict, before: Verdict | undefined): boolean {
  return before === undefined || gist(now) !== gist(before);
}

function gist({ plan, decision, analysis, blockedBy, isStuck, incident }: Verdict): string {
  return JSON.stringify([
    plan,
    decision,
    analysis,
    blockedBy,
    isStuck ?? false,
    incident?.id ?? null,
    incident?.recovery ?? null,
  ]);
}

function firstObjection(
  guards: readonly Guard[],
  guarded: Guarded,
): (Objection & { readonly guard: string }) | undefined {
  for (const { name, objects } of guards) {
    const objection = objects(guarded);
    if (objection) return { guard: name, ...objection };
  }
  return undefined;
}
