/** What the simulated EC2 of one Region holds. Other services and the application read it as the truth. */

export type Tags = Record<string, string>;
export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

export interface Instance {
  readonly id: string;
  imageId: string;
  instanceType: string;
  readonly zone: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly privateIp: string;
  securityGroupIds: string[];
  tags: Tags;
  state: InstanceState;
  /** Why it is in a state that nobody asked for, e.g. `Client.InternalError`. */
  stateReason?: { readonly code: string; readonly message: string };
  launchedAtMs: number;
  /** When it last entered `running`. */
  runningAtMs?: number;
  instanceProfileArn?: string;
  userData?: string;
  keyName?: string;
  clientToken?: string;
  /** From when on describes show it (EC2 is eventually consistent). */
  readonly visibleAtMs: number;
}

export interface Attachment {
  readonly volumeId: string;
  readonly instanceId: string;
  readonly device: string;
  state: 'attaching' | 'attached' | 'detaching' | 'detached' | 'busy';
  readonly requestedAtMs: number;
  attachedAtMs?: number;
  deleteOnTermination: boolean;
}

/** What is on a block device: a file system restored from a snapshot keeps its UUID. `none` is a raw volume. */
export interface FileSystem {
  readonly type: 'xfs' | 'ext4' | 'none';
  readonly uuid: string;
}

export interface Volume {
  readonly id: string;
  readonly zone: string;
  readonly sizeGiB: number;
  readonly volumeType: string;
  readonly snapshotId?: string;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string;
  readonly fileSystem: FileSystem;
  state: 'creating' | 'available' | 'in-use' | 'deleting' | 'deleted' | 'error';
  tags: Tags;
  readonly createdAtMs: number;
  availableAtMs?: number;
  readonly clientToken?: string;
  attachment?: Attachment;
  readonly visibleAtMs: number;
}

export interface Snapshot {
  readonly id: string;
  readonly volumeId: string;
  readonly sizeGiB: number;
  readonly startedAtMs: number;
  state: 'pending' | 'completed' | 'error';
  tags: Tags;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string;
  readonly fileSystem: FileSystem;
  readonly description?: string;
}

export interface Image {
  readonly id: string;
  readonly name: string;
  readonly createdAtMs: number;
  state: 'pending' | 'available' | 'deregistered' | 'failed';
  readonly architecture: 'arm64' | 'x86_64';
  readonly rootDeviceName: string;
  readonly rootSnapshotId: string;
  tags: Tags;
}

export interface LaunchTemplateVersion {
  readonly imageId?: string;
  readonly instanceType?: string;
  readonly securityGroupIds?: readonly string[];
  readonly instanceProfileArn?: string;
  readonly keyName?: string;
  readonly userData?: string;
  readonly instanceTags?: Tags;
}

export interface LaunchTemplate {
  readonly id: string;
  readonly name: string;
  readonly versions: readonly LaunchTemplateVersion[];
  readonly defaultVersion: number;
  tags: Tags;
}

export interface Subnet {
  readonly id: string;
  readonly vpcId: string;
  readonly zone: string;
  readonly cidr: string;
  availableIps: number;
  tags: Tags;
}

export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly vpcId: string;
  tags: Tags;
}
