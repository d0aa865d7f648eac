import {
  type DBInstance,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  ModifyDBInstanceCommand,
  PromoteReadReplicaCommand,
  RDSClient,
  RestoreDBInstanceFromDBSnapshotCommand,
} from '@aws-sdk/client-rds';
import type { Answer } from '../recovery/answer.ts';
import type { ObservedDatabase, ObservedDatabaseSnapshot } from '../recovery/observed.ts';
import { type Access, openClient } from './access.ts';
import { call } from './call.ts';
import { allPages } from './pages.ts';
import { tagList, toTags } from './tags.ts';

export type Rds = ReturnType<typeof openRds>;

/** A copy restored from a snapshot, into a network of its own. */
export interface RestoreRequest {
  readonly copy: string;
  readonly snapshot: string;
  readonly class: string;
  readonly subnetGroup?: string;
  readonly securityGroups: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/** RDS of one Region, in our words. */
export function openRds(access: Access, region = access.region) {
  const client = openClient(RDSClient, access, region);
  return {
    /** All DB instances of the Region, by id. */
    databases: () => describeDatabases(access, client),
    snapshots: () => describeSnapshots(access, client),
    /** Not repeatable: a second call on a promoted instance is an error that reads like a failure. */
    promote: (id: string, backupRetentionDays: number): Promise<Answer<unknown>> =>
      call(
        access,
        'rds:PromoteReadReplica',
        (abortSignal) =>
          client.send(
            new PromoteReadReplicaCommand({
              DBInstanceIdentifier: id,
              BackupRetentionPeriod: backupRetentionDays,
            }),
            { abortSignal },
          ),
        { repeatable: false },
      ),
    /** The identifier is the token: a second restore under it is refused. */
    restore: (request: RestoreRequest): Promise<Answer<unknown>> =>
      call(access, 'rds:RestoreDBInstanceFromDBSnapshot', (abortSignal) =>
        client.send(
          new RestoreDBInstanceFromDBSnapshotCommand({
            DBInstanceIdentifier: request.copy,
            DBSnapshotIdentifier: request.snapshot,
            DBInstanceClass: request.class,
            VpcSecurityGroupIds: [...request.securityGroups],
            PubliclyAccessible: false,
            DeletionProtection: false,
            MultiAZ: false,
            Tags: tagList(request.tags),
            ...(request.subnetGroup && { DBSubnetGroupName: request.subnetGroup }),
          }),
          { abortSignal },
        ),
      ),
    replacePassword: (id: string, password: string): Promise<Answer<unknown>> =>
      call(access, 'rds:ModifyDBInstance', (abortSignal) =>
        client.send(
          new ModifyDBInstanceCommand({
            DBInstanceIdentifier: id,
            MasterUserPassword: password,
            ApplyImmediately: true,
          }),
          { abortSignal },
        ),
      ),
    /** Deletes a drill's copy, with nothing kept of it. */
    deleteCopy: (id: string): Promise<Answer<unknown>> =>
      call(access, 'rds:DeleteDBInstance', (abortSignal) =>
        client.send(
          new DeleteDBInstanceCommand({
            DBInstanceIdentifier: id,
            SkipFinalSnapshot: true,
            DeleteAutomatedBackups: true,
          }),
          { abortSignal },
        ),
      ),
  };
}

function describeDatabases(access: Access, client: RDSClient): Promise<Answer<readonly ObservedDatabase[]>> {
  return allPages(access, {
    asked: 'rds:DescribeDBInstances',
    send: (Marker, abortSignal) => client.send(new DescribeDBInstancesCommand({ Marker }), { abortSignal }),
    next: ({ Marker }) => Marker,
    items: ({ DBInstances = [] }) => DBInstances.map(toDatabase),
  });
}

function describeSnapshots(
  access: Access,
  client: RDSClient,
): Promise<Answer<readonly ObservedDatabaseSnapshot[]>> {
  return allPages(access, {
    asked: 'rds:DescribeDBSnapshots',
    send: (Marker, abortSignal) => client.send(new DescribeDBSnapshotsCommand({ Marker }), { abortSignal }),
    next: ({ Marker }) => Marker,
    items: ({ DBSnapshots = [] }) =>
      DBSnapshots.map((snapshot) => ({
        id: snapshot.DBSnapshotIdentifier ?? '',
        arn: snapshot.DBSnapshotArn ?? '',
        database: snapshot.DBInstanceIdentifier ?? '',
        status: snapshot.Status ?? '',
        createdAt: snapshot.SnapshotCreateTime?.toISOString() ?? '',
      })),
  });
}

function toDatabase(instance: DBInstance): ObservedDatabase {
  const { ReadReplicaSourceDBInstanceIdentifier: source, Endpoint } = instance;
  return {
    id: instance.DBInstanceIdentifier ?? '',
    arn: instance.DBInstanceArn ?? '',
    status: instance.DBInstanceStatus ?? '',
    class: instance.DBInstanceClass ?? '',
    securityGroups: (instance.VpcSecurityGroups ?? []).flatMap((group) => group.VpcSecurityGroupId ?? []),
    backupRetentionDays: instance.BackupRetentionPeriod ?? 0,
    multiAz: instance.MultiAZ ?? false,
    tags: toTags(instance.TagList),
    ...(source && { source }),
    ...(Endpoint?.Address && { endpoint: Endpoint.Address }),
  };
}
