import type { Retrier } from './definition.ts';
import { matchesError, type StateFailure } from './failure.ts';

/** What to do about a failure: try again after a delay, or give up. */
export type Verdict = { readonly kind: 'retry'; readonly delaySeconds: number } | { readonly kind: 'giveUp' };

/** Counts the attempts of one visit to a state; each retrier counts its own. */
export class Retries {
  readonly #retriers: readonly Retrier[];
  readonly #used: number[];

  constructor(retriers: readonly Retrier[]) {
    this.#retriers = retriers;
    this.#used = retriers.map(() => 0);
  }

  /**
   * The first retrier that matches decides, even to give up; `unit` draws a number in [0, 1) for full jitter.
   * (Amazon States Language, "Retrying after error")
   */
  judge(failure: StateFailure, unit: () => number): Verdict {
    const index = this.#retriers.findIndex(({ errorEquals }) =>
      errorEquals.some((name) => matchesError(name, failure)),
    );
    const retrier = this.#retriers[index];
    if (!retrier) return { kind: 'giveUp' };
    const used = this.#used[index]!;
    if (used >= retrier.maxAttempts) return { kind: 'giveUp' };
    this.#used[index] = used + 1;
    const delaySeconds = delayBefore(retrier, used);
    return { kind: 'retry', delaySeconds: retrier.jitter === 'FULL' ? delaySeconds * unit() : delaySeconds };
  }
}

/** The delay, before jitter, after `used` retries by the same retrier: it grows by the rate up to its maximum. */
export function delayBefore(retrier: Retrier, used: number): number {
  const grown = retrier.intervalSeconds * retrier.backoffRate ** used;
  return Math.min(grown, retrier.maxDelaySeconds ?? Number.POSITIVE_INFINITY);
}
