import type { ApprovalRecord } from '../ledger.ts';
import { type Counts, clampWait, type Standing } from '../step.ts';
import { type Instant, secondsBetween } from '../terms.ts';
import type { LagCode, LagSample } from './lag.ts';

/** Why a recovery does not go through the one-way door by itself. */
export type GateCode = 'ApprovalNeeded' | 'PrimaryAnswers' | LagCode;

export interface GateProblem {
  readonly code: GateCode;
  readonly reason: string;
}

/** A problem that a person saw and took upon themselves; kept in the evidence. */
export interface Override extends GateProblem {
  readonly by: string;
  readonly at: Instant;
  readonly comment: string;
}

/** An approval with its author, whom the key names and not the body. */
export type Approval = Pick<ApprovalRecord, 'principal' | 'at' | 'comment' | 'overrides'>;

/** A probe's sample that is older than this says nothing of the primary now. */
const freshSampleSeconds = 150;

/** The plan's own wish for a person's word. */
export function approvalNeeded(plan: string): GateProblem {
  return { code: 'ApprovalNeeded', reason: `the plan ${plan} recovers only when a person approves` };
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

/**
 * Parts problems into those that somebody overrode and those that still wait. Any approval answers the plan's own wish for
 * one; a problem is answered only by an approval that names it, from a person who saw it.
 */
export function weighApprovals(
  problems: readonly GateProblem[],
  approvals: readonly Approval[],
): { readonly overrides: readonly Override[]; readonly open: readonly GateProblem[] } {
  const oldestFirst = [...approvals].sort((a, b) => (a.at < b.at ? -1 : 1));
  const answered = problems.map((problem) => ({
    problem,
    approval: oldestFirst.find(
      ({ overrides }) => problem.code === 'ApprovalNeeded' || overrides.includes(problem.code),
    ),
  }));
  return {
    overrides: answered.flatMap(({ problem, approval }) =>
      approval ? [{ ...problem, by: approval.principal, at: approval.at, comment: approval.comment }] : [],
    ),
    open: answered.flatMap(({ problem, approval }) => (approval ? [] : [problem])),
  };
}

/** What a person types to let the recovery through, or to end it. */
export function howToApprove(recovery: string, open: readonly GateProblem[]): string {
  const codes = [...new Set(open.map(({ code }) => code))].filter((code) => code !== 'ApprovalNeeded');
  const overrides = codes.map((code) => ` --override ${code}`).join('');
  return `lifeboat approve ${recovery}${overrides}, or lifeboat abort ${recovery}`;
}

/** Waiting for a person: looked at again soon, ever less often, until the bound, which is a safe stop. */
export function awaitApproval(
  recovery: string,
  open: readonly GateProblem[],
  waited: { readonly seconds: number; readonly boundSeconds: number },
): Standing {
  const why = open.map(({ reason }) => reason).join('; ');
  const counts: Counts = { done: 0, total: open.length };
  if (waited.seconds < waited.boundSeconds)
    return { status: 'working', waitSeconds: clampWait(10), waitingFor: `approval: ${why}`, counts };
  return {
    status: 'held',
    code: 'ApprovalTimedOut',
    reason: `nobody approved ${recovery} within ${Math.round(waited.boundSeconds / 60)} min: ${why}`,
    unblock: `${howToApprove(recovery, open)}; after an approval, lifeboat continue ${recovery}`,
    counts,
  };
}

/** The primary is back: a promotion now would make two primaries. */
export function primaryAnswers(
  recovery: string,
  vantages: readonly string[],
): GateProblem & { unblock: string } {
  return {
    code: 'PrimaryAnswers',
    reason: `the primary answers again, as the probe in ${vantages.join(' and in ')} sees it: nothing is promoted`,
    unblock: `lifeboat abort ${recovery} if the primary is well; else lifeboat approve ${recovery} --override PrimaryAnswers and lifeboat continue ${recovery}`,
  };
}
