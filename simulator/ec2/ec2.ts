import type { BlockDevice } from '../guest.ts';
import type { Call, Operations, RegionName, Service } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { Attachments, attachmentOperations } from './attachments.ts';
import { Capacity } from './capacity.ts';
import { TokenMemory } from './idempotency.ts';
import { imageOperations } from './images.ts';
import { instanceAttributeOperations } from './instanceAttributes.ts';
import { instanceStatusOperations } from './instanceStatus.ts';
import { instanceOperations } from './instances.ts';
import { launchOperations } from './launch.ts';
import { launchTemplateOperations } from './launchTemplates.ts';
import { Lifecycle, type StateReason } from './lifecycle.ts';
import { networkOperations } from './network.ts';
import { NvmeNames } from './nvme.ts';
import { regionOperations } from './regionFacts.ts';
import { seedImage, seedInstance, seedLaunchTemplate, seedSnapshot, seedVolume } from './seeding.ts';
import {
  seedRouteTable,
  seedSecurityGroup,
  seedSubnet,
  seedVpc,
  seedVpcEndpoint,
  seedVpcPeering,
} from './seedNetwork.ts';
import type {
  ImageSeed,
  InstanceSeed,
  LaunchTemplateSeed,
  RouteTableSeed,
  SecurityGroupSeed,
  SnapshotSeed,
  SubnetSeed,
  VolumeSeed,
  VpcEndpointSeed,
  VpcPeeringSeed,
  VpcSeed,
} from './seeds.ts';
import { snapshotOperations } from './snapshots.ts';
import type {
  Attachment,
  Image,
  Instance,
  InstanceState,
  LaunchTemplate,
  RouteTable,
  SecurityGroup,
  Snapshot,
  Subnet,
  Volume,
  Vpc,
  VpcEndpoint,
  VpcPeering,
} from './state.ts';
import { tagOperations } from './tags.ts';
import { RequestLimits } from './throttle.ts';
import { Disks, volumeOperations } from './volumes.ts';

/** Hears of each state that an instance enters; `previous` is absent for one that has just come into being. */
export type InstanceListener = (instance: Instance, previous: InstanceState | undefined) => void;
/** Hears of each state of an attachment, `detached` last. */
export type AttachmentListener = (volume: Volume, attachment: Attachment) => void;

/** What is wrong with a KMS key, as the cause in an EBS event ends: `is disabled.` */
export type KeyProblem = 'is disabled.' | 'is pending import.' | 'is pending deletion.';

/** EC2 and EBS of one Region: state that anyone may read, changed only by requests, by time, and by a world before it starts. */
export class Ec2 implements Service {
  readonly name = 'ec2';
  readonly operations: Operations;
  readonly sim: Simulator;
  readonly region: RegionName;

  readonly instances = new Map<string, Instance>();
  readonly volumes = new Map<string, Volume>();
  readonly snapshots = new Map<string, Snapshot>();
  readonly images = new Map<string, Image>();
  readonly launchTemplates = new Map<string, LaunchTemplate>();
  readonly vpcs = new Map<string, Vpc>();
  readonly subnets = new Map<string, Subnet>();
  readonly securityGroups = new Map<string, SecurityGroup>();
  readonly routeTables = new Map<string, RouteTable>();
  readonly vpcEndpoints = new Map<string, VpcEndpoint>();
  readonly vpcPeerings = new Map<string, VpcPeering>();
  /** Names of the key pairs that a launch may name. */
  readonly keyPairs = new Set<string>();
  /** ARNs of the instance profiles that a launch may name. */
  readonly instanceProfiles = new Set<string>();
  /** KMS keys (id or ARN) that cannot be used, and why. */
  readonly keyProblems = new Map<string, KeyProblem>();

  /** Whether the operating system has a volume mounted; detaching waits for it. The guest sets it. */
  isMounted: (volumeId: string) => boolean = () => false;
  /** Whether the operating system of a running instance has its network. The guest sets it. */
  isConnected: (instanceId: string) => boolean = () => true;
  /** Lets a scenario fail a launch or start after EC2 has accepted it: `pending` → `terminated` or `stopped`. */
  launchFault: (instance: Instance) => StateReason | undefined = () => undefined;

  readonly capacity: Capacity;
  readonly lifecycle: Lifecycle;
  readonly attachments: Attachments;
  readonly disks: Disks;
  readonly nvme: NvmeNames;
  readonly limits: RequestLimits;
  readonly tokens = new TokenMemory();
  readonly #instanceListeners: InstanceListener[] = [];
  readonly #attachmentListeners: AttachmentListener[] = [];

  constructor(sim: Simulator, region: RegionName) {
    this.sim = sim;
    this.region = region;
    this.capacity = new Capacity(this);
    this.lifecycle = new Lifecycle(this);
    this.attachments = new Attachments(this);
    this.disks = new Disks(this);
    this.nvme = new NvmeNames(this);
    this.limits = new RequestLimits(this);
    this.operations = {
      ...launchOperations(this),
      ...instanceOperations(this),
      ...volumeOperations(this),
      ...attachmentOperations(this),
      ...launchTemplateOperations(this),
      ...snapshotOperations(this),
      ...imageOperations(this),
      ...tagOperations(this),
      ...instanceStatusOperations(this),
      ...instanceAttributeOperations(this),
      ...networkOperations(this),
      ...regionOperations(this),
    };
  }

  throttle(call: Call, input: unknown): void {
    this.limits.take(call, input as object);
  }

  latency(operation: string): string | undefined {
    return operation === 'RunInstances' ? 'ec2.runInstancesApi' : undefined;
  }

  get nowMs(): number {
    return this.sim.clock.nowMs();
  }

  /** Zones of this Region by their full names. */
  get zones(): readonly string[] {
    return this.sim.region(this.region).zones;
  }

  /** Calls `listener` at each change of state of each instance, including those of a world before it starts. */
  onInstanceState(listener: InstanceListener): void {
    this.#instanceListeners.push(listener);
  }

  /** Calls `listener` at each change of an attachment. */
  onAttachment(listener: AttachmentListener): void {
    this.#attachmentListeners.push(listener);
  }

  notifyInstanceState(instance: Instance, previous: InstanceState | undefined): void {
    for (const listener of this.#instanceListeners) listener(instance, previous);
  }

  notifyAttachment(volume: Volume, attachment: Attachment): void {
    for (const listener of this.#attachmentListeners) listener(volume, attachment);
  }

  /** Data volumes as the instance's operating system sees them now; none unless it runs. */
  blockDevices(instanceId: string): readonly BlockDevice[] {
    return this.nvme.list(instanceId);
  }

  /** From now on at most `count` more instances of the type start in the zone. */
  setCapacity(zone: string, instanceType: string, count: number): void {
    this.capacity.set(zone, instanceType, count);
  }

  arn(resourceType: string, id: string): string {
    return `arn:aws:ec2:${this.region}:${this.sim.accountId}:${resourceType}/${id}`;
  }

  keyArn(key: string): string {
    return key.startsWith('arn:') ? key : `arn:aws:kms:${this.region}:${this.sim.accountId}:key/${key}`;
  }

  /** The key of what is encrypted on a disk: the one that was named, or the one that AWS manages for EBS. */
  diskKeyArn({ encrypted, kmsKeyId }: Pick<Volume, 'encrypted' | 'kmsKeyId'>): string | undefined {
    if (!encrypted) return undefined;
    const { kms } = this.sim.region(this.region);
    return kmsKeyId === undefined ? kms.managedKeyArn('ebs') : this.keyArn(kmsKeyId);
  }

  keyProblem(key: string): KeyProblem | undefined {
    return this.keyProblems.get(key) ?? this.keyProblems.get(this.keyArn(key));
  }

  instanceProfileArn(name: string): string {
    return name.startsWith('arn:') ? name : `arn:aws:iam::${this.sim.accountId}:instance-profile/${name}`;
  }

  isRoot(attachment: Attachment): boolean {
    return this.instances.get(attachment.instanceId)?.rootDeviceName === attachment.device;
  }

  addVpc(seed: VpcSeed): Vpc {
    return seedVpc(this, seed);
  }

  addSubnet(seed: SubnetSeed): Subnet {
    return seedSubnet(this, seed);
  }

  addSecurityGroup(seed: SecurityGroupSeed): SecurityGroup {
    return seedSecurityGroup(this, seed);
  }

  addRouteTable(seed: RouteTableSeed): RouteTable {
    return seedRouteTable(this, seed);
  }

  addVpcEndpoint(seed: VpcEndpointSeed): VpcEndpoint {
    return seedVpcEndpoint(this, seed);
  }

  addVpcPeering(seed: VpcPeeringSeed): VpcPeering {
    return seedVpcPeering(this, seed);
  }

  addSnapshot(seed: SnapshotSeed): Snapshot {
    return seedSnapshot(this, seed);
  }

  addImage(seed: ImageSeed): Image {
    return seedImage(this, seed);
  }

  addLaunchTemplate(seed: LaunchTemplateSeed): LaunchTemplate {
    return seedLaunchTemplate(this, seed);
  }

  addInstance(seed: InstanceSeed): Instance {
    return seedInstance(this, seed);
  }

  addVolume(seed: VolumeSeed): Volume {
    return seedVolume(this, seed);
  }

  /** Makes an instance profile known, by its name or ARN; a launch with one that is unknown is refused. Returns its ARN. */
  addInstanceProfile(name: string): string {
    const arn = this.instanceProfileArn(name);
    this.instanceProfiles.add(arn);
    return arn;
  }

  addKeyPair(name: string): void {
    this.keyPairs.add(name);
  }
}
