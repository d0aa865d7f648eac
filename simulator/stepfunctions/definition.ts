import type { Json } from '../json.ts';
import type { Test } from './choice.ts';
import type { Expression } from './intrinsic-syntax.ts';
import type { Path } from './path.ts';
import type { TaskResource } from './resource.ts';

/** A payload template: `Parameters`, `ResultSelector` and `ItemSelector`. */
export type Template =
  | { readonly kind: 'constant'; readonly value: Json }
  | { readonly kind: 'expression'; readonly field: string; readonly expression: Expression }
  | { readonly kind: 'object'; readonly members: readonly (readonly [name: string, template: Template])[] }
  | { readonly kind: 'array'; readonly items: readonly Template[] };

/** A whole number in the definition, or the path to one. */
export type NumberOrPath =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'path'; readonly path: Path };

/** A text in the definition, or the path or function that yields one. */
export type TextOrPath =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'expression'; readonly field: string; readonly expression: Expression };

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number | undefined;
  readonly jitter: 'FULL' | 'NONE';
}

export interface Catcher {
  readonly errorEquals: readonly string[];
  readonly resultPath: Path | null;
  readonly next: string;
}

interface Named {
  readonly name: string;
}

/** `null` stands for a path that is `null` in the definition: an empty object, or a result thrown away. */
interface Filtered extends Named {
  readonly inputPath: Path | null;
  readonly outputPath: Path | null;
}

/** Where a state goes on; `undefined` where it ends its flow. */
interface Leading {
  readonly next: string | undefined;
}

interface Working extends Filtered, Leading {
  readonly parameters: Template | undefined;
  readonly resultSelector: Template | undefined;
  readonly resultPath: Path | null;
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

export interface PassState extends Filtered, Leading {
  readonly type: 'Pass';
  readonly parameters: Template | undefined;
  readonly result: Json | undefined;
  readonly resultPath: Path | null;
}

export interface TaskState extends Working {
  readonly type: 'Task';
  readonly resource: TaskResource;
  readonly timeoutSeconds: NumberOrPath | undefined;
  readonly heartbeatSeconds: NumberOrPath | undefined;
}

export interface ChoiceState extends Filtered {
  readonly type: 'Choice';
  readonly choices: readonly { readonly test: Test; readonly next: string }[];
  readonly otherwise: string | undefined;
}

export interface WaitState extends Filtered, Leading {
  readonly type: 'Wait';
  readonly until:
    | { readonly kind: 'seconds'; readonly seconds: number }
    | { readonly kind: 'secondsPath'; readonly path: Path }
    | { readonly kind: 'timestamp'; readonly atMs: number }
    | { readonly kind: 'timestampPath'; readonly path: Path };
}

export interface SucceedState extends Filtered {
  readonly type: 'Succeed';
}

export interface FailState extends Named {
  readonly type: 'Fail';
  readonly error: TextOrPath | undefined;
  readonly cause: TextOrPath | undefined;
}

export interface ParallelState extends Working {
  readonly type: 'Parallel';
  readonly branches: readonly Flow[];
}

/** A Map state in its inline mode. */
export interface MapState extends Omit<Working, 'parameters'> {
  readonly type: 'Map';
  readonly itemsPath: Path | undefined;
  readonly itemSelector: Template | undefined;
  readonly maxConcurrency: NumberOrPath;
  readonly processor: Flow;
}

/** The states that call or contain something: they retry, catch and select from a result. */
export type WorkingState = TaskState | ParallelState | MapState;

export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;

/** States that lead to one another: a machine, a branch of a Parallel, or the processor of a Map. */
export interface Flow {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

/** A state machine's definition after parsing. */
export interface Definition extends Flow {
  readonly timeoutSeconds: number | undefined;
}
