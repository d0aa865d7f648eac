import { tagKeys } from './identity.ts';
import { type ActiveRecord, executionOf, type InterruptionRecord, type PreemptedDrill } from './ledger.ts';
import type { Plan } from './plan/plan.ts';
import { type Instant, type RecoveryOutcome, secondsBetween } from './terms.ts';

/** Step Functions' own words (API Reference, DescribeExecution). */
export type ExecutionStatus =
  | 'RUNNING'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'TIMED_OUT'
  | 'ABORTED'
  | 'PENDING_REDRIVE';

/** CloudWatch's namespace of what the janitor measures of a recovery while it lasts, with the dimension `Plan`. */
export const recoveryNamespace = 'Lifeboat/Recovery';

/**
 * Whether a recovery that holds its plan's lock goes on for longer than was promised: a failover for longer than the RTO, a
 * drill for longer than it may take.
 */
export function isOverdue(
  active: ActiveRecord,
  { objectives, drill }: Pick<Plan, 'objectives' | 'drill'>,
  now: Instant,
): boolean {
  const promisedSeconds = active.kind === 'drill' ? drill.maxDurationSeconds : objectives.rtoSeconds;
  return !active.releasedAt && secondsBetween(active.at, now) > promisedSeconds;
}

/** Who a lock's `abort` names when nobody asked for it: the recovery was interrupted, and may be continued. */
export const janitorName = 'janitor';

/** What the janitor does about one plan. */
export type JanitorNeed =
  | { readonly kind: 'nothing' }
  /** The execution ended where no Catch saw it: the next run tidies up and concludes. */
  | { readonly kind: 'finish'; readonly nextRun: number; readonly reason: string }
  /** It recovered, and broke off before it let go of the plan. */
  | { readonly kind: 'release' }
  | { readonly kind: 'tell'; readonly reason: string };

/** What the newest evidence of a recovery is of. */
export interface Concluded {
  readonly run: number;
  readonly outcome: RecoveryOutcome;
}

/** How often the janitor starts a run to end a recovery before it leaves it to a person. */
const runsMax = 6;

/** An execution that was just started may not be found yet; one that was started by hand may have another name. */
const findSeconds = 600;

/** Whoever marked a lock starts the next run within its own invocation: until then the run is on its way. */
const startSeconds = 120;

/** How long somebody who set out to tell people is given for it. */
const tellSeconds = 120;

/**
 * What becomes of a plan's lock. The execution says whether a recovery still runs, never the clock alone; a recovery that
 * concluded and keeps its lock (held, failed) waits for a person and is left alone.
 */
export function janitorNeed(
  active: ActiveRecord | undefined,
  execution: ExecutionStatus | 'absent' | undefined,
  concluded: Concluded | undefined,
  now: Instant,
): JanitorNeed {
  if (!active || active.releasedAt) return { kind: 'nothing' };
  const run = active.run ?? 1;
  // A later run that was refused at its door has concluded too, and left the lock to the run before it.
  const isConcluded = active.kind === 'failover' && concluded !== undefined && concluded.run >= run;
  if (isConcluded && concluded.outcome !== 'recovered') return { kind: 'nothing' };
  switch (execution) {
    case undefined:
    case 'RUNNING':
      return { kind: 'nothing' };
    case 'absent':
      // The janitor marked the lock and broke off before it started the run that the mark is for, or is about to.
      if (active.abort?.by === janitorName)
        return secondsBetween(active.runAt ?? active.abort.at, now) < startSeconds
          ? { kind: 'nothing' }
          : { kind: 'finish', nextRun: run, reason: active.abort.reason };
      return secondsBetween(active.runAt ?? active.at, now) < findSeconds
        ? { kind: 'nothing' }
        : {
            kind: 'tell',
            reason: `no execution ${executionOf(active)} is known, and it holds the plan's lock`,
          };
    case 'SUCCEEDED':
    case 'FAILED':
    case 'TIMED_OUT':
    case 'ABORTED':
    case 'PENDING_REDRIVE': {
      if (isConcluded) return { kind: 'release' };
      const reason = `its execution ${executionOf(active)} ended ${execution} before it was concluded${afterAbort(active)}`;
      return run >= runsMax ? { kind: 'tell', reason } : { kind: 'finish', nextRun: run + 1, reason };
    }
    default:
      return execution satisfies never;
  }
}

/** What the janitor does about a drill from which a failover took the plan. */
export type PreemptedNeed =
  | { readonly kind: 'nothing' }
  /** It has been concluded: nobody need look after it any more. */
  | { readonly kind: 'settled' }
  /** Whatever was to tidy it up has ended: a run that may do nothing else does. */
  | { readonly kind: 'finish'; readonly nextRun: number; readonly reason: string }
  | { readonly kind: 'tell'; readonly reason: string };

/**
 * What becomes of a drill that lost its plan: it tidies up by itself, but where its execution was stopped, or never begun,
 * nobody would, since the lock is another recovery's.
 */
export function preemptedNeed(
  drill: PreemptedDrill,
  execution: ExecutionStatus | 'absent' | undefined,
  concluded: Pick<Concluded, 'run'> | undefined,
  now: Instant,
): PreemptedNeed {
  const run = drill.run ?? 1;
  if (concluded !== undefined && concluded.run >= run) return { kind: 'settled' };
  if (execution === undefined || execution === 'RUNNING') return { kind: 'nothing' };
  const isAbsent = execution === 'absent';
  if (isAbsent && secondsBetween(drill.runAt ?? drill.takenAt, now) < startSeconds)
    return { kind: 'nothing' };
  const how = isAbsent ? 'is not known' : `ended ${execution} before it was concluded`;
  const reason = `its execution ${executionOf(drill)} ${how}, and ${drill.takenBy} had taken its plan`;
  if (run >= runsMax) {
    const left = `delete what carries ${tagKeys.recovery}=${drill.recovery}`;
    return { kind: 'tell', reason: `${reason}; ${run} runs have not tidied it up: ${left}` };
  }
  // A run that somebody was to start and did not is started under its own name.
  return { kind: 'finish', nextRun: isAbsent && drill.runAt !== undefined ? run : run + 1, reason };
}

/** The mark of an interrupted recovery; what a person had ordered before stays in it. */
export function interruptedBy(
  { abort }: Pick<ActiveRecord, 'abort'>,
  at: Instant,
  reason: string,
): NonNullable<ActiveRecord['abort']> {
  const order = abort?.by === janitorName ? abort.after : abort;
  const after = order && { by: order.by, at: order.at, reason: order.reason };
  return { by: janitorName, at, reason, ...(after && { after }) };
}

/** The mark takes the place of a person's abort in the lock: what they asked for, and why, stays in its words. */
function afterAbort({ abort }: ActiveRecord): string {
  if (!abort || abort.by === janitorName) return '';
  return `, after ${abort.by} had aborted it at ${abort.at}: ${abort.reason}`;
}

/** Whether people have yet to be told why a recovery was interrupted; what one janitor tells, another one need not. */
export function isUntold(
  before: InterruptionRecord | undefined,
  recovery: string,
  reason: string,
  now: Instant,
): boolean {
  if (before?.recovery !== recovery || before.reason !== reason) return true;
  return !before.toldAt && secondsBetween(before.at, now) >= tellSeconds;
}
