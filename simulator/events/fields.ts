import { isObject, type Json } from '../json.ts';

/** One value of an event's field. */
export interface Leaf {
  readonly value: Json;
  readonly within: Elements;
}

/** In which element of which array of objects a value is: the arrays are numbered as they come. */
export type Elements = ReadonlyMap<number, number>;

/** In no array. */
export const nowhere: Elements = new Map();

/** The values of an event by the dotted path of their field. */
export type Fields = ReadonlyMap<string, readonly Leaf[]>;

/**
 * Flattens an event as EventBridge does: values in arrays are values of the field, objects in arrays are part of it, and
 * empty arrays and objects are nothing. Only fields whose steps are all in `steps` are looked at.
 */
export function fieldsOf(event: Json, steps: ReadonlySet<string>): Fields {
  const fields = new Map<string, Leaf[]>();
  let arrays = 0;
  const walk = (value: Json, path: string | undefined, within: Elements) => {
    if (isObject(value)) {
      for (const [name, member] of Object.entries(value)) {
        if (!name.split('.').every((step) => steps.has(step))) continue;
        walk(member, path === undefined ? name : `${path}.${name}`, within);
      }
    } else if (Array.isArray(value)) {
      const array = arrays++;
      for (const [at, item] of (value as readonly Json[]).entries()) {
        const isNested = isObject(item) || Array.isArray(item);
        walk(item, path, isNested ? new Map([...within, [array, at]]) : within);
      }
    } else if (path !== undefined) {
      const leaves = fields.get(path) ?? [];
      leaves.push({ value, within });
      fields.set(path, leaves);
    }
  };
  walk(event, undefined, nowhere);
  return fields;
}

/** Both places together, or `undefined` if they are in different elements of one array. */
export function joined(a: Elements, b: Elements): Elements | undefined {
  if (b.size === 0) return a;
  for (const [array, element] of b) if ((a.get(array) ?? element) !== element) return undefined;
  return a.size === 0 ? b : new Map([...a, ...b]);
}
