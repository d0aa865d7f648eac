import type {
  AttachVolumeCommandInput,
  CreateVolumeCommandInput,
  ModifyInstanceAttributeCommandInput,
  RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { resolveVersion } from '../../ec2/launchTemplates.ts';
import type { BlockDeviceSpec, LaunchTemplateVersion } from '../../ec2/state.ts';
import { NotSimulated } from '../../errors.ts';
import {
  type ActionTable,
  type Check,
  listed,
  type Place,
  refuseMembers,
  withoutResource,
} from '../check.ts';
import { keysForDisks } from './kms.ts';

type Tags = Readonly<Record<string, string>>;
interface OfInstances {
  readonly InstanceIds?: readonly string[] | undefined;
}

/** Actions, resources and condition keys of Amazon EC2 (Service Authorization Reference, Amazon EC2). */
export const ec2Actions: ActionTable = {
  ...withoutResource('ec2', [
    'DescribeAvailabilityZones',
    'DescribeImages',
    'DescribeInstances',
    'DescribeInstanceTypeOfferings',
    'DescribeInstanceTypes',
    'DescribeLaunchTemplateVersions',
    'DescribeRouteTables',
    'DescribeSecurityGroups',
    'DescribeSnapshots',
    'DescribeSubnets',
    'DescribeTags',
    'DescribeVolumes',
  ]),
  StartInstances: (input: OfInstances, place) => [
    ...onInstances('ec2:StartInstances', input, place),
    // Its volumes are decrypted anew (EBS User Guide, How EBS encryption works).
    ...keysForDisks(attachedTo(input.InstanceIds ?? [], place), place),
  ],
  StopInstances: (input: OfInstances, place) => onInstances('ec2:StopInstances', input, place),
  TerminateInstances: (input: OfInstances, place) => onInstances('ec2:TerminateInstances', input, place),
  ModifyInstanceAttribute: (input: ModifyInstanceAttributeCommandInput, place) => {
    refuseMembers('ec2:ModifyInstanceAttribute', input, ['BlockDeviceMappings', 'Groups']);
    return [instance('ec2:ModifyInstanceAttribute', input.InstanceId ?? '', place)];
  },
  AttachVolume: (input: AttachVolumeCommandInput, place) => {
    const found = place.region.ec2.volumes.get(input.VolumeId ?? '');
    return [
      volume('ec2:AttachVolume', input.VolumeId ?? '', place),
      instance('ec2:AttachVolume', input.InstanceId ?? '', place),
      ...keysForDisks([found], place),
    ];
  },
  DeleteVolume: (input: { readonly VolumeId?: string }, place) => [
    volume('ec2:DeleteVolume', input.VolumeId ?? '', place),
  ],
  CreateVolume: createVolume,
  RunInstances: runInstances,
};

function onInstances(action: string, { InstanceIds = [] }: OfInstances, place: Place): readonly Check[] {
  return InstanceIds.map((id) => instance(action, id, place));
}

function instance(action: string, id: string, place: Place): Check {
  const tags = place.region.ec2.instances.get(id)?.tags;
  return tagged(action, place.arn('ec2', `instance/${id}`), tags);
}

function volume(action: string, id: string, place: Place): Check {
  const tags = place.region.ec2.volumes.get(id)?.tags;
  return tagged(action, place.arn('ec2', `volume/${id}`), tags);
}

function tagged(action: string, resource: string, tags: Tags | undefined): Check {
  const about = { action, resource, tagPrefixes: ['ec2:ResourceTag/'] };
  return { ...about, resourceTags: tags ?? {}, isAbsent: tags === undefined };
}

/** Images and snapshots belong to nobody in their ARN, since they may be another account's. */
function unowned(action: string, kind: 'image' | 'snapshot', id: string, { region }: Place): Check {
  const tags = kind === 'image' ? region.ec2.images.get(id)?.tags : region.ec2.snapshots.get(id)?.tags;
  return tagged(action, `arn:aws:ec2:${region.name}::${kind}/${id}`, tags);
}

function attachedTo(ids: readonly string[], { region }: Place) {
  return [...region.ec2.volumes.values()].filter(({ attachment }) =>
    ids.includes(attachment?.instanceId ?? ''),
  );
}

/** Tagging something while it is created is a permission of its own (EC2 User Guide, Grant permission to tag on creation). */
function taggingOf(made: Readonly<Record<string, Tags>>, creator: string, place: Place): readonly Check[] {
  return Object.entries(made)
    .filter(([, tags]) => Object.keys(tags).length > 0)
    .map(([kind, requestTags]) => ({
      action: 'ec2:CreateTags',
      resource: place.arn('ec2', `${kind}/*`),
      resourceTags: {},
      requestTags,
      keys: { 'ec2:createaction': [creator] },
    }));
}

function tagsOf(
  specifications: RunInstancesCommandInput['TagSpecifications'],
): Readonly<Record<string, Tags>> {
  return Object.fromEntries(
    (specifications ?? []).map(({ ResourceType = '', Tags }) => [ResourceType, listed(Tags)]),
  );
}

function createVolume(input: CreateVolumeCommandInput, place: Place): readonly Check[] {
  const { SnapshotId: snapshotId, KmsKeyId } = input;
  refuseMembers('ec2:CreateVolume', input, ['SourceVolumeId']);
  const given = tagsOf(input.TagSpecifications);
  const key = KmsKeyId ?? place.region.ec2.snapshots.get(snapshotId ?? '')?.kmsKeyId;
  return [
    {
      action: 'ec2:CreateVolume',
      resource: place.arn('ec2', 'volume/*'),
      requestTags: given['volume'] ?? {},
    },
    ...(snapshotId === undefined ? [] : [unowned('ec2:CreateVolume', 'snapshot', snapshotId, place)]),
    ...taggingOf(given, 'CreateVolume', place),
    ...keysForDisks([key === undefined ? undefined : { kmsKeyId: key }], place),
  ];
}

/**
 * Each kind of resource that a launch makes or uses is a question of its own; a template's part of the launch counts as the
 * request's (EC2 User Guide, Example policies to work with the AWS CLI: launch instances).
 * @throws AwsError where the template is not there
 */
function runInstances(input: RunInstancesCommandInput, place: Place): readonly Check[] {
  const { ec2 } = place.region;
  const found = input.LaunchTemplate && resolveVersion(ec2, input.LaunchTemplate);
  const template: LaunchTemplateVersion = found?.version ?? {};
  const action = 'ec2:RunInstances';
  const of = (kind: string, id: string, tags: Tags | undefined): Check =>
    tagged(action, place.arn('ec2', `${kind}/${id}`), tags);
  const given = tagsOf(input.TagSpecifications);
  const made = {
    instance: { ...template.instanceTags, ...given['instance'] },
    volume: { ...template.volumeTags, ...given['volume'] },
    'network-interface': { ...template.networkInterfaceTags, ...given['network-interface'] },
  };
  const subnet = ec2.subnets.get(input.SubnetId ?? '');
  if (input.SubnetId === undefined)
    throw new NotSimulated('the permissions for ec2:RunInstances without a subnet');
  const ownGroup = [...ec2.securityGroups.values()].find(
    ({ vpcId, name }) => vpcId === subnet?.vpcId && name === 'default',
  );
  const groups = input.SecurityGroupIds ?? template.securityGroupIds ?? (ownGroup ? [ownGroup.id] : []);
  const imageId = input.ImageId ?? template.imageId ?? '';
  const keyName = input.KeyName ?? template.keyName;
  const devices = devicesOf(input, template, imageId, place);
  return [
    ...Object.entries(made).map(([kind, requestTags]) => ({
      action,
      resource: place.arn('ec2', `${kind}/*`),
      requestTags,
    })),
    unowned(action, 'image', imageId, place),
    of('subnet', input.SubnetId, subnet?.tags),
    ...groups.map((id) => of('security-group', id, ec2.securityGroups.get(id)?.tags)),
    ...(keyName === undefined ? [] : [of('key-pair', keyName, {})]),
    ...(found ? [of('launch-template', found.template.id, found.template.tags)] : []),
    ...devices.named.map((id) => unowned(action, 'snapshot', id, place)),
    ...taggingOf(made, 'RunInstances', place),
    ...passRole(profileOf(input, template, place), place),
    ...keysForDisks(devices.disks, place),
  ];
}

function profileOf(
  { IamInstanceProfile: asked }: RunInstancesCommandInput,
  template: LaunchTemplateVersion,
  { region }: Place,
): string | undefined {
  if (asked?.Name !== undefined) return region.ec2.instanceProfileArn(asked.Name);
  return asked?.Arn ?? template.instanceProfileArn;
}

/** The role in an instance profile is handed to EC2; here each profile has a role of its name. */
function passRole(profileArn: string | undefined, { sim }: Place): readonly Check[] {
  if (profileArn === undefined) return [];
  const name = profileArn.slice(profileArn.lastIndexOf('/') + 1);
  return [
    {
      action: 'iam:PassRole',
      resource: `arn:aws:iam::${sim.accountId}:role/${name}`,
      keys: { 'iam:passedtoservice': ['ec2.amazonaws.com'] },
    },
  ];
}

/** The snapshots that the request or its template names, and every disk with the key that it will have. */
function devicesOf(
  { BlockDeviceMappings = [] }: RunInstancesCommandInput,
  { blockDevices = [] }: LaunchTemplateVersion,
  imageId: string,
  { region: { ec2 } }: Place,
) {
  const image = ec2.images.get(imageId);
  const asked: readonly Partial<BlockDeviceSpec>[] = [
    ...BlockDeviceMappings.map(({ Ebs: { SnapshotId, KmsKeyId } = {} }) => ({
      ...(SnapshotId && { snapshotId: SnapshotId }),
      ...(KmsKeyId && { kmsKeyId: KmsKeyId }),
    })),
    ...blockDevices,
  ];
  const rooted = image ? [{ snapshotId: image.rootSnapshotId }] : [];
  const all = [...asked, ...rooted, ...(image?.dataDevices ?? [])];
  return {
    named: asked.flatMap(({ snapshotId }) => snapshotId ?? []),
    disks: all.map((device: Partial<BlockDeviceSpec>) => ({
      kmsKeyId: device.kmsKeyId ?? ec2.snapshots.get(device.snapshotId ?? '')?.kmsKeyId,
    })),
  };
}
