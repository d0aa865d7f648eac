import type { Instance } from '../ec2/state.ts';
import type { Guest } from '../guest.ts';
import type { RegionName } from '../service.ts';
import type { Region, Simulator } from '../simulator.ts';
import { brokenOf, isDatabaseThere, isInstanceThere } from './ailments.ts';
import { connectionProblem, type DatabaseAt } from './network.ts';
import { worldOf } from './placed.ts';
import type { WorldServer } from './schema.ts';

/** Whether something can do its work; if not, what it lacks. */
export interface Health {
  readonly healthy: boolean;
  /** Sentences without a full stop, such as `/srv/data is not mounted`. */
  readonly missing: readonly string[];
}

/**
 * The name of the server that an instance is, or `undefined` for an instance of something else. The software is on the
 * image: a copy without any of production's tags is as much a web server as its original.
 */
export function serverOf(sim: Simulator, region: Region, instance: Instance): string | undefined {
  const imageTags = region.ec2.images.get(instance.imageId)?.tags ?? {};
  const servers = Object.entries(worldOf(sim).world.application.servers);
  return servers.find(([, { image }]) =>
    Object.entries(image.tags).every(([key, value]) => imageTags[key] === value),
  )?.[0];
}

/**
 * Whether one server can do its own work: it runs and has booted; its data are mounted; each setting that it read at its
 * start or at its last reload names a database that exists, that it can connect to, and that takes writes.
 *
 * This is what the server answers to whoever asks it alone: a target group's health check, or a drill on the instance.
 * It never looks at target groups, so that their health may follow from it.
 */
export function instanceHealth(sim: Simulator, regionName: RegionName, instanceId: string): Health {
  const region = sim.region(regionName);
  const instance = region.ec2.instances.get(instanceId);
  if (!instance) return unhealthy(`there is no instance ${instanceId}`);
  if (worldOf(sim).silentRegions.has(regionName)) return unhealthy(`${regionName} does not answer`);
  if (instance.state !== 'running') return unhealthy(`${instanceId} is ${instance.state}`);
  if (!region.guests.isUp(instanceId)) return unhealthy(`${instanceId} has not booted`);
  if (!region.guests.isConnected(instanceId)) return unhealthy(`${instanceId} has no network`);
  if (!isInstanceThere(sim, region, instanceId)) return unhealthy(`${instance.zone} is lost`);
  const name = serverOf(sim, region, instance);
  if (name === undefined) return unhealthy(`${instanceId} is no server of the application`);
  const server = worldOf(sim).world.application.servers[name]!;
  const guest = region.guests.of(instanceId);
  const { calls } = worldOf(sim).world.application;
  return healthOf([
    ...brokenOf(sim, regionName, calls).map((service) => sayBroken(service, regionName)),
    ...missingMounts(region, guest, server),
    ...missingSettings(sim, region, instance, guest, server),
  ]);
}

/**
 * Whether the application of a Region serves its users: it has a healthy server of every kind, as its target groups (or,
 * without one, the servers themselves) have it. This is what a client learns through the load balancer.
 */
export function regionHealth(sim: Simulator, regionName: RegionName): Health {
  const { application } = worldOf(sim).world;
  const place = application.regions[regionName];
  if (!place) return unhealthy(`${regionName} has no ${application.name}`);
  if (worldOf(sim).silentRegions.has(regionName)) return unhealthy(`${regionName} does not answer`);
  const broken = brokenOf(sim, regionName, application.behind);
  const missing = Object.keys(application.servers).flatMap((server) => {
    const group = place.targetGroups[server];
    return group === undefined
      ? missingServer(sim, regionName, server)
      : missingTarget(sim, regionName, server, group);
  });
  return healthOf([...broken.map((service) => sayBroken(service, regionName)), ...missing]);
}

/** The instances that are a server of the application in a Region, by id. */
export function instancesOf(sim: Simulator, regionName: RegionName, server: string): readonly Instance[] {
  const region = sim.region(regionName);
  return [...region.ec2.instances.values()]
    .filter((instance) => serverOf(sim, region, instance) === server)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Where an endpoint leads: the database of that name in any Region, whatever state it is in. */
export function databaseAt(sim: Simulator, endpoint: string): DatabaseAt | undefined {
  const host = endpoint.replace(/:\d+$/, '').toLowerCase();
  for (const region of sim.regions) {
    const database = [...region.rds.instances.values()].find((each) => each.endpoint === host);
    if (database) return { region, database };
  }
  return undefined;
}

function sayBroken(service: string, region: RegionName): string {
  return `${service} of ${region} gives nothing but errors`;
}

function missingMounts(region: Region, guest: Guest, server: WorldServer): string[] {
  return Object.entries(server.mounts).flatMap(([path, uuid]) => {
    const mount = guest.mounts.get(path);
    if (!mount) return [`${path} is not mounted`];
    const volume = region.ec2.volumes.get(mount.volumeId);
    return volume?.fileSystem.uuid === uuid ? [] : [`${path} holds other data`];
  });
}

function missingSettings(
  sim: Simulator,
  region: Region,
  instance: Instance,
  guest: Guest,
  server: WorldServer,
): string[] {
  return Object.keys(server.settings).flatMap((name) => {
    const value = guest.settings.get(name);
    if (value === undefined) return [`the setting ${name} is absent`];
    const problem = databaseProblem(sim, region, instance, value);
    return problem === undefined ? [] : [`${name}: ${problem}`];
  });
}

function databaseProblem(
  sim: Simulator,
  region: Region,
  instance: Instance,
  endpoint: string,
): string | undefined {
  const found = databaseAt(sim, endpoint);
  if (!found) return `there is no database ${endpoint}`;
  const { database } = found;
  if (worldOf(sim).silentRegions.has(found.region.name)) return `${database.id} does not answer`;
  if (!isDatabaseThere(sim, found.region, database)) return `${database.id} does not answer`;
  const blocked = connectionProblem(region, instance, found);
  if (blocked !== undefined) return blocked;
  if (found.region.rds.isWritable(database.id)) return undefined;
  const reason = database.replicaSource === undefined ? `it is ${database.status}` : 'it is a replica';
  return `${database.id} takes no writes: ${reason}`;
}

function missingTarget(sim: Simulator, regionName: RegionName, server: string, group: string): string[] {
  const { elbv2 } = sim.region(regionName);
  const targets = elbv2.targets(group);
  if (targets.some(({ healthy }) => healthy)) return [];
  const reasons = targets.flatMap(({ id }) => instanceHealth(sim, regionName, id).missing);
  return [`no healthy ${server} in the target group ${group}`, ...reasons];
}

function missingServer(sim: Simulator, regionName: RegionName, server: string): string[] {
  const healths = instancesOf(sim, regionName, server).map(({ id }) => instanceHealth(sim, regionName, id));
  if (healths.some(({ healthy }) => healthy)) return [];
  return [`no healthy ${server}`, ...healths.flatMap(({ missing }) => missing)];
}

function healthOf(missing: readonly string[]): Health {
  return { healthy: missing.length === 0, missing: [...new Set(missing)] };
}

function unhealthy(reason: string): Health {
  return { healthy: false, missing: [reason] };
}
