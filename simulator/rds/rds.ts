import defaults from '../defaults.json' with { type: 'json' };
import { AwsError } from '../errors.ts';
import type { Call, Operations, RegionName, Service } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { TokenBucket } from '../throttle.ts';
import { backUp } from './backup.ts';
import { deleteInstance } from './delete.ts';
import { describeInstances, describeSnapshots, describeSubnetGroups } from './describe.ts';
import { emitInstanceEvent, type InstanceEvent } from './events.ts';
import { type DeathCause, type LagShape, ReplicaLag } from './lag.ts';
import { modifyInstance } from './modify.ts';
import { readArn } from './names.ts';
import { defaultSubnetGroup } from './network.ts';
import { rebootInstance, startInstance, stopInstance } from './power.ts';
import { promoteReadReplica } from './promote.ts';
import { instanceNotFound, snapshotNotFound } from './refusals.ts';
import { createReadReplica } from './replicas.ts';
import { restoreFromSnapshot, restoreToPointInTime } from './restore.ts';
import { instanceFrom, snapshotFrom } from './seeds.ts';
import { copySnapshot, createSnapshot, deleteSnapshot } from './snapshots.ts';
import type {
  DbInstance,
  DbInstanceSeed,
  DbSnapshot,
  DbSnapshotSeed,
  DbSubnetGroup,
  StatusListener,
} from './state.ts';
import { addTags, listTags, removeTags } from './tags.ts';

/** In these states the database answers its clients; a backup or a change of settings does not interrupt it. */
const serving: ReadonlySet<string> = new Set([
  'available',
  'backing-up',
  'modifying',
  'resetting-master-credentials',
  'storage-optimization',
]);

/** RDS of one Region: instances, snapshots and subnet groups, and how they change. */
export class Rds implements Service {
  readonly name = 'rds';
  readonly sim: Simulator;
  readonly region: RegionName;
  readonly instances = new Map<string, DbInstance>();
  readonly snapshots = new Map<string, DbSnapshot>();
  readonly subnetGroups = new Map<string, DbSubnetGroup>();
  readonly lag: ReplicaLag;
  readonly operations: Operations = {
    DescribeDBInstances: (input) => describeInstances(this, input),
    DescribeDBSnapshots: (input) => describeSnapshots(this, input),
    DescribeDBSubnetGroups: (input) => describeSubnetGroups(this, input),
    PromoteReadReplica: (input) => promoteReadReplica(this, input),
    CreateDBInstanceReadReplica: (input) => createReadReplica(this, input),
    ModifyDBInstance: (input) => modifyInstance(this, input),
    RebootDBInstance: (input) => rebootInstance(this, input),
    StartDBInstance: (input) => startInstance(this, input),
    StopDBInstance: (input) => stopInstance(this, input),
    DeleteDBInstance: (input) => deleteInstance(this, input),
    CreateDBSnapshot: (input) => createSnapshot(this, input),
    CopyDBSnapshot: (input) => copySnapshot(this, input),
    DeleteDBSnapshot: (input) => deleteSnapshot(this, input),
    RestoreDBInstanceFromDBSnapshot: (input) => restoreFromSnapshot(this, input),
    RestoreDBInstanceToPointInTime: (input) => restoreToPointInTime(this, input),
    AddTagsToResource: (input) => addTags(this, input),
    RemoveTagsFromResource: (input) => removeTags(this, input),
    ListTagsForResource: (input) => listTags(this, input),
  };
  /** Instance classes that the Region has no capacity for: restores and new replicas of them are refused. */
  readonly exhaustedClasses = new Set<string>();
  /** Lets a scenario fail what RDS has accepted to create: the status it ends in, such as `incompatible-network`. */
  creationFault: (instance: DbInstance) => string | undefined = () => undefined;
  /** Lets a scenario give up a promotion that RDS has accepted. */
  promotionFault: (instance: DbInstance) => boolean = () => false;
  readonly #buckets: Readonly<Record<'describe' | 'mutating', TokenBucket>>;
  readonly #listeners: StatusListener[] = [];
  readonly #endpointDomain: string;
  /** Hosted zone of the endpoints, as `Endpoint.HostedZoneId` gives it. */
  readonly endpointZoneId: string;

  constructor(sim: Simulator, region: RegionName) {
    this.sim = sim;
    this.region = region;
    this.lag = new ReplicaLag(this);
    const { describe, mutating } = defaults.rds.requestBuckets;
    this.#buckets = {
      describe: new TokenBucket(describe, sim.clock),
      mutating: new TokenBucket(mutating, sim.clock),
    };
    this.#endpointDomain = `c${sim.draws.hex('rds.endpointDomain', region, 11)}.${region}.rds.amazonaws.com`;
    this.endpointZoneId = `Z${sim.draws.hex('rds.endpointZone', region, 13).toUpperCase()}`;
  }

  /** @throws AwsError Throttling */
  throttle({ operation }: Call): void {
    const bucket = /^(?:Describe|List)/.test(operation) ? this.#buckets.describe : this.#buckets.mutating;
    if (!bucket.take()) throw new AwsError('Throttling', 'Rate exceeded');
  }

  /** Puts an instance into the world. A replica is linked with its source, in whatever order they come. */
  addInstance(seed: DbInstanceSeed): DbInstance {
    const instance = instanceFrom(this, seed);
    this.instances.set(instance.id, instance);
    if (instance.replicaSource !== undefined) this.lag.publish();
    this.#linkReplicas();
    return instance;
  }

  addSnapshot(seed: DbSnapshotSeed): DbSnapshot {
    const snapshot = snapshotFrom(this, seed);
    this.snapshots.set(snapshot.id, snapshot);
    return snapshot;
  }

  addSubnetGroup(group: DbSubnetGroup): DbSubnetGroup {
    this.subnetGroups.set(group.name, group);
    return group;
  }

  /** Hears of each change of an instance's status, in the order of time. */
  onStatus(listener: StatusListener): void {
    this.#listeners.push(listener);
  }

  /** The truth: whether a client that reaches it can write to this database now. */
  isWritable(id: string): boolean {
    const instance = this.instances.get(id);
    return instance !== undefined && instance.replicaSource === undefined && serving.has(instance.status);
  }

  /**
   * Fixes a replica's lag in seconds from an instant on (by default always, the past of the world included).
   * `inactive` is what RDS reports as −1; `idle` the saw-tooth of a PostgreSQL whose source writes nothing.
   */
  setLag(replicaId: string, shape: LagShape, fromMs = Number.NEGATIVE_INFINITY): void {
    this.lag.set(replicaId, shape, fromMs);
  }

  /** The source of a replica is gone since `atMs`: its lag grows (PostgreSQL) or replication becomes inactive (MySQL). */
  markSourceDead(replicaId: string, cause: DeathCause, atMs: number): void {
    this.lag.markSourceDead(replicaId, cause, atMs);
  }

  /**
   * A cause of its death has ended at `atMs`. Where it was the last, the source is there again, and replication has caught
   * up within that minute.
   */
  markSourceBack(replicaId: string, cause: DeathCause, atMs: number): void {
    this.lag.markSourceBack(replicaId, cause, atMs);
  }

  /** Begins a backup as the backup window would: the instance is `backing-up` until it ends. */
  beginBackup(id: string): void {
    const instance = this.instances.get(id);
    if (!instance) throw new Error(`${this.region} has no DB instance ${id}`);
    backUp(this, instance, () => this.setStatus(instance, 'available'));
  }

  arn(kind: 'db' | 'snapshot' | 'subgrp', id: string): string {
    return `arn:aws:rds:${this.region}:${this.sim.accountId}:${kind}:${id}`;
  }

  endpointOf(id: string): string {
    return `${id}.${this.#endpointDomain}`;
  }

  /** A group of the world, or `default` where the Region has a default VPC. */
  findSubnetGroup(name: string): DbSubnetGroup | undefined {
    return this.subnetGroups.get(name) ?? (name === 'default' ? defaultSubnetGroup(this) : undefined);
  }

  allSubnetGroups(): DbSubnetGroup[] {
    const standard = this.subnetGroups.has('default') ? undefined : defaultSubnetGroup(this);
    return [...this.subnetGroups.values(), ...(standard ? [standard] : [])];
  }

  /** A zone of this Region for something that named none. */
  someZone(subject: string, zones = this.sim.region(this.region).zones): string {
    const index = Math.floor(this.sim.draws.unit('rds.zone', `${this.region}/${subject}`) * zones.length);
    return zones[index] ?? `${this.region}a`;
  }

  /** Calls `fire` after a drawn duration of `defaults.json`, unless the instance is being deleted or gone by then. */
  later(path: string, instance: DbInstance, fire: () => void): void {
    this.after(this.sim.draws.sample(path, instance.arn), instance, fire);
  }

  /** Calls `fire` after so many seconds, unless the instance is being deleted or gone by then. */
  after(seconds: number, instance: DbInstance, fire: () => void): void {
    this.sim.clock.after(seconds * 1000, () => {
      if (this.instances.get(instance.id) === instance && instance.status !== 'deleting') fire();
    });
  }

  /** Takes an instance out of the world, and with it its automated snapshots. */
  remove(instance: DbInstance): void {
    this.unlinkReplica(instance);
    this.lag.forget(instance.id);
    this.instances.delete(instance.id);
    for (const { id, dbInstanceId, type } of [...this.snapshots.values()]) {
      if (dbInstanceId === instance.id && type === 'automated') this.snapshots.delete(id);
    }
  }

  /** Moves an instance to a status and tells everyone who listens. */
  setStatus(instance: DbInstance, status: string): void {
    const previous = instance.status;
    if (previous === status) return;
    instance.status = status;
    const change = { instance, previous, atMs: this.sim.clock.nowMs() };
    for (const listener of this.#listeners) listener(change);
  }

  announce(instance: DbInstance, event: InstanceEvent): void {
    emitInstanceEvent(this, instance, event);
  }

  /** The instance that a caller means by an identifier or ARN. @throws AwsError DBInstanceNotFound */
  findInstance(idOrArn: string | undefined): DbInstance {
    const instance = this.instances.get(this.#localId(idOrArn, 'db'));
    if (!instance || instance.visibleAtMs > this.sim.clock.nowMs()) throw instanceNotFound(idOrArn ?? '');
    return instance;
  }

  /** The snapshot that a caller means by an identifier or ARN. @throws AwsError DBSnapshotNotFound */
  findSnapshot(idOrArn: string | undefined): DbSnapshot {
    const snapshot = this.snapshots.get(this.#localId(idOrArn, 'snapshot'));
    if (!snapshot || snapshot.visibleAtMs > this.sim.clock.nowMs()) throw snapshotNotFound(idOrArn ?? '');
    return snapshot;
  }

  #localId(idOrArn: string | undefined, kind: string): string {
    const arn = readArn(idOrArn ?? '');
    if (!arn) return (idOrArn ?? '').toLowerCase();
    return arn.region === this.region && arn.kind === kind ? arn.id : '';
  }

  /** Each replica stands in its source's list, as its identifier in the same Region and as its ARN elsewhere. */
  #linkReplicas(): void {
    const everyone = this.sim.regions.flatMap(({ rds }) =>
      [...rds.instances.values()].map((instance) => ({ rds, instance })),
    );
    for (const { rds, instance } of everyone) {
      const source = rds.sourceOf(instance);
      if (!source) continue;
      const name = source.rds === rds ? instance.id : instance.arn;
      if (!source.instance.replicaIds.includes(name)) source.instance.replicaIds.push(name);
    }
  }

  /** Takes a replica out of its source's list, wherever that is. */
  unlinkReplica(replica: DbInstance): void {
    const source = this.sourceOf(replica)?.instance;
    if (source) source.replicaIds = source.replicaIds.filter((id) => id !== replica.id && id !== replica.arn);
  }

  /** Where an instance replicates from, if that exists in the world. */
  sourceOf(replica: DbInstance): { readonly rds: Rds; readonly instance: DbInstance } | undefined {
    if (replica.replicaSource === undefined) return undefined;
    const arn = readArn(replica.replicaSource);
    const home = arn ? this.sim.regions.find(({ name }) => name === arn.region)?.rds : this;
    const instance = home?.instances.get(arn?.id ?? replica.replicaSource);
    return home && instance ? { rds: home, instance } : undefined;
  }
}
