import type { RegionName } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { hangRegion } from './call-faults.ts';
import { worldOf } from './placed.ts';

/** Takes back what a fault did, as far as AWS itself would: what happened meanwhile has happened. */
export type End = () => void;

/** A Region is gone: its application serves nobody, replicas elsewhere get nothing more from it, and nobody can call it. */
export function loseRegion(sim: Simulator, region: RegionName): End {
  worldOf(sim).silentRegions.add(region);
  const reconnect = cutOff(sim, region);
  markSources(sim, region, 'dead');
  return () => {
    worldOf(sim).silentRegions.delete(region);
    reconnect();
    // Replicas that are still replicas catch up.
    markSources(sim, region, 'back');
  };
}

/** Nobody can call a Region, and nothing that happens there is told to anyone outside. */
export function cutOff(sim: Simulator, region: RegionName): End {
  const { cutOffRegions } = worldOf(sim);
  cutOffRegions.add(region);
  const answerAgain = hangRegion(sim, region);
  const { events } = sim.region(region);
  events.pauseDeliveries();
  return () => {
    cutOffRegions.delete(region);
    answerAgain();
    events.resumeDeliveries();
  };
}

function markSources(sim: Simulator, region: RegionName, as: 'dead' | 'back'): void {
  const nowMs = sim.clock.nowMs();
  for (const { rds } of sim.regions) {
    for (const { id, replicaSource } of rds.instances.values()) {
      if (!replicaSource?.startsWith(`arn:aws:rds:${region}:`)) continue;
      if (as === 'dead') rds.markSourceDead(id, 'region', nowMs);
      else rds.markSourceBack(id, 'region', nowMs);
    }
  }
}
