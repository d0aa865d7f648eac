import type {
  RestoreDBInstanceFromDBSnapshotCommandInput,
  RestoreDBInstanceFromDBSnapshotCommandOutput,
  RestoreDBInstanceToPointInTimeCommandInput,
  RestoreDBInstanceToPointInTimeCommandOutput,
} from '@aws-sdk/client-rds';
import { AwsError, NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import { giveBirth, newInstanceId, requireMeans } from './creation.ts';
import { placementOf } from './network.ts';
import type { Rds } from './rds.ts';
import { invalidCombination, invalidValue, requireRetention } from './refusals.ts';
import { instanceShape, latestRestorableMs, readTags } from './shapes.ts';
import type { DbInstance, DbInstanceSeed } from './state.ts';

type Body<Output> = Omit<Output, '$metadata'>;

/** What both restores may say of the new instance. */
const newInstanceMembers = [
  'DBInstanceClass',
  'Port',
  'AvailabilityZone',
  'DBSubnetGroupName',
  'MultiAZ',
  'PubliclyAccessible',
  'VpcSecurityGroupIds',
  'DeletionProtection',
  'EnableIAMDatabaseAuthentication',
  'BackupRetentionPeriod',
  'PreferredBackupWindow',
  'CopyTagsToSnapshot',
  'Tags',
] as const;
type NewInstanceInput = Pick<
  RestoreDBInstanceFromDBSnapshotCommandInput,
  (typeof newInstanceMembers)[number]
>;

const dayMs = 86_400_000;

/**
 * Makes a new instance, with an endpoint of its own, of a snapshot. Deletion protection and IAM authentication are off
 * unless asked for, tags given replace those of the snapshot, the class is the original's (API Reference,
 * RestoreDBInstanceFromDBSnapshot). Where it goes: `placementOf`.
 * @throws AwsError DBInstanceAlreadyExists, DBSnapshotNotFound, InvalidDBSnapshotState, KMSKeyNotAccessibleFault,
 * InsufficientDBInstanceCapacity, and those of `placementOf`
 */
export function restoreFromSnapshot(
  rds: Rds,
  input: RestoreDBInstanceFromDBSnapshotCommandInput,
): Body<RestoreDBInstanceFromDBSnapshotCommandOutput> {
  refuseUnmodelled('rds:RestoreDBInstanceFromDBSnapshot', input, [
    'DBInstanceIdentifier',
    'DBSnapshotIdentifier',
    'Engine',
    ...newInstanceMembers,
  ]);
  const id = newInstanceId(rds, input.DBInstanceIdentifier);
  const snapshot = rds.findSnapshot(input.DBSnapshotIdentifier);
  if (snapshot.status !== 'available') {
    throw new AwsError('InvalidDBSnapshotState', `DBSnapshot ${snapshot.id} is not in the available state.`);
  }
  if (input.Engine !== undefined && input.Engine !== snapshot.engine) {
    throw new NotSimulated('rds:RestoreDBInstanceFromDBSnapshot to another engine');
  }
  const instance = bear(rds, 'snapshot', input, {
    ...common(snapshot),
    id,
    tags: { ...snapshot.tags },
    instanceClass: snapshot.instanceClass,
    backupRetentionDays: snapshot.backupRetentionDays,
  });
  return { DBInstance: instanceShape(rds, instance) };
}

/**
 * Makes a new instance of what another one held at a time. Backups must be on; the last five minutes cannot be had (RDS
 * User Guide, USER_PIT). The result replicates from nobody.
 * @throws AwsError DBInstanceNotFound, DBInstanceAlreadyExists, PointInTimeRestoreNotEnabled, InvalidParameterCombination,
 * InvalidParameterValue, KMSKeyNotAccessibleFault, InsufficientDBInstanceCapacity, and those of `placementOf`
 */
export function restoreToPointInTime(
  rds: Rds,
  input: RestoreDBInstanceToPointInTimeCommandInput,
): Body<RestoreDBInstanceToPointInTimeCommandOutput> {
  refuseUnmodelled('rds:RestoreDBInstanceToPointInTime', input, [
    'SourceDBInstanceIdentifier',
    'TargetDBInstanceIdentifier',
    'RestoreTime',
    'UseLatestRestorableTime',
    ...newInstanceMembers,
  ]);
  const source = rds.findInstance(input.SourceDBInstanceIdentifier);
  const id = newInstanceId(rds, input.TargetDBInstanceIdentifier);
  requireRestorable(rds, source, input);
  const instance = bear(rds, 'pointInTime', input, {
    ...common(source),
    id,
    tags: {},
    instanceClass: source.instanceClass,
    backupRetentionDays: source.backupRetentionDays,
  });
  return { DBInstance: instanceShape(rds, instance) };
}

/** What the new instance has of its original. */
type Inherited = Required<Pick<DbInstanceSeed, 'id' | 'tags' | 'instanceClass' | 'backupRetentionDays'>> &
  DbInstanceSeed;

/** The two ways to restore: what takes how long, and what RDS calls it. */
const ways = {
  snapshot: {
    operation: 'rds:RestoreDBInstanceFromDBSnapshot',
    duration: 'rds.restoreFromSnapshot',
    event: 'RDS-EVENT-0043',
  },
  pointInTime: {
    operation: 'rds:RestoreDBInstanceToPointInTime',
    duration: 'rds.pitr',
    event: 'RDS-EVENT-0019',
  },
} as const;

function bear(rds: Rds, way: keyof typeof ways, input: NewInstanceInput, inherited: Inherited): DbInstance {
  const { operation, duration, event } = ways[way];
  const instanceClass = input.DBInstanceClass ?? inherited.instanceClass;
  const retentionDays = input.BackupRetentionPeriod ?? inherited.backupRetentionDays;
  requireRetention(retentionDays);
  const placement = placementOf(rds, operation, input, inherited.id);
  requireMeans(rds, instanceClass, inherited.kmsKeyId);
  const seed: DbInstanceSeed = {
    ...inherited,
    ...placement,
    instanceClass,
    backupRetentionDays: retentionDays,
    ...(input.PreferredBackupWindow !== undefined && { backupWindow: input.PreferredBackupWindow }),
    ...(input.Port !== undefined && { port: input.Port }),
    ...(input.Tags !== undefined && { tags: readTags(input.Tags) }),
    deletionProtection: input.DeletionProtection ?? false,
    copyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
    iamAuthentication: input.EnableIAMDatabaseAuthentication ?? false,
  };
  return giveBirth(rds, seed, {
    duration,
    event,
    modifiesAfterwards: input.VpcSecurityGroupIds !== undefined,
  });
}

type Original = Pick<
  DbInstance,
  | 'engine'
  | 'engineVersion'
  | 'allocatedStorageGiB'
  | 'port'
  | 'masterUsername'
  | 'encrypted'
  | 'dbName'
  | 'kmsKeyId'
>;

function common(original: Original): Omit<DbInstanceSeed, 'id'> {
  const { engine, engineVersion, allocatedStorageGiB, port, masterUsername, encrypted, dbName, kmsKeyId } =
    original;
  return {
    engine,
    engineVersion,
    allocatedStorageGiB,
    port,
    masterUsername,
    encrypted,
    ...(dbName !== undefined && { dbName }),
    ...(kmsKeyId !== undefined && { kmsKeyId }),
  };
}

function requireRestorable(
  rds: Rds,
  source: DbInstance,
  input: RestoreDBInstanceToPointInTimeCommandInput,
): void {
  if (source.backupRetentionDays === 0) {
    throw new AwsError(
      'PointInTimeRestoreNotEnabled',
      `Point in time restore is not enabled for DB instance ${source.id}.`,
    );
  }
  const { RestoreTime: time, UseLatestRestorableTime: latest = false } = input;
  if ((time !== undefined) === latest) {
    throw invalidCombination('Specify either a restore time or the latest restorable time, and not both.');
  }
  const nowMs = rds.sim.clock.nowMs();
  const earliestMs = Math.max(source.createdAtMs, nowMs - source.backupRetentionDays * dayMs);
  const latestMs = latestRestorableMs(nowMs);
  const atMs = time?.getTime() ?? latestMs;
  if (atMs > latestMs) {
    throw invalidValue(
      `The specified instance cannot be restored to a time later than ${new Date(latestMs).toISOString()}.`,
    );
  }
  if (atMs < earliestMs) {
    throw invalidValue(
      `The specified instance cannot be restored to a time earlier than ${new Date(earliestMs).toISOString()}.`,
    );
  }
}
