import { isEqual, isObject, type Json, type JsonObject } from '../json.ts';

/** One resource of the account and everything about it that somebody could change. */
export interface InventoryItem {
  readonly region: string;
  /** Such as `instance` or `parameter`. */
  readonly type: string;
  readonly id: string;
  readonly attributes: JsonObject;
}

/** Which resource is meant. */
export interface ResourceRef {
  readonly region: string;
  readonly type: string;
  readonly id: string;
}

/** One attribute that is not as it was; `undefined` means that it was or is absent. */
export interface Change {
  readonly resource: ResourceRef;
  /** Such as `tags.Name`. */
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

export interface InventoryDifference {
  readonly created: readonly ResourceRef[];
  readonly deleted: readonly ResourceRef[];
  readonly changed: readonly Change[];
}

/** What became of the account between two inventories: what is new, what is gone, what is not as it was. */
export function diffInventories(
  before: readonly InventoryItem[],
  after: readonly InventoryItem[],
): InventoryDifference {
  const was = new Map(before.map((item) => [keyOf(item), item]));
  const is = new Map(after.map((item) => [keyOf(item), item]));
  return {
    created: after.filter((item) => !was.has(keyOf(item))).map(refOf),
    deleted: before.filter((item) => !is.has(keyOf(item))).map(refOf),
    changed: before.flatMap((item) => {
      const now = is.get(keyOf(item));
      if (!now) return [];
      return compare(item.attributes, now.attributes, '').map((change) => ({
        resource: refOf(item),
        ...change,
      }));
    }),
  };
}

function keyOf({ region, type, id }: ResourceRef): string {
  return `${region}|${type}|${id}`;
}

function refOf({ region, type, id }: ResourceRef): ResourceRef {
  return { region, type, id };
}

function compare(
  before: Json | undefined,
  after: Json | undefined,
  path: string,
): Omit<Change, 'resource'>[] {
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) => compare(before[key], after[key], path === '' ? key : `${path}.${key}`));
  }
  if (before !== undefined && after !== undefined && isEqual(before, after)) return [];
  return before === after ? [] : [{ path, before, after }];
}
