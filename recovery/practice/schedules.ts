import { createHash } from 'node:crypto';
import type { Plan } from '../plan/plan.ts';
import type { Instant, RecoveryScope } from '../terms.ts';
import { instantOf, wallTimeAt } from './local-time.ts';

/** How often a plan is practised: `monthly` a restore drill, `quarterly` a full one, `yearly` somebody reads the plan again. */
export type PracticeSchedule = Plan['drill']['schedules'][number];

/** The schedules that start a drill. */
export type DrillSchedule = Exclude<PracticeSchedule, 'yearly'>;

/** CloudWatch's namespace of what the practice of plans measures, with the dimension `Plan`. */
export const practiceNamespace = 'Lifeboat/Drill';

/** A time that comes again: the nth of a weekday in some months, at a time of day. */
export interface Occasion {
  /** 1 to 12, in order. */
  readonly months: readonly number[];
  /** 1 is Sunday, as in the cron expressions of EventBridge. */
  readonly weekday: number;
  /** 1 to 4: every month has so many of each weekday. */
  readonly nth: number;
  readonly hour: number;
  readonly minute: number;
  readonly timeZone: string;
}

const everyMonth = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/**
 * Days in the middle of the week and of the month: people are at work the day before and after, and clocks change on
 * neither. The second and the third Tuesday of a month are a week apart, so a plan's two drills never meet.
 */
const rules: Readonly<Record<PracticeSchedule, Pick<Occasion, 'months' | 'weekday' | 'nth'>>> = {
  monthly: { months: everyMonth, weekday: 3, nth: 2 },
  quarterly: { months: [1, 4, 7, 10], weekday: 3, nth: 3 },
  yearly: { months: [2], weekday: 4, nth: 2 },
};

/** What each drill that runs by itself does. */
export const scopes: Readonly<Record<DrillSchedule, RecoveryScope>> = {
  monthly: 'restore',
  quarterly: 'full',
};

/** Plans of one installation begin somewhere within this time after `drill.at`, each at a minute of its own. */
const spreadMinutes = 60;
const dayMinutes = 1440;

/**
 * When a plan is practised. The minute is the plan's own, derived from its name: plans that say the same time would
 * otherwise share AWS's request rates, and a drill would be throttled by the others. It never passes midnight.
 */
export function occasionOf(plan: Pick<Plan, 'plan' | 'drill'>, schedule: PracticeSchedule): Occasion {
  const { atTime, timeZone } = plan.drill;
  const [hours = 0, minutes = 0] = atTime.split(':').map(Number);
  const earliest = hours * 60 + minutes;
  const drawn = createHash('sha256').update(plan.plan).digest().readUInt32BE();
  const start = earliest + (drawn % Math.min(spreadMinutes, dayMinutes - earliest));
  return { ...rules[schedule], hour: Math.floor(start / 60), minute: start % 60, timeZone };
}

/** The occasion as EventBridge Scheduler takes it (User Guide, "Schedule types", cron-based schedules). */
export function cronOf({ months, weekday, nth, hour, minute }: Occasion): string {
  const month = months.length === everyMonth.length ? '*' : months.join(',');
  return `cron(${minute} ${hour} ? ${month} ${weekday}#${nth} *)`;
}

/** The last time that an occasion came, at or before an instant; undefined when there was none for three years. */
export function dueBefore(occasion: Occasion, now: Instant): Instant | undefined {
  const { year, month } = wallTimeAt(now, occasion.timeZone);
  for (let ago = 0; ago < 36; ago += 1) {
    const at = timeIn(occasion, year, month - ago);
    if (at !== undefined && Date.parse(at) <= Date.parse(now)) return at;
  }
  return undefined;
}

/** When an occasion comes in a month, counted on over the ends of the year; undefined when it does not, or clocks skip it. */
function timeIn(occasion: Occasion, year: number, month: number): Instant | undefined {
  const first = new Date(Date.UTC(year, month - 1, 1));
  if (!occasion.months.includes(first.getUTCMonth() + 1)) return undefined;
  const untilFirst = (occasion.weekday - 1 - first.getUTCDay() + 7) % 7;
  const { hour, minute, timeZone } = occasion;
  const day = 1 + untilFirst + 7 * (occasion.nth - 1);
  const wall = { year: first.getUTCFullYear(), month: first.getUTCMonth() + 1, day, hour, minute };
  return instantOf(wall, timeZone);
}
