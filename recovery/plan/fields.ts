import * as v from 'valibot';
import { durationPattern, formatDuration, parseDuration } from './durations.ts';

/** What a field of a plan tells: to an editor (title, description, example, default) and to whoever got it wrong. */
export interface Told {
  readonly title: string;
  readonly description: string;
  /** What belongs here, with its article, as in `expected a Region code, found "Seoul"`. */
  readonly noun: string;
  readonly example: unknown;
  /** What the plan means without the field, and why. */
  readonly otherwise?: { readonly value: unknown; readonly why: string };
}

const documented = <Value>({ title, description, noun, example, otherwise }: Told) =>
  v.metadata<Value, Record<string, unknown>>({
    title,
    description: otherwise
      ? `${description} Without it: ${String(otherwise.value)}, ${otherwise.why}.`
      : description,
    examples: [example],
    noun,
    ...(otherwise && { default: otherwise.value }),
  });

/** Text of one form. */
export const text = (pattern: RegExp, told: Told) =>
  v.pipe(v.string(), v.regex(pattern), documented<string>(told));

/** A whole number within bounds. */
export const whole = (least: number, most: number, told: Omit<Told, 'noun'>) =>
  v.pipe(
    v.number(),
    v.integer(),
    v.minValue(least),
    v.maxValue(most),
    documented<number>({ ...told, noun: `a whole number from ${least} to ${most}` }),
  );

/** A number, whole or not, within what CloudWatch takes for any statistic. */
export const number = (told: Omit<Told, 'noun'>) =>
  v.pipe(v.number(), v.minValue(-1e15), v.maxValue(1e15), documented<number>({ ...told, noun: 'a number' }));

/** `true` or `false`. */
export const flag = (told: Omit<Told, 'noun' | 'example'>) =>
  v.pipe(v.boolean(), documented<boolean>({ ...told, noun: 'true or false', example: true }));

/** One of a few words. */
export const choice = <const Options extends readonly [string, ...string[]]>(
  options: Options,
  told: Omit<Told, 'noun' | 'example'>,
) => {
  const noun = `one of ${options.join(', ')}`;
  return v.pipe(
    v.picklist(options),
    documented<Options[number]>({ ...told, noun, example: told.otherwise?.value ?? options[0] }),
  );
};

/** A duration such as `30m`, within bounds that are written the same way. */
export const duration = (least: string, most: string, told: Omit<Told, 'noun'>) => {
  const [fewest, longest] = [secondsOf(least), secondsOf(most)];
  const within = (value: string) => {
    const seconds = parseDuration(value);
    return seconds !== undefined && seconds >= fewest && seconds <= longest;
  };
  const noun = `a duration from ${formatDuration(fewest)} to ${formatDuration(longest)}`;
  const range = `From ${formatDuration(fewest)} to ${formatDuration(longest)}.`;
  return v.pipe(
    v.string(),
    v.regex(durationPattern),
    v.check(within),
    documented<string>({ ...told, noun, description: `${told.description} ${range}` }),
  );
};

/** A list with at least one item; an empty one would be a selector that selects nothing, or everything. */
export const list = <Item extends v.GenericSchema>(item: Item, told: Told) =>
  v.pipe(v.array(item), v.minLength(1), documented<v.InferOutput<Item>[]>(told));

/** A map with exactly these keys. */
export const map = <const Entries extends v.ObjectEntries>(entries: Entries, told: Told) =>
  v.pipe(v.strictObject(entries), documented<v.InferOutput<v.StrictObjectSchema<Entries, undefined>>>(told));

/** A map from names of one form to values of one form, with at least one entry. */
export const named = <Value extends v.GenericSchema>(
  key: v.GenericSchema<string, string>,
  value: Value,
  told: Told,
) => v.pipe(v.record(key, value), v.minEntries(1), documented(told));

/** The key may be left out; `key:` with nothing behind it is a mistake. */
export const maybe = v.exactOptional;

/** Seconds of a duration that this room wrote itself. */
export function secondsOf(written: string): number {
  const seconds = parseDuration(written);
  if (seconds === undefined) throw new TypeError(`${written} is not a duration`);
  return seconds;
}
