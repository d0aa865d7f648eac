import {
  type DBInstance,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import type { Answer } from '../../recovery/answer.ts';
import type { SeenDatabase, SeenDatabaseSnapshot } from '../../recovery/readiness/sight.ts';
import { toTags } from '../tags.ts';
import { type Asking, askAll, clientFor, nothing } from './asking.ts';

/** What readiness asks RDS of one Region. */
export function openData(asking: Asking) {
  const client = clientFor(RDSClient, asking);
  return {
    /** The DB instances of these ids that there are. */
    databases: (ids: readonly string[]): Promise<Answer<readonly SeenDatabase[]>> => {
      if (ids.length === 0) return nothing([]);
      const Filters = [{ Name: 'db-instance-id', Values: [...ids] }];
      return askAll(asking, {
        asked: 'rds:DescribeDBInstances',
        send: (Marker, abortSignal) =>
          client.send(new DescribeDBInstancesCommand({ Filters, Marker }), { abortSignal }),
        next: ({ Marker }) => Marker,
        items: ({ DBInstances = [] }) => DBInstances.map(toDatabase),
      });
    },
    /** All DB snapshots of the Region: a copy keeps the name of the instance of another Region, which no call filters by. */
    snapshots: (): Promise<Answer<readonly SeenDatabaseSnapshot[]>> =>
      askAll(asking, {
        asked: 'rds:DescribeDBSnapshots',
        send: (Marker, abortSignal) =>
          client.send(new DescribeDBSnapshotsCommand({ Marker }), { abortSignal }),
        next: ({ Marker }) => Marker,
        items: ({ DBSnapshots = [] }) =>
          DBSnapshots.map((snapshot) => ({
            id: snapshot.DBSnapshotIdentifier ?? '',
            database: snapshot.DBInstanceIdentifier ?? '',
            status: snapshot.Status ?? '',
            createdAt:
              (snapshot.OriginalSnapshotCreateTime ?? snapshot.SnapshotCreateTime)?.toISOString() ?? '',
          })),
      }),
  };
}

function toDatabase(instance: DBInstance): SeenDatabase {
  const { ReadReplicaSourceDBInstanceIdentifier: source, KmsKeyId: keyId } = instance;
  return {
    id: instance.DBInstanceIdentifier ?? '',
    arn: instance.DBInstanceArn ?? '',
    status: instance.DBInstanceStatus ?? '',
    engine: instance.Engine ?? '',
    version: instance.EngineVersion ?? '',
    class: instance.DBInstanceClass ?? '',
    tags: toTags(instance.TagList),
    ...(source && { source }),
    ...(keyId && { keyId }),
  };
}
