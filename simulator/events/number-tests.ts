import { NotSimulated } from '../errors.ts';
import { PatternFault } from './pattern-fault.ts';
import { Members, type Part } from './pattern-text.ts';
import type { Test } from './text-tests.ts';

/** Numbers are compared up to five thousand million (Amazon EventBridge User Guide, "Comparison operators"). */
const largestNumber = 5_000_000_000;

/** So many digits right of the point are compared, and no more (ibid.). */
const decimals = 6;

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/**
 * `["=", x]`, `["<", x]`, or a range such as `[">", 0, "<=", 5]`: the lower bound comes first.
 * @throws PatternFault
 */
export function parseNumeric(argument: Part): Test {
  if (!Array.isArray(argument)) throw new PatternFault('Value of numeric must be an array.');
  const given = argument as readonly Part[];
  const [operator, bound, upperOperator, upperBound] = given;
  if (typeof operator !== 'string') {
    throw new PatternFault(`Invalid member in numeric match: ${spelled(operator)}`);
  }
  if (!Object.hasOwn(comparisons, operator)) {
    throw new PatternFault(`Unrecognized numeric range operator: ${operator}`);
  }
  const lower = readBound(operator, bound);
  if (given.length === 2) return within([lower]);
  if (operator !== '>' && operator !== '>=')
    throw new PatternFault('Too many elements in numeric expression');
  if (typeof upperOperator !== 'string') {
    throw new PatternFault(`Bad value in numeric range: ${spelled(upperOperator)}`);
  }
  if (upperOperator !== '<' && upperOperator !== '<=') {
    throw new PatternFault(`Bad numeric range operator: ${upperOperator}`);
  }
  const upper = readBound(upperOperator, upperBound);
  if (given.length > 4) throw new PatternFault('Too many terms in numeric range expression');
  if (lower.bound >= upper.bound) throw new PatternFault('Bottom must be less than top');
  return within([lower, upper]);
}

interface Bound {
  readonly bound: number;
  readonly compare: (value: number, bound: number) => boolean;
}

function readBound(operator: string, bound: Part | undefined): Bound {
  if (typeof bound !== 'number') {
    throw new PatternFault(`Value of ${operator === '=' ? 'equals' : operator} must be numeric`);
  }
  if (Math.abs(bound) > largestNumber) {
    throw new PatternFault('Value must be between -5.0E9 and 5.0E9, inclusive');
  }
  if (Number(bound.toFixed(decimals)) !== bound) {
    throw new NotSimulated(`an event pattern that compares numbers with ${bound}, beyond six decimals,`);
  }
  return { bound, compare: comparisons[operator]! };
}

function within(bounds: readonly Bound[]): Test {
  return (value) =>
    typeof value === 'number' &&
    Math.abs(value) <= largestNumber &&
    bounds.every(({ bound, compare }) => compare(value, bound));
}

/** How a refusal shows what it found: the first token of it. */
function spelled(part: Part | undefined): string {
  if (part === undefined) return ']';
  if (part instanceof Members) return '{';
  return Array.isArray(part) ? '[' : String(part);
}
