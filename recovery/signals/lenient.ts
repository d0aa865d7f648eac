import * as v from 'valibot';
import type { Instant } from '../terms.ts';

/**
 * Readers of what AWS sends. Events differ from their documentation (a boolean as text, a field left out), and an input
 * transformer writes empty text for what is not there: each reader gives `undefined` where a strict one would refuse the event.
 */
const lenient = <Input, Output>(schema: v.GenericSchema<Input, Output>) =>
  v.optional(
    v.pipe(
      v.unknown(),
      v.transform((given): Output | undefined => {
        const result = v.safeParse(schema, given);
        return result.success ? result.output : undefined;
      }),
    ),
  );

/** Text that says something. */
export const text = lenient(v.pipe(v.string(), v.trim(), v.nonEmpty()));

/** A whole number from 1 up, as a number or in digits. */
export const count = lenient(
  v.pipe(v.union([v.number(), v.string()]), v.transform(Number), v.integer(), v.minValue(1)),
);

/** `true` or `false`, as a boolean or as a word: AWS Health writes `"backupEvent": "true"`. */
export const flag = lenient(
  v.pipe(
    v.union([v.boolean(), v.string()]),
    v.transform((given) => String(given).toLowerCase()),
    v.picklist(['true', 'false']),
    v.transform((word) => word === 'true'),
  ),
);

/** Texts of a list; what is none is left out. */
export const texts = lenient(
  v.pipe(
    v.array(v.unknown()),
    v.transform((list) => list.filter((item) => typeof item === 'string')),
  ),
);

/** The members of an object. */
export const members = lenient(v.record(v.string(), v.unknown()));

/** The objects of a list; what is none is left out. */
export const objects = lenient(
  v.pipe(
    v.array(v.unknown()),
    v.transform((list) =>
      list.flatMap((item) => {
        const result = v.safeParse(v.record(v.string(), v.unknown()), item);
        return result.success ? [result.output] : [];
      }),
    ),
  ),
);

/** An object that is written as JSON inside a text, as CloudWatch and Step Functions do. */
export const objectInText = lenient(v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown())));

/** A date in any of the forms that AWS's events use. */
export const instant = v.pipe(v.unknown(), v.transform(readInstant));

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const httpDate =
  /^(?:[a-z]{3},\s*)?(\d{1,2})\s+([a-z]{3})\s+(\d{4})\s+(\d{2}):(\d{2}):(\d{2})\s+(?:GMT|UTC)$/i;
const isoDate =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:Z|([+-])(\d{2}):?(\d{2}))$/i;

/**
 * The instant that a date of an event means: an HTTP date with a day of one or two digits (`Fri, 3 Jun 2022 06:27:57 GMT`,
 * AWS Health), ISO-8601 with `Z` or an offset with or without colon (`2019-10-02T17:04:40.989+0000`, CloudWatch), or
 * milliseconds since 1970 (Step Functions). `undefined` for anything else, such as a 31st of February.
 */
export function readInstant(given: unknown): Instant | undefined {
  if (typeof given === 'number') return instantOf(given);
  if (typeof given !== 'string') return undefined;
  return readHttpDate(given.trim()) ?? readIsoDate(given.trim());
}

function readHttpDate(given: string): Instant | undefined {
  const [, day, monthName, year, ...time] = httpDate.exec(given) ?? [];
  const month = months.indexOf(monthName?.toLowerCase() ?? '');
  if (month < 0) return undefined;
  return instantOf(millisecondsOf([Number(year), month, Number(day)], time.map(Number)));
}

function readIsoDate(given: string): Instant | undefined {
  const match = isoDate.exec(given);
  if (!match) return undefined;
  const [, year, month, day, hours, minutes, seconds, fraction, sign, offsetHours, offsetMinutes] = match;
  const atMs = millisecondsOf(
    [Number(year), Number(month) - 1, Number(day)],
    [Number(hours), Number(minutes), Number(seconds)],
  );
  const offsetMs = (Number(offsetHours ?? 0) * 60 + Number(offsetMinutes ?? 0)) * 60_000;
  const fractionMs = Number((fraction ?? '').padEnd(3, '0').slice(0, 3));
  return instantOf(atMs + fractionMs + (sign === '-' ? offsetMs : -offsetMs));
}

/** NaN where the calendar has no such day or the clock no such time: `Date.UTC` alone would count on into the next one. */
function millisecondsOf(day: readonly number[], time: readonly number[]): number {
  const [year = Number.NaN, month = Number.NaN, date = Number.NaN] = day;
  const [hours = Number.NaN, minutes = Number.NaN, seconds = Number.NaN] = time;
  const atMs = Date.UTC(year, month, date);
  const exists = new Date(atMs).getUTCDate() === date && new Date(atMs).getUTCMonth() === month;
  if (!exists || hours > 23 || minutes > 59 || seconds > 60) return Number.NaN;
  return atMs + ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

function instantOf(atMs: number): Instant | undefined {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
