import * as v from 'valibot';
import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { danglingReferences } from './references.ts';
import { type World, worldSchema } from './schema.ts';

/** Where a path of keys leads inside a world file. */
export type Path = readonly (string | number)[];

/** One mistake in a world file: where it stands, what is wrong, and what to do about it. */
export interface WorldError {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Such as `regions.ap-northeast-1.instances.i-0a1b2c3d.subnet`. */
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

/** A mistake before it is known where in the file it stands. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
  readonly fix: string;
}

export type ParsedWorld =
  | { readonly kind: 'world'; readonly world: World }
  | { readonly kind: 'errors'; readonly errors: readonly WorldError[] };

/**
 * Reads a world from YAML text, strictly: an unknown key, a bad duration and a name that leads nowhere are errors.
 * `file` is only named in errors. Never throws for what the file says.
 */
export function parseWorld(yamlText: string, file: string): ParsedWorld {
  const lines = new LineCounter();
  const document = parseDocument(yamlText, { lineCounter: lines, version: '1.2', schema: 'core' });
  if (document.errors.length > 0) {
    const errors = document.errors.map(({ message, pos }) => ({
      file,
      line: lines.linePos(pos[0]).line,
      path: '',
      message: message.split('\n', 1)[0] ?? message,
      fix: 'make it valid YAML',
    }));
    return { kind: 'errors', errors };
  }
  const unfolded = unfold(document);
  if ('message' in unfolded) {
    const { message } = unfolded;
    return { kind: 'errors', errors: [{ file, line: 1, path: '', message, fix: 'write aliases out' }] };
  }
  const parsed = v.safeParse(worldSchema, unfolded.value);
  const findings = parsed.success ? danglingReferences(parsed.output) : parsed.issues.map(explain);
  if (parsed.success && findings.length === 0) return { kind: 'world', world: parsed.output };
  const errors = findings.map(({ path, message, fix }) => ({
    file,
    line: lineOf(document, path, lines),
    path: path.join('.'),
    message,
    fix,
  }));
  return { kind: 'errors', errors: errors.sort((a, b) => a.line - b.line) };
}

/** The values of a document. Aliases of aliases grow without bound, and `yaml` gives up with a ReferenceError. */
function unfold(document: Document): { readonly value: unknown } | { readonly message: string } {
  try {
    return { value: document.toJS() };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return { message: 'its aliases unfold to too many values' };
  }
}

/** One error as a line of text. */
export function describeWorldError({ file, line, path, message, fix }: WorldError): string {
  return `${file}:${line}: ${path === '' ? '' : `${path}: `}${message} (${fix})`;
}

function explain(issue: v.GenericIssue): Finding {
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
  if (issue.type !== 'strict_object') {
    return { path, message: issue.message, fix: `${issue.received} stands there` };
  }
  const known = keysAt(worldSchema, path.slice(0, -1));
  const key = String(path.at(-1) ?? '');
  const absent = issue.expected !== 'never';
  if (path.length === 0)
    return { path, message: issue.message, fix: `a map is expected: ${known.join(', ')}` };
  if (absent && issue.received === 'undefined') {
    return { path, message: `the key ${key} is missing`, fix: 'add it' };
  }
  if (absent) return { path, message: 'a map is expected here', fix: `${issue.received} stands there` };
  const near = known.find((name) => isNear(name, key));
  const fix = near === undefined ? `allowed here: ${known.join(', ')}` : `did you mean ${near}?`;
  return { path, message: `the key ${key} is not known`, fix };
}

/** The keys that a schema allows at a path. */
function keysAt(schema: unknown, path: Path): readonly string[] {
  const node = schema as {
    readonly pipe?: readonly unknown[];
    readonly wrapped?: unknown;
    readonly entries?: Readonly<Record<string, unknown>>;
    readonly value?: unknown;
    readonly item?: unknown;
  };
  if (node.wrapped !== undefined) return keysAt(node.wrapped, path);
  if (node.pipe !== undefined && node.pipe[0] !== schema) return keysAt(node.pipe[0], path);
  const [first, ...rest] = path;
  if (first === undefined) return Object.keys(node.entries ?? {});
  return keysAt(node.entries?.[first] ?? node.value ?? node.item ?? {}, rest);
}

/** True when one changed, dropped, added or swapped letter makes the one word of the other, or only case differs. */
function isNear(known: string, written: string): boolean {
  const [a, b] = [known.toLowerCase(), written.toLowerCase()];
  if (a === b) return true;
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  const swapped = restB[1] !== undefined && restB[1] + restB[0] + restB.slice(2) === restA;
  return swapped || restA.slice(1) === restB || restA === restB.slice(1) || restA.slice(1) === restB.slice(1);
}

/** The line of the last key of a path that the file has. */
function lineOf(document: Document.Parsed, path: Path, lines: LineCounter): number {
  let node: unknown = document.contents;
  let offset = (document.contents as Node | null)?.range?.[0] ?? 0;
  for (const segment of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment));
      if (!pair) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(segment)];
      if (item === undefined) break;
      offset = (item as Node).range?.[0] ?? offset;
      node = item;
    } else break;
  }
  return lines.linePos(offset).line;
}
