import type { GenericSchema } from 'valibot';
import { nearest } from './nearest.ts';
import type { Finding, Path } from './plan-error.ts';

/** What this room reads of a valibot schema; a pipe has the members of its first schema. */
export interface SchemaNode extends GenericSchema {
  readonly entries?: Readonly<Record<string, SchemaNode>>;
  readonly wrapped?: SchemaNode;
  readonly item?: SchemaNode;
  readonly key?: SchemaNode;
  readonly value?: SchemaNode;
  readonly options?: readonly unknown[];
}

/** The schema behind `maybe`. */
export function unwrapped(schema: SchemaNode): SchemaNode {
  return schema.wrapped === undefined ? schema : unwrapped(schema.wrapped);
}

/** The schema of what stands at a path that the schema has. */
export function schemaAt(root: SchemaNode, path: Path): SchemaNode {
  return path.reduce<SchemaNode>(
    ({ item, value, entries }, part) => unwrapped((item ?? value ?? entries?.[part])!),
    unwrapped(root),
  );
}

/**
 * Takes out what valibot does not tell about: it reports only the first of several unknown keys, takes a list for an empty
 * map, and leaves out the entries of a map that are named like parts of every object. What is left is a copy, in which a
 * misspelt key stands under its probable name with `undefined`: one slip of the hand is told once.
 */
export function withoutStrangers(root: SchemaNode, data: unknown): { data: unknown; findings: Finding[] } {
  const findings: Finding[] = [];
  const copy = (schema: SchemaNode, value: unknown, path: Path): unknown => {
    if (Array.isArray(value)) {
      const { item } = schema;
      if (isMapSchema(schema)) return null;
      return item ? value.map((inner, place) => copy(unwrapped(item), inner, [...path, place])) : value;
    }
    if (typeof value !== 'object' || value === null) return value;
    const kept: Record<string, unknown> = {};
    for (const [key, inner] of Object.entries(value)) {
      const within = schemaOfKey(schema, key);
      if (within !== 'unknown') {
        kept[key] = within ? copy(unwrapped(within), inner, [...path, key]) : inner;
        continue;
      }
      const meant = nearest(key, Object.keys(schema.entries ?? {}));
      findings.push(stranger(schema, key, meant, path));
      if (meant !== undefined && !Object.hasOwn(value, meant)) kept[meant] = undefined;
    }
    return kept;
  };
  return { data: copy(unwrapped(root), data, []), findings };
}

function isMapSchema({ entries, value }: SchemaNode): boolean {
  return entries !== undefined || value !== undefined;
}

const unusable = new Set(['__proto__', 'prototype', 'constructor']);

function schemaOfKey(schema: SchemaNode, key: string): SchemaNode | 'unknown' | undefined {
  if (unusable.has(key)) return 'unknown';
  if (schema.entries === undefined) return schema.value;
  return Object.hasOwn(schema.entries, key) ? schema.entries[key] : 'unknown';
}

function stranger(schema: SchemaNode, key: string, meant: string | undefined, path: Path): Finding {
  const place = [...path, key];
  if (schema.entries === undefined) {
    return { path: place, message: `"${key}" cannot be used as a key`, fix: 'choose another name' };
  }
  const keys = Object.keys(schema.entries).join(', ');
  const fix = meant === undefined ? `remove it; the keys here are ${keys}` : `did you mean "${meant}"?`;
  return { path: place, message: `unknown key "${key}"`, fix };
}
