import { isObject, type Json, type JsonObject } from '../../../simulator/json.ts';
import { type Matcher, simulated } from './compare.ts';

/** A matcher that reads another pattern than it is given. */
function misreading(rewrite: (pattern: string) => string): Matcher {
  return (pair) => simulated({ ...pair, pattern: rewrite(pair.pattern) });
}

/** The event with the objects of each array made into one: their fields add up. */
function addedUp(value: Json): Json {
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map(addedUp);
    const sum: Record<string, Json[]> = {};
    for (const item of items.filter(isObject))
      for (const [name, member] of Object.entries(item)) sum[name] = [...(sum[name] ?? []), member];
    return [...items.filter((item) => !isObject(item)), sum];
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, addedUp(member)]));
}

/** The pattern without `$or`, but with what its first alternatives ask for. */
function firstWay(value: Json): Json {
  if (!isObject(value)) return value;
  const { $or: ways, ...fields } = value;
  const inner = Object.fromEntries(Object.entries(fields).map(([name, member]) => [name, firstWay(member)]));
  const [first] = Array.isArray(ways) ? (ways as readonly Json[]) : [];
  return first === undefined ? inner : { ...inner, ...(firstWay(first) as JsonObject) };
}

/** Matchers that are wrong in one thing each. */
export const mutants: Readonly<Record<string, Matcher>> = {
  'a suffix is taken for a prefix': misreading((pattern) => pattern.replaceAll('"suffix"', '"prefix"')),
  'a prefix in any case is taken as it is': misreading((pattern) =>
    pattern.replace(/\{"prefix":\{"equals-ignore-case":("(?:[^"\\]|\\.)*")\}\}/g, '{"prefix":$1}'),
  ),
  'equals-ignore-case is taken for a wildcard': misreading((pattern) =>
    pattern.replace(/\{"equals-ignore-case":("[^"\\*]*")\}/g, '{"wildcard":$1}'),
  ),
  'a bound is left out of a range': misreading((pattern) => pattern.replaceAll('">="', '">"')),
  'what there is does not exist': misreading((pattern) =>
    pattern.replaceAll('{"exists": false}', '{"exists":true}'),
  ),
  'a wildcard stands for nothing': misreading((pattern) =>
    pattern.replace(/"wildcard":"\*([^\\"])/g, '"wildcard":"$1'),
  ),
  'anything-but is the thing': misreading((pattern) =>
    pattern.replace(/\{"anything-but":("(?:[^"\\]|\\.)*")\}/g, '$1'),
  ),
  'a network is smaller': misreading((pattern) =>
    pattern.replace(/("cidr":"[^"/]*\/)(\d+)"/g, (_, start: string, bits: string) => {
      const most = start.includes(':') && !/ffff:a00/i.test(start) ? 127 : 31;
      return `${start}${Math.min(Number(bits) + 8, most)}"`;
    }),
  ),
  'null is false': misreading((pattern) => pattern.replaceAll('[null]', '[false]')),
  'the first alternative is the only one': misreading((pattern) =>
    pattern.includes('$or') ? JSON.stringify(firstWay(JSON.parse(pattern) as Json)) : pattern,
  ),
  'the fields of the objects of an array add up': (pair) =>
    simulated({ ...pair, event: JSON.stringify(addedUp(JSON.parse(pair.event) as Json)) }),
};
