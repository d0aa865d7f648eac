import { AwsError, NotSimulated } from '../errors.ts';
import type { Json } from '../json.ts';
import { refuseEngineFaults } from './engine-faults.ts';
import { type Elements, type Fields, fieldsOf, joined, nowhere } from './fields.ts';
import { type Matcher, operators, parseMatcher } from './matchers.ts';
import { PatternFault } from './pattern-fault.ts';
import { Members, type Part, readPattern } from './pattern-text.ts';

/** Whether an event matches a pattern. */
export type Pattern = (event: Json) => boolean;

/** A pattern may have this many characters (Amazon EventBridge User Guide, "Quotas"). */
const longestPattern = 2048;

/** What each field is asked by its dotted path, as it was written and compiled: one way to match. */
type Way = ReadonlyMap<string, { readonly written: readonly Part[]; readonly matchers: readonly Matcher[] }>;

/** What no field may be called that stands in an alternative of `$or` (AWS event-ruler, `Constants`). */
const reserved: ReadonlySet<string> = new Set([
  ...operators,
  'exactly',
  ...['=', '<', '<=', '>', '>=', 'regex', 'not-wildcard', 'not-equals-ignore-case'],
  ...['date-after', 'date-on-or-after', 'date-before', 'date-on-or-before', 'in-date-range'],
  ...['ip-address-in-range', 'ip-address-not-in-range'],
]);

/**
 * Compiles an event pattern. Matching is exact in type: `"1"` is not `1`.
 *
 * A pattern is compiled as AWS's own engine does (https://github.com/aws/event-ruler): into ways to match, one for each
 * combination of alternatives, each of them a list of fields by their dotted paths.
 * @throws AwsError `InvalidEventPatternException`
 * @throws NotSimulated for what the engine does not do as is documented
 */
export function compilePattern(text: string): Pattern {
  const ways = waysOf(text);
  refuseEngineFaults(
    ways.map((way) => new Map([...way].map(([path, { written }]) => [path, written] as const))),
  );
  const steps = new Set(ways.flatMap((way) => [...way.keys()].flatMap((path) => path.split('.'))));
  const sorted = ways.map((way) =>
    [...way].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, { matchers }]) => [path, matchers] as const),
  );
  return (event) => {
    const fields = fieldsOf(event, steps);
    return sorted.some((checks) => holds(checks, fields, 0, nowhere));
  };
}

function waysOf(text: string): readonly Way[] {
  try {
    if (text.length > longestPattern) {
      throw new PatternFault(`Event pattern is longer than ${longestPattern} characters`);
    }
    const raw = readPattern(text);
    if (raw === undefined) throw new PatternFault('Event pattern is not JSON');
    if (!(raw instanceof Members)) throw new PatternFault('Filter is not an object');
    return compileWays(raw, text.includes('$or'));
  } catch (fault) {
    if (!(fault instanceof PatternFault)) throw fault;
    throw new AwsError(
      'InvalidEventPatternException',
      `Event pattern is not valid. Reason: ${fault.message}`,
    );
  }
}

/** A pattern whose `$or` does not hold alternatives may still be one that has a field of that name. */
function compileWays(raw: Members, hasAlternatives: boolean): readonly Way[] {
  try {
    return compileObject(raw, [new Map()], { path: [], isAlternative: false, isPlain: false });
  } catch (fault) {
    if (!(fault instanceof PatternFault) || !hasAlternatives) throw fault;
    return compileObject(raw, [new Map()], { path: [], isAlternative: false, isPlain: true });
  }
}

interface Place {
  readonly path: readonly string[];
  /** Whether it is in an alternative of `$or`. */
  readonly isAlternative: boolean;
  /** Whether `$or` is a name like any other. */
  readonly isPlain: boolean;
}

/** Adds the fields of an object to each way. A field that comes again replaces what came before. */
function compileObject(raw: Members, given: readonly Way[], place: Place): readonly Way[] {
  if (raw.entries.length === 0) throw new PatternFault('Empty objects are not allowed');
  let ways = given;
  for (const [name, value] of raw.entries) {
    if (name === '$or' && !place.isPlain) ways = compileAlternatives(value, ways, place);
    else ways = compileField(name, value, ways, place);
  }
  return ways;
}

function compileField(name: string, value: Part, ways: readonly Way[], place: Place): readonly Way[] {
  if (place.isAlternative && reserved.has(name)) {
    throw new PatternFault(`${name} is Ruler reserved fieldName which cannot be used inside $or.`);
  }
  if (name.split('.').includes('')) {
    throw new NotSimulated(`an event pattern with a field called ${JSON.stringify(name)}`);
  }
  const path = [...place.path, name];
  if (value instanceof Members) return compileObject(value, ways, { ...place, path });
  if (!Array.isArray(value)) throw new PatternFault(`"${name}" must be an object or an array`);
  const written = value as readonly Part[];
  const matchers = written.map((item) => parseMatcher(item, place.isPlain));
  if (matchers.length === 0) throw new PatternFault('Empty arrays are not allowed');
  return ways.map((way) => new Map([...way, [path.join('.'), { written, matchers }]]));
}

function compileAlternatives(value: Part, ways: readonly Way[], place: Place): readonly Way[] {
  if (!Array.isArray(value)) throw new PatternFault('It must be an Array followed with $or.');
  const all = (value as readonly Part[]).map((item) => {
    if (item instanceof Members) return compileObject(item, ways, { ...place, isAlternative: true });
    throw new PatternFault('Only JSON object is allowed in array of $or relationship.');
  });
  if (all.length < 2) throw new PatternFault('There must have at least 2 Objects in $or relationship.');
  return all.flat();
}

/**
 * Whether a way's fields match from the one at `from` on. They are tried in the order of their paths, and the values
 * that match must not be in different elements of one array: nor may a value stand in the way of `exists: false` that is
 * in the element which earlier fields have settled on.
 */
function holds(
  checks: readonly (readonly [path: string, matchers: readonly Matcher[]])[],
  fields: Fields,
  from: number,
  within: Elements,
): boolean {
  const check = checks[from];
  if (!check) return true;
  const [path, matchers] = check;
  const values = (fields.get(path) ?? []).flatMap((leaf) => {
    const both = joined(within, leaf.within);
    return both ? [{ value: leaf.value, both }] : [];
  });
  if (values.length === 0 && matchers.some(({ kind }) => kind === 'absent')) {
    return holds(checks, fields, from + 1, within);
  }
  return values.some(
    ({ value, both }) =>
      matchers.some((matcher) => matcher.kind === 'value' && matcher.test(value)) &&
      holds(checks, fields, from + 1, both),
  );
}
