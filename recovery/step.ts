import type { Refusal } from './answer.ts';
import { sayRefusal } from './answer.ts';
import type { Instant, RecoveryScope, ResourceRef, StepName } from './terms.ts';

/** What the state machine gives to each step. */
export interface StepInput {
  readonly recovery: string;
  readonly run: number;
  readonly plan: string;
  readonly step: StepName;
  /** When the state was entered (`$$.State.EnteredTime`): the date that a step goes by. */
  readonly now: Instant;
  /** How often the state's task has been tried again since (`$$.State.RetryCount`); an older definition does not tell it. */
  readonly retries?: number;
  /** When the execution began (`$$.Execution.StartTime`). */
  readonly startedAt: Instant;
  /** The execution's name (`$$.Execution.Name`); one that began with an older definition of the machine does not tell it. */
  readonly execution?: string;
  /** What the execution was started with: for the step that writes it down, and the one that concludes without that record. */
  readonly given?: { readonly scope?: RecoveryScope };
}

export interface Counts {
  readonly done: number;
  readonly total: number;
}

/** What a step gives back to the machine; at most 4 KiB as JSON. */
export interface StepOutput {
  readonly step: StepName;
  readonly status: StepStatus;
  /** 1 to 300 while `working`, else 0. */
  readonly waitSeconds: number;
  readonly counts: Counts;
  readonly code?: string;
  readonly reason?: string;
  readonly unblock?: string;
}

export type StepStatus = 'working' | 'done' | 'held' | 'failed' | 'skipped';

/**
 * How things stand after one look. `held` and `failed` say why and what a person can do; they differ in who moves next:
 * a held step goes on by itself once a person has removed the cause and continued it, a failed one has no way forward.
 */
export type Standing =
  | {
      readonly status: 'working';
      readonly waitSeconds: number;
      readonly waitingFor: string;
      readonly counts: Counts;
      /** What a person can do, where it is a person who is waited for. */
      readonly unblock?: string;
    }
  | { readonly status: 'done'; readonly counts: Counts }
  | { readonly status: 'skipped'; readonly reason: string }
  | {
      readonly status: 'held' | 'failed';
      readonly code: string;
      readonly reason: string;
      readonly unblock: string;
      readonly counts: Counts;
      readonly mayPass?: true;
    };

/** A problem of one item, as long as the others go on. */
export interface Problem {
  readonly status: 'held' | 'failed';
  readonly code: string;
  readonly reason: string;
  readonly unblock: string;
  /** It rests on a single answer of AWS that may have been a stray one. */
  readonly mayPass?: true;
}

/** What the ledger keeps of a step, under `recoveries/<plan>/<id>/steps/<step>.json`. `memory` is the step's own. */
export interface StepRecord {
  readonly step: StepName;
  readonly run: number;
  readonly status: StepStatus;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  /** When the status became final. */
  readonly endedAt?: Instant;
  readonly attempts: number;
  readonly counts: Counts;
  readonly waitingFor?: string;
  readonly code?: string;
  readonly reason?: string;
  readonly unblock?: string;
  readonly resources: readonly ResourceRef[];
  /** Since when the ledger takes what it writes again, where it could not write for long. */
  readonly resumedAt?: Instant;
  /** Since when AWS has given an answer that no rule knows. */
  readonly oddSince?: Instant;
  readonly memory: unknown;
}

export const nothing: Counts = { done: 0, total: 0 };

/** Whole seconds within the machine's limits; a step never asks to be called in less than one second. */
export function clampWait(seconds: number): number {
  return Math.min(300, Math.max(1, Math.ceil(seconds)));
}

/**
 * How long to wait before the next look at something that began `elapsedSeconds` ago: until it can have happened at all,
 * then in small shares of what has passed, so that a look costs at most that share of the time it reports on.
 */
export function waitForExpected(
  elapsedSeconds: number,
  expected: { earliestSeconds: number; leastSeconds?: number },
): number {
  const least = expected.leastSeconds ?? 3;
  if (elapsedSeconds + least < expected.earliestSeconds)
    return clampWait(expected.earliestSeconds - elapsedSeconds);
  return clampWait(Math.min(30, Math.max(least, elapsedSeconds * 0.03)));
}

/** Combines what the items of a step report: any work goes on first; then the worst problem speaks for the step. */
export function standingOf(parts: {
  readonly counts: Counts;
  readonly problems: readonly Problem[];
  readonly waits: readonly { readonly seconds: number; readonly for: string }[];
}): Standing {
  const { counts, problems, waits } = parts;
  const soonest = [...waits].sort((a, b) => a.seconds - b.seconds)[0];
  if (soonest)
    return {
      status: 'working',
      waitSeconds: clampWait(soonest.seconds),
      waitingFor: waitingList(waits),
      counts,
    };
  const worst = problems.find((problem) => problem.status === 'failed') ?? problems[0];
  if (!worst) return { status: 'done', counts };
  const others = problems.length - 1;
  const reason = others > 0 ? `${worst.reason} (and ${others} more)` : worst.reason;
  return { ...worst, reason, counts };
}

/** The same, after calls of which some were refused: each refusal is a wait or a problem of its own. */
export function standingAfterCalls(
  parts: Parameters<typeof standingOf>[0],
  refusals: readonly Refusal[],
  item: string,
): Standing {
  const weighed = refusals.map((refusal) => weighRefusal(refusal, item));
  return standingOf({
    counts: parts.counts,
    problems: [...parts.problems, ...weighed.flatMap((one) => ('problem' in one ? [one.problem] : []))],
    waits: [...parts.waits, ...weighed.flatMap((one) => ('wait' in one ? [one.wait] : []))],
  });
}

function waitingList(waits: readonly { readonly for: string }[]): string {
  const reasons = [...new Set(waits.map((wait) => wait.for))];
  return reasons.length > 3
    ? `${reasons.slice(0, 3).join('; ')}; and ${reasons.length - 3} more`
    : reasons.join('; ');
}

/**
 * What a refused call means for an item: a time to look again, or a problem. Transient, unknown and absent answers are
 * looked at again (the step's bound ends that); denied and unlisted ones need a person.
 */
export function weighRefusal(
  refusal: Refusal,
  item: string,
): { readonly wait: { readonly seconds: number; readonly for: string } } | { readonly problem: Problem } {
  const sentence = `${item}: ${sayRefusal(refusal)}`;
  switch (refusal.kind) {
    case 'transient':
    case 'unknown':
      return { wait: { seconds: 3, for: sentence } };
    case 'absent':
    case 'conflict':
    case 'capacity':
      return { wait: { seconds: 5, for: sentence } };
    case 'denied':
      return {
        problem: {
          status: 'held',
          mayPass: true,
          code: 'Denied',
          reason: sentence,
          unblock: `grant the step's role the action ${refusal.asked}, then continue`,
        },
      };
    case 'unlisted':
      return {
        problem: {
          status: 'held',
          mayPass: true,
          code: refusal.code,
          reason: sentence,
          unblock: 'look at the error, remove its cause, then continue',
        },
      };
    default:
      return unreachable(refusal.kind);
  }
}

/** Something that the plan names and the recovery Region does not have: waiting will not bring it. */
export function absentProblem(item: string, refusal: Refusal): Problem {
  return {
    status: 'held',
    code: 'Absent',
    reason: `${item}: ${sayRefusal(refusal)}`,
    unblock: 'create what is missing, or correct the plan, then continue',
  };
}

function unreachable(kind: never): never {
  throw new TypeError(`no rule for a refusal of kind ${String(kind)}`);
}
