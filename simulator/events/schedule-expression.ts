import { AwsError } from '../errors.ts';
import { BadCron, type Cron, nextTime, parseCron } from './cron.ts';
import { instantsOf, isTimeZone } from './local-time.ts';

/** When a schedule runs, read from its expression. */
export type Timing =
  | { readonly kind: 'rate'; readonly periodMs: number }
  | { readonly kind: 'cron'; readonly cron: Cron; readonly timeZone: string }
  /** Undefined for a time that the clocks of its time zone skip: it never comes. */
  | { readonly kind: 'once'; readonly atMs: number | undefined };

const unitMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Reads a schedule's expression (EventBridge Scheduler API Reference, CreateSchedule).
 * @throws AwsError ValidationException, as the service refuses the schedule that has it
 * @throws NotSimulated for cron expressions of which the guide does not tell the meaning
 */
export function readTiming(expression: string, timeZone = 'UTC'): Timing {
  if (!isTimeZone(timeZone))
    throw new AwsError('ValidationException', `Invalid Schedule Expression Timezone ${timeZone}.`);
  const [, kind, text = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression) ?? [];
  switch (kind) {
    case 'rate': {
      const [, count, unit = ''] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(text) ?? [];
      if (count === undefined) throw invalid(expression);
      return { kind, periodMs: Number(count) * (unitMs[unit] ?? 0) };
    }
    case 'cron':
      return { kind, cron: readCron(text, expression), timeZone };
    case 'at': {
      if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(text)) throw invalid(expression);
      const wall = Date.parse(`${text}Z`);
      if (Number.isNaN(wall) || new Date(wall).toISOString().slice(0, 19) !== text) throw invalid(expression);
      return { kind: 'once', atMs: instantsOf(wall, timeZone)[0] };
    }
    default:
      throw invalid(expression);
  }
}

/**
 * Refuses what the service refuses where a schedule is created.
 * @throws AwsError ValidationException
 */
export function checkSchedule(name: string, expression: string, timeZone: string | undefined): void {
  if (!/^[0-9a-zA-Z\-_.]{1,64}$/.test(name))
    throw new AwsError('ValidationException', `Invalid schedule name ${name}.`);
  readTiming(expression, timeZone);
}

/** The next time after an instant, undefined when there is none. A rate counts from where it began. */
export function nextOf(timing: Timing, startMs: number, afterMs: number): number | undefined {
  switch (timing.kind) {
    case 'rate':
      return startMs + (Math.floor((afterMs - startMs) / timing.periodMs) + 1) * timing.periodMs;
    case 'cron':
      return nextTime(timing.cron, timing.timeZone, afterMs);
    case 'once':
      return timing.atMs !== undefined && timing.atMs > afterMs ? timing.atMs : undefined;
    default:
      return timing satisfies never;
  }
}

function readCron(text: string, expression: string): Cron {
  try {
    return parseCron(text);
  } catch (error) {
    if (error instanceof BadCron) throw invalid(expression);
    throw error;
  }
}

function invalid(expression: string): AwsError {
  return new AwsError('ValidationException', `Invalid Schedule Expression ${expression}.`);
}
