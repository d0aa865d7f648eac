import {
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseAllDocuments,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { compile } from './compile.ts';
import { blank } from './draft.ts';
import { checkForm } from './issues.ts';
import type { Plan } from './plan.ts';
import { type Path, type PlanError, pathText } from './plan-error.ts';
import { findMistakes } from './references.ts';
import { planSchema } from './schema.ts';
import { withoutStrangers } from './shape.ts';
import { nodeAt, type SourceNode } from './source.ts';

export type Parsed = { readonly plan: Plan } | { readonly errors: readonly PlanError[] };

/**
 * Reads a plan from YAML 1.2, or tells everything that is wrong with it at once: what YAML, the schema and the checks of
 * `references.ts` object to. Where the YAML itself is broken, what follows the break is a guess, so that only its own
 * errors are told. It never throws for what a file can contain.
 */
export function parsePlan(text: string, file: string): Parsed {
  const { root, complaints } = readYaml(text);
  const errors = complaints.map((complaint): PlanError => ({ file, ...complaint }));
  if (root) {
    const shaped = withoutStrangers(planSchema, root.data);
    const { findings, blanks, form } = checkForm(shaped.data, root.data, root.source);
    const draft = blank(shaped.data, blanks);
    const mistakes = draft ? findMistakes(draft) : [];
    for (const { path, message, fix } of [...shaped.findings, ...findings, ...mistakes]) {
      errors.push({ file, line: nodeAt(root.source, path).line, path: pathText(path), message, fix });
    }
    if (form && errors.length === 0) return { plan: compile(form) };
  }
  return { errors: errors.sort((a, b) => a.line - b.line) };
}

/** The line of a path in the text of a plan that parses, or of the nearest map above it; counted from 1. */
export function lineOf(text: string, path: Path): number {
  const { root } = readYaml(text);
  return root ? nodeAt(root.source, path).line : 1;
}

type Complaint = Omit<PlanError, 'file'>;
interface Read {
  readonly complaints: readonly Complaint[];
  /** The first document, unless its YAML is broken or it is not a map. */
  readonly root?: { readonly data: unknown; readonly source: SourceNode };
}

/** A plan is a page or two; what is far beyond that was not written by hand for us. */
const charactersMax = 262_144;
const nodesMax = 20_000;
const depthMax = 40;

function readYaml(text: string): Read {
  if (text.length > charactersMax) {
    return ofTheFile(
      `the file has ${text.length} characters; a plan has at most ${charactersMax}`,
      'split the plan',
    );
  }
  const counter = new LineCounter();
  const options = {
    lineCounter: counter,
    prettyErrors: false,
    uniqueKeys: false,
    resolveKnownTags: false,
  } as const;
  const [first, second] = [...parseAllDocuments(text, options)];
  const linesMax = text.replace(/\n$/, '').split('\n').length;
  const lineOf = (offset: number) => Math.min(Math.max(1, counter.linePos(offset).line), linesMax);
  if (
    first === undefined ||
    (isScalar(first.contents) && first.contents.value === null && first.errors.length === 0)
  ) {
    return ofTheFile('the file is empty', 'write a plan; plans/minimal.yaml is a short one');
  }
  const complaints = [...first.errors, ...first.warnings].map(({ code, message, pos }) =>
    complaint(lineOf(pos[0]), `broken YAML: ${message}`, syntaxFixes[code] ?? 'correct the YAML here'),
  );
  if (second !== undefined) {
    complaints.push(
      complaint(lineOf(second.range[0]), 'a second YAML document begins', 'keep one plan in a file'),
    );
  }
  if (first.errors.length > 0) return { complaints: oneALine(complaints) };
  const walk = new Walk(first, lineOf);
  const root = walk.read(first.contents, [], lineOf(first.contents?.range[0] ?? 0));
  const all = [...complaints, ...walk.complaints];
  return walk.exceeded ? { complaints: all } : { complaints: all, root };
}

/** One YAML mistake sets off others on its line; the first names it. */
function oneALine(complaints: readonly Complaint[]): Complaint[] {
  return complaints.filter(
    (one, place) => complaints.findIndex((other) => other.line === one.line) === place,
  );
}

const syntaxFixes: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_INDENT: 'indent it like its neighbours, or close the bracket that is still open',
  BLOCK_AS_IMPLICIT_KEY: 'put the inner map on lines of its own, or quote the text that has ": " in it',
  MISSING_CHAR: 'close the quote or bracket',
  MULTILINE_IMPLICIT_KEY: 'end the line after the key with a colon',
  TAB_AS_INDENT: 'indent with spaces',
  TAG_RESOLVE_FAILED: 'remove the tag; quote what should be text',
  RESOURCE_EXHAUSTION: 'nest less deeply',
};

function complaint(line: number, message: string, fix: string, path: Path = []): Complaint {
  return { line, path: pathText(path), message, fix };
}

function ofTheFile(message: string, fix: string): Read {
  return { complaints: [complaint(1, message, fix)] };
}

/** What stands behind a key that has no value. */
function nothing(line: number): { data: unknown; source: SourceNode } {
  return { data: null, source: { line } };
}

/** Turns YAML nodes into data and remembers the line of each; follows aliases within bounds. */
class Walk {
  readonly complaints: Complaint[] = [];
  /** The file unfolds to more than a plan can be: nothing more is told about it. */
  exceeded = false;
  readonly #document: Document;
  readonly #lineOf: (offset: number) => number;
  #nodes = 0;

  constructor(document: Document, lineOf: (offset: number) => number) {
    this.#document = document;
    this.#lineOf = lineOf;
  }

  read(node: ParsedNode | null, path: Path, line: number): { data: unknown; source: SourceNode } {
    this.#nodes += 1;
    if (this.#nodes > nodesMax || path.length > depthMax) {
      this.#exceed(line);
      return nothing(line);
    }
    if (isAlias(node)) {
      // What has the anchor stands in the same text, and was parsed with it.
      const target = node.resolve(this.#document) as ParsedNode | undefined;
      if (target !== undefined) return this.read(target, path, line);
      const message = `no anchor &${node.source} stands before this alias`;
      this.complaints.push(complaint(line, message, 'write the value itself', path));
      return { data: undefined, source: { line } };
    }
    if (isMap(node)) return this.#map(node, path, line);
    if (isSeq(node)) return this.#list(node, path, line);
    return node ? { data: node.value, source: { line, written: node.source } } : nothing(line);
  }

  #map(map: YAMLMap.Parsed, path: Path, line: number): { data: unknown; source: SourceNode } {
    const data: Record<string, unknown> = Object.create(null);
    const children = new Map<string, SourceNode>();
    for (const { key, value } of map.items) {
      const keyLine = this.#lineOf(key.range[0]);
      if (!isScalar(key) || typeof key.value !== 'string') {
        const fix = isScalar(key) && key.source ? `quote it: "${key.source}"` : 'write a name as the key';
        this.complaints.push(complaint(keyLine, 'a key that is not text', fix, path));
        continue;
      }
      const name = key.value;
      const first = children.get(name);
      if (first !== undefined) {
        const message = `"${name}" is written twice, first on line ${first.line}`;
        this.complaints.push(complaint(keyLine, message, 'keep one of the two', [...path, name]));
        continue;
      }
      const inner = this.read(value, [...path, name], keyLine);
      data[name] = inner.data;
      children.set(name, inner.source);
    }
    return { data, source: { line, children } };
  }

  #list(list: YAMLSeq.Parsed, path: Path, line: number): { data: unknown; source: SourceNode } {
    const data: unknown[] = [];
    const children = new Map<string, SourceNode>();
    for (const [place, item] of list.items.entries()) {
      const inner = this.read(item, [...path, place], this.#lineOf(item.range[0]));
      data.push(inner.data);
      children.set(String(place), inner.source);
    }
    return { data, source: { line, children } };
  }

  #exceed(line: number): void {
    if (this.exceeded) return;
    this.exceeded = true;
    const message = `the file unfolds to more than ${nodesMax} values or ${depthMax} levels`;
    this.complaints.push(complaint(line, message, 'write aliases out, and only what belongs to the plan'));
  }
}
