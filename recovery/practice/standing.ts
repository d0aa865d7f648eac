import { stepBoundSeconds } from '../bounds.ts';
import { recoveryName } from '../identity.ts';
import type { LastDrill } from '../ledger.ts';
import { formatDuration } from '../plan/durations.ts';
import type { Plan } from '../plan/plan.ts';
import { type Instant, type RecoveryScope, secondsBetween } from '../terms.ts';
import { type DrillSchedule, dueBefore, occasionOf, scopes } from './schedules.ts';

/** What is known about one schedule of a plan. */
export interface PracticeSeen {
  /** What was due before this was not promised. */
  readonly since: Instant;
  readonly last: LastDrill | undefined;
  /** Whether the drill of the last due time was opened in the ledger. */
  readonly isOpened: boolean;
}

/** Something about a plan's drills that a person should know. */
export interface Finding {
  readonly kind: 'overdue' | 'failed';
  readonly schedule: DrillSchedule;
  /** The same for the same thing, whenever it is found again. */
  readonly key: string;
  readonly says: string;
}

/** Scheduler tries for an hour to start a drill, and a function that fails is tried again within minutes. */
export const startWithinSeconds = 5400;

/** What comes after the drill's own bound: clean-up, sweep and conclusion, each within its own. */
function tidyUpSeconds(plan: Plan): number {
  const steps = ['cleanup', 'sweep', 'conclude'] as const;
  return steps.reduce((sum, step) => sum + stepBoundSeconds(step, plan, 'drill'), 0);
}

/**
 * Which of the last drills counts for a schedule: a good full drill has restored everything that a restore drill does, and
 * stands for it too. What went wrong in a full drill is no news of the restore drill.
 */
export function lastFor(
  schedule: DrillSchedule,
  ended: Readonly<Partial<Record<RecoveryScope, LastDrill>>>,
): LastDrill | undefined {
  const { full, restore } = ended;
  if (scopes[schedule] === 'full') return full;
  const isNewer = full && (!restore || secondsBetween(restore.endedAt, full.endedAt) > 0);
  return isNewer && full.outcome === 'drilled' ? full : restore;
}

/**
 * What is wrong with the practice of one schedule now: nothing ended since the last due time and there was time enough for
 * it; or the last drill was not good. The clock decides only how long a drill that was opened may still take.
 */
export function findings(
  plan: Plan,
  schedule: DrillSchedule,
  seen: PracticeSeen,
  now: Instant,
): readonly Finding[] {
  return [...overdue(plan, schedule, seen, now), ...failed(plan, schedule, seen.last)];
}

function overdue(
  plan: Plan,
  schedule: DrillSchedule,
  { since, last, isOpened }: PracticeSeen,
  now: Instant,
): readonly Finding[] {
  const dueAt = dueBefore(occasionOf(plan, schedule), now);
  if (dueAt === undefined || secondsBetween(since, dueAt) < 0) return [];
  if (last && secondsBetween(dueAt, last.endedAt) >= 0) return [];
  const allowedSeconds = isOpened ? plan.drill.maxDurationSeconds + tidyUpSeconds(plan) : startWithinSeconds;
  const lateSeconds = secondsBetween(dueAt, now);
  if (lateSeconds < allowedSeconds) return [];
  const what = isOpened
    ? `${recoveryName(plan.plan, 'drill', dueAt)} was started and has not ended in ${formatDuration(Math.floor(allowedSeconds))}`
    : 'no drill was started';
  return [
    {
      kind: 'overdue',
      schedule,
      key: `overdue ${schedule} ${dueAt}`,
      says: `the ${schedule} ${scopes[schedule]} drill of the plan ${plan.plan} was due at ${dueAt}, and ${what}`,
    },
  ];
}

function failed(plan: Plan, schedule: DrillSchedule, last: LastDrill | undefined): readonly Finding[] {
  if (!last || (last.outcome === 'drilled' && last.missed === null)) return [];
  const how =
    last.outcome === 'drilled'
      ? `missed an objective: ${last.missed}`
      : `ended ${last.outcome}${last.reason === null ? '' : `: ${last.reason}`}`;
  return [
    {
      kind: 'failed',
      schedule,
      key: `failed ${last.recovery}`,
      says: `the last ${last.scope} drill of the plan ${plan.plan}, ${last.recovery}, ${how}`,
    },
  ];
}

/** The command that starts a drill as a schedule does, for whoever is told that one is missing. */
export function commandFor(plan: string, schedule: DrillSchedule): string {
  const scope = scopes[schedule] === 'full' ? '' : ` --scope ${scopes[schedule]}`;
  return `lifeboat drill ${plan}${scope} --aws`;
}
