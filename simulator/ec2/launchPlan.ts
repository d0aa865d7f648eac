import type { BlockDeviceMapping, RunInstancesRequest } from '@aws-sdk/client-ec2';
import { AwsError, NotSimulated } from '../errors.ts';
import type { Ec2 } from './ec2.ts';
import { allowMembers, invalid, readTagSpecifications } from './inputs.ts';
import { findInstanceType, type InstanceTypeFacts } from './instanceTypes.ts';
import { findAll, findOne, kinds, missingParameter } from './kinds.ts';
import { type ResolvedVersion, resolveVersion } from './launchTemplates.ts';
import type { BlockDeviceSpec, Image, LaunchTemplateVersion, Subnet, Tags } from './state.ts';

/** What a launch will make, once the request, its template and its image have been put together and checked. */
export interface LaunchPlan {
  readonly image: Image;
  readonly type: InstanceTypeFacts;
  readonly subnet: Subnet;
  readonly securityGroupIds: string[];
  readonly instanceProfileArn?: string;
  readonly keyName?: string;
  readonly userData?: string;
  readonly disableApiTermination: boolean;
  readonly instanceTags: Tags;
  readonly volumeTags: Tags;
  readonly devices: readonly BlockDeviceSpec[];
}

const modelledMembers =
  'BlockDeviceMappings ImageId InstanceType KeyName MaxCount MinCount Placement SecurityGroupIds SubnetId UserData ' +
  'TagSpecifications LaunchTemplate DisableApiTermination ClientToken IamInstanceProfile';

/** What a launch can tag; a spot request or an elastic GPU is not modelled. */
const taggable = ['instance', 'volume', 'network-interface'];

/**
 * Puts a launch together: a parameter of the request overrides the template's (EC2 API Reference, RunInstances,
 * LaunchTemplate), tags of both are joined key by key, and block devices of the image are overridden device by device.
 * @throws AwsError as RunInstances documents for unknown, unavailable and mismatched parts
 */
export function planLaunch(ec2: Ec2, input: RunInstancesRequest): LaunchPlan {
  allowMembers('RunInstances', input, modelledMembers);
  const resolved = input.LaunchTemplate && resolveVersion(ec2, input.LaunchTemplate);
  const template: LaunchTemplateVersion = resolved?.version ?? {};
  const image = launchableImage(ec2, input.ImageId ?? template.imageId);
  const type = launchableType(input.InstanceType ?? template.instanceType, image);
  const subnet = chooseSubnet(ec2, input);
  const tags = readTagSpecifications(input.TagSpecifications, taggable);
  const instanceProfileArn = readProfile(ec2, input) ?? template.instanceProfileArn;
  const keyName = input.KeyName ?? template.keyName;
  if (keyName !== undefined && !ec2.keyPairs.has(keyName)) {
    throw new AwsError('InvalidKeyPair.NotFound', `The key pair '${keyName}' does not exist`);
  }
  // An empty string says nothing on the wire, so that it cannot take a template's user data away.
  const userData = readUserData(input.UserData) ?? template.userData;
  return {
    image,
    type,
    subnet,
    securityGroupIds: chooseGroups(ec2, subnet, input.SecurityGroupIds ?? template.securityGroupIds),
    disableApiTermination: input.DisableApiTermination ?? template.disableApiTermination ?? false,
    instanceTags: { ...template.instanceTags, ...tags['instance'], ...originTags(resolved) },
    volumeTags: { ...template.volumeTags, ...tags['volume'] },
    devices: mergeDevices(
      ec2,
      image,
      template.blockDevices ?? [],
      (input.BlockDeviceMappings ?? []).map(readMapping),
    ),
    ...(instanceProfileArn && { instanceProfileArn }),
    ...(keyName && { keyName }),
    ...(userData && { userData }),
  };
}

const userDataBytesMax = 16 * 1024;

function readUserData(encoded: string | undefined): string | undefined {
  if (!encoded) return undefined;
  const decoded = Buffer.from(encoded, 'base64');
  if (decoded.toString('base64').replace(/=+$/, '') !== encoded.replace(/=+$/, '')) {
    throw invalid('Invalid BASE64 encoding of user data.');
  }
  if (decoded.length > userDataBytesMax) throw invalid(`User data is limited to ${userDataBytesMax} bytes`);
  return encoded;
}

/** The zone that a request names by its subnet or its placement, if it names one: the scope of its client token. */
export function namedZone(ec2: Ec2, input: RunInstancesRequest): string | undefined {
  const subnet = input.SubnetId === undefined ? undefined : ec2.subnets.get(input.SubnetId);
  return subnet?.zone ?? input.Placement?.AvailabilityZone;
}

/**
 * What EC2 itself puts on an instance of a template, and nobody can take away (EC2 User Guide, "Launch EC2 instances using a
 * launch template").
 */
function originTags(resolved: ResolvedVersion | undefined): Tags {
  if (!resolved) return {};
  const { template, number } = resolved;
  return { 'aws:ec2launchtemplate:id': template.id, 'aws:ec2launchtemplate:version': String(number) };
}

function launchableImage(ec2: Ec2, id: string | undefined): Image {
  if (!id) throw missingParameter('ImageId');
  const image = findOne(kinds.image, ec2.images, id, ec2.nowMs);
  switch (image.state) {
    case 'available':
      return image;
    case 'deregistered':
      throw new AwsError(kinds.image.notFoundCode, kinds.image.notFoundMessage([id]));
    case 'pending':
    case 'failed':
      throw new AwsError('InvalidAMIID.Unavailable', `The image ID '${id}' is in the '${image.state}' state`);
    default:
      throw new Error(`unknown image state ${image.state satisfies never}`);
  }
}

/** Without a type EC2 launches an m1.small, which no 64-bit image of today runs on. */
function launchableType(name: string | undefined, image: Image): InstanceTypeFacts {
  if (!name) throw new NotSimulated('ec2:RunInstances without an instance type');
  const type = findInstanceType(name);
  if (!type) throw invalid(`Invalid value '${name}' for InstanceType.`);
  if (type.architecture !== image.architecture) {
    throw invalid(
      `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.`,
    );
  }
  return type;
}

function chooseSubnet(ec2: Ec2, input: RunInstancesRequest): Subnet {
  const { AvailabilityZone: zone, ...placement } = input.Placement ?? {};
  allowMembers('RunInstances Placement', placement, '');
  if (zone !== undefined && !ec2.zones.includes(zone)) throw invalid(`Invalid availability zone: [${zone}]`);
  if (input.SubnetId) {
    const subnet = findOne(kinds.subnet, ec2.subnets, input.SubnetId, ec2.nowMs);
    if (zone !== undefined && zone !== subnet.zone) {
      throw new AwsError(
        'InvalidParameterCombination',
        `The parameter availabilityZone cannot be ${zone} for subnet ${subnet.id} in ${subnet.zone}`,
      );
    }
    return subnet;
  }
  const defaults = [...ec2.subnets.values()].filter(
    (subnet) => subnet.defaultForZone && subnet.zone === (zone ?? subnet.zone),
  );
  if (defaults.length === 0) {
    const vpc = [...ec2.vpcs.values()].find(({ isDefault }) => isDefault);
    if (!vpc) throw new AwsError('VPCIdNotSpecified', 'No default VPC for this user');
    throw new AwsError(
      'MissingInput',
      `No subnets found for the default VPC '${vpc.id}'. Please specify a subnet.`,
    );
  }
  const lot = ec2.sim.draws.unit('ec2.zoneChosenByEc2', input.ClientToken ?? ec2.region);
  return defaults[Math.floor(lot * defaults.length)]!;
}

function chooseGroups(ec2: Ec2, subnet: Subnet, ids: readonly string[] | undefined): string[] {
  if (!ids || ids.length === 0) {
    const own = [...ec2.securityGroups.values()].find(
      ({ vpcId, name }) => vpcId === subnet.vpcId && name === 'default',
    );
    return own ? [own.id] : [];
  }
  for (const group of findAll(kinds.securityGroup, ec2.securityGroups, ids, ec2.nowMs)) {
    if (group.vpcId !== subnet.vpcId) {
      throw new AwsError(
        'InvalidParameter',
        `Security group ${group.id} and subnet ${subnet.id} belong to different networks.`,
      );
    }
  }
  return [...ids];
}

function readProfile(ec2: Ec2, input: RunInstancesRequest): string | undefined {
  if (!input.IamInstanceProfile) return undefined;
  const { Arn: arn, Name: name } = input.IamInstanceProfile;
  if (arn !== undefined && name !== undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      'The parameter arn cannot be used with the parameter name',
    );
  }
  const found = arn ?? ec2.instanceProfileArn(name ?? '');
  if (ec2.instanceProfiles.has(found)) return found;
  const [parameter, kind] = arn === undefined ? ['name', 'name'] : ['arn', 'ARN'];
  throw invalid(
    `Value (${arn ?? name}) for parameter iamInstanceProfile.${parameter} is invalid. Invalid IAM Instance Profile ${kind}`,
  );
}

function readMapping(mapping: BlockDeviceMapping): BlockDeviceSpec {
  allowMembers('RunInstances BlockDeviceMappings', mapping, 'DeviceName Ebs NoDevice');
  const { DeviceName: deviceName, Ebs: ebs, NoDevice: noDevice } = mapping;
  if (!deviceName) throw missingParameter('deviceName');
  if (noDevice !== undefined) return { deviceName, noDevice: true };
  allowMembers(
    'RunInstances Ebs',
    ebs ?? {},
    'SnapshotId VolumeSize VolumeType Encrypted KmsKeyId DeleteOnTermination',
  );
  return {
    deviceName,
    ...(ebs?.SnapshotId !== undefined && { snapshotId: ebs.SnapshotId }),
    ...(ebs?.VolumeSize !== undefined && { sizeGiB: ebs.VolumeSize }),
    ...(ebs?.VolumeType !== undefined && { volumeType: ebs.VolumeType }),
    ...(ebs?.Encrypted !== undefined && { encrypted: ebs.Encrypted }),
    ...(ebs?.KmsKeyId !== undefined && { kmsKeyId: ebs.KmsKeyId }),
    ...(ebs?.DeleteOnTermination !== undefined && { deleteOnTermination: ebs.DeleteOnTermination }),
  };
}

/** Later mappings override earlier ones member by member; the root volume dies with its instance unless told otherwise. */
function mergeDevices(
  ec2: Ec2,
  image: Image,
  ...overrides: (readonly BlockDeviceSpec[])[]
): BlockDeviceSpec[] {
  const root = {
    deviceName: image.rootDeviceName,
    snapshotId: image.rootSnapshotId,
    deleteOnTermination: true,
  };
  const merged = new Map<string, BlockDeviceSpec>();
  for (const device of [root, ...(image.dataDevices ?? []), ...overrides.flat()]) {
    merged.set(device.deviceName, { ...merged.get(device.deviceName), ...device });
  }
  const devices = [...merged.values()].filter(({ noDevice }) => !noDevice);
  for (const { snapshotId, sizeGiB, deviceName } of devices) {
    if (snapshotId !== undefined) findOne(kinds.snapshot, ec2.snapshots, snapshotId, ec2.nowMs);
    else if (sizeGiB === undefined) throw missingParameter(`ebs.size of ${deviceName}`);
  }
  return devices;
}
