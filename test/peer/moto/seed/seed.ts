import type { World } from '../../../../simulator/world/schema.ts';
import { PeerAccount } from './account.ts';
import { seedDatabases } from './databases.ts';
import { seedFront } from './front.ts';
import { seedNetwork } from './network.ts';
import { seedProfiles, seedServers } from './servers.ts';
import { seedMetrics, seedSettings, seedZones } from './settings.ts';

/**
 * Makes the account of a world in an empty moto, through plain clients of AWS. Ages count back from now; what moto cannot
 * hold is listed in `deviations.ts`.
 */
export async function seedWorld(url: string, world: World, nowMs: number): Promise<PeerAccount> {
  const account = new PeerAccount(url);
  const regions = Object.entries(world.regions);
  await seedProfiles(account, Object.values(world.regions));
  for (const [region, own] of regions) await seedNetwork(account, region, own);
  for (const [region, own] of regions) await seedServers(account, region, own);
  await seedDatabases(account, world);
  for (const [region, own] of regions) await seedFront(account, region, own);
  for (const [region, own] of regions) await seedSettings(account, region, own);
  for (const [region, own] of regions) await seedMetrics(account, region, own, nowMs);
  await seedZones(account, world);
  return account;
}
