import { parsePredicate } from './filter.ts';
import type { Path, Segment } from './path.ts';
import { Reader } from './reader.ts';

const dottedName = /[^\s.[\](),:?@*'"]+/y;
const wholeNumber = /-?\d+/y;

/**
 * Parses a JSONPath: members by dot or bracket, items, lists of either, slices, wildcards, `..` and filters. What the
 * Jayway library knows beyond that (functions such as `length()`, steps in slices, `=~`, `in`) is refused.
 * @throws SyntaxFault
 */
export function parsePath(text: string): Path {
  const reader = new Reader(text);
  const path = readPath(reader);
  if (!reader.isAtEnd) reader.fail('the end of the path');
  return path;
}

/** Reads a path that begins here and ends where it can go on no further. */
export function readPath(reader: Reader): Path {
  const start = reader.at;
  reader.expect('$');
  const root = reader.takes('$') ? 'context' : 'data';
  const segments = readSegments(reader);
  return {
    text: reader.text.slice(start, reader.at),
    root,
    segments,
    isDefinite: segments.every(({ kind }) => kind === 'field' || kind === 'index'),
  };
}

/** Reads the segments behind `$`, `$$` or a filter's `@`. */
export function readSegments(reader: Reader): readonly Segment[] {
  const segments: Segment[] = [];
  for (;;) {
    if (reader.takes('..')) {
      segments.push({ kind: 'descendants' }, reader.sees('[') ? readBracket(reader) : readDotted(reader));
    } else if (reader.takes('.')) {
      segments.push(reader.sees('[') ? readBracket(reader) : readDotted(reader));
    } else if (reader.sees('[')) {
      segments.push(readBracket(reader));
    } else {
      return segments;
    }
  }
}

function readDotted(reader: Reader): Segment {
  if (reader.takes('*')) return { kind: 'wildcard' };
  const name = reader.match(dottedName) ?? reader.fail("a member's name");
  if (reader.sees('(')) reader.fail('no function: functions in paths are not simulated');
  return { kind: 'field', name };
}

function readBracket(reader: Reader): Segment {
  reader.expect('[');
  const segment = readInside(reader);
  reader.expect(']');
  return segment;
}

function readInside(reader: Reader): Segment {
  if (reader.takes('*')) return { kind: 'wildcard' };
  if (reader.takes('?')) {
    reader.expect('(');
    const holds = parsePredicate(reader);
    reader.expect(')');
    return { kind: 'filter', holds };
  }
  if (reader.sees("'") || reader.sees('"')) {
    const names = readList(reader, () => reader.quoted().replace(/\\(.)/g, '$1'));
    return names.length === 1 ? { kind: 'field', name: names[0]! } : { kind: 'fields', names };
  }
  const from = reader.match(wholeNumber);
  if (reader.takes(':')) {
    const to = reader.match(wholeNumber);
    return {
      kind: 'slice',
      from: from === undefined ? undefined : Number(from),
      to: to === undefined ? undefined : Number(to),
    };
  }
  if (from === undefined) return reader.fail('a name in quotes, an index, a slice, a filter or *');
  const rest = reader.takes(',')
    ? readList(reader, () => Number(reader.match(wholeNumber) ?? reader.fail('an index')))
    : [];
  return rest.length === 0
    ? { kind: 'index', index: Number(from) }
    : { kind: 'indices', indices: [Number(from), ...rest] };
}

function readList<T>(reader: Reader, read: () => T): T[] {
  const items: T[] = [];
  do {
    reader.skipSpaces();
    items.push(read());
    reader.skipSpaces();
  } while (reader.takes(','));
  return items;
}
