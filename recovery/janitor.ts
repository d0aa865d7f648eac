import type { ActiveRecord } from './ledger.ts';
import { type Instant, secondsBetween } from './terms.ts';

/** Step Functions' own words (API Reference, DescribeExecution). */
export type ExecutionStatus =
  | 'RUNNING'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'TIMED_OUT'
  | 'ABORTED'
  | 'PENDING_REDRIVE';

/** Who a lock's `abort` names when nobody asked for it: the recovery was interrupted, and may be continued. */
export const janitorName = 'janitor';

/** What the janitor does about one plan. */
export type JanitorNeed =
  | { readonly kind: 'nothing' }
  /** The execution ended where no Catch saw it: the next run tidies up and concludes. */
  | { readonly kind: 'finish'; readonly nextRun: number; readonly reason: string }
  | { readonly kind: 'tell'; readonly reason: string };

/** How often the janitor starts a run to end a recovery before it leaves it to a person. */
const runsMax = 6;

/** An execution that was just started may not be found yet; one that was started by hand may have another name. */
const findSeconds = 600;

/**
 * What becomes of a plan's lock. The execution says whether a recovery still runs, never the clock alone; a recovery that
 * concluded and keeps its lock (held, failed) waits for a person and is left alone.
 * @param concludedRun the run that the newest evidence is of
 */
export function janitorNeed(
  active: ActiveRecord | undefined,
  execution: ExecutionStatus | 'absent' | undefined,
  concludedRun: number | undefined,
  now: Instant,
): JanitorNeed {
  if (!active || active.releasedAt) return { kind: 'nothing' };
  const run = active.run ?? 1;
  if (active.kind === 'failover' && concludedRun === run) return { kind: 'nothing' };
  switch (execution) {
    case undefined:
    case 'RUNNING':
      return { kind: 'nothing' };
    case 'absent':
      // The janitor marked the lock and broke off before it started the run that the mark is for.
      if (active.abort?.by === janitorName)
        return { kind: 'finish', nextRun: run, reason: active.abort.reason };
      return secondsBetween(active.at, now) < findSeconds
        ? { kind: 'nothing' }
        : {
            kind: 'tell',
            reason: `no execution ${active.recovery}-r${run} is known, and it holds the plan's lock`,
          };
    case 'SUCCEEDED':
    case 'FAILED':
    case 'TIMED_OUT':
    case 'ABORTED':
    case 'PENDING_REDRIVE': {
      const reason = `its execution ${active.recovery}-r${run} ended ${execution} before it was concluded`;
      return run >= runsMax ? { kind: 'tell', reason } : { kind: 'finish', nextRun: run + 1, reason };
    }
    default:
      return execution satisfies never;
  }
}
