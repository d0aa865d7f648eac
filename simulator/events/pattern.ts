import { AwsError } from '../errors.ts';
import { isObject, type Json, type JsonObject, parseJson } from '../json.ts';
import { type Matcher, operators, PatternFault, parseMatcher } from './matchers.ts';

/** Whether an event matches a pattern. */
export type Pattern = (event: Json) => boolean;

/** A pattern may have this many characters (Amazon EventBridge User Guide, "Quotas"). */
const longestPattern = 2048;

type Check = (value: Json | undefined) => boolean;

/**
 * Compiles an event pattern. Matching is exact in type: `"1"` is not `1`.
 * @throws AwsError `InvalidEventPatternException`
 */
export function compilePattern(text: string): Pattern {
  try {
    if (text.length > longestPattern)
      throw new PatternFault(`Event pattern is longer than ${longestPattern} characters`);
    const raw = parseJson(text);
    if (raw === undefined) throw new PatternFault('Event pattern is not JSON');
    if (!isObject(raw)) throw new PatternFault('Filter is not an object');
    const check = compileObject(nested(raw) as JsonObject);
    return (event) => check(nested(event));
  } catch (fault) {
    if (!(fault instanceof PatternFault)) throw fault;
    throw new AwsError(
      'InvalidEventPatternException',
      `Event pattern is not valid. Reason: ${fault.message}`,
    );
  }
}

/** Every field must match; of an array of objects one element must match in all fields at once. */
function compileObject(raw: JsonObject): Check {
  const entries = Object.entries(raw);
  if (entries.length === 0) throw new PatternFault('Empty objects are not allowed');
  const checks = entries.map(([field, given]) => compileField(field, given));
  const holds = (value: Json | undefined) => checks.every((check) => check(value));
  return (value) => {
    if (!Array.isArray(value) || value.length === 0) return holds(Array.isArray(value) ? undefined : value);
    return (value.flat(Number.POSITIVE_INFINITY) as Json[]).some(holds);
  };
}

function compileField(field: string, given: Json): Check {
  const alternatives = field === '$or' ? readAlternatives(given) : undefined;
  if (alternatives) {
    const checks = alternatives.map(compileObject);
    return (value) => checks.some((check) => check(value));
  }
  const inner = compileValue(field, given);
  return (value) => inner(isObject(value) && Object.hasOwn(value, field) ? value[field] : undefined);
}

/** `$or` joins two or more objects whose fields are not called as operators are; otherwise it is a field's name. */
function readAlternatives(given: Json): readonly JsonObject[] | undefined {
  if (!Array.isArray(given) || given.length < 2) return undefined;
  const all = (given as readonly Json[]).filter(isObject);
  const areFields = all.every(
    (object) => Object.keys(object).length > 0 && !Object.keys(object).some((key) => operators.has(key)),
  );
  return all.length === given.length && areFields ? all : undefined;
}

function compileValue(field: string, given: Json): Check {
  if (isObject(given)) return compileObject(given);
  if (!Array.isArray(given)) throw new PatternFault(`"${field}" must be an object or an array`);
  if (given.length === 0) throw new PatternFault('Empty arrays are not allowed');
  const matchers = (given as readonly Json[]).map(parseMatcher);
  return (value) => {
    const leaves = leavesOf(value);
    return matchers.some((matcher) => matchesAny(matcher, leaves));
  };
}

/** The values of a field that matchers see: of an array its elements; objects are no leaves. */
function leavesOf(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  const all = Array.isArray(value) ? (value.flat(Number.POSITIVE_INFINITY) as Json[]) : [value];
  return all.filter((item) => !isObject(item));
}

function matchesAny(matcher: Matcher, leaves: readonly Json[]): boolean {
  return matcher.kind === 'absent' ? leaves.length === 0 : leaves.some(matcher.test);
}

/**
 * The same value with every dotted member name written as nested members: EventBridge flattens events and patterns to
 * dotted paths, so that `{"a.b": 1}` and `{"a": {"b": 1}}` are one.
 */
function nested(value: Json): Json {
  if (Array.isArray(value)) return value.map(nested);
  if (!isObject(value)) return value;
  const result: Record<string, Json> = {};
  for (const [key, member] of Object.entries(value)) {
    const [first, ...rest] = key === '$or' ? [key] : key.split('.');
    const inner = rest.reduceRight<Json>((wrapped, name) => ({ [name]: wrapped }), nested(member));
    const before = Object.hasOwn(result, first!) ? result[first!] : undefined;
    result[first!] = isObject(before) && isObject(inner) ? { ...before, ...inner } : inner;
  }
  return result;
}
