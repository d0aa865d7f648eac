import type { StepRecord } from './step.ts';
import { type Instant, laterOf, secondsBetween } from './terms.ts';

/**
 * How long a step that works may be silent beyond the wait that it asked for (at most a share of the time it has worked):
 * its machine tries a call again for some minutes. Longer, and it broke off: nobody will call it again in this run.
 */
const silentSeconds = 360;
const silentShare = 0.05;
/** A step that works beside this one writes its first record within seconds; opening a recovery has minutes. */
const silentFromStartSeconds = 600;

/**
 * From which gap in its own records a looker takes the ledger to have been away. Steps look every minute or, later, after a
 * share of their time, and try a write again within a minute: this is clearly more. It has to be clearly less than what
 * counts as silence, since a step beside it may have written last some minutes before the looker, and comes back after it.
 */
const awaySeconds = 180;

/** How a step ended badly: on its own word, or because it broke off without one. */
export type BadEnd = 'failed' | 'held' | 'silent';

/** The way out where a step broke off: it left none of its own. */
export const afterSilence = 'look at the execution history, then continue';

/** Who looks at another step's record, and when. */
export interface Looker {
  readonly run: number;
  /** When the run began. */
  readonly startedAt: Instant;
  readonly now: Instant;
  /** The looker's own record, as its last call left it. */
  readonly own: StepRecord | undefined;
}

/**
 * Since when the looker can write to the ledger again, where it could not for long: until then nobody's silence says
 * anything, since a step that cannot write is silent and goes on. Undefined where it could all the time.
 */
export function resumedAt({ run, startedAt, now, own }: Looker): Instant | undefined {
  const ofThisRun = own?.run === run ? own : undefined;
  const workedSeconds = ofThisRun ? secondsBetween(ofThisRun.firstAt, ofThisRun.lastAt) : 0;
  const allowedSeconds = awaySeconds + silentShare * workedSeconds;
  const isBack = secondsBetween(ofThisRun?.lastAt ?? startedAt, now) > allowedSeconds;
  return isBack ? now : ofThisRun?.resumedAt;
}

/** Whether a step beside the looker, whose record this is, has broken off without a word. */
export function isSilent(record: StepRecord | undefined, looker: Looker): boolean {
  const { run, startedAt, now } = looker;
  const resumed = resumedAt(looker);
  const sinceSeconds = (instant: Instant) => secondsBetween(laterOf(instant, resumed), now);
  if (record?.run !== run) return sinceSeconds(startedAt) > silentFromStartSeconds;
  if (record.status !== 'working') return false;
  const allowedSeconds = silentSeconds + silentShare * secondsBetween(record.firstAt, record.lastAt);
  return sinceSeconds(record.lastAt) > allowedSeconds;
}
