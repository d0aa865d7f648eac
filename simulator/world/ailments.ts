import type { DbInstance } from '../rds/state.ts';
import type { RegionName } from '../service.ts';
import type { Region, Simulator } from '../simulator.ts';
import type { End } from './outage.ts';
import { worldOf } from './placed.ts';

/**
 * Parts of a Region that may fail while the rest of it works. A zone that is lost has no servers, no volumes and no
 * databases that answer; a service is one that the application uses and that the simulator has nothing else of.
 */
export class Ailments {
  /** Full names, such as `us-east-1a`. */
  readonly zones = new Set<string>();
  /** As `<Region>/<service>`. */
  readonly services = new Set<string>();
  /** Where a database that has a standby is served from since its own zone was lost, as `<Region>/<id>`. */
  readonly standbys = new Map<string, string>();
}

/** RDS User Guide, "Failing over a Multi-AZ DB instance": typically 60 to 120 seconds. */
const failoverSeconds = 90;

/**
 * A zone is gone, with everything that stands in it. A Multi-AZ database fails over to its standby in another zone of its
 * subnet group; every other one answers nobody, and its replicas in other Regions get nothing more. EC2 starts nothing there,
 * and goes on saying that the instances run: nobody stopped them.
 */
export function loseZone(sim: Simulator, region: Region, zone: string): End {
  const { ailments } = worldOf(sim);
  ailments.zones.add(zone);
  region.ec2.capacity.lose(zone, true);
  const lost = [...region.rds.instances.values()].filter(
    (database) => zoneOf(sim, region, database) === zone,
  );
  for (const database of lost) {
    const standby = standbyOf(sim, region, database);
    if (standby === undefined) markReplicas(sim, database, 'dead');
    else
      sim.clock.after(failoverSeconds * 1000, () => {
        if (!ailments.zones.has(standby)) ailments.standbys.set(`${region.name}/${database.id}`, standby);
      });
  }
  return () => {
    ailments.zones.delete(zone);
    region.ec2.capacity.lose(zone, false);
    for (const database of lost)
      if (isDatabaseThere(sim, region, database)) markReplicas(sim, database, 'back');
  };
}

/** A service that the application uses in a Region answers it nothing but errors. */
export function breakService(sim: Simulator, region: RegionName, service: string): End {
  const { services } = worldOf(sim).ailments;
  services.add(`${region}/${service}`);
  return () => {
    services.delete(`${region}/${service}`);
  };
}

/** Those of some services that are broken in a Region. */
export function brokenOf(sim: Simulator, region: RegionName, services: readonly string[]): readonly string[] {
  return services.filter((service) => worldOf(sim).ailments.services.has(`${region}/${service}`));
}

/** Whether an instance is up and has its network, in a zone that is there. */
export function isInstanceThere(sim: Simulator, { name, ec2, guests }: Region, instanceId: string): boolean {
  const zone = ec2.instances.get(instanceId)?.zone ?? name;
  const isReachable = guests.isUp(instanceId) && guests.isConnected(instanceId);
  return isReachable && !worldOf(sim).ailments.zones.has(zone);
}

/** Whether a database, or its standby, stands in a zone that is there. */
export function isDatabaseThere(sim: Simulator, region: Region, database: DbInstance): boolean {
  return !worldOf(sim).ailments.zones.has(zoneOf(sim, region, database));
}

/** The zone that a database is served from. */
function zoneOf(sim: Simulator, { name }: Region, { id, zone }: DbInstance): string {
  return worldOf(sim).ailments.standbys.get(`${name}/${id}`) ?? zone;
}

/** Where a Multi-AZ database has its standby: another zone of its subnet group, if one is there. */
function standbyOf(sim: Simulator, region: Region, database: DbInstance): string | undefined {
  if (!database.multiAz) return undefined;
  const { zones } = worldOf(sim).ailments;
  const subnetIds = region.rds.subnetGroups.get(database.subnetGroup)?.subnetIds ?? [];
  const covered = subnetIds.flatMap((id) => region.ec2.subnets.get(id)?.zone ?? []);
  return covered.find((zone) => !zones.has(zone));
}

function markReplicas(sim: Simulator, { arn }: DbInstance, as: 'dead' | 'back'): void {
  const nowMs = sim.clock.nowMs();
  for (const { rds } of sim.regions)
    for (const { id, replicaSource } of rds.instances.values()) {
      if (replicaSource !== arn) continue;
      if (as === 'dead') rds.markSourceDead(id, 'zone', nowMs);
      else rds.markSourceBack(id, 'zone', nowMs);
    }
}
