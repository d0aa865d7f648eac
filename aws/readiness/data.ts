import {
  type DBInstance,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { type Answer, mapAnswer } from '../../recovery/answer.ts';
import type { SeenDatabase, SeenDatabaseSnapshot } from '../../recovery/readiness/sight.ts';
import { allPages } from '../pages.ts';
import { type Asking, ask, configOf, nothing } from './asking.ts';

/** What readiness asks RDS of one Region. */
export function openData(asking: Asking) {
  const client = new RDSClient(configOf(asking));
  return {
    /** The DB instances of these ids that there are. */
    databases: (ids: readonly string[]): Promise<Answer<readonly SeenDatabase[]>> => {
      const asked = 'rds:DescribeDBInstances';
      if (ids.length === 0) return nothing([]);
      const Filters = [{ Name: 'db-instance-id', Values: [...ids] }];
      return allPages(async (Marker) => {
        const answer = await ask(asking, asked, (abortSignal) =>
          client.send(new DescribeDBInstancesCommand({ Filters, ...(Marker && { Marker }) }), {
            abortSignal,
          }),
        );
        return mapAnswer(answer, (output) => ({
          items: (output.DBInstances ?? []).map(toDatabase),
          next: output.Marker,
        }));
      }, asked);
    },
    /** All DB snapshots of the Region: a copy keeps the name of the instance of another Region, which no call filters by. */
    snapshots: (): Promise<Answer<readonly SeenDatabaseSnapshot[]>> => {
      const asked = 'rds:DescribeDBSnapshots';
      return allPages(async (Marker) => {
        const answer = await ask(asking, asked, (abortSignal) =>
          client.send(new DescribeDBSnapshotsCommand({ ...(Marker && { Marker }) }), { abortSignal }),
        );
        return mapAnswer(answer, (output) => ({
          items: (output.DBSnapshots ?? []).map((snapshot) => ({
            id: snapshot.DBSnapshotIdentifier ?? '',
            database: snapshot.DBInstanceIdentifier ?? '',
            status: snapshot.Status ?? '',
            createdAt:
              (snapshot.OriginalSnapshotCreateTime ?? snapshot.SnapshotCreateTime)?.toISOString() ?? '',
          })),
          next: output.Marker,
        }));
      }, asked);
    },
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
    tags: Object.fromEntries((instance.TagList ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    ...(source && { source }),
    ...(keyId && { keyId }),
  };
}
