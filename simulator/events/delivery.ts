import defaults from '../defaults.json' with { type: 'json' };
import { AwsError } from '../errors.ts';
import type { Simulator } from '../simulator.ts';
import type { Rule } from './bus.ts';
import { Undeliverable } from './dispatch.ts';
import type { EventEnvelope } from './envelope.ts';
import type { Target } from './target.ts';

const { duplicateProbability, targetRetry } = defaults.eventbridge;

/** Back-off doubles from one second to this; AWS documents only "exponential back off and jitter". */
const longestBackoffSeconds = 600;

/** One event on its way to one target. */
export interface Delivery {
  readonly rule: Rule;
  readonly target: Target;
  readonly event: EventEnvelope;
  readonly isForwarded: boolean;
  /** When the bus got the event, milliseconds since the epoch. */
  readonly receivedAtMs: number;
  /** Names this delivery among all others; draws are made from it. */
  readonly subject: string;
}

/** An event that could not be delivered: a message in the queue, or lost where the target has none. */
export interface DeadLetter {
  readonly queueArn: string | undefined;
  readonly event: EventEnvelope;
  readonly atMs: number;
  /** The attributes that the message carries (Amazon EventBridge User Guide, "Using dead-letter queues"). */
  readonly attributes: {
    readonly RULE_ARN: string;
    readonly TARGET_ARN: string;
    readonly ERROR_CODE: string;
    readonly ERROR_MESSAGE: string;
    readonly EXHAUSTED_RETRY_CONDITION?: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';
    readonly RETRY_ATTEMPTS: number;
  };
}

/** What a fault does to a delivery: it never comes, comes so much later, or comes again. */
export type DeliveryInterference =
  | { readonly kind: 'lose' }
  | { readonly kind: 'delay'; readonly seconds: number }
  | { readonly kind: 'repeat'; readonly seconds: number };

/** Looks at each delivery before it is sent; `undefined` leaves it alone. */
export type DeliveryFault = (delivery: Delivery) => DeliveryInterference | undefined;

/**
 * Brings events to targets: at least once, in no order, after a drawn latency, again while the target cannot take them.
 * While deliveries are held back (`pause`), attempts queue up.
 */
export class Deliveries {
  readonly deadLetters: DeadLetter[] = [];
  readonly faults: DeliveryFault[] = [];
  readonly #sim: Simulator;
  readonly #dispatch: (delivery: Delivery) => Promise<void>;
  #held: (() => void)[] | undefined;

  constructor(sim: Simulator, dispatch: (delivery: Delivery) => Promise<void>) {
    this.#sim = sim;
    this.#dispatch = dispatch;
  }

  send(delivery: Delivery): void {
    const interference = this.#interfere(delivery);
    if (interference?.kind === 'lose') return;
    if (interference?.kind === 'repeat')
      this.#sim.clock.after(interference.seconds * 1000, () =>
        this.#sendOnce({ ...delivery, subject: `${delivery.subject}/repeated` }),
      );
    if (interference?.kind === 'delay') {
      this.#sim.clock.after(interference.seconds * 1000, () => this.#sendOnce(delivery));
      return;
    }
    this.#sendOnce(delivery);
    if (this.#sim.draws.chance(duplicateProbability, 'eventbridge.duplicate', delivery.subject)) {
      this.#sendOnce({ ...delivery, subject: `${delivery.subject}/again` });
    }
  }

  pause(): void {
    this.#held ??= [];
  }

  /** Makes the attempts that were held back, and lets later ones through. */
  resume(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const attempt of held) attempt();
  }

  #interfere(delivery: Delivery): DeliveryInterference | undefined {
    for (const fault of this.faults) {
      const interference = fault(delivery);
      if (interference) return interference;
    }
    return undefined;
  }

  #sendOnce(delivery: Delivery): void {
    this.#sim.afterDraw('eventbridge.busToTarget', delivery.subject, () => this.#attempt(delivery, 0));
  }

  #attempt(delivery: Delivery, retries: number): void {
    if (this.#held) {
      this.#held.push(() => this.#attempt(delivery, retries));
      return;
    }
    this.#dispatch(delivery).catch((error: unknown) => this.#handle(delivery, retries, error));
  }

  #handle(delivery: Delivery, retries: number, error: unknown): void {
    if (error instanceof Undeliverable) {
      this.#giveUp(delivery, retries, error.code, error.message);
      return;
    }
    if (!(error instanceof AwsError)) {
      this.#sim.clock.abort(error);
      return;
    }
    const { clock, draws } = this.#sim;
    const {
      MaximumRetryAttempts = targetRetry.maxAttempts,
      MaximumEventAgeInSeconds = targetRetry.maxAgeSeconds,
    } = delivery.target.retryPolicy ?? {};
    if (retries >= MaximumRetryAttempts) {
      this.#giveUp(delivery, retries, error.code, error.message, 'MaximumRetryAttempts');
      return;
    }
    const backoff = Math.min(2 ** retries, longestBackoffSeconds);
    const delayMs = backoff * 1000 * (0.5 + draws.unit('eventbridge.backoff', delivery.subject) / 2);
    if (clock.nowMs() + delayMs - delivery.receivedAtMs > MaximumEventAgeInSeconds * 1000) {
      this.#giveUp(delivery, retries, error.code, error.message, 'MaximumEventAgeInSeconds');
      return;
    }
    clock.after(delayMs, () => this.#attempt(delivery, retries + 1));
  }

  #giveUp(
    { rule, target, event }: Delivery,
    retries: number,
    code: string,
    message: string,
    condition?: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds',
  ): void {
    this.deadLetters.push({
      queueArn: target.deadLetterConfig?.Arn,
      event,
      atMs: this.#sim.clock.nowMs(),
      attributes: {
        RULE_ARN: rule.arn,
        TARGET_ARN: target.arn,
        ERROR_CODE: code,
        ERROR_MESSAGE: message,
        ...(condition && { EXHAUSTED_RETRY_CONDITION: condition }),
        RETRY_ATTEMPTS: retries,
      },
    });
  }
}
