import { createHash } from 'node:crypto';
import { isEqual, isObject, type Json, parseJson } from '../json.ts';
import { StateFailure } from './failure.ts';

/** Where an intrinsic function takes chance from: a number in [0, 1) and a new UUID. */
export interface Chance {
  unit(): number;
  uuid(): string;
}

type Intrinsic = {
  readonly arity: readonly [least: number, most: number];
  readonly apply: (args: readonly Json[], chance: Chance) => Json;
};

/** States.Base64*, Hash and their like take at most 10,000 characters. */
const longestText = 10_000;
const longestArray = 1_000;

/** Step Functions Developer Guide, "Intrinsic functions for JSONPath states". `States.Format` is in `expression.ts`. */
const intrinsics: Readonly<Record<string, Intrinsic>> = {
  'States.StringToJson': { arity: [1, 1], apply: ([text]) => stringToJson(asText(text)) },
  'States.JsonToString': { arity: [1, 1], apply: ([value]) => JSON.stringify(value) },
  'States.Array': { arity: [0, Number.POSITIVE_INFINITY], apply: (args) => args },
  'States.ArrayPartition': {
    arity: [2, 2],
    apply: ([array, size]) => partition(asArray(array), asPositive(size)),
  },
  'States.ArrayContains': {
    arity: [2, 2],
    apply: ([array, value]) => asArray(array).some((item) => isEqual(item, value!)),
  },
  'States.ArrayRange': {
    arity: [3, 3],
    apply: ([from, to, by]) => range(rounded(from), rounded(to), rounded(by)),
  },
  'States.ArrayGetItem': {
    arity: [2, 2],
    apply: ([array, index]) => getItem(asArray(array), rounded(index)),
  },
  'States.ArrayLength': { arity: [1, 1], apply: ([array]) => asArray(array).length },
  'States.ArrayUnique': { arity: [1, 1], apply: ([array]) => unique(asArray(array)) },
  'States.Base64Encode': {
    arity: [1, 1],
    apply: ([text]) => Buffer.from(asText(text, longestText)).toString('base64'),
  },
  'States.Base64Decode': { arity: [1, 1], apply: ([text]) => decode(asText(text, longestText)) },
  'States.Hash': { arity: [2, 2], apply: ([value, algorithm]) => hash(value!, asText(algorithm)) },
  'States.JsonMerge': { arity: [3, 3], apply: ([a, b, deep]) => merge(a!, b!, deep!) },
  'States.MathRandom': { arity: [2, 3], apply: (args, chance) => random(args, chance) },
  'States.MathAdd': { arity: [2, 2], apply: ([a, b]) => rounded(a) + rounded(b) || 0 },
  'States.StringSplit': { arity: [2, 2], apply: ([text, splitter]) => split(asText(text), asText(splitter)) },
  'States.UUID': { arity: [0, 0], apply: (_, chance) => chance.uuid() },
};

/** Why a call cannot be right, whatever its arguments' values; `undefined` if it can. */
export function objectionToCall(name: string, argumentCount: number): string | undefined {
  if (name === 'States.Format') return argumentCount === 0 ? 'States.Format needs a template' : undefined;
  const found = intrinsics[name];
  if (!found) return `${name} is not an intrinsic function`;
  const [least, most] = found.arity;
  if (argumentCount < least || argumentCount > most) return `${name} takes ${least} to ${most} arguments`;
  return undefined;
}

/**
 * Applies an intrinsic function other than `States.Format` to evaluated arguments.
 * @throws StateFailure `States.IntrinsicFailure`
 */
export function applyIntrinsic(name: string, args: readonly Json[], chance: Chance): Json {
  return intrinsics[name]!.apply(args, chance);
}

/**
 * Fills a template of `States.Format`: each `{}` takes the next value; `\{`, `\}`, `\'` and `\\` stand for themselves.
 * @throws StateFailure `States.IntrinsicFailure`
 */
export function format(template: string, values: readonly Json[]): string {
  let next = 0;
  const text = template.replace(/\\([\s\S])|\{\}/g, (_, escaped: string | undefined) =>
    escaped === undefined ? javaText(values[next++] ?? null) : escaped,
  );
  if (next !== values.length) {
    fail(`States.Format has ${next} places for ${values.length} values`);
  }
  return text;
}

/** Objects and arrays read as Java prints its maps and lists: that is what AWS's interpreter shows. */
function javaText(value: Json): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(javaText).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, member]) => `${key}=${javaText(member)}`)
    .join(', ')}}`;
}

function fail(message: string): never {
  throw new StateFailure('States.IntrinsicFailure', message);
}

function asText(value: Json | undefined, longest = Number.POSITIVE_INFINITY): string {
  if (typeof value !== 'string') return fail(`expected a string, found ${JSON.stringify(value)}`);
  if (value.length > longest) fail(`expected at most ${longest} characters, found ${value.length}`);
  return value;
}

function asArray(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : fail(`expected an array, found ${JSON.stringify(value)}`);
}

/** AWS rounds a number with decimals to the nearest whole one, halves up, as Java's `Math.round` does. */
function rounded(value: Json | undefined): number {
  return typeof value === 'number'
    ? Math.round(value) || 0
    : fail(`expected a number, found ${JSON.stringify(value)}`);
}

function asPositive(value: Json | undefined): number {
  const size = rounded(value);
  return size > 0 ? size : fail(`expected a positive number, found ${size}`);
}

function stringToJson(text: string): Json {
  if (text.trim() === '') return null;
  return parseJson(text) ?? (text.trim() === 'null' ? null : fail(`not JSON: ${text}`));
}

function partition(array: readonly Json[], size: number): Json {
  return Array.from({ length: Math.ceil(array.length / size) }, (_, i) =>
    array.slice(i * size, (i + 1) * size),
  );
}

function range(from: number, to: number, by: number): Json {
  if (by === 0) fail('States.ArrayRange needs a step other than 0');
  const length = Math.max(0, Math.floor((to - from) / by) + 1);
  if (length > longestArray) fail(`States.ArrayRange makes at most ${longestArray} items`);
  return Array.from({ length }, (_, i) => from + i * by);
}

function getItem(array: readonly Json[], index: number): Json {
  const item = array[index];
  return item === undefined ? fail(`index ${index} is outside an array of ${array.length}`) : item;
}

function unique(array: readonly Json[]): Json {
  return array.filter((item, index) => array.findIndex((other) => isEqual(other, item)) === index);
}

function decode(text: string): string {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64').replace(/=+$/, '') !== text.replace(/=+$/, '')) fail(`not Base64: ${text}`);
  return bytes.toString('utf8');
}

const algorithms: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

function hash(value: Json, name: string): string {
  const algorithm = algorithms[name] ?? fail(`${name} is not one of ${Object.keys(algorithms).join(', ')}`);
  const text = typeof value === 'string' ? asText(value, longestText) : JSON.stringify(value);
  return createHash(algorithm).update(text).digest('hex');
}

function merge(a: Json, b: Json, deep: Json): Json {
  if (!isObject(a) || !isObject(b)) return fail('States.JsonMerge needs two objects');
  if (deep !== false) return fail('States.JsonMerge knows shallow merging (false) only');
  return { ...a, ...b };
}

/** `MathRandom(start, end[, seed])`: a whole number from `start` up to, not including, `end`. */
function random(args: readonly Json[], chance: Chance): Json {
  const [from, to] = [rounded(args[0]), rounded(args[1])];
  if (to <= from) fail(`States.MathRandom needs an end above its start, found ${from} and ${to}`);
  const seed = args[2];
  const unit = seed === undefined ? chance.unit() : seededUnit(rounded(seed));
  return from + Math.floor(unit * (to - from));
}

function seededUnit(seed: number): number {
  return createHash('sha256').update(`States.MathRandom ${seed}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** Every character of the splitter separates; empty parts are left out. */
function split(text: string, splitter: string): Json {
  const separators = new Set(splitter);
  const parts: string[] = [''];
  for (const character of text) {
    if (separators.has(character)) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.filter((part) => part !== '');
}
