import type {
  CreateVolumeRequest,
  DeleteVolumeRequest,
  DescribeVolumesRequest,
  DescribeVolumesResult,
  Volume as VolumeShape,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../errors.ts';
import type { Call, Operations } from '../service.ts';
import type { Ec2 } from './ec2.ts';
import { allowMembers, endDryRun, invalid, readTagSpecifications } from './inputs.ts';
import { findOne, kinds, missingParameter } from './kinds.ts';
import { type Selection, select } from './select.ts';
import type { FileSystem, Snapshot, Tags, Volume } from './state.ts';
import { viewVolume } from './volumeViews.ts';

/** What a new volume is to be. */
export interface VolumeSpec {
  readonly zone: string;
  readonly snapshot?: Snapshot;
  readonly sizeGiB: number;
  readonly volumeType: string;
  readonly iops?: number;
  readonly throughputMiBps?: number;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string;
  readonly tags: Tags;
  readonly clientToken?: string;
}

/** Makes and removes volumes. */
export class Disks {
  readonly #ec2: Ec2;

  constructor(ec2: Ec2) {
    this.#ec2 = ec2;
  }

  /** Puts a volume into the Region, in the state given; `subject` names it for its draws. */
  add(spec: VolumeSpec, subject: string, state: 'creating' | 'available'): Volume {
    const { sim } = this.#ec2;
    const { snapshot, ...rest } = spec;
    const id = sim.draws.id('vol-', subject);
    const lagSeconds = sim.draws.sample('ec2.describeConsistencyLag', id);
    const volume: Volume = {
      ...rest,
      id,
      ...(snapshot && { snapshotId: snapshot.id }),
      fileSystem: snapshot?.fileSystem ?? unformatted,
      state,
      createdAtMs: this.#ec2.nowMs,
      visibleAtMs: this.#ec2.nowMs + lagSeconds * 1000,
    };
    this.#ec2.volumes.set(id, volume);
    return volume;
  }

  /**
   * Goes on from `creating`. A key that cannot be used does not stop the request: the volume fails afterwards, with an
   * event (EC2 API Reference, CreateVolume, KmsKeyId).
   */
  finishCreation(volume: Volume, requestId: string): void {
    this.#ec2.sim.afterDraw('ebs.createVolumeFromSnapshotToAvailable', volume.id, () => {
      if (volume.state !== 'creating') return;
      const problem = volume.kmsKeyId === undefined ? undefined : this.#ec2.keyProblem(volume.kmsKeyId);
      if (problem) {
        volume.state = 'error';
        this.#notify(
          volume,
          'createVolume',
          'failed',
          requestId,
          `${this.#ec2.keyArn(volume.kmsKeyId!)} ${problem}`,
        );
        this.#ec2.sim.afterDraw('ebs.deletingToDeleted', volume.id, () =>
          this.#ec2.volumes.delete(volume.id),
        );
        return;
      }
      volume.state = 'available';
      volume.availableAtMs = this.#ec2.nowMs;
      this.#notify(volume, 'createVolume', 'available', requestId, '');
    });
  }

  /** Deletes a volume that hangs nowhere. */
  remove(volume: Volume, requestId = ''): void {
    volume.state = 'deleting';
    this.#ec2.sim.afterDraw('ebs.deletingToDeleted', volume.id, () => {
      volume.state = 'deleted';
      this.#ec2.volumes.delete(volume.id);
      this.#notify(volume, 'deleteVolume', 'deleted', requestId, '');
    });
  }

  /** EBS User Guide, "EventBridge events for Amazon EBS". */
  #notify(volume: Volume, event: string, result: string, requestId: string, cause: string): void {
    this.#ec2.sim.emit(this.#ec2.region, {
      source: 'aws.ec2',
      detailType: 'EBS Volume Notification',
      resources: [this.#ec2.arn('volume', volume.id)],
      detail: { event, result, cause, 'request-id': requestId },
    });
  }
}

const unformatted: FileSystem = { type: 'none', uuid: '' };

const volumeSelection: Selection<Volume> = {
  kind: kinds.volume,
  minResults: 5,
  maxResults: 500,
  filters: {
    operation: 'DescribeVolumes',
    values: {
      'attachment.delete-on-termination': ({ attachment }) => attachment?.deleteOnTermination,
      'attachment.device': ({ attachment }) => attachment?.device,
      'attachment.instance-id': ({ attachment }) => attachment?.instanceId,
      'attachment.status': ({ attachment }) => attachment?.state,
      'availability-zone': ({ zone }) => zone,
      'create-time': ({ createdAtMs }) => new Date(createdAtMs).toISOString(),
      encrypted: ({ encrypted }) => encrypted,
      size: ({ sizeGiB }) => sizeGiB,
      'snapshot-id': ({ snapshotId }) => snapshotId,
      status: ({ state }) => state,
      'volume-id': ({ id }) => id,
      'volume-type': ({ volumeType }) => volumeType,
    },
    unmodelled:
      'attachment.attach-time availability-zone-id fast-restored multi-attach-enabled operator.managed operator.principal',
  },
};

/** CreateVolume, DeleteVolume and DescribeVolumes. */
export function volumeOperations(ec2: Ec2): Operations {
  return {
    CreateVolume: (input: CreateVolumeRequest, call: Call) => createVolume(ec2, input, call),
    DeleteVolume: (input: DeleteVolumeRequest, call: Call) => deleteVolume(ec2, input, call),
    DescribeVolumes: (input: DescribeVolumesRequest): DescribeVolumesResult => {
      allowMembers('DescribeVolumes', input, 'VolumeIds Filters MaxResults NextToken');
      const query = { ...input, ids: input.VolumeIds };
      const { found, NextToken } = select(ec2.volumes, volumeSelection, query, ec2.nowMs);
      endDryRun(input);
      return { Volumes: found.map((volume) => viewVolume(ec2, volume)), NextToken };
    },
  };
}

const createMembers =
  'AvailabilityZone Encrypted Iops KmsKeyId Size SnapshotId VolumeType TagSpecifications Throughput ClientToken';

function createVolume(ec2: Ec2, input: CreateVolumeRequest, call: Call): VolumeShape {
  allowMembers('CreateVolume', input, createMembers);
  const earlier = ec2.tokens.recall('CreateVolume', input.ClientToken, input);
  if (earlier)
    return viewVolume(ec2, findOne(kinds.volume, ec2.volumes, earlier[0], Number.POSITIVE_INFINITY));
  const spec = readSpec(ec2, input);
  endDryRun(input);
  const volume = ec2.disks.add(spec, input.ClientToken ?? call.caller.accessKeyId, 'creating');
  ec2.disks.finishCreation(volume, call.requestId);
  ec2.tokens.remember('CreateVolume', input.ClientToken, input, [volume.id]);
  return viewVolume(ec2, volume);
}

function readSpec(ec2: Ec2, input: CreateVolumeRequest): VolumeSpec {
  const { AvailabilityZone: zone, SnapshotId: snapshotId, Size: size, KmsKeyId: key } = input;
  if (!zone) throw missingParameter('zone');
  if (!ec2.zones.includes(zone))
    throw new AwsError('InvalidZone.NotFound', `The zone '${zone}' does not exist.`);
  if (!snapshotId && size === undefined) throw missingParameter('size/snapshot');
  if (key && input.Encrypted !== true) {
    throw new AwsError(
      'InvalidParameterDependency',
      'The parameter KmsKeyId requires the parameter Encrypted to be set.',
    );
  }
  const snapshot = snapshotId ? completedSnapshot(ec2, snapshotId) : undefined;
  const sizeGiB = size ?? snapshot!.sizeGiB;
  if (snapshot && sizeGiB < snapshot.sizeGiB) {
    throw invalid(
      `Volume of ${sizeGiB}GiB is smaller than snapshot '${snapshot.id}', expect size >= ${snapshot.sizeGiB}GiB`,
    );
  }
  const kmsKeyId = key ?? snapshot?.kmsKeyId;
  const volumeType = input.VolumeType ?? 'gp2';
  return {
    zone,
    sizeGiB,
    volumeType,
    ...performance(volumeType, input),
    encrypted: (input.Encrypted ?? false) || (snapshot?.encrypted ?? false),
    tags: readTagSpecifications(input.TagSpecifications, ['volume'])['volume'] ?? {},
    ...(snapshot && { snapshot }),
    ...(kmsKeyId && { kmsKeyId }),
    ...(input.ClientToken && { clientToken: input.ClientToken }),
  };
}

/** A snapshot that a volume can be made of now. */
export function completedSnapshot(ec2: Ec2, id: string): Snapshot {
  const snapshot = findOne(kinds.snapshot, ec2.snapshots, id, ec2.nowMs);
  if (snapshot.state !== 'completed')
    throw new AwsError('IncorrectState', `Snapshot is in invalid state - ${snapshot.state}`);
  return snapshot;
}

/** gp3 has a baseline of 3,000 IOPS and 125 MiB/s (EBS User Guide, "General Purpose SSD volumes"). */
function performance(
  volumeType: string,
  input: CreateVolumeRequest,
): { iops?: number; throughputMiBps?: number } {
  if (input.Throughput !== undefined && volumeType !== 'gp3') {
    throw invalid(`The parameter Throughput is not supported for volumes of type ${volumeType}`);
  }
  if (volumeType === 'gp3') return { iops: input.Iops ?? 3000, throughputMiBps: input.Throughput ?? 125 };
  const provisioned = volumeType === 'io1' || volumeType === 'io2';
  if (provisioned && input.Iops === undefined) throw missingParameter('iops');
  if (!provisioned && input.Iops !== undefined) {
    throw invalid(`The parameter iops is not supported for ${volumeType} volumes.`);
  }
  return input.Iops === undefined ? {} : { iops: input.Iops };
}

function deleteVolume(ec2: Ec2, input: DeleteVolumeRequest, call: Call): Record<string, never> {
  allowMembers('DeleteVolume', input, 'VolumeId');
  const volume = findOne(kinds.volume, ec2.volumes, input.VolumeId, ec2.nowMs);
  if (volume.attachment) {
    throw new AwsError(
      'VolumeInUse',
      `Volume ${volume.id} is currently attached to ${volume.attachment.instanceId}`,
    );
  }
  if ((volume.inUseUntilMs ?? 0) > ec2.nowMs)
    throw new AwsError('VolumeInUse', `Volume ${volume.id} is currently in use`);
  if (volume.state === 'creating')
    throw new AwsError('IncorrectState', `Volume ${volume.id} is in the 'creating' state.`);
  endDryRun(input);
  if (volume.state !== 'deleting') ec2.disks.remove(volume, call.requestId);
  return {};
}
