import { type Cancel, type Clock, Deadlock } from '../clock.ts';
import { NotSimulated } from '../errors.ts';
import { type Json, jsonBytes } from '../json.ts';
import type { Simulator } from '../simulator.ts';
import type { FunctionOptions, Invocation, LambdaInterference } from './function.ts';

/** How one run of a handler ended. */
export type Ending =
  | { readonly kind: 'returned'; readonly payload: Json }
  | {
      readonly kind: 'threw';
      readonly errorType: string;
      readonly errorMessage: string;
      readonly trace: readonly string[];
    }
  | { readonly kind: 'died'; readonly errorType: string; readonly errorMessage: string };

/** Synchronous answers have at most 6 MB (AWS Lambda Developer Guide, "Lambda quotas"). */
export const largestPayloadBytes = 6_291_456;

/** The clock of one invocation: as its host has it, and its sleeps end no more once the invocation is over. */
export class InvocationClock implements Clock {
  readonly #clock: Clock;
  readonly #skewMs: number;
  #isOver = false;

  constructor(clock: Clock, skewMs: number) {
    this.#clock = clock;
    this.#skewMs = skewMs;
  }

  nowMs(): number {
    return this.#clock.nowMs() + this.#skewMs;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.sleep(ms).then(() => {
        if (!this.#isOver) resolve();
      });
    });
  }

  end(): void {
    this.#isOver = true;
  }
}

/** Runs a handler until it returns, throws, times out or is killed; whichever comes first is its ending. */
export function runHandler(
  options: FunctionOptions,
  event: Json,
  invocation: Invocation & { readonly clock: InvocationClock },
  interference: LambdaInterference | undefined,
  sim: Simulator,
): Promise<Ending> {
  const { clock } = sim;
  const { requestId } = invocation;
  const exited = `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`;
  if (interference?.kind === 'killBeforeStart') {
    return Promise.resolve({ kind: 'died', errorType: 'Runtime.ExitError', errorMessage: exited });
  }
  return new Promise((resolve) => {
    const timers: Cancel[] = [];
    const end = (ending: Ending) => {
      for (const cancel of timers) cancel();
      resolve(ending);
    };
    timers.push(
      clock.after(options.timeoutSeconds * 1000, () => {
        const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${options.timeoutSeconds.toFixed(2)} seconds`;
        end({ kind: 'died', errorType: 'Sandbox.Timedout', errorMessage });
      }),
    );
    const kill = () => end({ kind: 'died', errorType: 'Runtime.ExitError', errorMessage: exited });
    timers.push(...strike(invocation, interference, kill, sim));
    call(options, event, invocation).then(
      (result) => end(toReturned(result)),
      (error: unknown) => {
        // A gap in the model or a stuck clock is a defect of the run, not an error that a state machine may catch.
        if (error instanceof NotSimulated || error instanceof Deadlock) clock.abort(error);
        end(toThrown(error));
      },
    );
  });
}

/** Ends or freezes an invocation in the middle: after some time, or when so many of its calls are answered. */
function strike(
  { connection, accessKeyId, clock: own }: Invocation & { readonly clock: InvocationClock },
  interference: LambdaInterference | undefined,
  kill: () => void,
  sim: Simulator,
): readonly Cancel[] {
  const freeze = () => {
    connection.close();
    own.end();
  };
  switch (interference?.kind) {
    case 'killAfter':
      return [sim.clock.after(interference.seconds * 1000, kill)];
    case 'freezeAfter':
      return [sim.clock.after(interference.seconds * 1000, freeze)];
    case 'killAtCall':
    case 'freezeAtCall': {
      const { kind, nth } = interference;
      let count = 0;
      if (nth === 0 && kind === 'freezeAtCall') freeze();
      const told = () => {
        count += 1;
        if (count !== nth) return;
        // Before its end is known to anybody, the answer would reach it.
        freeze();
        if (kind === 'killAtCall') kill();
      };
      return [sim.onServed(accessKeyId, told)];
    }
    default:
      return [];
  }
}

/** An async function, so that a handler that throws at once rejects like any other. */
async function call(options: FunctionOptions, event: Json, invocation: Invocation): Promise<unknown> {
  return options.handler(JSON.parse(JSON.stringify(event)) as Json, invocation);
}

/** The result goes through JSON, as it would over the wire: no object is shared, `undefined` becomes `null`. */
function toReturned(result: unknown): Ending {
  let payload: Json;
  try {
    payload = JSON.parse(JSON.stringify(result ?? null)) as Json;
  } catch (error) {
    const errorMessage = `Unable to stringify response body as json: ${error instanceof Error ? error.message : String(error)}`;
    return { kind: 'threw', errorType: 'Runtime.MarshalError', errorMessage, trace: [] };
  }
  if (jsonBytes(payload) <= largestPayloadBytes) return { kind: 'returned', payload };
  const errorMessage = `Response payload size (${jsonBytes(payload)} bytes) exceeded maximum allowed payload size (${largestPayloadBytes} bytes).`;
  return { kind: 'threw', errorType: 'Function.ResponseSizeTooLarge', errorMessage, trace: [] };
}

/** What Lambda's Node.js runtime reports; of the stack only its first line, the rest names files of this machine. */
function toThrown(error: unknown): Ending {
  if (!(error instanceof Error)) {
    return { kind: 'threw', errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  const trace = [`${error.name}: ${error.message}`];
  return { kind: 'threw', errorType: error.name, errorMessage: error.message, trace };
}
