import type {
  Architecture,
  BlockDeviceSpec,
  FileSystem,
  Image,
  InstanceState,
  LaunchTemplateVersion,
  Route,
  SecurityGroupRule,
  Snapshot,
  Tags,
  VpcEndpoint,
  VpcPeering,
} from './state.ts';

/** What a world says of resources that exist before its start. An id that is not given is drawn, by the `Name` tag. */
interface Seed {
  readonly id?: string;
  readonly tags?: Tags;
}

export interface VpcSeed extends Seed {
  readonly cidr?: string;
  readonly isDefault?: boolean;
}

export interface SubnetSeed extends Seed {
  readonly zone: string;
  /** A VPC that was not added before comes into being with 10.0.0.0/16. */
  readonly vpcId?: string;
  readonly cidr?: string;
  readonly availableIps?: number;
  readonly defaultForZone?: boolean;
}

export interface SecurityGroupSeed extends Seed {
  readonly name: string;
  readonly vpcId: string;
  readonly ingress?: readonly SecurityGroupRule[];
  readonly egress?: readonly SecurityGroupRule[];
}

export interface SnapshotSeed extends Seed {
  readonly sizeGiB?: number;
  /** A copied snapshot names a volume that does not exist, which is the default. */
  readonly volumeId?: string;
  readonly startedAtMs?: number;
  readonly state?: Snapshot['state'];
  readonly kmsKeyId?: string;
  readonly encrypted?: boolean;
  readonly fileSystem?: FileSystem;
  readonly description?: string;
}

export interface ImageSeed extends Seed {
  readonly name?: string;
  readonly createdAtMs?: number;
  readonly state?: Image['state'];
  readonly architecture?: Architecture;
  readonly rootDeviceName?: string;
  /** A snapshot that was not added before comes into being with the image. */
  readonly rootSnapshotId?: string;
  readonly kmsKeyId?: string;
  readonly dataDevices?: readonly BlockDeviceSpec[];
  readonly description?: string;
}

export interface InstanceSeed extends Seed {
  readonly instanceType?: string;
  readonly imageId?: string;
  readonly subnetId?: string;
  readonly zone?: string;
  readonly state?: Extract<InstanceState, 'running' | 'stopped'>;
  readonly launchedAtMs?: number;
  readonly securityGroupIds?: readonly string[];
  readonly privateIp?: string;
  /** Its name or its ARN. */
  readonly instanceProfile?: string;
  readonly keyName?: string;
  /** Plain text. */
  readonly userData?: string;
  readonly disableApiTermination?: boolean;
  readonly rootDeviceName?: string;
}

export interface VolumeSeed extends Seed {
  /** Not needed with `attach`. */
  readonly zone?: string;
  readonly sizeGiB?: number;
  readonly volumeType?: string;
  readonly snapshotId?: string;
  readonly encrypted?: boolean;
  readonly kmsKeyId?: string;
  readonly fileSystem?: FileSystem;
  readonly createdAtMs?: number;
  readonly attach?: {
    readonly instanceId: string;
    readonly device: string;
    readonly deleteOnTermination?: boolean;
  };
}

export interface LaunchTemplateSeed extends Seed {
  readonly name: string;
  /** The first is version 1. */
  readonly versions: readonly LaunchTemplateVersion[];
  readonly defaultVersion?: number;
  readonly createdAtMs?: number;
}

export interface RouteTableSeed extends Seed {
  readonly vpcId: string;
  readonly main?: boolean;
  readonly subnetIds?: readonly string[];
  /** Beside the local route, which each table has. */
  readonly routes?: readonly Route[];
}

export interface VpcEndpointSeed extends Seed {
  readonly vpcId: string;
  readonly serviceName: string;
  readonly type?: VpcEndpoint['type'];
  readonly subnetIds?: readonly string[];
  readonly routeTableIds?: readonly string[];
}

export interface VpcPeeringSeed extends Seed {
  readonly requesterVpcId: string;
  readonly accepterVpcId: string;
  readonly accepterRegion?: string;
  readonly status?: VpcPeering['status'];
}
