import type { Tags } from '../ec2/state.ts';

export type DbEngine = 'postgres' | 'mysql' | 'mariadb';

/** What the simulated RDS of one Region holds. */
export interface DbInstance {
  readonly id: string;
  readonly arn: string;
  /** `DbiResourceId`, which survives a rename and names automated backups. */
  readonly resourceId: string;
  readonly engine: DbEngine;
  readonly engineVersion: string;
  readonly instanceClass: string;
  readonly allocatedStorageGiB: number;
  readonly endpoint: string;
  readonly port: number;
  readonly dbName?: string;
  readonly masterUsername: string;
  /** `available`, `modifying`, `rebooting`, `backing-up`, `creating`, `deleting`, `failed`, … as RDS documents them. */
  status: string;
  /** ARN (other Region) or id (same Region) of the instance it replicates from. */
  replicaSource?: string;
  replicaIds: string[];
  readonly subnetGroup: string;
  readonly vpcId: string;
  readonly zone: string;
  securityGroupIds: string[];
  publiclyAccessible: boolean;
  backupRetentionDays: number;
  backupWindow: string;
  multiAz: boolean;
  deletionProtection: boolean;
  iamAuthentication: boolean;
  readonly copyTagsToSnapshot: boolean;
  encrypted: boolean;
  kmsKeyId?: string;
  /** Changes whenever somebody sets another one; never the password itself. */
  masterPasswordRevision: number;
  /** An operation was accepted that `status` does not show yet: further ones are refused already. */
  accepted?: string;
  /** What an accepted operation or the next maintenance window will change. */
  pending: PendingChanges;
  tags: Tags;
  readonly createdAtMs: number;
  /** Until when nobody has seen it: RDS is eventually consistent after a create. */
  readonly visibleAtMs: number;
}

/** Values that were asked for and do not hold yet. */
export interface PendingChanges {
  securityGroupIds?: string[];
  publiclyAccessible?: boolean;
  backupRetentionDays?: number;
  multiAz?: boolean;
  masterPassword?: true;
}

export interface DbSnapshot {
  readonly id: string;
  readonly arn: string;
  readonly dbInstanceId: string;
  readonly engine: DbEngine;
  readonly engineVersion: string;
  readonly allocatedStorageGiB: number;
  /** Of the instance it was taken of: what a restore gets where it names none. */
  readonly instanceClass: string;
  readonly port: number;
  readonly dbName?: string;
  readonly masterUsername: string;
  readonly backupRetentionDays: number;
  readonly zone: string;
  /** Of the instance it was taken of; `vpcId` where that is known. */
  readonly dbiResourceId: string;
  readonly instanceCreatedAtMs: number;
  readonly iamAuthentication: boolean;
  readonly vpcId?: string;
  status: 'creating' | 'available' | 'failed' | 'deleting';
  percentProgress: number;
  readonly type: 'manual' | 'automated' | 'awsbackup';
  readonly createdAtMs: number;
  /** When the data was that it holds; a copy keeps it. */
  readonly originalCreatedAtMs: number;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string;
  /** ARN of the snapshot in the other Region that this one was copied from. */
  readonly copiedFrom?: string;
  tags: Tags;
  readonly visibleAtMs: number;
}

export interface DbSubnetGroup {
  readonly name: string;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
}

type Seeded<T, Required extends keyof T, Derived extends keyof T> = Pick<T, Required> &
  Partial<Omit<T, Required | Derived>>;

/** An instance of the world at its start; what is left out gets the default that its neighbours would have. */
export type DbInstanceSeed = Seeded<
  DbInstance,
  'id',
  'arn' | 'resourceId' | 'endpoint' | 'vpcId' | 'replicaIds' | 'accepted' | 'pending'
>;

/** A snapshot of the world at its start. */
export type DbSnapshotSeed = Seeded<DbSnapshot, 'id' | 'dbInstanceId', 'arn'>;

/** What an instance became, as listeners hear it. */
export interface StatusChange {
  readonly instance: DbInstance;
  readonly previous: string;
  readonly atMs: number;
}
export type StatusListener = (change: StatusChange) => void;
