import type { Tags } from '../ec2/state.ts';

/** What the simulated RDS of one Region holds. */
export interface DbInstance {
  readonly id: string;
  readonly arn: string;
  readonly engine: 'postgres' | 'mysql' | 'mariadb';
  readonly engineVersion: string;
  readonly instanceClass: string;
  readonly allocatedStorageGiB: number;
  readonly endpoint: string;
  readonly port: number;
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
  multiAz: boolean;
  deletionProtection: boolean;
  encrypted: boolean;
  kmsKeyId?: string;
  /** Changes whenever somebody sets another one; never the password itself. */
  masterPasswordRevision: number;
  tags: Tags;
  readonly createdAtMs: number;
  readonly visibleAtMs: number;
}

export interface DbSnapshot {
  readonly id: string;
  readonly arn: string;
  readonly dbInstanceId: string;
  readonly engine: DbInstance['engine'];
  readonly engineVersion: string;
  readonly allocatedStorageGiB: number;
  status: 'creating' | 'available' | 'failed' | 'deleting';
  readonly type: 'manual' | 'automated' | 'awsbackup';
  readonly createdAtMs: number;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string;
  /** ARN of the snapshot in the other Region that this one was copied from. */
  readonly copiedFrom?: string;
  tags: Tags;
}

export interface DbSubnetGroup {
  readonly name: string;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
}
