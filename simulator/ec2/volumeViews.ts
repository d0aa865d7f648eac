import type { VolumeAttachment as VolumeAttachmentShape, Volume as VolumeShape } from '@aws-sdk/client-ec2';
import { tagList } from './inputs.ts';
import type { Attachment, Volume } from './state.ts';

/** A volume as `DescribeVolumes` and `CreateVolume` show it. */
export function viewVolume(volume: Volume): VolumeShape {
  return {
    VolumeId: volume.id,
    AvailabilityZone: volume.zone,
    Size: volume.sizeGiB,
    VolumeType: volume.volumeType as NonNullable<VolumeShape['VolumeType']>,
    SnapshotId: volume.snapshotId ?? '',
    Encrypted: volume.encrypted,
    KmsKeyId: volume.kmsKeyId,
    Iops: volume.iops,
    Throughput: volume.throughputMiBps,
    State: volume.state,
    CreateTime: new Date(volume.createdAtMs),
    MultiAttachEnabled: false,
    Tags: tagList(volume.tags),
    Attachments: volume.attachment ? [viewAttachment(volume.attachment)] : [],
  };
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
