import {
  type _InstanceType,
  AttachVolumeCommand,
  CreateLaunchTemplateCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  RegisterImageCommand,
  type ResourceType,
  RunInstancesCommand,
  StopInstancesCommand,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
} from '@aws-sdk/client-iam';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import type { WorldRegion } from '../../../../simulator/world/schema.ts';
import { aged, type PeerAccount, tagList } from './account.ts';

/** Images, disks and instances of a Region. What it is out of, and its quotas, are nothing that moto knows. */
export async function seedServers(account: PeerAccount, region: string, world: WorldRegion): Promise<void> {
  await seedImages(account, region, world);
  await seedTemplates(account, region, world);
  await seedInstances(account, region, world);
}

/** Instance profiles are the account's own, not a Region's. */
export async function seedProfiles(account: PeerAccount, regions: readonly WorldRegion[]): Promise<void> {
  const { iam } = account.in('us-east-1');
  for (const name of new Set(regions.flatMap(({ instanceProfiles }) => instanceProfiles))) {
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [] });
    await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }));
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name }));
  }
}

async function seedImages(account: PeerAccount, region: string, world: WorldRegion): Promise<void> {
  const { ec2, kms } = account.in(region);
  const zone = `${region}a`;
  const keys = new Map<string, string>();
  for (const [id, snapshot] of Object.entries(world.snapshots)) {
    const { sizeGiB, ageSeconds, encrypted, key, description, tags } = snapshot;
    if (key !== undefined && !keys.has(key)) {
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
      keys.set(key, account.name(key, KeyMetadata?.KeyId));
    }
    const KmsKeyId = key === undefined ? undefined : keys.get(key);
    const { VolumeId } = await ec2.send(
      new CreateVolumeCommand({
        AvailabilityZone: zone,
        Size: sizeGiB,
        Encrypted: encrypted,
        ...(KmsKeyId !== undefined && { KmsKeyId }),
      }),
    );
    const { SnapshotId } = await ec2.send(
      aged(
        ageSeconds,
        new CreateSnapshotCommand({
          VolumeId,
          TagSpecifications: tagged('snapshot', tags),
          ...(description !== undefined && { Description: description }),
        }),
      ),
    );
    account.name(id, SnapshotId);
    await ec2.send(new DeleteVolumeCommand({ VolumeId }));
  }
  for (const [id, { name, ageSeconds, architecture, rootSnapshot, tags }] of Object.entries(world.images)) {
    const { ImageId } = await ec2.send(
      aged(
        ageSeconds,
        new RegisterImageCommand({
          Name: name,
          Architecture: architecture,
          RootDeviceName: '/dev/xvda',
          VirtualizationType: 'hvm',
          BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: account.id(rootSnapshot) } }],
        }),
      ),
    );
    const Resources = [account.name(id, ImageId)];
    if (Object.keys(tags).length > 0)
      await ec2.send(new CreateTagsCommand({ Resources, Tags: tagList(tags) }));
  }
}

async function seedTemplates(account: PeerAccount, region: string, world: WorldRegion): Promise<void> {
  const { ec2 } = account.in(region);
  for (const [name, template] of Object.entries(world.launchTemplates)) {
    const { id, image, type, securityGroups, profile, userData, instanceTags, tags } = template;
    const { LaunchTemplate } = await ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: name,
        TagSpecifications: tagged('launch-template', tags),
        LaunchTemplateData: {
          SecurityGroupIds: account.ids(securityGroups),
          TagSpecifications: [{ ResourceType: 'instance', Tags: tagList(instanceTags) }],
          ...(image !== undefined && { ImageId: account.id(image) }),
          ...(type !== undefined && { InstanceType: type as _InstanceType }),
          ...(profile !== undefined && { IamInstanceProfile: { Name: profile } }),
          ...(userData !== undefined && { UserData: Buffer.from(userData).toString('base64') }),
        },
      }),
    );
    account.name(id, LaunchTemplate?.LaunchTemplateId);
  }
}

async function seedInstances(account: PeerAccount, region: string, world: WorldRegion): Promise<void> {
  const { ec2 } = account.in(region);
  for (const [id, { zone, sizeGiB, type, encrypted, ageSeconds, tags }] of Object.entries(world.volumes)) {
    const { VolumeId } = await ec2.send(
      aged(
        ageSeconds,
        new CreateVolumeCommand({
          AvailabilityZone: region + zone,
          Size: sizeGiB,
          VolumeType: type as 'gp3',
          Encrypted: encrypted,
          TagSpecifications: tagged('volume', tags),
        }),
      ),
    );
    account.name(id, VolumeId);
  }
  for (const [id, instance] of Object.entries(world.instances)) {
    const { image, type, subnet, state, ageSeconds, securityGroups, profile, userData, volumes, tags } =
      instance;
    const { Instances } = await ec2.send(
      aged(
        ageSeconds,
        new RunInstancesCommand({
          MinCount: 1,
          MaxCount: 1,
          ImageId: account.id(image),
          InstanceType: type as _InstanceType,
          SubnetId: account.id(subnet),
          SecurityGroupIds: account.ids(securityGroups),
          TagSpecifications: tagged('instance', tags),
          ...(profile !== undefined && { IamInstanceProfile: { Name: profile } }),
          ...(userData !== undefined && { UserData: Buffer.from(userData).toString('base64') }),
        }),
      ),
    );
    const InstanceId = account.name(id, Instances?.[0]?.InstanceId);
    for (const [Device, volume] of Object.entries(volumes))
      await ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId: account.id(volume.id), Device }));
    if (state === 'stopped') await ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
  }
}

function tagged(ResourceType: ResourceType, tags: Readonly<Record<string, string>>): TagSpecification[] {
  return Object.keys(tags).length === 0 ? [] : [{ ResourceType, Tags: tagList(tags) }];
}
