/** The time as a handler may ask for it: what elapses inside one invocation. Dates come from the event. */
export interface Clock {
  nowMs(): number;
  /** Calls `fire` after `ms`; the returned function takes that back. */
  after(ms: number, fire: () => void): () => void;
}

/** Resolves after `ms` of the given clock. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}
