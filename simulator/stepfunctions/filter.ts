import { isEqual, type Json } from '../json.ts';
import { step } from './path.ts';
import { readSegments } from './path-syntax.ts';
import type { Reader } from './reader.ts';

/** Whether a filter keeps an item; `root` is the document that `$` means. */
export type Predicate = (item: Json, root: Json) => boolean;
type Operand = (item: Json, root: Json) => Json | undefined;

const operators = ['==', '!=', '<=', '>=', '<', '>'] as const;

/** Parses the inside of `[?(…)]`: comparisons and existence, joined by `&&`, `||`, `!` and parentheses. */
export function parsePredicate(reader: Reader): Predicate {
  return readChain(reader, '||', () => readChain(reader, '&&', () => readTerm(reader)));
}

function readChain(reader: Reader, joint: '||' | '&&', read: () => Predicate): Predicate {
  const terms = [read()];
  reader.skipSpaces();
  while (reader.takes(joint)) {
    terms.push(read());
    reader.skipSpaces();
  }
  return joint === '||'
    ? (item, root) => terms.some((holds) => holds(item, root))
    : (item, root) => terms.every((holds) => holds(item, root));
}

function readTerm(reader: Reader): Predicate {
  reader.skipSpaces();
  if (reader.takes('(')) {
    const inner = parsePredicate(reader);
    reader.expect(')');
    return inner;
  }
  if (reader.takes('!')) {
    const inner = readTerm(reader);
    return (item, root) => !inner(item, root);
  }
  const left = readOperand(reader);
  reader.skipSpaces();
  const operator = operators.find((candidate) => reader.takes(candidate));
  if (!operator) return (item, root) => left(item, root) !== undefined;
  reader.skipSpaces();
  const right = readOperand(reader);
  return (item, root) => compare(left(item, root), operator, right(item, root));
}

function readOperand(reader: Reader): Operand {
  if (reader.takes('@')) {
    const segments = readSegments(reader);
    return (item, root) =>
      first(segments.reduce<readonly Json[]>((nodes, s) => nodes.flatMap((n) => step(s, n, root)), [item]));
  }
  if (reader.takes('$')) {
    const segments = readSegments(reader);
    return (_, root) =>
      first(segments.reduce<readonly Json[]>((nodes, s) => nodes.flatMap((n) => step(s, n, root)), [root]));
  }
  if (reader.sees("'") || reader.sees('"')) {
    const text = reader.quoted().replace(/\\(.)/g, '$1');
    return () => text;
  }
  const literal =
    reader.match(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y) ?? reader.fail('@, $ or a literal');
  const value = JSON.parse(literal) as Json;
  return () => value;
}

function first(nodes: readonly Json[]): Json | undefined {
  return nodes[0];
}

function compare(
  left: Json | undefined,
  operator: (typeof operators)[number],
  right: Json | undefined,
): boolean {
  if (operator === '==') return left !== undefined && right !== undefined && isEqual(left, right);
  if (operator === '!=') return !compare(left, '==', right);
  const isOrdered =
    (typeof left === 'number' && typeof right === 'number') ||
    (typeof left === 'string' && typeof right === 'string');
  if (!isOrdered) return false;
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      return operator satisfies never;
  }
}
