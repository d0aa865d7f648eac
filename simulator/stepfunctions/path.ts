import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Predicate } from './filter.ts';

/** One step of a JSONPath. */
export type Segment =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'fields'; readonly names: readonly string[] }
  | { readonly kind: 'indices'; readonly indices: readonly number[] }
  | { readonly kind: 'slice'; readonly from: number | undefined; readonly to: number | undefined }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'descendants' }
  | { readonly kind: 'filter'; readonly holds: Predicate };

/** A parsed JSONPath. `root` says whether it reads the state's data (`$`) or the context object (`$$`). */
export interface Path {
  readonly text: string;
  readonly root: 'data' | 'context';
  readonly segments: readonly Segment[];
  /** A definite path names one place; any other path yields a list of what it found. */
  readonly isDefinite: boolean;
}

/** What a state's paths read from. */
export interface Scope {
  readonly data: Json;
  readonly context: JsonObject;
}

/**
 * What a path finds: for a definite path the value or `undefined`, otherwise the list of values, which may be empty
 * (Amazon States Language, "Paths"; AWS evaluates them as the Jayway library does).
 */
export function evaluatePath(path: Path, scope: Scope): Json | undefined {
  const root = path.root === 'data' ? scope.data : scope.context;
  const found = path.segments.reduce<readonly Json[]>(
    (nodes, segment) => nodes.flatMap((node) => step(segment, node, root)),
    [root],
  );
  return path.isDefinite ? found[0] : found;
}

/** @returns the nodes that one segment leads to from one node. */
export function step(segment: Segment, node: Json, root: Json): readonly Json[] {
  switch (segment.kind) {
    case 'field':
      return fieldOf(node, segment.name);
    case 'fields':
      return segment.names.flatMap((name) => fieldOf(node, name));
    case 'index':
      return itemOf(node, segment.index);
    case 'indices':
      return segment.indices.flatMap((index) => itemOf(node, index));
    case 'slice':
      return Array.isArray(node) ? node.slice(segment.from, segment.to) : [];
    case 'wildcard':
      return childrenOf(node);
    case 'descendants':
      return selfAndBelow(node);
    case 'filter':
      return (Array.isArray(node) ? node : [node]).filter((item) => segment.holds(item, root));
    default:
      return segment satisfies never;
  }
}

function fieldOf(node: Json, name: string): readonly Json[] {
  return isObject(node) && Object.hasOwn(node, name) ? [node[name]!] : [];
}

function itemOf(node: Json, index: number): readonly Json[] {
  const item = Array.isArray(node) ? (node.at(index) as Json | undefined) : undefined;
  return item === undefined ? [] : [item];
}

function childrenOf(node: Json): readonly Json[] {
  if (Array.isArray(node)) return node;
  return isObject(node) ? Object.values(node) : [];
}

function selfAndBelow(node: Json): readonly Json[] {
  return [node, ...childrenOf(node).flatMap(selfAndBelow)];
}

/** Whether the path names one place by members and items only, as `ResultPath` and choice variables must. */
export function isReferencePath(path: Path): boolean {
  return path.segments.every(({ kind }) => kind === 'field' || kind === 'index');
}

/**
 * A copy of `data` with `value` at a reference path. Missing members become objects on the way; a place inside anything
 * else, or an item that an array lacks, cannot be made (`undefined`).
 */
export function withValueAt(path: Path, data: Json, value: Json): Json | undefined {
  return place(path.segments, data, value);
}

function place(segments: readonly Segment[], node: Json | undefined, value: Json): Json | undefined {
  const [segment, ...rest] = segments;
  if (!segment) return value;
  if (segment.kind === 'field') {
    const object = node ?? {};
    if (!isObject(object)) return undefined;
    const placed = place(rest, Object.hasOwn(object, segment.name) ? object[segment.name] : undefined, value);
    return placed === undefined ? undefined : { ...object, [segment.name]: placed };
  }
  if (segment.kind !== 'index' || !Array.isArray(node)) return undefined;
  const index = segment.index < 0 ? node.length + segment.index : segment.index;
  if (index < 0 || index >= node.length) return undefined;
  const placed = place(rest, node[index] as Json, value);
  return placed === undefined ? undefined : node.with(index, placed);
}
