import { canonicalHash } from '../../recovery/plan/hash.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { World } from '../../simulator/world/schema.ts';

/** Where a plan runs, where it recovers, and from where a third party looks. */
export interface Geography {
  readonly primary: string;
  readonly recovery: string;
  readonly witness: string;
}

/** A plan, and the world that it is installed in. */
export interface Ground {
  readonly plan: Plan;
  readonly world: World;
}

/**
 * The same workload in other Regions: every name of its three Regions, wherever one stands in the plan or the world, is
 * replaced by that of the Region in whose place it comes. Where AWS Health repeats what it says of the new primary has to be
 * a Region of the world, so that is added where it is none.
 */
export function relocate({ plan, world }: Ground, to: Geography): Ground {
  const { primary, recovery, witness } = plan.regions;
  if (witness === undefined) throw new TypeError(`${plan.plan} has no witness Region to relocate`);
  const names = new Map([
    [primary, to.primary],
    [recovery, to.recovery],
    [witness, to.witness],
  ]);
  const known = new RegExp([...names.keys()].map((name) => `${name}(?!\\d)`).join('|'), 'g');
  const rename = (text: string) => text.replace(known, (name) => names.get(name) ?? name);
  const { hash: _, ...moved } = renamed(plan, rename) as Plan;
  const there = renamed(world, rename) as World;
  const backup = to.primary === 'us-west-2' ? 'us-east-1' : 'us-west-2';
  const empty = there.regions[to.witness];
  if (!empty) throw new TypeError(`the world of ${plan.plan} has no Region ${witness}`);
  return {
    plan: { ...moved, hash: canonicalHash(moved) },
    world: { ...there, regions: { [backup]: empty, ...there.regions } },
  };
}

/** A value with every text in it renamed, keys as well. */
function renamed(value: unknown, rename: (text: string) => string): unknown {
  if (typeof value === 'string') return rename(value);
  if (Array.isArray(value)) return value.map((each) => renamed(each, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [rename(key), renamed(each, rename)]));
}
