import type { Clock } from './clock.ts';

/** Size (tokens) and refill (tokens a second) of a token bucket, as AWS documents its request limits. */
export interface BucketShape {
  readonly bucket: number;
  readonly refill: number;
}

/** A token bucket on simulated time: starts full, refills steadily, never holds more than its size. */
export class TokenBucket {
  readonly #shape: BucketShape;
  readonly #clock: Clock;
  #tokens: number;
  #countedAtMs: number;

  constructor(shape: BucketShape, clock: Clock) {
    this.#shape = shape;
    this.#clock = clock;
    this.#tokens = shape.bucket;
    this.#countedAtMs = clock.nowMs();
  }

  /** Takes `count` tokens and returns true, or takes none and returns false. */
  take(count = 1): boolean {
    const nowMs = this.#clock.nowMs();
    const refilled = this.#tokens + ((nowMs - this.#countedAtMs) / 1000) * this.#shape.refill;
    this.#tokens = Math.min(this.#shape.bucket, refilled);
    this.#countedAtMs = nowMs;
    if (this.#tokens < count) return false;
    this.#tokens -= count;
    return true;
  }
}
