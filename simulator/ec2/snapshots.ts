import type {
  CreateSnapshotRequest,
  DeleteSnapshotRequest,
  DescribeSnapshotsRequest,
  DescribeSnapshotsResult,
  SnapshotInfo,
  Snapshot as SnapshotShape,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../errors.ts';
import type { Call, Operations } from '../service.ts';
import type { Ec2 } from './ec2.ts';
import { allowMembers, endDryRun, readTagSpecifications, tagsIfAny } from './inputs.ts';
import { findOne, kinds } from './kinds.ts';
import { refuseForeign } from './owners.ts';
import { type Selection, select } from './select.ts';
import type { Snapshot, Volume } from './state.ts';

/** CreateSnapshot, DeleteSnapshot and DescribeSnapshots. */
export function snapshotOperations(ec2: Ec2): Operations {
  const selection = snapshotSelection(ec2);
  return {
    CreateSnapshot: (input: CreateSnapshotRequest, call: Call) => createSnapshot(ec2, input, call),
    DeleteSnapshot: (input: DeleteSnapshotRequest) => deleteSnapshot(ec2, input),
    DescribeSnapshots: (input: DescribeSnapshotsRequest): DescribeSnapshotsResult => {
      allowMembers('DescribeSnapshots', input, 'SnapshotIds OwnerIds Filters MaxResults NextToken');
      const own = refuseForeign(ec2, 'DescribeSnapshots', input.OwnerIds, input.SnapshotIds, input.Filters);
      const query = { ...input, ids: input.SnapshotIds };
      const { found, NextToken } = select(own ? ec2.snapshots : new Map(), selection, query, ec2.nowMs);
      endDryRun(input);
      return { Snapshots: found.map((snapshot) => viewSnapshot(ec2, snapshot)), NextToken };
    },
  };
}

function snapshotSelection(ec2: Ec2): Selection<Snapshot> {
  return {
    kind: kinds.snapshot,
    minResults: 5,
    maxResults: 1000,
    filters: {
      operation: 'DescribeSnapshots',
      values: {
        description: ({ description }) => description,
        encrypted: ({ encrypted }) => encrypted,
        'owner-id': () => ec2.sim.accountId,
        progress: progressOf,
        'snapshot-id': ({ id }) => id,
        'start-time': ({ startedAtMs }) => new Date(startedAtMs).toISOString(),
        status: ({ state }) => state,
        'volume-id': ({ volumeId }) => volumeId,
        'volume-size': ({ sizeGiB }) => sizeGiB,
      },
      unmodelled: 'owner-alias storage-tier transfer-type',
    },
  };
}

/** The copy is taken of the volume as it is at the request; `completed` comes when the blocks are stored. */
function createSnapshot(ec2: Ec2, input: CreateSnapshotRequest, call: Call): SnapshotInfo {
  allowMembers('CreateSnapshot', input, 'VolumeId Description TagSpecifications');
  const volume = findOne(kinds.volume, ec2.volumes, input.VolumeId, ec2.nowMs);
  if (volume.state !== 'available' && volume.state !== 'in-use') {
    throw new AwsError('IncorrectState', `The volume '${volume.id}' is in the '${volume.state}' state.`);
  }
  const tags = readTagSpecifications(input.TagSpecifications, ['snapshot'])['snapshot'] ?? {};
  endDryRun(input);
  const id = ec2.sim.draws.id('snap-', `${call.caller.accessKeyId}/${volume.id}`);
  const lagSeconds = ec2.sim.draws.sample('ec2.describeConsistencyLag', id);
  const snapshot: Snapshot = {
    id,
    volumeId: volume.id,
    sizeGiB: volume.sizeGiB,
    startedAtMs: ec2.nowMs,
    state: 'pending',
    tags,
    encrypted: volume.encrypted,
    fileSystem: volume.fileSystem,
    visibleAtMs: ec2.nowMs + lagSeconds * 1000,
    ...(volume.kmsKeyId && { kmsKeyId: volume.kmsKeyId }),
    ...(input.Description && { description: input.Description }),
  };
  ec2.snapshots.set(id, snapshot);
  ec2.sim.afterDraw('ebs.createSnapshot', id, () => complete(ec2, snapshot, volume, call.requestId));
  return viewSnapshot(ec2, snapshot);
}

/** EBS User Guide, "EventBridge events for Amazon EBS": snapshots are named by ARNs with the Region and no account. */
function complete(ec2: Ec2, snapshot: Snapshot, volume: Volume, requestId: string): void {
  if (ec2.snapshots.get(snapshot.id) !== snapshot) return;
  snapshot.state = 'completed';
  const snapshotArn = `arn:aws:ec2::${ec2.region}:snapshot/${snapshot.id}`;
  ec2.sim.emit(ec2.region, {
    source: 'aws.ec2',
    detailType: 'EBS Snapshot Notification',
    resources: [snapshotArn],
    detail: {
      event: 'createSnapshot',
      result: 'succeeded',
      cause: '',
      'request-id': requestId,
      snapshot_id: snapshotArn,
      source: `arn:aws:ec2::${ec2.region}:volume/${volume.id}`,
      startTime: new Date(snapshot.startedAtMs).toISOString(),
      endTime: new Date(ec2.nowMs).toISOString(),
    },
  });
}

function deleteSnapshot(ec2: Ec2, input: DeleteSnapshotRequest): Record<string, never> {
  allowMembers('DeleteSnapshot', input, 'SnapshotId');
  const { id } = findOne(kinds.snapshot, ec2.snapshots, input.SnapshotId, ec2.nowMs);
  for (const image of ec2.images.values()) {
    const uses =
      image.rootSnapshotId === id || image.dataDevices?.some(({ snapshotId }) => snapshotId === id);
    if (uses && image.state !== 'deregistered') {
      throw new AwsError('InvalidSnapshot.InUse', `The snapshot ${id} is currently in use by ${image.id}`);
    }
  }
  endDryRun(input);
  ec2.snapshots.delete(id);
  return {};
}

function viewSnapshot(ec2: Ec2, snapshot: Snapshot): SnapshotShape & SnapshotInfo {
  return {
    SnapshotId: snapshot.id,
    VolumeId: snapshot.volumeId,
    VolumeSize: snapshot.sizeGiB,
    StartTime: new Date(snapshot.startedAtMs),
    State: snapshot.state,
    Progress: progressOf(snapshot),
    OwnerId: ec2.sim.accountId,
    Encrypted: snapshot.encrypted,
    KmsKeyId: ec2.diskKeyArn(snapshot),
    Description: snapshot.description ?? '',
    StorageTier: 'standard',
    ...tagsIfAny(snapshot.tags),
  };
}

function progressOf({ state }: Snapshot): string {
  return state === 'completed' ? '100%' : '0%';
}
