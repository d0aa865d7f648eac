import { Simulator, type SimulatorOptions } from '../simulator.ts';
import { Ailments } from './ailments.ts';
import { placeAlarms } from './metrics.ts';
import { placeDatabases, placeSettings, placeZones } from './place-data.ts';
import { placeFront, placeNames, placeProbe } from './place-front.ts';
import { placeNetwork } from './place-network.ts';
import { placeServers } from './place-servers.ts';
import { rememberWorld } from './placed.ts';
import type { World } from './schema.ts';
import { SplitWatch } from './split.ts';
import { Timeline } from './timeline.ts';

/**
 * A simulator with everything in it that a world says, at the world's first instant. What differs from seed to seed is
 * what chance decides afterwards. Operating systems that run from the start are up once the clock has fired its timers
 * of that instant.
 */
export function buildWorld(world: World, options: Pick<SimulatorOptions, 'seed' | 'onDefect'>): Simulator {
  const sim = new Simulator({
    ...options,
    startMs: world.startsAtMs,
    accountId: world.account,
    regions: Object.fromEntries(Object.entries(world.regions).map(([name, { zones }]) => [name, zones])),
  });
  const timeline = new Timeline(sim);
  const splits = new SplitWatch(sim);
  rememberWorld(sim, {
    world,
    silentRegions: new Set(),
    cutOffRegions: new Set(),
    ailments: new Ailments(),
    timeline,
    splits,
  });
  const places = Object.entries(world.regions).map(([name, region]) => [sim.region(name), region] as const);
  for (const [region, own] of places) placeNetwork(region, own);
  for (const [region, own] of places) placeServers(sim, region, own);
  for (const [region, own] of places) placeDatabases(sim, region, own);
  for (const [region, own] of places) placeSettings(sim, region, own);
  for (const [region, own] of places) placeFront(sim, region, own);
  for (const [region] of places) placeNames(sim, region);
  placeProbe(sim);
  for (const [region, own] of places) placeAlarms(sim, region, own);
  placeZones(sim, world);
  timeline.listen();
  splits.listen();
  return sim;
}
