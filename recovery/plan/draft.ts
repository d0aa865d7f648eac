import type { Path } from './plan-error.ts';
import type { PlanForm } from './schema.ts';

/** `Form` with any part unknown: `undefined` under a key that is there says that what is written there is no good. */
export type Sketch<Form> = Form extends readonly (infer Item)[]
  ? readonly (Sketch<Item> | undefined)[]
  : Form extends object
    ? { readonly [Key in keyof Form]?: Sketch<Form[Key]> | undefined }
    : Form;

/**
 * A plan of which the mistaken parts are blanked, so that one mistake does not hide another: checks read what is known and
 * keep silent about the rest. A complete `PlanForm` is a draft too.
 */
export type Draft = Sketch<PlanForm>;

/**
 * The data with `undefined` in each place named; keys stay, so that references to them are still good. `undefined` when the
 * whole file is no good.
 */
export function blank(data: unknown, places: readonly Path[]): Draft | undefined {
  const copy = structuredClone(data);
  for (const place of places) {
    const last = place.at(-1);
    let holder: unknown = copy;
    for (const part of place.slice(0, -1)) holder = (holder as Record<string, unknown> | undefined)?.[part];
    if (last === undefined) return undefined;
    if (typeof holder === 'object' && holder !== null && Object.hasOwn(holder, last)) {
      (holder as Record<string, unknown>)[last] = undefined;
    }
  }
  return copy as Draft;
}

/** What is known of a map's entries: a name whose value is blanked is left out. */
export function known<Value>(
  map: Readonly<Record<string, Value | undefined>> | undefined,
): [string, Value][] {
  return Object.entries(map ?? {}).filter((entry): entry is [string, Value] => entry[1] !== undefined);
}

/** What is known of a list's items, each with its place. */
export function placed<Item>(list: readonly (Item | undefined)[] | undefined): [number, Item][] {
  return [...(list ?? []).entries()].filter((entry): entry is [number, Item] => entry[1] !== undefined);
}

/** Whether something is written under a key, good or not. */
export function written(holder: object | undefined, key: string): boolean {
  return holder !== undefined && Object.hasOwn(holder, key);
}
