import { AwsError } from '../errors.ts';
import type { Json } from '../json.ts';
import type { Simulator } from '../simulator.ts';
import type { InvokeResult } from './function.ts';

/** Runs one attempt of an event that was queued. */
type Attempt = (subject: string) => Promise<InvokeResult>;

/** A function that fails is tried again after one minute and after two more (AWS Lambda Developer Guide, "Error handling for asynchronous invocation"). */
const retryDelaysSeconds = [60, 120];
/** Throttles and errors of the service itself are retried with growing delays, from one second to five minutes, for six hours. */
const longestAgeMs = 6 * 3_600_000;
const longestDelaySeconds = 300;

/** An event that asynchronous invocation gave up on. */
export interface DiscardedEvent {
  readonly functionArn: string;
  readonly event: Json;
  readonly condition: 'RetriesExhausted' | 'EventAgeExceeded';
  readonly errorType: string;
}

/** Tries a queued event until the function takes it or Lambda gives up; resolves with what was given up, if it was. */
export async function deliverEvent(
  sim: Simulator,
  functionArn: string,
  event: Json,
  subject: string,
  attempt: Attempt,
): Promise<DiscardedEvent | undefined> {
  const queuedAtMs = sim.clock.nowMs();
  let failures = 0;
  let refusals = 0;
  for (;;) {
    let errorType: string;
    try {
      const result = await attempt(`${subject}.${failures}.${refusals}`);
      if ('payload' in result) return undefined;
      errorType = result.errorType;
      const delay = retryDelaysSeconds[failures++];
      if (delay === undefined) return { functionArn, event, condition: 'RetriesExhausted', errorType };
      await sim.clock.sleep(delay * 1000);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      errorType = error.code;
      await sim.clock.sleep(Math.min(2 ** refusals++, longestDelaySeconds) * 1000);
    }
    if (sim.clock.nowMs() - queuedAtMs > longestAgeMs) {
      return { functionArn, event, condition: 'EventAgeExceeded', errorType };
    }
  }
}
