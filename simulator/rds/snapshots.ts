import type {
  CopyDBSnapshotCommandInput,
  CopyDBSnapshotCommandOutput,
  CreateDBSnapshotCommandInput,
  CreateDBSnapshotCommandOutput,
  DeleteDBSnapshotCommandInput,
  DeleteDBSnapshotCommandOutput,
} from '@aws-sdk/client-rds';
import type { Tags } from '../ec2/state.ts';
import { AwsError } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import { backUp } from './backup.ts';
import { requireMeans } from './creation.ts';
import { newIdentifier, readArn } from './names.ts';
import type { Rds } from './rds.ts';
import { invalidState, invalidValue, snapshotNotFound } from './refusals.ts';
import { readTags, snapshotShape } from './shapes.ts';
import type { DbInstance, DbSnapshot, DbSnapshotSeed } from './state.ts';

type Body<Output> = Omit<Output, '$metadata'>;

/** @throws AwsError InvalidParameterValue, DBSnapshotAlreadyExists */
export function newSnapshotId(rds: Rds, id: string | undefined): string {
  const stored = newIdentifier(id, 'DBSnapshotIdentifier', 255);
  if (rds.snapshots.has(stored)) {
    throw new AwsError(
      'DBSnapshotAlreadyExists',
      `Cannot create the snapshot because a snapshot with the identifier ${stored} already exists.`,
    );
  }
  return stored;
}

/**
 * Takes a snapshot by hand. The instance is `backing-up` meanwhile, and so a replica cannot be promoted.
 * @throws AwsError DBInstanceNotFound, DBSnapshotAlreadyExists, InvalidDBInstanceState
 */
export function createSnapshot(
  rds: Rds,
  input: CreateDBSnapshotCommandInput,
): Body<CreateDBSnapshotCommandOutput> {
  refuseUnmodelled('rds:CreateDBSnapshot', input, ['DBSnapshotIdentifier', 'DBInstanceIdentifier', 'Tags']);
  const id = newSnapshotId(rds, input.DBSnapshotIdentifier);
  const instance = rds.findInstance(input.DBInstanceIdentifier);
  if (instance.status !== 'available' || instance.accepted !== undefined) {
    throw invalidState(
      `Cannot create a snapshot because the database instance ${instance.id} is not currently in the available state.`,
    );
  }
  const snapshot = beginSnapshot(rds, instance, id, readTags(input.Tags));
  backUp(rds, instance, () => rds.setStatus(instance, 'available'));
  return { DBSnapshot: snapshotShape(rds, snapshot) };
}

/** A snapshot of what an instance holds now; it becomes available after as long as a backup takes. */
export function beginSnapshot(rds: Rds, instance: DbInstance, id: string, tags: Tags): DbSnapshot {
  const snapshot = beginCreating(rds, {
    id,
    dbInstanceId: instance.id,
    engine: instance.engine,
    engineVersion: instance.engineVersion,
    allocatedStorageGiB: instance.allocatedStorageGiB,
    instanceClass: instance.instanceClass,
    port: instance.port,
    masterUsername: instance.masterUsername,
    backupRetentionDays: instance.backupRetentionDays,
    zone: instance.zone,
    encrypted: instance.encrypted,
    ...(instance.dbName !== undefined && { dbName: instance.dbName }),
    ...(instance.kmsKeyId !== undefined && { kmsKeyId: instance.kmsKeyId }),
    tags: { ...(instance.copyTagsToSnapshot && instance.tags), ...tags },
  });
  complete(rds, snapshot, 'rds.backup');
  return snapshot;
}

/**
 * Copies a snapshot, from another Region by its ARN; the request goes to the Region that gets the copy. The copy of an
 * encrypted snapshot needs a key of its own Region.
 * @throws AwsError DBSnapshotNotFound, DBSnapshotAlreadyExists, InvalidDBSnapshotState, InvalidParameterValue,
 * KMSKeyNotAccessibleFault
 */
export function copySnapshot(rds: Rds, input: CopyDBSnapshotCommandInput): Body<CopyDBSnapshotCommandOutput> {
  refuseUnmodelled('rds:CopyDBSnapshot', input, [
    'SourceDBSnapshotIdentifier',
    'TargetDBSnapshotIdentifier',
    'KmsKeyId',
    'CopyTags',
    'Tags',
    'PreSignedUrl',
  ]);
  const id = newSnapshotId(rds, input.TargetDBSnapshotIdentifier);
  const source = findSource(rds, input.SourceDBSnapshotIdentifier ?? '');
  const here = rds.snapshots.get(source.id) === source;
  if (source.status !== 'available') {
    throw new AwsError('InvalidDBSnapshotState', `DBSnapshot ${source.id} is not in the available state.`);
  }
  if (source.encrypted && !here && input.KmsKeyId === undefined) {
    throw invalidValue('Must specify new KMS key for cross region encrypted snapshot copy.');
  }
  const kmsKeyId = input.KmsKeyId ?? (here ? source.kmsKeyId : undefined);
  requireMeans(rds, '', kmsKeyId);
  const { kmsKeyId: _, arn: __, copiedFrom: ___, createdAtMs: ____, ...content } = source;
  const snapshot = beginCreating(rds, {
    ...content,
    id,
    type: 'manual',
    tags: { ...(input.CopyTags && source.tags), ...readTags(input.Tags) },
    zone: here ? source.zone : rds.someZone(id),
    ...(kmsKeyId !== undefined && { kmsKeyId }),
    ...(!here && { copiedFrom: source.arn }),
    encrypted: source.encrypted || kmsKeyId !== undefined,
  });
  complete(rds, snapshot, 'rds.copySnapshot');
  return { DBSnapshot: snapshotShape(rds, snapshot) };
}

/**
 * Deletes a manual snapshot; automated ones go with their instance, those of AWS Backup through AWS Backup.
 * @throws AwsError DBSnapshotNotFound, InvalidDBSnapshotState
 */
export function deleteSnapshot(
  rds: Rds,
  input: DeleteDBSnapshotCommandInput,
): Body<DeleteDBSnapshotCommandOutput> {
  const snapshot = rds.findSnapshot(input.DBSnapshotIdentifier);
  if (snapshot.type !== 'manual') {
    throw new AwsError(
      'InvalidDBSnapshotState',
      `Deletion of a snapshot of type ${snapshot.type} is not supported.`,
    );
  }
  if (snapshot.status !== 'available') {
    throw new AwsError(
      'InvalidDBSnapshotState',
      `Cannot delete the snapshot because it is currently in the ${snapshot.status} state.`,
    );
  }
  rds.snapshots.delete(snapshot.id);
  return { DBSnapshot: { ...snapshotShape(rds, snapshot), Status: 'deleted' } };
}

function findSource(rds: Rds, idOrArn: string): DbSnapshot {
  const arn = readArn(idOrArn);
  const home = arn ? rds.sim.regions.find(({ name }) => name === arn.region)?.rds : rds;
  if (!home) throw snapshotNotFound(idOrArn);
  return home.findSnapshot(idOrArn);
}

function beginCreating(rds: Rds, seed: DbSnapshotSeed): DbSnapshot {
  const nowMs = rds.sim.clock.nowMs();
  const lagMs = rds.sim.draws.sample('rds.describeConsistencyLag', rds.arn('snapshot', seed.id)) * 1000;
  return rds.addSnapshot({
    ...seed,
    status: 'creating',
    percentProgress: 0,
    createdAtMs: nowMs,
    visibleAtMs: nowMs + lagMs,
  });
}

/** Progress in tenths, then available. */
function complete(rds: Rds, snapshot: DbSnapshot, duration: string): void {
  const { seconds } = rds.sim.afterDraw(duration, snapshot.arn, () => {
    snapshot.status = 'available';
    snapshot.percentProgress = 100;
  });
  for (let tenth = 1; tenth < 10; tenth++) {
    rds.sim.clock.after(seconds * 100 * tenth, () => {
      snapshot.percentProgress = tenth * 10;
    });
  }
}
