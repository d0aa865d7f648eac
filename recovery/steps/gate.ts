import { type Counts, clampWait, nothing, type Standing } from '../step.ts';
import { type Instant, secondsBetween } from '../terms.ts';
import { type Electorate, howToApprove, type Objection, type OpenObjection, sayOpen } from './approval.ts';
import type { LagCode, LagSample } from './lag.ts';

/** Why a recovery does not go through the one-way door by itself. */
export type GateCode = 'ApprovalNeeded' | 'PrimaryAnswers' | LagCode;

export type GateProblem = Objection<GateCode>;

/** A probe's sample that is older than this says nothing of the primary now. */
const freshSampleSeconds = 150;

/** The plan's own wish for a person's word. */
export function approvalNeeded(plan: string, people: number): GateProblem {
  const who = people === 1 ? 'a person approves' : `${people} people approve`;
  return { code: 'ApprovalNeeded', reason: `the plan ${plan} recovers only when ${who}` };
}

/**
 * The vantage points from which the primary answers again. What a probe says must be fresh: old good news is from before
 * the outage, and silence is no answer.
 */
export function answersAgain(
  samples: ReadonlyMap<string, readonly LagSample[]>,
  now: Instant,
): readonly string[] {
  return [...samples].flatMap(([from, ofVantage]) => {
    const [newest] = [...ofVantage].sort((a, b) => (a.at < b.at ? 1 : -1));
    const isUp = newest?.value === 1 && secondsBetween(newest.at, now) < freshSampleSeconds;
    return isUp ? [from] : [];
  });
}

/** Waiting for a person: looked at again soon, ever less often, until the bound, which is a safe stop. */
export function awaitApproval(
  recovery: string,
  open: readonly OpenObjection[],
  electorate: Electorate,
  waited: { readonly seconds: number; readonly boundSeconds: number },
): Standing {
  const why = sayOpen(open, electorate);
  const counts: Counts = { done: 0, total: open.length };
  if (waited.seconds < waited.boundSeconds) {
    const unblock = howToApprove(recovery, open, electorate);
    return { status: 'working', waitSeconds: clampWait(10), waitingFor: `approval: ${why}`, counts, unblock };
  }
  const hasBegun = open.some(({ approvedBy }) => approvedBy.length > 0);
  return {
    status: 'held',
    code: 'ApprovalTimedOut',
    reason: `${hasBegun ? 'too few people' : 'nobody'} approved ${recovery} within ${Math.round(waited.boundSeconds / 60)} min: ${why}`,
    unblock: `${howToApprove(recovery, open, electorate)}; after an approval, lifeboat continue ${recovery}`,
    counts,
  };
}

/** The primary is back: a promotion now would make two primaries. */
export function primaryAnswers(vantages: readonly string[]): GateProblem {
  const seenBy = vantages.join(' and in ');
  return {
    code: 'PrimaryAnswers',
    reason: `the primary answers again, as the probe in ${seenBy} sees it: nothing is promoted`,
  };
}

/** Nobody is waited for: most often the primary is well, and there is nothing to approve. */
export function heldForPrimary(
  recovery: string,
  open: readonly OpenObjection[],
  electorate: Electorate,
): Standing {
  return {
    status: 'held',
    code: 'PrimaryAnswers',
    reason: sayOpen(open, electorate),
    unblock: `lifeboat abort ${recovery} if the primary is well; else ${howToApprove(recovery, open, electorate)}, and lifeboat continue ${recovery}`,
    counts: nothing,
  };
}
