import type { Instant } from '../terms.ts';

// The simulator has these rules a second time, in simulator/events/local-time.ts, and neither may import the other: what a
// plan expects of EventBridge Scheduler is not worked out by what stands in for it. test/recovery/local-time.test.ts holds
// them together.

/** A date and time of day as a clock on the wall shows them somewhere. */
export interface WallTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const dayMs = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, format);
  return format;
}

/** What the clocks of a time zone show at an instant. @throws RangeError for a time zone that nobody knows */
export function wallTimeAt(instant: Instant, timeZone: string): WallTime {
  const parts = formatOf(timeZone).formatToParts(new Date(instant));
  const value = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value ?? Number.NaN);
  return {
    year: value('year'),
    month: value('month'),
    day: value('day'),
    hour: value('hour'),
    minute: value('minute'),
  };
}

/**
 * When the clocks of a time zone show a time; the first time where they show it twice, and undefined where they skip it.
 * EventBridge Scheduler does the same: a time that does not exist is skipped, a repeated one counts once (User Guide,
 * "Schedule types", daylight savings time).
 */
export function instantOf(wall: WallTime, timeZone: string): Instant | undefined {
  const asUtcMs = msOf(wall);
  // No time zone is further from UTC than a day, and none changes its offset twice in two days.
  const offsets = [-dayMs, dayMs].map((awayMs) => offsetMs(asUtcMs + awayMs, timeZone));
  const found = offsets
    .map((offset) => asUtcMs - offset)
    .filter((ms) => msOf(wallTimeAt(new Date(ms).toISOString(), timeZone)) === asUtcMs);
  return found.length === 0 ? undefined : new Date(Math.min(...found)).toISOString();
}

function offsetMs(atMs: number, timeZone: string): number {
  const wholeMinuteMs = Math.floor(atMs / 60_000) * 60_000;
  return msOf(wallTimeAt(new Date(wholeMinuteMs).toISOString(), timeZone)) - wholeMinuteMs;
}

function msOf({ year, month, day, hour, minute }: WallTime): number {
  return Date.UTC(year, month - 1, day, hour, minute);
}

/**
 * Why a name is no time zone that EventBridge Scheduler takes, or undefined when it is one. Names are compared as IANA
 * writes them: AWS knows `Asia/Tokyo` and not `asia/tokyo`, which the language would take too. An offset is no name; none is
 * asked for, as the schema of a plan refuses it.
 */
export function timeZoneMistake(name: string): { readonly meant?: string } | undefined {
  try {
    const { timeZone } = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions();
    if (timeZone === name) return undefined;
    if (timeZone.toLowerCase() === name.toLowerCase()) return { meant: timeZone };
    // What is left is another name of the same zone; no part of any begins with a small letter.
    return /(?:^|\/)[a-z]/.test(name) ? { meant: timeZone } : undefined;
  } catch (error) {
    if (error instanceof RangeError) return {};
    throw error;
  }
}
