import type { Json } from '../json.ts';
import type { Path } from './path.ts';
import { parsePath, readPath } from './path-syntax.ts';
import { Reader } from './reader.ts';

/** What the value of a member whose name ends in `.$` means. */
export type Expression =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'literal'; readonly value: Json; readonly escaped: string | undefined }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly Expression[];
      readonly text: string;
    };

/** Calls may nest ten deep (Step Functions Developer Guide, "Intrinsic functions"). */
const deepest = 10;

/**
 * Parses a path or a call of an intrinsic function.
 * @throws SyntaxFault
 */
export function parseExpression(text: string): Expression {
  if (text.startsWith('$')) return { kind: 'path', path: parsePath(text) };
  const reader = new Reader(text);
  const call = readCall(reader, 1);
  if (!reader.isAtEnd) reader.fail('the end of the function call');
  return call;
}

function readCall(reader: Reader, depth: number): Expression {
  const start = reader.at;
  const name = reader.match(/States\.[A-Za-z0-9]+/y) ?? reader.fail('a path or an intrinsic function');
  if (depth > deepest) reader.fail(`at most ${deepest} nested functions`);
  reader.expect('(');
  reader.skipSpaces();
  const args: Expression[] = [];
  if (!reader.sees(')')) {
    do {
      reader.skipSpaces();
      args.push(readArgument(reader, depth));
      reader.skipSpaces();
    } while (reader.takes(','));
  }
  reader.expect(')');
  return { kind: 'call', name, args, text: reader.text.slice(start, reader.at) };
}

function readArgument(reader: Reader, depth: number): Expression {
  if (reader.sees('$')) return { kind: 'path', path: readPath(reader) };
  if (reader.sees('States.')) return readCall(reader, depth + 1);
  if (reader.sees("'")) {
    const escaped = reader.quoted();
    if (/\\[^'\\{}]/.test(escaped)) reader.fail("no other escapes than \\', \\\\, \\{ and \\}");
    return { kind: 'literal', value: escaped.replace(/\\(.)/g, '$1'), escaped };
  }
  const literal =
    reader.match(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y) ?? reader.fail('an argument');
  return { kind: 'literal', value: JSON.parse(literal) as Json, escaped: undefined };
}
