import type { Disaster, DisasterOrder, Mishap } from './disaster.ts';
import { type Ended, isDefect } from './pool.ts';

/** Something that a disaster consists of and that may be left out. */
type Part = { readonly mishap: Mishap } | { readonly order: DisasterOrder };

/**
 * What a disaster fails by, as names that stay the same while it is made smaller: checkers, `unended` or `defect`. Empty
 * where it does not fail.
 */
export function failuresOf(ended: Ended): readonly string[] {
  if (isDefect(ended)) return ['defect'];
  const checkers = ended.violations.map(({ checker }) => checker);
  return [...new Set([...checkers, ...(ended.unended.length > 0 ? ['unended'] : [])])];
}

/**
 * The smallest disaster found that fails in the same way: parts are left out as long as it still does (Zeller and
 * Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", ddmin), then its plans are made the usual ones.
 * @param failure one of `failuresOf`
 */
export async function shrink(
  disaster: Disaster,
  failure: string,
  happen: (smaller: Disaster) => Promise<Ended>,
): Promise<Disaster> {
  const fails = async (smaller: Disaster) => failuresOf(await happen(smaller)).includes(failure);
  const parts: readonly Part[] = [
    ...disaster.mishaps.map((mishap) => ({ mishap })),
    ...disaster.orders.map((order) => ({ order })),
  ];
  const needed = await leaveOut(parts, (some) => fails(madeOf(disaster, some)));
  const smallest = madeOf(disaster, needed);
  if (smallest.setting === 'usual') return smallest;
  const usual: Disaster = { ...smallest, setting: 'usual' };
  return (await fails(usual)) ? usual : smallest;
}

function madeOf(disaster: Disaster, parts: readonly Part[]): Disaster {
  return {
    ...disaster,
    mishaps: parts.flatMap((part) => ('mishap' in part ? [part.mishap] : [])),
    orders: parts.flatMap((part) => ('order' in part ? [part.order] : [])),
  };
}

async function leaveOut(
  all: readonly Part[],
  fails: (some: readonly Part[]) => Promise<boolean>,
): Promise<readonly Part[]> {
  let parts = all;
  let pieces = 2;
  while (parts.length > 0) {
    const size = Math.ceil(parts.length / Math.min(pieces, parts.length));
    const smaller = await firstThat(piecesOf(parts, size), fails);
    if (smaller) {
      parts = smaller;
      pieces = Math.max(pieces - 1, 2);
    } else if (size === 1) return parts;
    else pieces = Math.min(pieces * 2, parts.length);
  }
  return parts;
}

/** What is left when each piece in turn is left out. */
function piecesOf(parts: readonly Part[], size: number): readonly (readonly Part[])[] {
  const starts = Array.from({ length: Math.ceil(parts.length / size) }, (_, place) => place * size);
  return starts.map((start) => [...parts.slice(0, start), ...parts.slice(start + size)]);
}

/** So many are tried side by side: more would mostly be tried for nothing. */
const atOnce = 2;

/** The first in order, whichever is answered first. */
async function firstThat<T>(all: readonly T[], is: (one: T) => Promise<boolean>): Promise<T | undefined> {
  for (let place = 0; place < all.length; place += atOnce) {
    const some = all.slice(place, place + atOnce);
    const answers = await Promise.all(some.map(is));
    const found = some.find((_, at) => answers[at]);
    if (found !== undefined) return found;
  }
  return undefined;
}
