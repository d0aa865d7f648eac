import type { Plan } from '../recovery/plan/plan.ts';
import type { Transport } from './access.ts';
import type { Clock } from './clock.ts';
import type { Reach } from './reach.ts';

/** Chance as a dependency: a drill's is seeded, the live one is the operating system's. */
export interface Entropy {
  /** `digits` hexadecimal digits; `name` and `subject` say what for, so that a seeded run repeats. */
  hex(name: string, subject: string, digits: number): string;
}

/** One structured line a call. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields: Readonly<Record<string, unknown>>,
) => void;

/** Everything that a function needs from outside, made in one place: `live.ts` on AWS, the drill in memory. */
export interface Deps {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly plans: ReadonlyMap<string, Plan>;
  readonly reach: Reach;
  readonly log: Log;
  readonly transport: Transport;
}

/** One invocation: its dependencies, and when (on their clock) the Lambda service will end it. */
export interface Invocation {
  readonly deps: Deps;
  readonly deadlineMs: number;
}
