import { defaultPort, defaultVersion } from './names.ts';
import { defaultSecurityGroup } from './network.ts';
import type { Rds } from './rds.ts';
import type { DbInstance, DbInstanceSeed, DbSnapshot, DbSnapshotSeed } from './state.ts';

/** Seeds that say nothing of their age have been there for long. */
const seedAgeMs = 90 * 86_400_000;
const neverHidden = Number.NEGATIVE_INFINITY;

/** An instance from what a world or an operation says of it. */
export function instanceFrom(rds: Rds, seed: DbInstanceSeed): DbInstance {
  const engine = seed.engine ?? 'postgres';
  const subnetGroup = seed.subnetGroup ?? 'default';
  const vpcId = rds.findSubnetGroup(subnetGroup)?.vpcId ?? strangeVpc(rds, subnetGroup);
  const replica = seed.replicaSource !== undefined;
  return {
    engineVersion: defaultVersion(engine),
    instanceClass: 'db.m7g.large',
    allocatedStorageGiB: 100,
    port: defaultPort(engine),
    masterUsername: engine === 'postgres' ? 'postgres' : 'admin',
    status: 'available',
    zone: rds.someZone(seed.id),
    securityGroupIds: defaultGroups(rds, vpcId),
    publiclyAccessible: false,
    // Replicas are created without backups (RDS User Guide, USER_ReadRepl).
    backupRetentionDays: replica ? 0 : 7,
    backupWindow: '13:00-13:30',
    multiAz: false,
    deletionProtection: false,
    iamAuthentication: false,
    copyTagsToSnapshot: false,
    encrypted: true,
    masterPasswordRevision: 1,
    tags: {},
    createdAtMs: rds.sim.clock.nowMs() - seedAgeMs,
    visibleAtMs: neverHidden,
    ...seed,
    engine,
    subnetGroup,
    arn: rds.arn('db', seed.id),
    resourceId: resourceId(rds, `${rds.region}/${seed.id}`),
    endpoint: rds.endpointOf(seed.id),
    vpcId,
    replicaIds: [],
    pending: {},
  };
}

/** A snapshot from what a world or an operation says of it; it looks like its instance where that is known. */
export function snapshotFrom(rds: Rds, seed: DbSnapshotSeed): DbSnapshot {
  const origin = rds.sim.regions
    .map(({ rds: other }) => other.instances.get(seed.dbInstanceId))
    .find(Boolean);
  const engine = seed.engine ?? origin?.engine ?? 'postgres';
  const createdAtMs = seed.createdAtMs ?? rds.sim.clock.nowMs();
  return {
    engineVersion: origin?.engineVersion ?? defaultVersion(engine),
    allocatedStorageGiB: origin?.allocatedStorageGiB ?? 100,
    instanceClass: origin?.instanceClass ?? 'db.m7g.large',
    port: origin?.port ?? defaultPort(engine),
    ...(origin?.dbName !== undefined && { dbName: origin.dbName }),
    masterUsername: origin?.masterUsername ?? (engine === 'postgres' ? 'postgres' : 'admin'),
    backupRetentionDays: origin?.backupRetentionDays ?? 1,
    zone: rds.someZone(seed.id),
    dbiResourceId: origin?.resourceId ?? resourceId(rds, `snapshot ${seed.id}`),
    instanceCreatedAtMs: origin?.createdAtMs ?? createdAtMs,
    iamAuthentication: origin?.iamAuthentication ?? false,
    ...(origin && { vpcId: origin.vpcId }),
    status: 'available',
    percentProgress: 100,
    type: 'manual',
    encrypted: origin?.encrypted ?? true,
    tags: {},
    visibleAtMs: neverHidden,
    originalCreatedAtMs: createdAtMs,
    ...seed,
    engine,
    createdAtMs,
    arn: rds.arn('snapshot', seed.id),
  };
}

function resourceId(rds: Rds, subject: string): string {
  return rds.sim.draws.id('db-', subject, 26).toUpperCase().replace('DB-', 'db-');
}

function defaultGroups(rds: Rds, vpcId: string): string[] {
  const group = defaultSecurityGroup(rds, vpcId);
  return group === undefined ? [] : [group];
}

/** Worlds without a network have instances all the same; one that names a group has to have it. */
function strangeVpc(rds: Rds, subnetGroup: string): string {
  if (subnetGroup !== 'default') throw new Error(`${rds.region} has no DB subnet group ${subnetGroup}`);
  return 'vpc-none';
}
