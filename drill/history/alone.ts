import { buildWorld } from '../../simulator/world/build.ts';
import type { World } from '../../simulator/world/schema.ts';
import { letHappen } from './effects.ts';
import type { Outage } from './outage.ts';
import { watchUsers } from './users.ts';

/** How long the users of a world had no answer while nobody did anything, up to the end of the outage. */
export async function leftAlone(
  outage: Outage,
  zones: Outage['zones'],
  world: World,
  seed: number,
): Promise<number> {
  const sim = buildWorld(world, { seed });
  const users = watchUsers(sim);
  letHappen(sim, outage, zones);
  await sim.clock.driveUntil(outage.ends);
  return users.unservedSeconds;
}
