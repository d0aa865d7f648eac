import { NotSimulated } from '../errors.ts';
import type { Json } from '../json.ts';
import { PatternFault } from './pattern-fault.ts';
import { Members, type Part } from './pattern-text.ts';
import { affix, equalsIgnoringCase, parseWildcard, type Test } from './text-tests.ts';

/**
 * `anything-but`: all but some values, or but what an operator matches. A value must be there, of whatever type.
 * @param isPlain whether the pattern is read as before `$or`: `anything-but` knew fewer operators then
 * @throws PatternFault
 */
export function parseAnythingBut(argument: Part, isPlain: boolean): Test {
  if (argument instanceof Members) return parseOperator(argument, isPlain);
  const listed = readValues(argument);
  return (value) => !listed.has(value);
}

function readValues(argument: Part): ReadonlySet<Json> {
  if (typeof argument === 'string' || typeof argument === 'number') return new Set([argument]);
  if (!Array.isArray(argument)) throw noValue();
  const values = (argument as readonly Part[]).map((item) => {
    if (typeof item === 'string' || typeof item === 'number') return item;
    throw new PatternFault('Inside anything but list, start|null|boolean is not supported.');
  });
  if (new Set(values.map((item) => typeof item)).size !== 1) {
    throw new PatternFault(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  }
  return new Set(values);
}

function noValue(): PatternFault {
  return new PatternFault('Value of anything-but must be an array or single string/number value.');
}

function parseOperator({ entries }: Members, isPlain: boolean): Test {
  const [entry] = entries;
  if (!entry) throw new PatternFault('Anything-But expression name not found');
  const [operator, argument] = entry;
  const parse = operatorOf(operator, isPlain);
  const isValue = typeof argument === 'string' || typeof argument === 'number' || Array.isArray(argument);
  if (!isValue) throw noValue();
  const list = Array.isArray(argument) ? (argument as readonly Part[]) : [argument];
  // The engine takes such a pattern and fails when it is to match.
  if (list.length === 0) throw new NotSimulated(`an event pattern with anything-but ${operator} of nothing`);
  if (isPlain && Array.isArray(argument) && operator !== 'equals-ignore-case') {
    throw new PatternFault('prefix/suffix match pattern must be a string');
  }
  const tests = list.map(parse);
  if (entries.length > 1) throw new PatternFault('Too many elements in numeric expression');
  return (value) => !tests.some((test) => test(value));
}

function operatorOf(operator: string, isPlain: boolean): (item: Part) => Test {
  switch (isPlain && operator === 'wildcard' ? '' : operator) {
    case 'prefix':
    case 'suffix':
      return (item) => {
        if (typeof item !== 'string') throw new PatternFault('prefix/suffix match pattern must be a string');
        if (item === '') throw new PatternFault('Null prefix/suffix not allowed');
        return affix(operator as 'prefix' | 'suffix', item);
      };
    case 'equals-ignore-case':
      return (item) => {
        if (typeof item === 'string') return equalsIgnoringCase(item);
        throw new PatternFault(
          'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
        );
      };
    case 'wildcard':
      return (item) => {
        if (typeof item === 'string') return parseWildcard(item);
        throw new PatternFault('wildcard match pattern must be a string');
      };
    default:
      throw new PatternFault(`Unsupported anything-but pattern: ${operator}`);
  }
}
