import type { RegionName } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import type { Ailments } from './ailments.ts';
import type { World } from './schema.ts';
import type { SplitWatch } from './split.ts';
import type { Timeline } from './timeline.ts';

/** A world that was put into a simulator, and what has happened to it since. */
export interface Placed {
  readonly world: World;
  /** Regions that answer nobody: neither callers of AWS nor clients of the application. */
  readonly silentRegions: Set<RegionName>;
  /** Regions whose APIs hang; what runs there may go on. */
  readonly cutOffRegions: Set<RegionName>;
  /** Parts of Regions that have failed. */
  readonly ailments: Ailments;
  readonly timeline: Timeline;
  readonly splits: SplitWatch;
}

const placed = new WeakMap<Simulator, Placed>();

/** Remembers which world a simulator holds; `buildWorld` alone calls it. */
export function rememberWorld(sim: Simulator, state: Placed): void {
  placed.set(sim, state);
}

/** The world that a simulator was built from. Throws for one that was built without. */
export function worldOf(sim: Simulator): Placed {
  const found = placed.get(sim);
  if (!found) throw new Error('this simulator was not built from a world');
  return found;
}
