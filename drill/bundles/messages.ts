/** What the thread that simulates says to a thread that stands for Lambda, and what it hears from it. */

/** An invocation as Lambda's runtime gets it. */
export interface InvokeMessage {
  readonly kind: 'invoke';
  readonly nowMs: number;
  /** The whole environment of the process. */
  readonly environment: Readonly<Record<string, string>>;
  /** The module's URL, and the name that its handler is exported by. */
  readonly module: string;
  readonly exported: string;
  /** A directory for what the engine compiled. */
  readonly compileCache: string;
  /** JSON. */
  readonly event: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly requestId: string;
  readonly deadlineMs: number;
}

/** Ends a wait of the function: a timer of it is due, or what it asked the world for is there. */
export interface WokenMessage {
  readonly kind: 'woken';
  readonly nowMs: number;
  readonly id: number;
  readonly answer?: Reached;
}

export type ToRuntime = InvokeMessage | WokenMessage;

/** What came of asking the world outside AWS's APIs. */
export type Reached =
  | { readonly status: number; readonly body: string }
  | { readonly values: readonly string[] }
  | { readonly failed: string };

/** Something that only simulated time or the simulated world can bring to an end. */
export type Wait = { readonly id: number } & (
  | { readonly kind: 'timer'; readonly ms: number }
  | { readonly kind: 'get'; readonly url: string; readonly timeoutSeconds: number }
  | { readonly kind: 'resolve'; readonly name: string; readonly type: string }
);

/** Said when nothing more can run in the thread before somebody else answers: what it waits for since it last said so. */
export interface QuietMessage {
  readonly kind: 'quiet';
  /** How many messages it has heard, how many requests it has sent over HTTP, and how many of them are over for it. */
  readonly heard: number;
  readonly sent: number;
  readonly over: number;
  readonly waits: readonly Wait[];
  /** Timers that were taken back. */
  readonly cancelled: readonly number[];
}

export type FromRuntime =
  | QuietMessage
  /** JSON; absent where the handler returned nothing. */
  | { readonly kind: 'returned'; readonly payload: string | undefined }
  | { readonly kind: 'threw'; readonly name: string; readonly message: string };

/** In the order in which a function sent its requests: several sockets may carry them, and one overtake another. */
export const sequenceHeader = 'x-lifeboat-sequence';
/** What time it was when a request was answered, in simulated milliseconds since the epoch. */
export const nowHeader = 'x-lifeboat-now';
