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
  /** When somebody last asked for it to be stopped or terminated. */
  endAskedAtMs?: number;
  /** When it last entered `running`. */
  runningAtMs?: number;
  instanceProfileArn?: string;
  /** Base64, as the API carries it. */
  userData?: string;
  keyName?: string;
  clientToken?: string;
  readonly architecture: Architecture;
  readonly rootDeviceName: string;
  /** Instances of one launch share it. */
  readonly reservationId: string;
  /** Its place among the instances of its launch, from 0. */
  readonly launchIndex: number;
  /** `TerminateInstances` is refused while it is set. */
  disableApiTermination: boolean;
  /** From when on both status checks pass; absent while it is not running. */
  statusOkAtMs?: number;
  /** A status check fails; set by a scenario. */
  impaired?: boolean;
  /** From when on describes show it (EC2 is eventually consistent). */
  readonly visibleAtMs: number;
}

export type Architecture = 'arm64' | 'x86_64';

export interface Attachment {
  readonly volumeId: string;
  readonly instanceId: string;
  readonly device: string;
  state: 'attaching' | 'attached' | 'detaching' | 'detached' | 'busy';
  readonly requestedAtMs: number;
  attachedAtMs?: number;
  deleteOnTermination: boolean;
  /** From when on `DescribeInstances` shows it: the instance's view and the volume's converge separately. */
  readonly instanceViewAtMs: number;
}

/** An attachment point that a volume has left, but that EC2 still holds for it. */
export interface HeldDevice {
  readonly instanceId: string;
  readonly device: string;
  readonly volumeId: string;
  readonly untilMs: number;
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
  state: VolumeState;
  readonly iops?: number;
  readonly throughputMiBps?: number;
  tags: Tags;
  readonly createdAtMs: number;
  availableAtMs?: number;
  readonly clientToken?: string;
  attachment?: Attachment;
  /** Until then `DeleteVolume` says `VolumeInUse`, although describes show it detached. */
  inUseUntilMs?: number;
  readonly visibleAtMs: number;
}

export type VolumeState = 'creating' | 'available' | 'in-use' | 'deleting' | 'deleted' | 'error';

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
  /** From when on describes show it; absent for one that existed before the start. */
  readonly visibleAtMs?: number;
}

/** One entry of a block device mapping: of an image, a launch template or a launch. */
export interface BlockDeviceSpec {
  readonly deviceName: string;
  /** Leaves out what the image would put at this device. */
  readonly noDevice?: boolean;
  readonly snapshotId?: string;
  readonly sizeGiB?: number;
  readonly volumeType?: string;
  readonly encrypted?: boolean;
  readonly kmsKeyId?: string;
  readonly deleteOnTermination?: boolean;
}

export interface Image {
  readonly id: string;
  readonly name: string;
  readonly createdAtMs: number;
  state: 'pending' | 'available' | 'deregistered' | 'failed';
  readonly architecture: Architecture;
  readonly rootDeviceName: string;
  readonly rootSnapshotId: string;
  /** Data volumes that a launch of this image creates, as images of DLM and AWS Backup have them. */
  readonly dataDevices?: readonly BlockDeviceSpec[];
  readonly description?: string;
  tags: Tags;
}

export interface LaunchTemplateVersion {
  readonly imageId?: string;
  readonly instanceType?: string;
  readonly securityGroupIds?: readonly string[];
  readonly instanceProfileArn?: string;
  readonly keyName?: string;
  /** Base64, as the API carries it. */
  readonly userData?: string;
  readonly instanceTags?: Tags;
  readonly volumeTags?: Tags;
  readonly networkInterfaceTags?: Tags;
  readonly blockDevices?: readonly BlockDeviceSpec[];
  readonly disableApiTermination?: boolean;
  /** Says of a version what it is for. */
  readonly description?: string;
}

export interface LaunchTemplate {
  readonly id: string;
  readonly name: string;
  readonly versions: readonly LaunchTemplateVersion[];
  readonly defaultVersion: number;
  readonly createdAtMs: number;
  tags: Tags;
}

export interface Subnet {
  readonly id: string;
  readonly vpcId: string;
  readonly zone: string;
  readonly cidr: string;
  availableIps: number;
  /** Where a launch without a subnet goes in this zone. */
  readonly defaultForZone: boolean;
  tags: Tags;
}

export interface Vpc {
  readonly id: string;
  readonly cidr: string;
  readonly isDefault: boolean;
  tags: Tags;
}

export interface SecurityGroupRule {
  /** `tcp`, `udp`, `icmp`, or `-1` for all. */
  readonly protocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly cidrs?: readonly string[];
  readonly groupIds?: readonly string[];
}

export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly vpcId: string;
  readonly ingress: readonly SecurityGroupRule[];
  readonly egress: readonly SecurityGroupRule[];
  tags: Tags;
}

export interface Route {
  readonly destination: string;
  /** `local`, or the id of a gateway, peering connection or endpoint: `igw-…`, `nat-…`, `pcx-…`, `vpce-…`, `tgw-…`. */
  readonly target: string;
  readonly state: 'active' | 'blackhole';
}

export interface RouteTable {
  readonly id: string;
  readonly vpcId: string;
  /** The VPC's main table serves each subnet that has no table of its own. */
  readonly main: boolean;
  readonly subnetIds: readonly string[];
  readonly routes: readonly Route[];
  tags: Tags;
}

export interface VpcEndpoint {
  readonly id: string;
  readonly vpcId: string;
  readonly serviceName: string;
  readonly type: 'Gateway' | 'Interface';
  readonly state: 'available' | 'pending' | 'deleting';
  /** Of an interface endpoint. */
  readonly subnetIds: readonly string[];
  /** Of a gateway endpoint. */
  readonly routeTableIds: readonly string[];
  readonly createdAtMs: number;
  tags: Tags;
}

export interface VpcPeering {
  readonly id: string;
  readonly requesterVpcId: string;
  readonly accepterVpcId: string;
  readonly accepterRegion: string;
  readonly status: 'active' | 'pending-acceptance' | 'deleted';
  tags: Tags;
}
