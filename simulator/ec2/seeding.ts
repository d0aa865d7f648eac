import { freeAddress } from './addresses.ts';
import type { Ec2 } from './ec2.ts';
import { findInstanceType } from './instanceTypes.ts';
import { isWellFormed, type Kind, kinds } from './kinds.ts';
import { userInitiated } from './lifecycle.ts';
import { seedDefaultNetwork } from './seedNetwork.ts';
import type { ImageSeed, InstanceSeed, LaunchTemplateSeed, SnapshotSeed, VolumeSeed } from './seeds.ts';
import type { FileSystem, Image, Instance, LaunchTemplate, Snapshot, Subnet, Tags, Volume } from './state.ts';

const ageless = Number.NEGATIVE_INFINITY;
const unformatted: FileSystem = { type: 'none', uuid: '' };

/** Which id a seed gets. A malformed one is a mistake of the world: EC2 would refuse it in every request. */
export function seedId(
  ec2: Ec2,
  kind: Kind,
  seed: { readonly id?: string; readonly tags?: Tags },
  subject = '',
): string {
  if (seed.id === undefined)
    return ec2.sim.draws.id(kind.prefix, `${ec2.region}/${seed.tags?.['Name'] ?? subject}`);
  if (kind.malformedCode && !isWellFormed(kind, seed.id)) {
    throw new Error(`'${seed.id}' is no id of EC2: it takes ${kind.prefix} and 8 or 17 hexadecimal digits`);
  }
  return seed.id;
}

export function seedSnapshot(ec2: Ec2, seed: SnapshotSeed): Snapshot {
  const id = seedId(ec2, kinds.snapshot, seed, seed.description);
  const snapshot: Snapshot = {
    id,
    volumeId: seed.volumeId ?? 'vol-ffffffff',
    sizeGiB: seed.sizeGiB ?? 8,
    startedAtMs: seed.startedAtMs ?? ec2.nowMs,
    state: seed.state ?? 'completed',
    tags: { ...seed.tags },
    encrypted: seed.encrypted ?? seed.kmsKeyId !== undefined,
    fileSystem: seed.fileSystem ?? { type: 'xfs', uuid: ec2.sim.draws.uuid('fileSystem', id) },
    ...(seed.kmsKeyId && { kmsKeyId: seed.kmsKeyId }),
    ...(seed.description && { description: seed.description }),
  };
  ec2.snapshots.set(id, snapshot);
  return snapshot;
}

export function seedImage(ec2: Ec2, seed: ImageSeed): Image {
  const id = seedId(ec2, kinds.image, seed, seed.name);
  const createdAtMs = seed.createdAtMs ?? ec2.nowMs;
  const key = seed.kmsKeyId === undefined ? {} : { kmsKeyId: seed.kmsKeyId };
  const known = seed.rootSnapshotId === undefined ? undefined : ec2.snapshots.get(seed.rootSnapshotId);
  const given = seed.rootSnapshotId === undefined ? {} : { id: seed.rootSnapshotId };
  const root =
    known ??
    seedSnapshot(ec2, { ...given, ...key, startedAtMs: createdAtMs, description: `Created for ${id}` });
  const image: Image = {
    id,
    name: seed.name ?? seed.tags?.['Name'] ?? id,
    createdAtMs,
    state: seed.state ?? 'available',
    architecture: seed.architecture ?? 'x86_64',
    rootDeviceName: seed.rootDeviceName ?? '/dev/xvda',
    rootSnapshotId: root.id,
    tags: { ...seed.tags },
    ...(seed.dataDevices && { dataDevices: seed.dataDevices }),
    ...(seed.description && { description: seed.description }),
  };
  ec2.images.set(id, image);
  return image;
}

/** An instance with its root volume. Without a subnet it is in the default network, which then comes into being. */
export function seedInstance(ec2: Ec2, seed: InstanceSeed): Instance {
  const subnet = seedPlace(ec2, seed);
  const id = seedId(ec2, kinds.instance, seed);
  const image = seed.imageId === undefined ? undefined : ec2.images.get(seed.imageId);
  const instanceType = seed.instanceType ?? (image?.architecture === 'arm64' ? 'm6g.large' : 'm6i.large');
  const type = findInstanceType(instanceType);
  if (!type) throw new Error(`EC2 has no instance type ${instanceType}`);
  const launchedAtMs = seed.launchedAtMs ?? ec2.nowMs;
  const state = seed.state ?? 'running';
  if (seed.keyName) ec2.keyPairs.add(seed.keyName);
  const instance: Instance = {
    id,
    imageId: seed.imageId ?? ec2.sim.draws.id('ami-', id),
    instanceType,
    architecture: type.architecture,
    rootDeviceName: seed.rootDeviceName ?? image?.rootDeviceName ?? '/dev/xvda',
    reservationId: ec2.sim.draws.id('r-', id),
    launchIndex: 0,
    zone: subnet.zone,
    subnetId: subnet.id,
    vpcId: subnet.vpcId,
    privateIp: seed.privateIp ?? freeAddress(ec2, subnet, id),
    securityGroupIds: [...(seed.securityGroupIds ?? [])],
    tags: { ...seed.tags },
    state,
    launchedAtMs,
    disableApiTermination: seed.disableApiTermination ?? false,
    visibleAtMs: ageless,
    ...(state === 'stopped' && { stateReason: userInitiated, endAskedAtMs: launchedAtMs }),
    ...(state === 'running' && { runningAtMs: launchedAtMs, statusOkAtMs: launchedAtMs }),
    ...(seed.instanceProfile && { instanceProfileArn: ec2.addInstanceProfile(seed.instanceProfile) }),
    ...(seed.keyName && { keyName: seed.keyName }),
    ...(seed.userData && { userData: Buffer.from(seed.userData).toString('base64') }),
  };
  subnet.availableIps -= 1;
  ec2.instances.set(id, instance);
  const root = image && ec2.snapshots.get(image.rootSnapshotId);
  seedVolume(ec2, {
    createdAtMs: launchedAtMs,
    attach: { instanceId: id, device: instance.rootDeviceName, deleteOnTermination: true },
    ...(root && { snapshotId: root.id }),
  });
  ec2.notifyInstanceState(instance, undefined);
  return instance;
}

function seedPlace(ec2: Ec2, seed: InstanceSeed): Subnet {
  if (seed.subnetId !== undefined) {
    const subnet = ec2.subnets.get(seed.subnetId);
    if (!subnet) throw new Error(`the world has no subnet ${seed.subnetId} in ${ec2.region}`);
    return subnet;
  }
  if (![...ec2.vpcs.values()].some(({ isDefault }) => isDefault)) seedDefaultNetwork(ec2);
  const zone = seed.zone ?? ec2.zones[0];
  const subnet = [...ec2.subnets.values()].find((each) => each.defaultForZone && each.zone === zone);
  if (!subnet) throw new Error(`the default network of ${ec2.region} has no subnet in ${zone}`);
  return subnet;
}

export function seedVolume(ec2: Ec2, seed: VolumeSeed): Volume {
  const instance = seed.attach && ec2.instances.get(seed.attach.instanceId);
  if (seed.attach && !instance)
    throw new Error(`the world has no instance ${seed.attach.instanceId} in ${ec2.region}`);
  const zone = instance?.zone ?? seed.zone;
  if (zone === undefined || !ec2.zones.includes(zone))
    throw new Error(`a volume of the world needs a zone of ${ec2.region}`);
  const snapshot = seed.snapshotId === undefined ? undefined : ec2.snapshots.get(seed.snapshotId);
  const createdAtMs = seed.createdAtMs ?? ec2.nowMs;
  const volume: Volume = {
    id: seedId(ec2, kinds.volume, seed, seed.attach && `${seed.attach.instanceId}${seed.attach.device}`),
    zone,
    sizeGiB: seed.sizeGiB ?? snapshot?.sizeGiB ?? 8,
    volumeType: seed.volumeType ?? 'gp3',
    encrypted: seed.encrypted ?? snapshot?.encrypted ?? seed.kmsKeyId !== undefined,
    fileSystem: seed.fileSystem ?? snapshot?.fileSystem ?? unformatted,
    state: 'available',
    tags: { ...seed.tags },
    createdAtMs,
    availableAtMs: createdAtMs,
    visibleAtMs: ageless,
    ...(seed.snapshotId && { snapshotId: seed.snapshotId }),
    ...((seed.kmsKeyId ?? snapshot?.kmsKeyId) && { kmsKeyId: seed.kmsKeyId ?? snapshot!.kmsKeyId! }),
  };
  ec2.volumes.set(volume.id, volume);
  if (instance && seed.attach) attachSeed(ec2, volume, instance, seed.attach);
  return volume;
}

function attachSeed(
  ec2: Ec2,
  volume: Volume,
  instance: Instance,
  attach: NonNullable<VolumeSeed['attach']>,
): void {
  const attachment = ec2.attachments.hang(volume, instance, attach.device, {
    state: 'attached',
    deleteOnTermination: attach.deleteOnTermination ?? false,
    instanceViewAtMs: ageless,
  });
  if (instance.state === 'running' && !ec2.isRoot(attachment)) ec2.nvme.plug(instance.id, volume.id);
  ec2.notifyAttachment(volume, attachment);
}

export function seedLaunchTemplate(ec2: Ec2, seed: LaunchTemplateSeed): LaunchTemplate {
  const template: LaunchTemplate = {
    id: seedId(ec2, kinds.launchTemplate, seed, seed.name),
    name: seed.name,
    versions: seed.versions,
    defaultVersion: seed.defaultVersion ?? 1,
    createdAtMs: seed.createdAtMs ?? ec2.nowMs,
    tags: { ...seed.tags },
  };
  for (const { instanceProfileArn, keyName } of seed.versions) {
    if (instanceProfileArn) ec2.addInstanceProfile(instanceProfileArn);
    if (keyName) ec2.keyPairs.add(keyName);
  }
  ec2.launchTemplates.set(template.id, template);
  return template;
}
