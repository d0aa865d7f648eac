import type { Clock } from '../clock.ts';
import type { Json } from '../json.ts';
import type { RegionName } from '../service.ts';
import type { Connection } from '../simulator.ts';

/** What a handler is given besides its event. Each invocation is a caller of its own, with its own connection. */
export interface Invocation {
  readonly requestId: string;
  readonly functionName: string;
  /** As it was invoked, with its qualifier if there was one. */
  readonly functionArn: string;
  readonly region: RegionName;
  readonly memoryMb: number;
  /** The instant at which the invocation is killed: milliseconds since the epoch. */
  readonly deadlineMs: number;
  /** Identifies the caller to the simulator; the secret may be anything. */
  readonly accessKeyId: string;
  /** A `requestHandler` for SDK clients. Once the invocation has ended or died, it never answers. */
  readonly connection: Connection;
  readonly environment: Readonly<Record<string, string>>;
  /** Simulated time. Once the invocation has ended or died, its sleeps never end. */
  readonly clock: Clock;
}

export type Handler = (event: Json, invocation: Invocation) => Promise<unknown>;

/** A function as it is registered. */
export interface FunctionOptions {
  readonly name: string;
  readonly roleArn: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly handler: Handler;
  /** The most invocations at one time; absent means no limit of its own. */
  readonly reservedConcurrency?: number;
}

/** What an invocation answered. `errorType` is the name that `ErrorEquals` in a state machine matches. */
export type InvokeResult =
  | { readonly payload: Json; readonly executedVersion: string }
  | {
      readonly functionError: 'Unhandled';
      readonly errorType: string;
      readonly errorMessage: string;
      readonly trace: readonly string[];
      readonly executedVersion: string;
    };

/**
 * What a fault does to an invocation: `killBeforeStart` and `killAfter` end its process (the handler's last requests may
 * have acted), `killAtCall` ends it when AWS has answered so many of its calls and before it learns of the last one.
 * `freezeAfter` and `freezeAtCall` stop it in the same places and leave it there: it asks and learns nothing more, and Lambda
 * ends it when its own time is up. `refuse` answers with an error of the Lambda service and runs nothing, `loseAnswer` runs
 * the handler to its end and then answers with an error of the service.
 */
export type LambdaInterference =
  | { readonly kind: 'killBeforeStart' }
  | { readonly kind: 'killAfter' | 'freezeAfter'; readonly seconds: number }
  /** `nth` counts from 1; 0 freezes before the first call. */
  | { readonly kind: 'killAtCall' | 'freezeAtCall'; readonly nth: number }
  | { readonly kind: 'refuse' }
  | { readonly kind: 'loseAnswer' };

/** Looks at each invocation before it starts; `undefined` leaves it alone. */
export type LambdaFault = (invocation: Invocation, event: Json) => LambdaInterference | undefined;

/** One invocation, for evidence and tests. */
export interface InvocationRecord {
  readonly requestId: string;
  readonly functionName: string;
  readonly accessKeyId: string;
  readonly subject: string;
  readonly startedAtMs: number;
  readonly coldStart: boolean;
  endedAtMs: number | undefined;
  /** `ok`, an `errorType`, or `running`. */
  outcome: string;
}
