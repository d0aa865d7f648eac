import { afterSilence, type BadEnd } from '../silence.ts';
import { type Counts, clampWait, nothing, type Standing, type StepRecord } from '../step.ts';
import { type Instant, newestOf, secondsBetween } from '../terms.ts';
import {
  approvalCommand,
  type Electorate,
  howToApprove,
  type Objection,
  type OpenObjection,
  sayOpen,
} from './approval.ts';
import type { LagCode, LagSample } from './lag.ts';

/** Why a recovery does not go through the one-way door by itself. */
export type GateCode = 'ApprovalNeeded' | 'PrimaryAnswers' | 'ProbesUnreadable' | 'CannotFinish' | LagCode;

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
    const newest = newestOf(ofVantage, ({ at }) => at);
    const isUp = newest?.value === 1 && secondsBetween(newest.at, now) < freshSampleSeconds;
    return isUp ? [from] : [];
  });
}

/** Samples come each minute and some two minutes late: without one for so long, a probe says nothing any more. */
const silentProbeSeconds = 240;

/**
 * Why nobody can say whether the primary answers again: every probe has fallen silent, as after an outage of the recovery
 * Region in which they write. Undefined where one speaks, and for a plan without probes.
 */
export function probesSilent(
  samples: ReadonlyMap<string, readonly LagSample[]>,
  now: Instant,
): string | undefined {
  const newest = [...samples.values()].flatMap((ofVantage) => newestOf(ofVantage, ({ at }) => at) ?? []);
  // Good news grows old sooner: a primary that had come back is not taken for one that is still down.
  const speaks = newest.some(
    ({ at, value }) => secondsBetween(at, now) < (value === 1 ? freshSampleSeconds : silentProbeSeconds),
  );
  if (samples.size === 0 || speaks) return undefined;
  const from = [...samples.keys()].join(' and ');
  return `no probe (from ${from}) says anything of the last minutes`;
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
export function primaryAnswers(vantages: readonly string[]): Objection<'PrimaryAnswers'> {
  const seenBy = vantages.join(' and in ');
  return {
    code: 'PrimaryAnswers',
    reason: `the primary answers again, as the probe in ${seenBy} sees it: nothing is promoted`,
  };
}

/** Nobody is waited for: most often the primary is well, and there is nothing to approve. */
export function heldForPrimary(
  recovery: string,
  open: readonly OpenObjection<'PrimaryAnswers' | 'ProbesUnreadable'>[],
  electorate: Electorate,
): Standing {
  return {
    status: 'held',
    code: open[0]?.code ?? 'PrimaryAnswers',
    reason: sayOpen(open, electorate),
    unblock: `if the primary is well, lifeboat abort ${recovery}; if it is not, ${approvalCommand(recovery, open, electorate)}, then lifeboat continue ${recovery}`,
    counts: nothing,
  };
}

/** Unknown is not fine: a primary that may have come back is not replaced, unless a person has looked. */
export function probesUnreadable(why: string): Objection<'ProbesUnreadable'> {
  const reason = `nobody can say whether the primary answers again, and nothing is promoted: ${why}`;
  return { code: 'ProbesUnreadable', reason };
}

/** How long probes that cannot be read are tried again before a person is asked. */
const unreadableSeconds = 120;

/** Probes that cannot be read are tried again for a while; undefined once that is over, and a person has to look. */
export function awaitProbes(why: string, seconds: number): Standing | undefined {
  if (seconds >= unreadableSeconds) return undefined;
  const waitingFor = `a look at the primary: ${why}`;
  return { status: 'working', waitSeconds: 10, waitingFor, counts: nothing };
}

/** A look at the primary that is older than this says nothing of it at the moment of a promotion. */
const freshLookSeconds = 60;

/**
 * Whether the gate's look at the primary has grown old before a promotion is asked for: while a fence waited, or RDS refused
 * the promotion, the primary may have come back.
 * @param gate when the gate let this run through, if it has
 */
export function isLookOld(gate: Pick<StepRecord, 'endedAt'> | undefined, now: Instant): boolean {
  return gate?.endedAt === undefined || secondsBetween(gate.endedAt, now) > freshLookSeconds;
}

/** The steps that work beside the gate, in the order in which each waits for the one before. */
export const siblingSteps = ['servers', 'volumes', 'mounts'] as const;

/** A step that works beside the gate, without which the recovery cannot finish. */
export interface Sibling {
  readonly step: (typeof siblingSteps)[number];
  /** What it last wrote in this run. */
  readonly record: StepRecord | undefined;
  /** How it ended badly in this run. */
  readonly ended: BadEnd | undefined;
}

/** A mount has nothing of its own to say before its server and its volume are there: its first word is not waited for. */
const awaited: readonly Sibling['step'][] = ['servers', 'volumes'];

/**
 * How long the gate waits for the first word of those it starts with: what is hopeless is mostly so at the first look, and
 * that takes seconds. Beyond that, silence opens the door: it nearly always is a Region in trouble that is slow to start
 * or to answer a step, and an outage that makes everybody slow must not keep the promotion, the longest work of all, from
 * beginning. A step that can be known to have broken off is no longer merely silent: it counts as failed.
 */
const firstWordSeconds = 20;

/**
 * Whether the steps beside the gate let it pass: undefined where they do. The one that speaks is one that has failed, as
 * in the conclusion of the run, and of several the one that the others wait for.
 */
export function judgeSiblings(
  siblings: readonly Sibling[],
  waitedSeconds: number,
):
  | { readonly kind: 'wait'; readonly standing: Standing }
  | { readonly kind: 'problem'; readonly sibling: Sibling }
  | undefined {
  const isPatient = waitedSeconds < firstWordSeconds;
  const ended = siblings.filter((each) => each.ended && (each.record || !isPatient));
  const sibling = ended.find((each) => each.ended !== 'held') ?? ended[0];
  if (sibling) return { kind: 'problem', sibling };
  const silent = siblings.filter(({ step, record }) => !record && awaited.includes(step));
  if (silent.length === 0 || !isPatient) return undefined;
  const waitingFor = `the first word of ${silent.map(({ step }) => step).join(' and ')}`;
  return { kind: 'wait', standing: { status: 'working', waitSeconds: 1, waitingFor, counts: nothing } };
}

/** A step beside the gate has ended badly: a promotion now would leave a database without its servers or their data. */
export function cannotFinish({ step, record, ended }: Sibling): GateProblem {
  const said = record?.reason;
  const how = said === undefined ? 'broke off' : ended === 'held' ? 'is held' : 'has failed';
  const since = record ? `since ${record.lastAt}` : 'in this run';
  const why = said ?? `it has written nothing ${since}`;
  const reason = `the recovery cannot finish, since ${step} ${how}, and nothing is promoted: ${why}`;
  return { code: 'CannotFinish', reason };
}

/** Nobody is waited for: the next run looks at everything again, and most often it is the step that must be mended. */
export function heldForSibling(
  recovery: string,
  { record }: Sibling,
  open: readonly OpenObjection[],
  electorate: Electorate,
): Standing {
  const goOn = `lifeboat continue ${recovery}`;
  const mend = record?.unblock ?? afterSilence;
  return {
    status: 'held',
    code: 'CannotFinish',
    reason: sayOpen(open, electorate),
    unblock: `${mend}: ${goOn}; to promote all the same, ${approvalCommand(recovery, open, electorate)}, then ${goOn}; to give it up, lifeboat abort ${recovery}`,
    counts: nothing,
  };
}
