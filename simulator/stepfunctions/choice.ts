import type { Json } from '../json.ts';
import { StateFailure } from './failure.ts';
import { evaluatePath, type Path, type Scope } from './path.ts';
import { parseTimestamp } from './timestamp.ts';

/** A choice rule. */
export type Test =
  | { readonly kind: 'and' | 'or'; readonly tests: readonly Test[] }
  | { readonly kind: 'not'; readonly test: Test }
  | { readonly kind: 'is'; readonly variable: Path; readonly operator: TypeTest; readonly expected: boolean }
  | {
      readonly kind: 'compare';
      readonly variable: Path;
      readonly comparison: Comparison;
      readonly operand: Operand;
    };

/** What a variable is compared with. `field` is the operator's name in the definition. */
export type Operand =
  | { readonly kind: 'constant'; readonly value: Json }
  | { readonly kind: 'path'; readonly path: Path };

export const typeTests = [
  'IsPresent',
  'IsNull',
  'IsString',
  'IsNumeric',
  'IsBoolean',
  'IsTimestamp',
] as const;
export type TypeTest = (typeof typeTests)[number];

/** A comparison: the type that both sides must have, and when it holds for two values of that type. */
export interface Comparison {
  readonly type: 'string' | 'number' | 'boolean' | 'timestamp' | 'pattern';
  readonly holds: (order: number) => boolean;
}

const orders: Readonly<Record<string, Comparison['holds']>> = {
  Equals: (order) => order === 0,
  LessThan: (order) => order < 0,
  GreaterThan: (order) => order > 0,
  LessThanEquals: (order) => order <= 0,
  GreaterThanEquals: (order) => order >= 0,
};

const comparisons = new Map<string, Comparison>([
  ['StringMatches', { type: 'pattern', holds: orders.Equals! }],
  ['BooleanEquals', { type: 'boolean', holds: orders.Equals! }],
  ...Object.entries(orders).flatMap(([order, holds]): [string, Comparison][] => [
    [`String${order}`, { type: 'string', holds }],
    [`Numeric${order}`, { type: 'number', holds }],
    [`Timestamp${order}`, { type: 'timestamp', holds }],
  ]),
]);

/** The comparison of an operator's name, and whether that name takes a path (`…Path`). */
export function findComparison(
  operator: string,
): { readonly comparison: Comparison; readonly takesPath: boolean } | undefined {
  const plain = comparisons.get(operator);
  if (plain) return { comparison: plain, takesPath: false };
  const base = operator.endsWith('Path') ? comparisons.get(operator.slice(0, -'Path'.length)) : undefined;
  return base && base.type !== 'pattern' ? { comparison: base, takesPath: true } : undefined;
}

/** Whether a constant may stand on the right of a comparison. */
export function fitsComparison(value: Json, comparison: Comparison): boolean {
  return rank(value, comparison.type) !== undefined;
}

/**
 * Whether a choice rule holds. Values of another type than the operator's make it false, they are no error.
 * @throws StateFailure `States.Runtime` where a path finds nothing, other than under `IsPresent`
 */
export function isMet(test: Test, scope: Scope): boolean {
  switch (test.kind) {
    case 'and':
      return test.tests.every((inner) => isMet(inner, scope));
    case 'or':
      return test.tests.some((inner) => isMet(inner, scope));
    case 'not':
      return !isMet(test.test, scope);
    case 'is':
      return isOfType(test, scope) === test.expected;
    case 'compare': {
      const left = valueAt(test.variable, scope);
      const right = test.operand.kind === 'constant' ? test.operand.value : valueAt(test.operand.path, scope);
      return compare(left, test.comparison, right);
    }
    default:
      return test satisfies never;
  }
}

function isOfType(test: Test & { kind: 'is' }, scope: Scope): boolean {
  const found = evaluatePath(test.variable, scope);
  if (test.operator === 'IsPresent') return found !== undefined;
  const value = valueAt(test.variable, scope);
  switch (test.operator) {
    case 'IsNull':
      return value === null;
    case 'IsString':
      return typeof value === 'string';
    case 'IsNumeric':
      return typeof value === 'number';
    case 'IsBoolean':
      return typeof value === 'boolean';
    case 'IsTimestamp':
      return typeof value === 'string' && parseTimestamp(value) !== undefined;
    default:
      return test.operator satisfies never;
  }
}

function valueAt(path: Path, scope: Scope): Json {
  const found = evaluatePath(path, scope);
  if (found !== undefined) return found;
  const cause = `Invalid path '${path.text}': The choice state's condition path references an invalid value.`;
  throw new StateFailure('States.Runtime', cause);
}

function compare(left: Json, comparison: Comparison, right: Json): boolean {
  if (comparison.type === 'pattern') {
    return typeof left === 'string' && typeof right === 'string' && matchesPattern(left, right);
  }
  const [a, b] = [rank(left, comparison.type), rank(right, comparison.type)];
  if (a === undefined || b === undefined) return false;
  return comparison.holds(a < b ? -1 : a > b ? 1 : 0);
}

/** The value that orders `value` among others of a type, or `undefined` if it is not of that type. */
function rank(value: Json, type: Comparison['type']): string | number | undefined {
  switch (type) {
    case 'string':
    case 'pattern':
      return typeof value === 'string' ? value : undefined;
    case 'number':
      return typeof value === 'number' ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? Number(value) : undefined;
    case 'timestamp':
      return typeof value === 'string' ? parseTimestamp(value) : undefined;
    default:
      return type satisfies never;
  }
}

/** `*` stands for any characters, `\*` for an asterisk and `\\` for a backslash. */
function matchesPattern(text: string, pattern: string): boolean {
  const source = pattern.replace(/\\([*\\])|\*|[\\^$.|?+()[\]{}]/g, (found, escaped: string | undefined) => {
    if (escaped !== undefined) return `\\${escaped}`;
    return found === '*' ? '[\\s\\S]*' : `\\${found}`;
  });
  return new RegExp(`^${source}$`).test(text);
}
