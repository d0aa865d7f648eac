import type {
  DeregisterImageRequest,
  DeregisterImageResult,
  DescribeImagesRequest,
  DescribeImagesResult,
  Image as ImageShape,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../errors.ts';
import type { Operations } from '../service.ts';
import type { Ec2 } from './ec2.ts';
import { allowMembers, endDryRun, tagsIfAny } from './inputs.ts';
import { findOne, kinds } from './kinds.ts';
import { refuseForeign } from './owners.ts';
import { type Selection, select } from './select.ts';
import type { BlockDeviceSpec, Image } from './state.ts';

/** DescribeImages and DeregisterImage. */
export function imageOperations(ec2: Ec2): Operations {
  const selection = imageSelection(ec2);
  return {
    DescribeImages: (input: DescribeImagesRequest): DescribeImagesResult => {
      allowMembers('DescribeImages', input, 'ImageIds Owners Filters MaxResults NextToken IncludeDeprecated');
      const own = refuseForeign(ec2, 'DescribeImages', input.Owners, input.ImageIds, input.Filters);
      const registered = new Map(
        own ? [...ec2.images].filter(([, image]) => image.state !== 'deregistered') : [],
      );
      const { found, NextToken } = select(
        registered,
        selection,
        { ...input, ids: input.ImageIds },
        ec2.nowMs,
      );
      endDryRun(input);
      return { Images: found.map((image) => viewImage(ec2, image)), NextToken };
    },
    DeregisterImage: (input: DeregisterImageRequest) => deregisterImage(ec2, input),
  };
}

function imageSelection(ec2: Ec2): Selection<Image> {
  return {
    kind: kinds.image,
    minResults: 1,
    maxResults: 1000,
    filters: {
      operation: 'DescribeImages',
      values: {
        architecture: ({ architecture }) => architecture,
        'block-device-mapping.device-name': (image) => devicesOf(image).map(({ deviceName }) => deviceName),
        'block-device-mapping.snapshot-id': (image) => devicesOf(image).map(({ snapshotId }) => snapshotId),
        'creation-date': ({ createdAtMs }) => new Date(createdAtMs).toISOString(),
        description: ({ description }) => description,
        'image-id': ({ id }) => id,
        'image-type': () => 'machine',
        'is-public': () => false,
        name: ({ name }) => name,
        'owner-id': () => ec2.sim.accountId,
        'root-device-name': ({ rootDeviceName }) => rootDeviceName,
        'root-device-type': () => 'ebs',
        state: ({ state }) => state,
        'virtualization-type': () => 'hvm',
      },
      unmodelled: `block-device-mapping.delete-on-termination block-device-mapping.volume-size
        block-device-mapping.volume-type block-device-mapping.encrypted boot-mode ena-support free-tier-eligible
        hypervisor image-allowed kernel-id manifest-location owner-alias platform product-code product-code.type
        public-ssm-parameter-name ramdisk-id source-image-id source-image-region source-instance-id
        state-reason-code state-reason-message sriov-net-support`,
    },
  };
}

/** Its snapshots stay (EC2 API Reference, DeregisterImage), and so do the instances that were launched from it. */
function deregisterImage(ec2: Ec2, input: DeregisterImageRequest): DeregisterImageResult {
  allowMembers('DeregisterImage', input, 'ImageId');
  const image = findOne(kinds.image, ec2.images, input.ImageId, ec2.nowMs);
  if (image.state === 'deregistered') {
    throw new AwsError('InvalidAMIID.Unavailable', `The image id '[${image.id}]' is no longer available`);
  }
  endDryRun(input);
  image.state = 'deregistered';
  return { Return: true };
}

function devicesOf(image: Image): BlockDeviceSpec[] {
  const root = {
    deviceName: image.rootDeviceName,
    snapshotId: image.rootSnapshotId,
    deleteOnTermination: true,
  };
  return [root, ...(image.dataDevices ?? [])];
}

function viewImage(ec2: Ec2, image: Image): ImageShape {
  return {
    ImageId: image.id,
    Name: image.name,
    Description: image.description,
    CreationDate: new Date(image.createdAtMs).toISOString(),
    State: image.state,
    Architecture: image.architecture,
    OwnerId: ec2.sim.accountId,
    Public: false,
    ImageType: 'machine',
    ImageLocation: `${ec2.sim.accountId}/${image.name}`,
    RootDeviceName: image.rootDeviceName,
    RootDeviceType: 'ebs',
    VirtualizationType: 'hvm',
    Hypervisor: 'xen',
    EnaSupport: true,
    BlockDeviceMappings: devicesOf(image).map((device) => viewDevice(ec2, device)),
    ...tagsIfAny(image.tags),
  };
}

function viewDevice(
  ec2: Ec2,
  device: BlockDeviceSpec,
): NonNullable<ImageShape['BlockDeviceMappings']>[number] {
  const snapshot = device.snapshotId === undefined ? undefined : ec2.snapshots.get(device.snapshotId);
  return {
    DeviceName: device.deviceName,
    Ebs: {
      SnapshotId: device.snapshotId,
      VolumeSize: device.sizeGiB ?? snapshot?.sizeGiB,
      VolumeType: (device.volumeType ?? 'gp3') as 'gp3',
      DeleteOnTermination: device.deleteOnTermination ?? false,
      Encrypted: device.encrypted ?? snapshot?.encrypted ?? false,
    },
  };
}
