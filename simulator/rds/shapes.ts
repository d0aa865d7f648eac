import type {
  DBInstance as DbInstanceShape,
  DBSnapshot as DbSnapshotShape,
  DBSubnetGroup as DbSubnetGroupShape,
  PendingModifiedValues,
  VpcSecurityGroupMembership,
} from '@aws-sdk/client-rds';
import type { Tags } from '../ec2/state.ts';
import { instanceDetails, snapshotDetails } from './details.ts';
import { inactiveLag } from './lag.ts';
import { readArn } from './names.ts';
import type { Rds } from './rds.ts';
import type { DbInstance, DbSnapshot, DbSubnetGroup } from './state.ts';

/** How often RDS ships transaction logs to S3, and so how far behind a point-in-time restore is (User Guide, USER_PIT). */
const logShippingMs = 300_000;

/** The latest time that an instance can be restored to: the last five minutes are missing. */
export function latestRestorableMs(nowMs: number): number {
  return Math.floor(nowMs / logShippingMs) * logShippingMs;
}

export function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

export function readTags(
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): Tags {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

/** An instance as RDS describes it. An endpoint and a creation time exist once it was created. */
export function instanceShape(rds: Rds, instance: DbInstance): DbInstanceShape {
  const born = instance.status !== 'creating';
  const nowMs = rds.sim.clock.nowMs();
  const group = rds.findSubnetGroup(instance.subnetGroup);
  return {
    ...instanceDetails(instance),
    DBInstanceIdentifier: instance.id,
    DBInstanceArn: instance.arn,
    DbiResourceId: instance.resourceId,
    DBInstanceClass: instance.instanceClass,
    DBInstanceStatus: instance.status,
    Engine: instance.engine,
    EngineVersion: instance.engineVersion,
    MasterUsername: instance.masterUsername,
    ...(instance.dbName !== undefined && { DBName: instance.dbName }),
    ...(born && {
      Endpoint: { Address: instance.endpoint, Port: instance.port, HostedZoneId: rds.endpointZoneId },
      InstanceCreateTime: new Date(instance.createdAtMs),
      AvailabilityZone: instance.zone,
    }),
    AllocatedStorage: instance.allocatedStorageGiB,
    StorageType: 'gp3',
    PreferredBackupWindow: instance.backupWindow,
    BackupRetentionPeriod: instance.backupRetentionDays,
    ...(born &&
      instance.backupRetentionDays > 0 && { LatestRestorableTime: new Date(latestRestorableMs(nowMs)) }),
    DBSecurityGroups: [],
    VpcSecurityGroups: securityGroups(instance),
    ...(group && { DBSubnetGroup: subnetGroupShape(rds, group) }),
    PendingModifiedValues: pendingValues(instance),
    MultiAZ: instance.multiAz,
    AutoMinorVersionUpgrade: true,
    ...(instance.replicaSource !== undefined && replication(rds, instance, instance.replicaSource)),
    ReadReplicaDBInstanceIdentifiers: [...instance.replicaIds],
    PubliclyAccessible: instance.publiclyAccessible,
    StorageEncrypted: instance.encrypted,
    ...keyOf(rds, instance),
    IAMDatabaseAuthenticationEnabled: instance.iamAuthentication,
    DeletionProtection: instance.deletionProtection,
    CopyTagsToSnapshot: instance.copyTagsToSnapshot,
    TagList: tagList(instance.tags),
  };
}

/** Whether it replicates shows once it does (RDS User Guide, USER_ReadRepl.Monitoring: `replicating`, `error`, …). */
function replication(rds: Rds, replica: DbInstance, source: string): Partial<DbInstanceShape> {
  const lagSeconds = rds.lag.at(replica, rds.sim.clock.nowMs());
  const Normal = lagSeconds !== inactiveLag;
  const Status = Normal ? 'replicating' : 'error';
  return {
    ReadReplicaSourceDBInstanceIdentifier: source,
    ...(lagSeconds !== undefined && { StatusInfos: [{ StatusType: 'read replication', Normal, Status }] }),
  };
}

function securityGroups(instance: DbInstance): VpcSecurityGroupMembership[] {
  const wanted = instance.pending.securityGroupIds;
  const adding = wanted?.filter((id) => !instance.securityGroupIds.includes(id)) ?? [];
  const held = instance.securityGroupIds.map((id) => ({
    VpcSecurityGroupId: id,
    Status: wanted && !wanted.includes(id) ? 'removing' : 'active',
  }));
  return [...held, ...adding.map((id) => ({ VpcSecurityGroupId: id, Status: 'adding' }))];
}

/** The key of what is encrypted: the one that was named, or the one that AWS manages for RDS. */
function keyOf(rds: Rds, { encrypted, kmsKeyId }: Pick<DbInstance, 'encrypted' | 'kmsKeyId'>) {
  if (!encrypted) return {};
  const { ec2, kms } = rds.sim.region(rds.region);
  return { KmsKeyId: kmsKeyId === undefined ? kms.managedKeyArn('rds') : ec2.keyArn(kmsKeyId) };
}

function pendingValues({ pending }: DbInstance): PendingModifiedValues {
  return {
    ...(pending.backupRetentionDays !== undefined && { BackupRetentionPeriod: pending.backupRetentionDays }),
    ...(pending.multiAz !== undefined && { MultiAZ: pending.multiAz }),
    ...(pending.masterPassword && { MasterUserPassword: '****' }),
  };
}

export function snapshotShape(rds: Rds, snapshot: DbSnapshot): DbSnapshotShape {
  const source = snapshot.copiedFrom === undefined ? undefined : readArn(snapshot.copiedFrom);
  return {
    ...snapshotDetails(snapshot),
    DBSnapshotIdentifier: snapshot.id,
    DBSnapshotArn: snapshot.arn,
    DBInstanceIdentifier: snapshot.dbInstanceId,
    SnapshotCreateTime: new Date(snapshot.createdAtMs),
    OriginalSnapshotCreateTime: new Date(snapshot.originalCreatedAtMs),
    SnapshotType: snapshot.type,
    Status: snapshot.status,
    PercentProgress: snapshot.percentProgress,
    Engine: snapshot.engine,
    EngineVersion: snapshot.engineVersion,
    AllocatedStorage: snapshot.allocatedStorageGiB,
    StorageType: 'gp3',
    Port: snapshot.port,
    AvailabilityZone: snapshot.zone,
    MasterUsername: snapshot.masterUsername,
    BackupRetentionPeriod: snapshot.backupRetentionDays,
    Encrypted: snapshot.encrypted,
    ...keyOf(rds, snapshot),
    ...(snapshot.copiedFrom !== undefined && { SourceDBSnapshotIdentifier: snapshot.copiedFrom }),
    ...(source && { SourceRegion: source.region }),
    TagList: tagList(snapshot.tags),
  };
}

export function subnetGroupShape(rds: Rds, group: DbSubnetGroup): DbSubnetGroupShape {
  const { subnets } = rds.sim.region(rds.region).ec2;
  return {
    DBSubnetGroupName: group.name,
    DBSubnetGroupDescription: group.name,
    DBSubnetGroupArn: rds.arn('subgrp', group.name),
    VpcId: group.vpcId,
    SubnetGroupStatus: 'Complete',
    Subnets: group.subnetIds.map((id) => {
      const zone = subnets.get(id)?.zone;
      return {
        SubnetIdentifier: id,
        ...(zone !== undefined && { SubnetAvailabilityZone: { Name: zone } }),
        SubnetStatus: 'Active',
      };
    }),
    SupportedNetworkTypes: ['IPV4'],
  };
}
