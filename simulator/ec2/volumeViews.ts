import type { VolumeAttachment as VolumeAttachmentShape, Volume as VolumeShape } from '@aws-sdk/client-ec2';
import type { Ec2 } from './ec2.ts';
import { tagsIfAny } from './inputs.ts';
import type { Attachment, Volume } from './state.ts';

/** A volume as `DescribeVolumes` and `CreateVolume` show it. */
export function viewVolume(ec2: Ec2, volume: Volume): VolumeShape {
  return {
    VolumeId: volume.id,
    AvailabilityZone: volume.zone,
    Size: volume.sizeGiB,
    VolumeType: volume.volumeType as NonNullable<VolumeShape['VolumeType']>,
    SnapshotId: volume.snapshotId ?? '',
    Encrypted: volume.encrypted,
    KmsKeyId: ec2.diskKeyArn(volume),
    ...performanceOf(volume),
    State: volume.state,
    CreateTime: new Date(volume.createdAtMs),
    MultiAttachEnabled: false,
    ...tagsIfAny(volume.tags),
    Attachments: volume.attachment ? [viewAttachment(volume.attachment)] : [],
  };
}

/** What a volume gives where nobody asked for more (EBS User Guide, "General Purpose SSD volumes"). */
function performanceOf({ volumeType, sizeGiB, iops, throughputMiBps }: Volume): Partial<VolumeShape> {
  if (volumeType === 'gp3') return { Iops: iops ?? 3000, Throughput: throughputMiBps ?? 125 };
  if (volumeType === 'gp2') return { Iops: Math.min(Math.max(3 * sizeGiB, 100), 16_000) };
  return iops === undefined ? {} : { Iops: iops };
}

export function viewAttachment(attachment: Attachment): VolumeAttachmentShape {
  return {
    VolumeId: attachment.volumeId,
    InstanceId: attachment.instanceId,
    Device: attachment.device,
    State: attachment.state,
    AttachTime: new Date(attachment.attachedAtMs ?? attachment.requestedAtMs),
    DeleteOnTermination: attachment.deleteOnTermination,
  };
}
