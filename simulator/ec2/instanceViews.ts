import type {
  InstanceBlockDeviceMapping,
  Instance as InstanceShape,
  InstanceState as InstanceStateShape,
  Reservation,
} from '@aws-sdk/client-ec2';
import type { Ec2 } from './ec2.ts';
import { tagsIfAny } from './inputs.ts';
import { detailsOf, viewGroups } from './instanceDetails.ts';
import type { Instance, InstanceState } from './state.ts';

/** EC2 API Reference, InstanceState: the low byte of `Code`. */
const stateCodes: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export function viewState(state: InstanceState): Required<InstanceStateShape> {
  return { Code: stateCodes[state], Name: state };
}

/** Instances as reservations: those of one launch together, in the order in which they are given. */
export function viewReservations(ec2: Ec2, instances: readonly Instance[]): Reservation[] {
  const byReservation = Map.groupBy(instances, ({ reservationId }) => reservationId);
  return [...byReservation].map(([ReservationId, members]) => ({
    ReservationId,
    OwnerId: ec2.sim.accountId,
    Groups: [],
    Instances: members.map((instance) => viewInstance(ec2, instance)),
  }));
}

/** An instance as describes show it. What hangs on it follows the instance's own view, which may lag the volume's. */
export function viewInstance(ec2: Ec2, instance: Instance): InstanceShape {
  const isGone = instance.state === 'terminated';
  return {
    ...detailsOf(ec2, instance),
    InstanceId: instance.id,
    ImageId: instance.imageId,
    InstanceType: instance.instanceType as NonNullable<InstanceShape['InstanceType']>,
    Architecture: instance.architecture,
    State: viewState(instance.state),
    StateReason: instance.stateReason && {
      Code: instance.stateReason.code,
      Message: instance.stateReason.message,
    },
    LaunchTime: new Date(instance.launchedAtMs),
    Placement: { AvailabilityZone: instance.zone, GroupName: '', Tenancy: 'default' },
    SubnetId: isGone ? undefined : instance.subnetId,
    VpcId: isGone ? undefined : instance.vpcId,
    PrivateIpAddress: isGone ? undefined : instance.privateIp,
    SecurityGroups: isGone ? [] : viewGroups(ec2, instance),
    IamInstanceProfile: viewProfile(ec2, instance),
    KeyName: instance.keyName,
    ClientToken: instance.clientToken ?? '',
    RootDeviceName: instance.rootDeviceName,
    RootDeviceType: 'ebs',
    BlockDeviceMappings: isGone ? [] : viewMappings(ec2, instance),
    ...tagsIfAny(instance.tags),
    VirtualizationType: 'hvm',
    Hypervisor: 'xen',
    EnaSupport: true,
  };
}

function viewProfile(ec2: Ec2, { instanceProfileArn: arn }: Instance): InstanceShape['IamInstanceProfile'] {
  if (arn === undefined) return undefined;
  return { Arn: arn, Id: ec2.sim.iam.profileId(arn.slice(arn.lastIndexOf('/') + 1)) };
}

function viewMappings(ec2: Ec2, instance: Instance): InstanceBlockDeviceMapping[] {
  const attached = ec2.attachments
    .of(instance.id)
    .map(({ attachment }) => attachment!)
    .filter(({ instanceViewAtMs }) => instanceViewAtMs <= ec2.nowMs)
    .map((attachment) => ({
      DeviceName: attachment.device,
      Ebs: {
        VolumeId: attachment.volumeId,
        Status: attachment.state === 'busy' ? ('detaching' as const) : attachment.state,
        AttachTime: new Date(attachment.attachedAtMs ?? attachment.requestedAtMs),
        DeleteOnTermination: attachment.deleteOnTermination,
      },
    }));
  const held = ec2.attachments.heldOn(instance.id).map(({ device, volumeId }) => ({
    DeviceName: device,
    Ebs: { VolumeId: volumeId, Status: 'detaching' as const, DeleteOnTermination: false },
  }));
  return [...attached, ...held];
}
