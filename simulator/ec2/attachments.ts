import type {
  AttachVolumeRequest,
  DetachVolumeRequest,
  VolumeAttachment as VolumeAttachmentShape,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../errors.ts';
import type { Operations } from '../service.ts';
import type { Ec2 } from './ec2.ts';
import { allowMembers, endDryRun, invalid } from './inputs.ts';
import { findInstanceType } from './instanceTypes.ts';
import { findOne, kinds, missingParameter } from './kinds.ts';
import type { Attachment, HeldDevice, Instance, Volume } from './state.ts';
import { viewAttachment } from './volumeViews.ts';

/** Which volume hangs on which instance. Invariant: a volume has at most one attachment, a device at most one volume. */
export class Attachments {
  readonly #ec2: Ec2;
  /** Devices whose volume has gone, but that stay taken for some seconds more. */
  #held: HeldDevice[] = [];
  readonly #byInstance = new Map<string, Set<Volume>>();

  constructor(ec2: Ec2) {
    this.#ec2 = ec2;
  }

  /** The volumes that hang on an instance, whatever the state of their attachment. */
  of(instanceId: string): Volume[] {
    return [...(this.#byInstance.get(instanceId) ?? [])];
  }

  /** Devices of an instance that are still taken by a volume that has left. */
  heldOn(instanceId: string): HeldDevice[] {
    this.#held = this.#held.filter(({ untilMs }) => untilMs > this.#ec2.nowMs);
    return this.#held.filter((held) => held.instanceId === instanceId);
  }

  isTaken(instanceId: string, device: string): boolean {
    return (
      this.of(instanceId).some(({ attachment }) => attachment?.device === device) ||
      this.heldOn(instanceId).some((held) => held.device === device)
    );
  }

  /** Begins to attach; the volume is `in-use` at once, its attachment `attached` some seconds later. */
  attach(volume: Volume, instance: Instance, device: string): Attachment {
    const lagSeconds = this.#ec2.sim.draws.sample(
      'ec2.describeConsistencyLag',
      `${volume.id}@${instance.id}`,
    );
    const attachment = this.hang(volume, instance, device, {
      state: 'attaching',
      deleteOnTermination: false,
      instanceViewAtMs: this.#ec2.nowMs + lagSeconds * 1000,
    });
    this.#ec2.notifyAttachment(volume, attachment);
    this.#ec2.sim.afterDraw('ebs.attach', volume.id, () => {
      if (volume.attachment === attachment && attachment.state === 'attaching')
        this.#finishAttach(volume, attachment);
    });
    return attachment;
  }

  /** Hangs a volume on an instance without any of the time that it takes: at a launch, and in a world before its start. */
  hang(
    volume: Volume,
    instance: Instance,
    device: string,
    rest: Pick<Attachment, 'state' | 'deleteOnTermination' | 'instanceViewAtMs'>,
  ): Attachment {
    if (volume.attachment) throw new Error(`${volume.id} already hangs on ${volume.attachment.instanceId}`);
    if (this.isTaken(instance.id, device)) throw new Error(`${device} of ${instance.id} is taken`);
    const nowMs = this.#ec2.nowMs;
    volume.attachment = {
      volumeId: volume.id,
      instanceId: instance.id,
      device,
      requestedAtMs: nowMs,
      ...rest,
    };
    if (rest.state === 'attached') volume.attachment.attachedAtMs = nowMs;
    volume.state = 'in-use';
    const hanging = this.#byInstance.get(instance.id) ?? new Set();
    this.#byInstance.set(instance.id, hanging.add(volume));
    return volume.attachment;
  }

  /** Begins to detach; a volume that is mounted stays `busy` until it is unmounted, unless forced. */
  detach(volume: Volume, attachment: Attachment, force: boolean): void {
    if (attachment.state === 'attaching' || attachment.state === 'attached') {
      attachment.state = 'detaching';
      this.#ec2.notifyAttachment(volume, attachment);
    } else if (!force) return;
    this.#settleDetach(volume, attachment, force);
  }

  /** What a termination does to the volumes of an instance: they are deleted or become available, as each was told. */
  releaseAllOf(instance: Instance): void {
    for (const volume of this.of(instance.id)) {
      const { deleteOnTermination } = volume.attachment!;
      this.#release(volume, volume.attachment!, 0);
      if (deleteOnTermination) this.#ec2.disks.remove(volume);
    }
  }

  #finishAttach(volume: Volume, attachment: Attachment): void {
    attachment.state = 'attached';
    attachment.attachedAtMs = this.#ec2.nowMs;
    const isRunning = this.#ec2.instances.get(attachment.instanceId)?.state === 'running';
    if (isRunning && !this.#ec2.isRoot(attachment)) this.#ec2.nvme.plug(attachment.instanceId, volume.id);
    this.#ec2.notifyAttachment(volume, attachment);
  }

  #settleDetach(volume: Volume, attachment: Attachment, force: boolean): void {
    this.#ec2.sim.afterDraw('ebs.detach', volume.id, () => {
      if (volume.attachment !== attachment) return;
      if (force || !this.#isHeldByGuest(volume, attachment)) {
        const { draws } = this.#ec2.sim;
        this.#release(volume, attachment, draws.sample('ebs.deviceNameReleaseAfterDetach', volume.id) * 1000);
        return;
      }
      if (attachment.state !== 'busy') {
        attachment.state = 'busy';
        this.#ec2.notifyAttachment(volume, attachment);
      }
      this.#settleDetach(volume, attachment, false);
    });
  }

  #isHeldByGuest(volume: Volume, attachment: Attachment): boolean {
    const state = this.#ec2.instances.get(attachment.instanceId)?.state;
    return (state === 'running' || state === 'stopping') && this.#ec2.isMounted(volume.id);
  }

  #release(volume: Volume, attachment: Attachment, deviceHeldMs: number): void {
    const ec2 = this.#ec2;
    const { instanceId, device } = attachment;
    delete volume.attachment;
    this.#byInstance.get(instanceId)?.delete(volume);
    attachment.state = 'detached';
    volume.state = 'available';
    const windowSeconds = ec2.sim.draws.sample('ebs.deleteAfterDetachVolumeInUseWindow', volume.id);
    if (deviceHeldMs > 0) {
      volume.inUseUntilMs = ec2.nowMs + windowSeconds * 1000;
      this.#held.push({ instanceId, device, volumeId: volume.id, untilMs: ec2.nowMs + deviceHeldMs });
    }
    ec2.nvme.unplug(instanceId, volume.id);
    ec2.notifyAttachment(volume, attachment);
  }
}

/** AttachVolume and DetachVolume. */
export function attachmentOperations(ec2: Ec2): Operations {
  return {
    AttachVolume: (input: AttachVolumeRequest) => attachVolume(ec2, input),
    DetachVolume: (input: DetachVolumeRequest) => detachVolume(ec2, input),
  };
}

/** Errors and their messages: EC2 API Reference, AttachVolume; measured messages in the error paths of the CSI driver. */
function attachVolume(ec2: Ec2, input: AttachVolumeRequest): VolumeAttachmentShape {
  allowMembers('AttachVolume', input, 'Device InstanceId VolumeId');
  const { Device: device } = input;
  if (!device) throw missingParameter('device');
  const volume = findOne(kinds.volume, ec2.volumes, input.VolumeId, ec2.nowMs);
  const instance = findOne(kinds.instance, ec2.instances, input.InstanceId, ec2.nowMs);
  if (instance.state !== 'running' && instance.state !== 'stopped') {
    throw new AwsError('IncorrectState', `Instance '${instance.id}' is not 'running'.`);
  }
  if (volume.attachment) throw new AwsError('VolumeInUse', `${volume.id} is already attached to an instance`);
  if (volume.state !== 'available') throw new AwsError('IncorrectState', `${volume.id} is not 'available'.`);
  if (volume.zone !== instance.zone) {
    throw new AwsError(
      'InvalidVolume.ZoneMismatch',
      `The volume '${volume.id}' is not in the same availability zone as instance '${instance.id}'`,
    );
  }
  if (!isDeviceName(device)) {
    throw invalid(
      `Value (${device}) for parameter device is invalid. ${device} is not a valid EBS device name.`,
    );
  }
  if (ec2.attachments.isTaken(instance.id, device)) {
    throw invalid(`Invalid value '${device}' for unixDevice. Attachment point ${device} is already in use`);
  }
  refuseBeyondLimit(ec2, instance);
  endDryRun(input);
  return viewAttachment(ec2.attachments.attach(volume, instance, device));
}

function detachVolume(ec2: Ec2, input: DetachVolumeRequest): VolumeAttachmentShape {
  allowMembers('DetachVolume', input, 'Device InstanceId VolumeId Force');
  const volume = findOne(kinds.volume, ec2.volumes, input.VolumeId, ec2.nowMs);
  const { attachment } = volume;
  if (!attachment) {
    throw new AwsError('IncorrectState', `Volume '${volume.id}' is in the '${volume.state}' state.`);
  }
  const { instanceId, device } = attachment;
  if (input.InstanceId) findOne(kinds.instance, ec2.instances, input.InstanceId, ec2.nowMs);
  if ((input.InstanceId ?? instanceId) !== instanceId || (input.Device ?? device) !== device) {
    throw new AwsError(
      'InvalidAttachment.NotFound',
      `Volume '${volume.id}' is not attached to instance '${input.InstanceId ?? instanceId}' as device '${input.Device ?? device}'`,
    );
  }
  const instance = ec2.instances.get(instanceId);
  if (instance && instance.state !== 'stopped' && ec2.isRoot(attachment)) {
    throw new AwsError(
      'OperationNotPermitted',
      `Unable to detach root volume '${device}' from instance '${instanceId}'`,
    );
  }
  endDryRun(input);
  ec2.attachments.detach(volume, attachment, input.Force ?? false);
  return viewAttachment(attachment);
}

function refuseBeyondLimit(ec2: Ec2, instance: Instance): void {
  const max = findInstanceType(instance.instanceType)?.volumesMax ?? Number.POSITIVE_INFINITY;
  if (ec2.attachments.of(instance.id).length < max) return;
  throw new AwsError(
    'AttachmentLimitExceeded',
    `You may attach up to ${max} devices for this instance type. Please use a larger instance size to attach more volumes.`,
  );
}

/** EC2 User Guide, "Device names for volumes": `/dev/sd[a-z]` with an optional partition, `/dev/xvd[a-z]{1,2}`. */
function isDeviceName(device: string): boolean {
  return (
    /^\/dev\/(sd[a-z]([1-9]|1[0-5])?|xvd[a-d]?[a-z]([1-9]|1[0-5])?)$/.test(device) ||
    /^xvd[a-d]?[a-z]$/.test(device)
  );
}
