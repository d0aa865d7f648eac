import { NotSimulated } from '../errors.ts';
import { instantsOf, wallAt } from './local-time.ts';

/** A day of the calendar; `month` is 1 to 12. */
interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** A cron expression of EventBridge Scheduler, read. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  isOn(day: Day): boolean;
}

/** Not an expression: the service refuses what was being created. */
export class BadCron extends Error {
  override readonly name = 'BadCron';
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const dayMs = 86_400_000;
const [firstYear, lastYear] = [1970, 2199];

/**
 * Reads the six fields: minutes, hours, day of month, month, day of week, year. One of the two days is `?`; `L`, `W` and `#`
 * stand alone in an item (EventBridge Scheduler User Guide, "Schedule types", cron-based schedules).
 * @throws BadCron
 * @throws NotSimulated for what the guide does not tell: ranges over an end, `LW`, `L-3`, steps of weekdays
 */
export function parseCron(fields: string): Cron {
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = '', ...more] = fields
    .trim()
    .toUpperCase()
    .split(/\s+/);
  if (year === '' || more.length > 0) throw new BadCron('it has six fields');
  if ((dayOfMonth === '?') === (dayOfWeek === '?'))
    throw new BadCron('exactly one of the day of the month and the day of the week is ?');
  const months = new Set(numbers(month, 1, 12, monthNames));
  const years = new Set(numbers(year, firstYear, lastYear));
  const isDay = dayOfWeek === '?' ? anyOf(dayOfMonth, monthDay) : anyOf(dayOfWeek, weekDay);
  return {
    minutes: numbers(minute, 0, 59),
    hours: numbers(hour, 0, 23),
    isOn: (day) => months.has(day.month) && years.has(day.year) && isDay(day),
  };
}

/**
 * The next time after an instant, undefined when there is none up to the year 2199. A time that the clocks skip is skipped,
 * and one that they show twice counts once, the first time (AWS Knowledge Center, "adjust my Amazon EventBridge schedule for
 * daylight saving"; which of the two it is, AWS does not say).
 */
export function nextTime(cron: Cron, timeZone: string, afterMs: number): number | undefined {
  const wallNow = wallAt(afterMs, timeZone);
  const endMs = Date.UTC(lastYear + 1, 0, 1);
  for (let midnight = Math.floor(wallNow / dayMs) * dayMs; midnight < endMs; midnight += dayMs) {
    if (!cron.isOn(dayOf(midnight))) continue;
    for (const hour of cron.hours) {
      if (midnight + hour * 3_600_000 + 3_599_999 < wallNow) continue;
      for (const minute of cron.minutes) {
        const [first] = instantsOf(midnight + (hour * 60 + minute) * 60_000, timeZone);
        if (first !== undefined && first > afterMs) return first;
      }
    }
  }
  return undefined;
}

function dayOf(midnight: number): Day {
  const date = new Date(midnight);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** Days of the month: a number, `L` for the last, `15W` for the weekday nearest to the 15th within the month. */
function monthDay(item: string): (day: Day) => boolean {
  if (item === 'L') return (day) => day.day === lengthOf(day);
  if (/^L[W-]/.test(item)) throw new NotSimulated(`a cron expression with ${item}`);
  const [, near] = /^(\d+)W$/.exec(item) ?? [];
  if (near !== undefined) {
    const [wanted = 0] = numbers(near, 1, 31);
    return (day) => wanted <= lengthOf(day) && day.day === nearestWeekday(day, wanted);
  }
  const days = new Set(numbers(item, 1, 31));
  return ({ day }) => days.has(day);
}

/** Days of the week: 1 is Sunday; `L` is Saturday, `6L` the last Friday, `3#2` the second Tuesday. */
function weekDay(item: string): (day: Day) => boolean {
  if (item === 'L') return (day) => weekdayOf(day) === 7;
  if (item.includes('/')) throw new NotSimulated(`a cron expression with the weekday ${item}`);
  const [, last] = /^(\w+)L$/.exec(item) ?? [];
  if (last !== undefined) {
    const [weekday] = numbers(last, 1, 7, dayNames);
    return (day) => weekdayOf(day) === weekday && day.day + 7 > lengthOf(day);
  }
  const [, which, nth] = /^(\w+)#(\w+)$/.exec(item) ?? [];
  if (which !== undefined && nth !== undefined) {
    const [weekday] = numbers(which, 1, 7, dayNames);
    const [count = 0] = numbers(nth, 1, 5);
    return (day) => weekdayOf(day) === weekday && Math.ceil(day.day / 7) === count;
  }
  const weekdays = new Set(numbers(item, 1, 7, dayNames));
  return (day) => weekdays.has(weekdayOf(day));
}

function anyOf(field: string, read: (item: string) => (day: Day) => boolean): (day: Day) => boolean {
  const items = field.split(',').map(read);
  return (day) => items.some((isOn) => isOn(day));
}

function nearestWeekday({ year, month }: Day, wanted: number): number {
  const weekday = weekdayOf({ year, month, day: wanted });
  if (weekday === 7) return wanted === 1 ? 3 : wanted - 1;
  if (weekday === 1) return wanted === lengthOf({ year, month, day: wanted }) ? wanted - 2 : wanted + 1;
  return wanted;
}

function weekdayOf({ year, month, day }: Day): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
}

function lengthOf({ year, month }: Day): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The numbers of a field in order: `*`, `5`, `1-5`, `0/15`, `10-50/20`, and lists of them; names where there are some. */
function numbers(
  field: string,
  least: number,
  most: number,
  names: readonly string[] = [],
): readonly number[] {
  const numberOf = (text: string): number => {
    const named = names.indexOf(text);
    const value = named >= 0 ? named + least : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) throw new BadCron(`${text} is not from ${least} to ${most}`);
    return value;
  };
  const found = field.split(',').flatMap((item) => {
    const [range = '', step, ...more] = item.split('/');
    const by = step === undefined ? 1 : /^[1-9]\d{0,3}$/.test(step) ? Number(step) : Number.NaN;
    if (Number.isNaN(by) || more.length > 0) throw new BadCron(`${item} has no step`);
    const [from = '', to, ...beyond] = range.split('-');
    if (beyond.length > 0) throw new BadCron(`${item} is no range`);
    const start = from === '*' && to === undefined ? least : numberOf(from);
    const open = from === '*' || step !== undefined ? most : start;
    const end = to === undefined ? open : numberOf(to);
    if (end < start) throw new NotSimulated(`a cron expression with the range ${item}`);
    return Array.from({ length: Math.floor((end - start) / by) + 1 }, (_, index) => start + index * by);
  });
  return [...new Set(found)].sort((a, b) => a - b);
}
