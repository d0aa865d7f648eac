import type { SentCommand } from '../steps/commands.ts';
import type { Instant } from '../terms.ts';

/** One remount at a time for a plan: `plans/<plan>/remount.json`. */
export interface RemountLock {
  readonly nonce: string;
  /** The execution that holds it. */
  readonly owner: string;
  readonly volume: string;
  readonly at: Instant;
  /** Set when it is over: the key stays. */
  readonly releasedAt?: Instant;
}

/** What became of a volume that somebody restored: `plans/<plan>/remounts/<volume>.json`. */
export interface RemountRecord {
  readonly volume: string;
  readonly item: string;
  readonly status: 'working' | 'done' | 'held' | 'failed';
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly instance?: string;
  readonly waitingFor?: string;
  readonly code?: string;
  readonly reason?: string;
  readonly unblock?: string;
  readonly commands: Readonly<Record<string, SentCommand>>;
  /** What people and machines were told last: a code, or `done`. */
  readonly told?: string;
}

/** A remount is given up after this long. */
export const remountSeconds = 1800;

/**
 * The machine ends an execution after 45 minutes, and a function a minute later at the latest: whoever took the lock longer
 * ago than this does not run any more.
 */
const lockSeconds = 3600;

/** Whether a lock keeps others away: it is neither given back nor older than any execution can be. */
export function isLocked(lock: RemountLock | undefined, now: Instant): lock is RemountLock {
  if (!lock || lock.releasedAt !== undefined) return false;
  return Date.parse(now) - Date.parse(lock.at) < lockSeconds * 1000;
}
