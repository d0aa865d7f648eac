import { type Instant, secondsBetween } from '../terms.ts';

/** What an old primary's database wrote between the onset and its fence, as far as its metrics say. */
export interface WritesSince {
  readonly database: string;
  readonly since?: Instant;
  /** Storage writes, the engine's own included; absent when nobody knows. */
  readonly leastOperations?: number;
  /**
   * Who was connected last, as far as is known: a security group that is taken away does not end connections that were made
   * before (EC2 User Guide, "Security group connection tracking").
   */
  readonly connections?: { readonly at: Instant; readonly value: number };
  /** What the number rests on, or why there is none. */
  readonly says: string;
}

/** What a database's own metrics say, newest sample first. */
export interface DatabaseActivity {
  readonly operationsByMinute: readonly number[];
  readonly connections: readonly { readonly at: Instant; readonly value: number }[];
}

/** Sums up samples of one minute each. Minutes without a sample may hold writes: the sum is the least, and never `none`. */
export function writesSince(
  database: string,
  since: Instant,
  until: Instant,
  { operationsByMinute, connections: [connections] }: DatabaseActivity,
): WritesSince {
  const minutes = Math.max(1, Math.ceil(secondsBetween(since, until) / 60));
  const says = `${operationsByMinute.length} of ${minutes} minutes have a sample`;
  const operations = Math.round(operationsByMinute.reduce((sum, each) => sum + each, 0));
  return {
    database,
    since,
    says,
    ...(operations > 0 && { leastOperations: operations }),
    ...(connections && { connections }),
  };
}

/** One clause about it. */
export function sayWrites({ database, since, leastOperations, connections, says }: WritesSince): string {
  const known = leastOperations === undefined ? 'unknown' : `at least ${leastOperations} storage writes`;
  const writes = `${database} writes since ${since ?? 'the onset'}: ${known} (${says})`;
  if (!connections || connections.value === 0) return writes;
  return `${writes}, and ${connections.value} connections at ${connections.at}, which last until they are closed`;
}
