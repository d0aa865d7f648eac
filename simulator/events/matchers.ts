import type { Json } from '../json.ts';
import { equalsAddress, parseCidr } from './address-tests.ts';
import { parseNumeric } from './number-tests.ts';
import { PatternFault } from './pattern-fault.ts';
import { Members, type Part } from './pattern-text.ts';
import { equalsIgnoringCase, parseAffix, parseWildcard, type Test } from './text-tests.ts';
import { parseAnythingBut } from './unwanted.ts';

/**
 * Judges one field of an event. `absent` matches a field that is not there; any other test sees a single value, which is
 * never an object or an array.
 */
export type Matcher = { readonly kind: 'absent' } | { readonly kind: 'value'; readonly test: Test };

/** The operators' names. */
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

/**
 * Parses one member of a field's list: a literal, or an object with one operator.
 * @param isPlain whether the pattern is read as before `$or`
 * @throws PatternFault
 */
export function parseMatcher(given: Part, isPlain: boolean): Matcher {
  if (Array.isArray(given)) {
    throw new PatternFault('Match value must be String, number, true, false, or null');
  }
  if (!(given instanceof Members)) return { kind: 'value', test: equals(given as Json) };
  const [entry] = given.entries;
  if (!entry) throw new PatternFault('Match expression name not found');
  const matcher = parseOperator(entry[0], entry[1], isPlain);
  if (given.entries.length > 1) {
    const isList = entry[0] === 'numeric' || entry[0] === 'anything-but';
    throw new PatternFault(
      isList ? 'Too many elements in numeric expression' : 'Only one key allowed in match expression',
    );
  }
  return matcher;
}

/** A literal: type counts, and an IP address is the same in each spelling. */
function equals(given: Json): Test {
  return (typeof given === 'string' && equalsAddress(given)) || ((value) => value === given);
}

function parseOperator(operator: string, argument: Part, isPlain: boolean): Matcher {
  if (operator !== 'exists') return { kind: 'value', test: parseTest(operator, argument, isPlain) };
  if (typeof argument !== 'boolean') {
    throw new PatternFault('exists match pattern must be either true or false.');
  }
  return argument ? { kind: 'value', test: () => true } : { kind: 'absent' };
}

function parseTest(operator: string, argument: Part, isPlain: boolean): Test {
  switch (operator) {
    case 'prefix':
    case 'suffix':
      return parseAffix(operator, argument);
    case 'equals-ignore-case':
      return equalsIgnoringCase(requireText(operator, argument));
    case 'wildcard':
      return parseWildcard(requireText(operator, argument));
    case 'numeric':
      return parseNumeric(argument);
    case 'cidr':
      // The words are EventBridge's own.
      return parseCidr(requireText('prefix', argument));
    case 'anything-but':
      return parseAnythingBut(argument, isPlain);
    default:
      throw new PatternFault(`Unrecognized match type ${operator}`);
  }
}

function requireText(operator: string, argument: Part): string {
  if (typeof argument === 'string') return argument;
  throw new PatternFault(`${operator} match pattern must be a string`);
}
