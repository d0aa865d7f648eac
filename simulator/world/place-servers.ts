import type { FileSystem } from '../ec2/state.ts';
import type { Mount } from '../guest.ts';
import type { Region, Simulator } from '../simulator.ts';
import { instanceHealth, serverOf } from './health.ts';
import { worldOf } from './placed.ts';
import type { WorldRegion } from './schema.ts';

/** Puts images, instances and disks into a Region, and the application onto the instances. */
export function placeServers(sim: Simulator, region: Region, world: WorldRegion): void {
  installApplication(sim, region, world);
  placeImages(sim, region, world);
  placeInstances(sim, region, world);
  for (const { zone, type, forSeconds } of world.capacity) {
    region.ec2.setCapacity(region.name + zone, type, 0);
    if (forSeconds === undefined) continue;
    sim.clock.after(forSeconds * 1000, () =>
      region.ec2.setCapacity(region.name + zone, type, Number.POSITIVE_INFINITY),
    );
  }
  if (world.quotas.vcpus !== undefined) region.ec2.capacity.vcpuQuota = world.quotas.vcpus;
}

/** Must be there before the first instance is: an operating system asks for its fstab and settings when it boots. */
function installApplication(sim: Simulator, region: Region, world: WorldRegion): void {
  const { guests } = region;
  const { application } = worldOf(sim).world;
  guests.settingsOf = (instance) => {
    const server = serverOf(sim, region, instance);
    return server === undefined ? [] : Object.keys(application.servers[server]!.settings);
  };
  guests.imageFstab = ({ id }) => fstabOf(world, id);
  guests.application = (guest, path) => {
    if (path !== application.health) return { status: 404, body: '{"error":"not found"}' };
    const health = instanceHealth(sim, region.name, guest.instanceId);
    if (health.healthy) worldOf(sim).timeline.noteHealthy(region.name, guest);
    return { status: health.healthy ? 200 : 503, body: JSON.stringify(health) };
  };
}

function fstabOf(world: WorldRegion, instanceId: string): Mount[] {
  const volumes = Object.values(world.instances[instanceId]?.volumes ?? {});
  return volumes.flatMap(({ id, mount }) =>
    mount === undefined ? [] : [{ path: mount, volumeId: id, options: ['defaults', 'nofail'] }],
  );
}

function placeImages(sim: Simulator, { ec2 }: Region, world: WorldRegion): void {
  const nowMs = sim.clock.nowMs();
  for (const [id, snapshot] of Object.entries(world.snapshots)) {
    const { volume, sizeGiB, ageSeconds, encrypted, key, fileSystem, description, tags } = snapshot;
    ec2.addSnapshot({
      id,
      volumeId: volume,
      sizeGiB,
      startedAtMs: nowMs - ageSeconds * 1000,
      encrypted,
      fileSystem: fileSystemOf(sim, id, fileSystem),
      tags,
      ...(key !== undefined && { kmsKeyId: key }),
      ...(description !== undefined && { description }),
    });
  }
  for (const [id, { name, ageSeconds, architecture, rootSnapshot, tags }] of Object.entries(world.images)) {
    const createdAtMs = nowMs - ageSeconds * 1000;
    ec2.addImage({ id, name, createdAtMs, architecture, rootSnapshotId: rootSnapshot, tags });
  }
  for (const name of world.instanceProfiles) ec2.addInstanceProfile(name);
  for (const [name, template] of Object.entries(world.launchTemplates)) {
    const { id, image, type, securityGroups, profile, userData, instanceTags, tags } = template;
    const version = {
      securityGroupIds: securityGroups,
      instanceTags,
      ...(image !== undefined && { imageId: image }),
      ...(type !== undefined && { instanceType: type }),
      ...(profile !== undefined && { instanceProfileArn: ec2.instanceProfileArn(profile) }),
      ...(userData !== undefined && { userData: Buffer.from(userData).toString('base64') }),
    };
    ec2.addLaunchTemplate({ id, name, versions: [version], tags });
  }
}

function placeInstances(sim: Simulator, { name: regionName, ec2 }: Region, world: WorldRegion): void {
  const nowMs = sim.clock.nowMs();
  const devices = new Map<string, { readonly instanceId: string; readonly device: string }>();
  for (const [id, instance] of Object.entries(world.instances)) {
    const { image, type, subnet, state, ageSeconds, securityGroups, profile, userData, volumes, tags } =
      instance;
    for (const [device, volume] of Object.entries(volumes))
      devices.set(volume.id, { instanceId: id, device });
    ec2.addInstance({
      id,
      imageId: image,
      instanceType: type,
      subnetId: subnet,
      state,
      launchedAtMs: nowMs - ageSeconds * 1000,
      securityGroupIds: securityGroups,
      tags,
      ...(profile !== undefined && { instanceProfile: profile }),
      ...(userData !== undefined && { userData }),
    });
  }
  for (const [id, volume] of Object.entries(world.volumes)) {
    const { zone, sizeGiB, type, snapshot, encrypted, key, fileSystem, ageSeconds, tags } = volume;
    const attach = devices.get(id);
    ec2.addVolume({
      id,
      zone: regionName + zone,
      sizeGiB,
      volumeType: type,
      encrypted,
      fileSystem: fileSystemOf(sim, id, fileSystem),
      createdAtMs: nowMs - ageSeconds * 1000,
      tags,
      ...(key !== undefined && { kmsKeyId: key }),
      ...(snapshot !== undefined && { snapshotId: snapshot }),
      ...(attach !== undefined && { attach }),
    });
  }
}

function fileSystemOf(
  sim: Simulator,
  id: string,
  { type, uuid }: { readonly type: FileSystem['type']; readonly uuid?: string },
): FileSystem {
  return { type, uuid: uuid ?? sim.draws.uuid('world.fileSystem', id) };
}
