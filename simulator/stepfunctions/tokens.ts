import { AwsError } from '../errors.ts';
import type { Json } from '../json.ts';
import type { StateFailure } from './failure.ts';

/** A task that waits for a callback. */
export interface Callback {
  succeed(output: Json): void;
  fail(failure: StateFailure): void;
  beat(): void;
}

const wellFormed = /^AAAA[A-Za-z0-9+/]{40,}={0,2}$/;

/** The task tokens of one Region, open and closed. */
export class TaskTokens {
  readonly #callbacks = new Map<string, Callback | 'closed'>();

  /** Keeps who waits for a token. */
  open(token: string, callback: Callback): void {
    this.#callbacks.set(token, callback);
  }

  /** The task has ended, whatever ended it: a later callback is told so. */
  close(token: string): void {
    this.#callbacks.set(token, 'closed');
  }

  /**
   * Who waits for a token (Step Functions API Reference, SendTaskSuccess).
   * @throws AwsError `InvalidToken`, `TaskDoesNotExist`, `TaskTimedOut`
   */
  find(token: string | undefined): Callback {
    if (token === undefined || !wellFormed.test(token))
      throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
    const callback = this.#callbacks.get(token);
    if (callback === undefined)
      throw new AwsError('TaskDoesNotExist', "Task does not exist: 'Provided task does not exist'");
    if (callback === 'closed') {
      throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
    }
    return callback;
  }
}

/** The token that stands for a task, from hexadecimal digits that were drawn for it. */
export function tokenFrom(hexDigits: string): string {
  return `AAAA${Buffer.from(hexDigits, 'hex').toString('base64')}`;
}
