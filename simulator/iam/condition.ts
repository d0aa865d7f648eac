import { BlockList, isIP } from 'node:net';
import { NotSimulated } from '../errors.ts';
import { type Context, matchesAll, matchesArn, partsOf, plainText } from './pattern.ts';
import type { Condition } from './policy.ts';

/** How a value of the request compares to one value of the policy. `hasVariables`: policy variables are filled in. */
interface Comparison {
  /** `StringNotEquals` and its like: true where no value matches, and where the key is not there. */
  readonly isNegated: boolean;
  readonly matches: (asked: string, written: string, context: Context | undefined) => boolean;
}

const text =
  (compare: (a: string, b: string) => boolean): Comparison['matches'] =>
  (asked, written, context) => {
    const parts = partsOf(written, context);
    return parts !== undefined && compare(asked, plainText(parts));
  };
const like: Comparison['matches'] = (asked, written, context) => {
  const parts = partsOf(written, context);
  return parts !== undefined && matchesAll(parts, asked);
};
const arn: Comparison['matches'] = (asked, written, context) => {
  // Long lists of roles are compared at each request; most of them have nothing to fill in.
  if (!/[*?$]/.test(written)) return asked === written;
  const parts = partsOf(written, context);
  return parts !== undefined && matchesArn(parts, asked);
};
const equals = text((a, b) => a === b);
const equalsIgnoringCase = text((a, b) => a.toLowerCase() === b.toLowerCase());

/** Variables stand only in values of string and ARN operators (IAM User Guide, Policy elements: variables and tags). */
const measured =
  (measure: (value: string) => number, compare: (a: number, b: number) => boolean): Comparison['matches'] =>
  (asked, written) => {
    if (written.includes('${')) throw new NotSimulated(`a policy variable in ${written}`);
    return compare(measure(asked), measure(written));
  };
const numberOf = (value: string) => (value.trim() === '' ? Number.NaN : Number(value));
/** W3C's ISO 8601 forms, or seconds since 1970 (IAM User Guide, Date condition operators). */
const instantOf = (value: string) => (/^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value));

const order = {
  Equals: (a: number, b: number) => a === b,
  LessThan: (a: number, b: number) => a < b,
  LessThanEquals: (a: number, b: number) => a <= b,
  GreaterThan: (a: number, b: number) => a > b,
  GreaterThanEquals: (a: number, b: number) => a >= b,
} as const;

function ordered(prefix: string, measure: (value: string) => number): Record<string, Comparison> {
  const plain = Object.entries(order).map(([name, compare]): [string, Comparison] => [
    prefix + name,
    { isNegated: false, matches: measured(measure, compare) },
  ]);
  const negated: Comparison = { isNegated: true, matches: measured(measure, order.Equals) };
  return { ...Object.fromEntries(plain), [`${prefix}NotEquals`]: negated };
}

const is = (matches: Comparison['matches']): Comparison => ({ isNegated: false, matches });
const isNot = (matches: Comparison['matches']): Comparison => ({ isNegated: true, matches });

/** Every operator of the IAM User Guide, IAM JSON policy elements: Condition operators, but for `Null`. */
const comparisons: Readonly<Record<string, Comparison>> = {
  StringEquals: is(equals),
  StringNotEquals: isNot(equals),
  StringEqualsIgnoreCase: is(equalsIgnoringCase),
  StringNotEqualsIgnoreCase: isNot(equalsIgnoringCase),
  StringLike: is(like),
  StringNotLike: isNot(like),
  // ArnEquals and ArnLike are the same, wildcards included.
  ArnEquals: is(arn),
  ArnNotEquals: isNot(arn),
  ArnLike: is(arn),
  ArnNotLike: isNot(arn),
  ...ordered('Numeric', numberOf),
  ...ordered('Date', instantOf),
  Bool: is((asked, written) => asked.toLowerCase() === written.toLowerCase()),
  BinaryEquals: is((asked, written) => Buffer.from(asked, 'base64').equals(Buffer.from(written, 'base64'))),
  IpAddress: is(inRange),
  NotIpAddress: isNot(inRange),
};

function inRange(asked: string, written: string): boolean {
  const [address = '', prefix] = written.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(address) === 0 || isIP(asked) === 0) return false;
  const range = new BlockList();
  range.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family);
  return range.check(asked, isIP(asked) === 6 ? 'ipv6' : 'ipv4');
}

const operatorForm = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/;

/** @throws NotSimulated for an operator that IAM does not document */
export function requireOperator(operator: string): void {
  const [, set, base = '', ifExists] = operatorForm.exec(operator) ?? [];
  const isKnown =
    base === 'Null' ? set === undefined && ifExists === undefined : Object.hasOwn(comparisons, base);
  if (!isKnown) throw new NotSimulated(`the condition operator ${operator}`);
}

/**
 * Whether a request meets a condition: one value of the policy is enough, for a negated operator none may match. A key that
 * is not there fails a condition, meets a negated one, and meets `…IfExists`. `ForAllValues` and `ForAnyValue` look at each
 * value of the request, where `IfExists` says nothing (IAM User Guide, Condition operators; Multivalued context keys).
 * @throws NotSimulated where a key has several values and the operator is for one
 */
export function meets(
  { operator, key, values }: Condition,
  context: Context,
  hasVariables: boolean,
): boolean {
  const [, set, base = '', ifExists] = operatorForm.exec(operator) ?? [];
  const asked = context(key) ?? [];
  if (base === 'Null')
    return values.some((value) => (value.toLowerCase() === 'true') === (asked.length === 0));
  const comparison = comparisons[base];
  if (!comparison) throw new NotSimulated(`the condition operator ${operator}`);
  const { isNegated, matches } = comparison;
  const variables = hasVariables ? context : undefined;
  const holds = (value: string) => values.some((written) => matches(value, written, variables)) !== isNegated;
  if (set === 'ForAllValues') return asked.every(holds);
  if (set === 'ForAnyValue') return asked.some(holds);
  const [only, second] = asked;
  if (second !== undefined) throw new NotSimulated(`${operator} on ${key}, which has several values`);
  return only === undefined ? isNegated || ifExists !== undefined : holds(only);
}
