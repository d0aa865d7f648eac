import { BlockList, isIP } from 'node:net';
import { isObject, type Json } from '../json.ts';

/** A pattern that EventBridge refuses; `message` is its reason. */
export class PatternFault extends Error {
  override readonly name = 'PatternFault';
}

/**
 * Judges one field of an event. `absent` matches a field that is not there; any other test sees a single value, which is
 * never an object or an array.
 */
export type Matcher =
  | { readonly kind: 'absent' }
  | { readonly kind: 'value'; readonly test: (value: Json) => boolean };

/** The operators' names; no field inside an alternative of `$or` may be called so. */
export const operators: ReadonlySet<string> = new Set([
  'anything-but',
  'cidr',
  'equals-ignore-case',
  'exists',
  'numeric',
  'prefix',
  'suffix',
  'wildcard',
]);

/** Numbers are compared up to five thousand million (Amazon EventBridge User Guide, "Comparison operators"). */
const largestNumber = 5_000_000_000;

/**
 * Parses one member of a field's list: a literal, or an object with one operator.
 * @throws PatternFault
 */
export function parseMatcher(given: Json): Matcher {
  if (Array.isArray(given))
    throw new PatternFault('Match value must be String, number, true, false, or null');
  if (!isObject(given)) return { kind: 'value', test: (value) => value === given };
  const entries = Object.entries(given);
  const [entry] = entries;
  if (!entry || entries.length > 1) throw new PatternFault('Only one key allowed in match expression');
  const [operator, argument] = entry;
  if (operator !== 'exists') return { kind: 'value', test: parseOperator(operator, argument) };
  if (typeof argument !== 'boolean')
    throw new PatternFault('exists match pattern must be either true or false.');
  return argument ? { kind: 'value', test: () => true } : { kind: 'absent' };
}

type Test = (value: Json) => boolean;

function parseOperator(operator: string, argument: Json): Test {
  switch (operator) {
    case 'prefix':
    case 'suffix':
      return parseAffix(operator, argument);
    case 'equals-ignore-case':
      return equalsIgnoringCase(argument);
    case 'wildcard':
      return onText(parseWildcard(argument));
    case 'numeric':
      return parseNumeric(argument);
    case 'cidr':
      return parseCidr(argument);
    case 'anything-but':
      return parseAnythingBut(argument);
    default:
      throw new PatternFault(`Unrecognized match type ${operator}`);
  }
}

function onText(test: (text: string) => boolean): Test {
  return (value) => typeof value === 'string' && test(value);
}

function parseAffix(operator: 'prefix' | 'suffix', argument: Json): Test {
  if (isObject(argument)) {
    const { 'equals-ignore-case': text, ...rest } = argument;
    if (typeof text !== 'string' || Object.keys(rest).length > 0) {
      throw new PatternFault(`${operator} match pattern must be a string`);
    }
    const sought = text.toLowerCase();
    return onText((value) => affixed(operator, value.toLowerCase(), sought));
  }
  if (typeof argument !== 'string') throw new PatternFault(`${operator} match pattern must be a string`);
  return onText((value) => affixed(operator, value, argument));
}

function affixed(operator: 'prefix' | 'suffix', value: string, sought: string): boolean {
  return operator === 'prefix' ? value.startsWith(sought) : value.endsWith(sought);
}

function equalsIgnoringCase(argument: Json): Test {
  if (typeof argument !== 'string')
    throw new PatternFault('equals-ignore-case match pattern must be a string');
  const sought = argument.toLowerCase();
  return onText((value) => value.toLowerCase() === sought);
}

/** `*` stands for any characters; a backslash keeps an asterisk or a backslash as it is. */
function parseWildcard(argument: Json): (text: string) => boolean {
  if (typeof argument !== 'string') throw new PatternFault('wildcard match pattern must be a string');
  let source = '';
  for (let at = 0; at < argument.length; at++) {
    const character = argument[at]!;
    if (character === '\\') {
      const escaped = argument[++at];
      if (escaped !== '*' && escaped !== '\\')
        throw new PatternFault(`Invalid escape character at pos ${at}`);
      source += `\\${escaped}`;
    } else if (character === '*') {
      if (argument[at + 1] === '*') throw new PatternFault(`Consecutive wildcard characters at pos ${at}`);
      source += '[\\s\\S]*';
    } else {
      source += character.replace(/[\^$.|?+()[\]{}/]/, '\\$&');
    }
  }
  const pattern = new RegExp(`^${source}$`);
  return (text) => pattern.test(text);
}

/** `["=", x]`, `["<", x]`, or a range such as `[">", 0, "<=", 5]`: the lower bound comes first. */
function parseNumeric(argument: Json): Test {
  if (!Array.isArray(argument)) throw new PatternFault('Value of numeric must be an array.');
  const given = argument as readonly Json[];
  const [operator, bound, upperOperator, upperBound] = given;
  if (given.length === 0) throw new PatternFault('Invalid member in numeric match: ]');
  const first = readBound(operator, bound);
  if (operator === '=' || operator === '<' || operator === '<=') {
    if (given.length > 2) throw new PatternFault('Too many elements in numeric expression');
    return first.test;
  }
  if (given.length === 2) return first.test;
  if (upperOperator !== '<' && upperOperator !== '<=') {
    throw new PatternFault(`Bad numeric range operator: ${String(upperOperator)}`);
  }
  const second = readBound(upperOperator, upperBound);
  if (given.length > 4) throw new PatternFault('Too many elements in numeric expression');
  if (first.bound >= second.bound) throw new PatternFault('Bottom must be less than top');
  return (value) => first.test(value) && second.test(value);
}

function readBound(
  operator: Json | undefined,
  bound: Json | undefined,
): { readonly bound: number; readonly test: Test } {
  const compare = comparisons[String(operator)];
  if (!compare) throw new PatternFault(`Unrecognized numeric range operator: ${String(operator)}`);
  if (typeof bound !== 'number') {
    throw new PatternFault(
      operator === '=' ? 'Value of equals must be numeric' : `Value of ${String(operator)} must be numeric`,
    );
  }
  if (Math.abs(bound) > largestNumber)
    throw new PatternFault('Value must be between -5.0E9 and 5.0E9, inclusive');
  return { bound, test: (value) => typeof value === 'number' && compare(value, bound) };
}

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

function parseCidr(argument: Json): Test {
  if (typeof argument !== 'string') throw new PatternFault('prefix match pattern must be a string');
  const [address, bits, ...rest] = argument.split('/');
  if (address === undefined || bits === undefined || rest.length > 0)
    throw new PatternFault("Malformed CIDR, one '/' required");
  if (!/^\d+$/.test(bits)) throw new PatternFault('Malformed CIDR, mask bits must be an integer');
  const version = isIP(address);
  if (version === 0) throw new PatternFault(`Nonstandard IP address: ${address}`);
  const most = version === 6 ? 128 : 32;
  if (Number(bits) > most) throw new PatternFault(`Malformed CIDR, mask bits must not be > ${most}`);
  const family = version === 6 ? 'ipv6' : 'ipv4';
  const network = new BlockList();
  network.addSubnet(address, Number(bits), family);
  return onText((value) => isIP(value) === version && network.check(value, family));
}

/** Everything but some values, or but what an operator matches. A value must be there, of whatever type. */
function parseAnythingBut(argument: Json): Test {
  if (!isObject(argument)) {
    const listed = parseUnwanted(argument);
    return (value) => !listed.has(value);
  }
  const entries = Object.entries(argument);
  const [entry] = entries;
  if (!entry || entries.length > 1) throw new PatternFault('Only one key allowed in match expression');
  const [operator, inner] = entry;
  const tests = parseUnwantedTexts(operator, inner);
  return (value) => !tests.some((test) => test(value));
}

function parseUnwanted(argument: Json): ReadonlySet<Json> {
  const list = Array.isArray(argument) ? (argument as readonly Json[]) : [argument];
  if (Array.isArray(argument) && list.length === 0) throw new PatternFault('Empty arrays are not allowed');
  for (const item of list) {
    if (typeof item === 'string' || typeof item === 'number') continue;
    throw new PatternFault(
      Array.isArray(argument)
        ? 'Inside anything but list, start|null|boolean is not supported.'
        : 'Value of anything-but must be an array or single string/number value.',
    );
  }
  if (new Set(list.map((item) => typeof item)).size > 1) {
    throw new PatternFault(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  }
  return new Set(list);
}

function parseUnwantedTexts(operator: string, argument: Json): readonly Test[] {
  const list = Array.isArray(argument) ? (argument as readonly Json[]) : [argument];
  if (list.length === 0) throw new PatternFault('Empty arrays are not allowed');
  switch (operator) {
    case 'prefix':
    case 'suffix':
      for (const item of list) {
        if (typeof item !== 'string') throw new PatternFault('prefix/suffix match pattern must be a string');
        if (item === '') throw new PatternFault('Null prefix/suffix not allowed');
      }
      return list.map((item) => parseAffix(operator, item));
    case 'equals-ignore-case':
      if (list.some((item) => typeof item !== 'string')) {
        throw new PatternFault(
          'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
        );
      }
      return list.map(equalsIgnoringCase);
    case 'wildcard':
      return list.map((item) => onText(parseWildcard(item)));
    default:
      throw new PatternFault(`Unsupported anything-but pattern: ${operator}`);
  }
}
