import type { Instance } from '../ec2/state.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { DbInstance } from '../rds/state.ts';
import { currentVersion } from '../s3/state.ts';
import type { Region, Simulator } from '../simulator.ts';
import type { InventoryItem } from './difference.ts';

export {
  type Change,
  diffInventories,
  type InventoryDifference,
  type InventoryItem,
  type ResourceRef,
} from './difference.ts';

export interface InventoryOptions {
  /** Buckets that are not looked into, such as a recovery's own ledger. */
  readonly withoutBuckets?: readonly string[];
}

/** Members that AWS changes by itself, or that only say from when on something is seen. */
const volatile = new Set([
  'accepted',
  'attachedAtMs',
  'availableIps',
  'cancelNext',
  'instanceViewAtMs',
  'inUseUntilMs',
  'lastCheckPassed',
  'phase',
  'statusOkAtMs',
  'streak',
  'visibleAtMs',
]);

/**
 * Every resource of the account with all that somebody could change about it, in a canonical order. What AWS still shows
 * for a while although it is gone (terminated instances, deleted volumes) is not in it.
 */
export function inventory(sim: Simulator, options: InventoryOptions = {}): readonly InventoryItem[] {
  const items = [
    ...sim.regions.flatMap((region) => [
      ...compute(region),
      ...network(region),
      ...data(region),
      ...rest(region),
    ]),
    ...dns(sim),
    ...buckets(sim, options.withoutBuckets ?? []),
  ];
  return items.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function compute(region: Region): InventoryItem[] {
  const { autoscaling, ec2, name } = region;
  const instances = [...ec2.instances.values()].filter(({ state }) => state !== 'terminated');
  const volumes = [...ec2.volumes.values()].filter(
    ({ state }) => state !== 'deleted' && state !== 'deleting',
  );
  const images = [...ec2.images.values()].filter(({ state }) => state !== 'deregistered');
  return [
    ...instances.map((instance) =>
      item(name, 'instance', instance.id, { ...instance, ...guestOf(region, instance) }),
    ),
    ...volumes.map((volume) => item(name, 'volume', volume.id, volume)),
    ...images.map((image) => item(name, 'image', image.id, image)),
    ...all(name, 'snapshot', ec2.snapshots),
    ...all(name, 'launchTemplate', ec2.launchTemplates),
    ...all(name, 'autoScalingGroup', autoscaling.groups),
  ];
}

/**
 * What the operating system of an instance has mounted, and what its application has read. An instance of the world that
 * has not had its first instant yet has what it will have then.
 */
function guestOf({ guests, ssm }: Region, instance: Instance): object {
  if (instance.state !== 'running') return {};
  const guest = guests.of(instance.id);
  if (guests.isUp(instance.id)) {
    return { mounts: [...guest.mounts.values()], settings: Object.fromEntries(guest.settings) };
  }
  const settings = guests.settingsOf(instance).flatMap((name) => {
    const value = ssm.parameterValue(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { mounts: [...guest.fstab.values()], settings: Object.fromEntries(settings) };
}

function network({ ec2, elbv2, name }: Region): InventoryItem[] {
  return [
    ...all(name, 'vpc', ec2.vpcs),
    ...all(name, 'subnet', ec2.subnets),
    ...all(name, 'securityGroup', ec2.securityGroups),
    ...all(name, 'routeTable', ec2.routeTables),
    ...all(name, 'vpcEndpoint', ec2.vpcEndpoints),
    ...all(name, 'vpcPeering', ec2.vpcPeerings),
    ...all(name, 'loadBalancer', elbv2.loadBalancers),
    ...[...elbv2.targetGroups.values()].map((group) => item(name, 'targetGroup', group.name, group)),
  ];
}

function data({ rds, ssm, name }: Region): InventoryItem[] {
  const parameters = ssm.parameters.all.map((parameter) => {
    const { versions, ...own } = parameter;
    const { value, version } = versions.at(-1)!;
    return item(name, 'parameter', parameter.name, { ...own, value, version });
  });
  return [
    ...[...rds.instances.values()].map((database) =>
      item(name, 'dbInstance', database.id, settled(database)),
    ),
    ...all(name, 'dbSnapshot', rds.snapshots),
    ...all(name, 'dbSubnetGroup', rds.subnetGroups),
    ...parameters,
    ...ssm.documents.all.map((document) => item(name, 'document', document.name, document)),
  ];
}

/** A backup comes and goes by itself, each day; nobody did anything to an instance that is in one. */
function settled(database: DbInstance): DbInstance {
  return database.status === 'backing-up' ? { ...database, status: 'available' } : database;
}

function rest({ sns, cloudwatch, name }: Region): InventoryItem[] {
  const alarms = [...cloudwatch.alarms.alarms.values()];
  return [
    ...all(name, 'topic', sns.topics),
    ...alarms.map((alarm) => item(name, 'alarm', alarm.name, { configuration: alarm.input })),
  ];
}

function dns({ route53 }: Simulator): InventoryItem[] {
  const records = route53.zones.all.flatMap((zone) =>
    [...zone.records].map(([key, record]) => item('global', 'record', `${zone.id}|${key}`, record)),
  );
  const zones = route53.zones.all.map(({ id, name, privateZone }) =>
    item('global', 'hostedZone', id, { name, privateZone }),
  );
  const checks = route53.health.all.map(({ id, settings }) =>
    item('global', 'healthCheck', id, { settings }),
  );
  return [...zones, ...records, ...checks];
}

function buckets({ s3 }: Simulator, without: readonly string[]): InventoryItem[] {
  return [...s3.buckets.values()]
    .filter(({ name }) => !without.includes(name))
    .flatMap((bucket) => {
      const { keys, ...own } = bucket;
      const objects = [...keys.keys()].flatMap((key) => {
        const version = currentVersion(bucket, key);
        if (!version) return [];
        const { etag, versionId } = version;
        return [item(bucket.region, 'object', `${bucket.name}/${key}`, { etag, versionId })];
      });
      return [item(bucket.region, 'bucket', bucket.name, own), ...objects];
    });
}

function all(region: string, type: string, resources: ReadonlyMap<string, object>): InventoryItem[] {
  return [...resources].map(([id, resource]) => item(region, type, id, resource));
}

function item(region: string, type: string, id: string, resource: object): InventoryItem {
  return { region, type, id, attributes: canonical(resource) as JsonObject };
}

/** JSON with sorted members and without what is volatile; maps become objects, and what is undefined is left out. */
function canonical(value: unknown): Json {
  if (value instanceof Map) return canonical(Object.fromEntries(value));
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([name, member]) => member !== undefined && typeof member !== 'function' && !volatile.has(name))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(members.map(([name, member]) => [name, canonical(member)]));
  }
  return isObject(value) ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
    ? value
    : null;
}

function keyOf({ region, type, id }: InventoryItem): string {
  return `${region}|${type}|${id}`;
}
