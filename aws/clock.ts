import type { Instant } from '../recovery/terms.ts';

/** The time as a handler may ask for it: what elapses inside one invocation. Dates come from the event. */
export interface Clock {
  nowMs(): number;
  /** Calls `fire` after `ms`; the returned function takes that back. */
  after(ms: number, fire: () => void): () => void;
}

/** When Step Functions entered a state, and how often it has tried its task again since. */
export interface StateTime {
  readonly now: Instant;
  readonly retries?: number | undefined;
}

/**
 * The date in an invocation: the state's, and what elapses in it. A task that is tried again still has the date at which its
 * state was first entered (Step Functions Developer Guide, Context object), which may be minutes ago: then the host says how
 * late it is, unless its clock is behind.
 */
export function dateFrom(clock: Clock, { now, retries = 0 }: StateTime): () => Instant {
  const beganMs = clock.nowMs();
  const enteredMs = Date.parse(now);
  const dateMs = retries > 0 ? Math.max(enteredMs, beganMs) : enteredMs;
  return () => new Date(dateMs + clock.nowMs() - beganMs).toISOString();
}

/** Resolves after `ms` of the given clock. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}
