import type { Instance, Snapshot, Volume } from '@aws-sdk/client-ec2';
import type { ObservedInstance, ObservedSnapshot, ObservedVolume } from '../recovery/observed.ts';
import { toTags } from './tags.ts';

/** EC2's shapes as ours; SDK types stop here. */
export function toInstance(instance: Instance): ObservedInstance {
  const { StateReason, IamInstanceProfile, KeyName, ClientToken } = instance;
  return {
    id: instance.InstanceId ?? '',
    imageId: instance.ImageId ?? '',
    type: instance.InstanceType ?? '',
    zone: instance.Placement?.AvailabilityZone ?? '',
    subnet: instance.SubnetId ?? '',
    state: (instance.State?.Name ?? 'pending') as ObservedInstance['state'],
    securityGroups: (instance.SecurityGroups ?? []).flatMap((group) => group.GroupId ?? []),
    launchedAt: instance.LaunchTime?.toISOString() ?? '',
    tags: toTags(instance.Tags),
    ...(StateReason?.Code && { stateReason: `${StateReason.Code}: ${StateReason.Message ?? ''}` }),
    ...(IamInstanceProfile?.Arn && { profileArn: IamInstanceProfile.Arn }),
    ...(KeyName && { keyName: KeyName }),
    ...(ClientToken && { clientToken: ClientToken }),
  };
}

export function toSnapshot(snapshot: Snapshot): ObservedSnapshot {
  return {
    id: snapshot.SnapshotId ?? '',
    startedAt: snapshot.StartTime?.toISOString() ?? '',
    state: snapshot.State ?? '',
    tags: toTags(snapshot.Tags),
  };
}

export function toVolume(volume: Volume): ObservedVolume {
  const attachment = volume.Attachments?.find((candidate) => candidate.State !== 'detached');
  return {
    id: volume.VolumeId ?? '',
    zone: volume.AvailabilityZone ?? '',
    state: (volume.State ?? 'creating') as ObservedVolume['state'],
    tags: toTags(volume.Tags),
    ...(volume.CreateTime && { createdAt: volume.CreateTime.toISOString() }),
    ...(attachment && {
      attachment: {
        instanceId: attachment.InstanceId ?? '',
        device: attachment.Device ?? '',
        state: attachment.State ?? '',
      },
    }),
  };
}
