/**
 * The execution environments of one function: one a running invocation, kept warm for a while after it. The environment
 * that rested last is taken first, so that what is warm depends on simulated time alone.
 */
export class Environments {
  readonly #warmForMs: number;
  #restingSinceMs: number[] = [];
  #running = 0;

  constructor(warmForSeconds: number) {
    this.#warmForMs = warmForSeconds * 1000;
  }

  get running(): number {
    return this.#running;
  }

  /** Takes an environment for an invocation; returns whether it must be started first. */
  take(nowMs: number): { readonly isCold: boolean } {
    this.#running += 1;
    this.#restingSinceMs = this.#restingSinceMs.filter((sinceMs) => nowMs - sinceMs <= this.#warmForMs);
    return { isCold: this.#restingSinceMs.pop() === undefined };
  }

  /** Gives back an environment whose invocation ended well; it stays warm. */
  rest(nowMs: number): void {
    this.#running -= 1;
    this.#restingSinceMs.push(nowMs);
  }

  /** Gives up an environment whose process died. */
  discard(): void {
    this.#running -= 1;
  }
}
