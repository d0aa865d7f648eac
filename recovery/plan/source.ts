import type { Path } from './plan-error.ts';

/** Where a value stands in its file. */
export interface SourceNode {
  /** Line of its key, or of the value itself in a list; counted from 1. */
  readonly line: number;
  /** A scalar as it is written, such as `True` or `0123`. */
  readonly written?: string;
  readonly children?: ReadonlyMap<string, SourceNode>;
}

/** The node at a path, or the nearest one above it: a key that is missing is missed where its map begins. */
export function nodeAt(root: SourceNode, path: Path): SourceNode {
  let node = root;
  for (const part of path) {
    const child = node.children?.get(String(part));
    if (child === undefined) break;
    node = child;
  }
  return node;
}
