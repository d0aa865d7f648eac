/** One thing that is done to a run, once. */
export type Blow =
  /** AWS answers a call with an error, and does nothing. */
  | { readonly kind: 'error'; readonly code: string; readonly httpStatus: number }
  /** A call is never answered, and does nothing. */
  | { readonly kind: 'hang' }
  /** A call acts, and its answer is lost. */
  | { readonly kind: 'loseAnswer' }
  /** The function that makes a call dies once the call has acted, so long after its start. */
  | { readonly kind: 'die'; readonly requestId: string; readonly seconds: number }
  /**
   * The function that makes a call stands still once the call has acted, so long after its start, or before its first call
   * where no time is said: Lambda ends it when its own time is up.
   */
  | { readonly kind: 'timeOut'; readonly requestId: string; readonly seconds?: number }
  /** The Lambda service refuses an invocation. */
  | { readonly kind: 'refuse' }
  /** The process of an invocation ends before it does anything. */
  | { readonly kind: 'neverStart' }
  /** An invocation does its work, and Lambda's answer is lost. */
  | { readonly kind: 'loseResult' }
  /** A function is invoked a second time with the same event at the same instant. */
  | { readonly kind: 'twice' }
  /** The same, so long after its start: the first one has ended by then, just now or a while ago. */
  | { readonly kind: 'twiceInTurn' | 'twiceLate'; readonly seconds: number };

/**
 * What a sweep goes through: every error and time-out of every call, every death and every standstill after a call, every
 * double invocation.
 */
export const sweepParts = ['calls', 'crashes', 'timeOuts', 'twice'] as const;
export type SweepPart = (typeof sweepParts)[number];

/** Which call or invocation is meant: the nth of its name. */
export interface Aim {
  /** A function as the stack names it, and of a call also its service and operation: `failoverFence/ec2:StopInstances`. */
  readonly target: string;
  /** From 1. */
  readonly nth: number;
}

/** One run of a sweep: a value that a thread can be sent. */
export interface SweepCase {
  /** `failoverFence/ec2:StopInstances#1:InternalError`; the same run in every sweep of the same code. */
  readonly name: string;
  readonly part: SweepPart;
  readonly aim: Aim;
  readonly blow: Blow;
}

/**
 * Whether it has to be got over, as if it had not been: whatever strikes once is asked again. Only an answer that something is
 * not there may be believed at once, since waiting brings nothing that a person has to create.
 */
export function passes(blow: Blow): boolean {
  return blow.kind !== 'error' || !/NotFound|DoesNotExist|^NoSuch/.test(blow.code);
}

export function caseOf(part: SweepPart, aim: Aim, blow: Blow): SweepCase {
  const how = blow.kind === 'error' ? blow.code : blow.kind;
  return { name: `${aim.target}#${aim.nth}:${how}`, part, aim, blow };
}
