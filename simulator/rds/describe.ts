import type {
  DescribeDBInstancesCommandInput,
  DescribeDBInstancesCommandOutput,
  DescribeDBSnapshotsCommandInput,
  DescribeDBSnapshotsCommandOutput,
  DescribeDBSubnetGroupsCommandInput,
  DescribeDBSubnetGroupsCommandOutput,
  Filter,
} from '@aws-sdk/client-rds';
import { AwsError, NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import { readArn } from './names.ts';
import { pageOf } from './pages.ts';
import type { Rds } from './rds.ts';
import { invalidValue } from './refusals.ts';
import { instanceShape, snapshotShape, subnetGroupShape } from './shapes.ts';
import type { DbInstance, DbSnapshot } from './state.ts';

type Body<Output> = Omit<Output, '$metadata'>;
type Fields<T> = Readonly<Record<string, (item: T) => readonly string[]>>;

const instanceFields: Fields<DbInstance> = {
  'db-instance-id': (instance) => [instance.id, instance.arn],
  'dbi-resource-id': (instance) => [instance.resourceId],
  engine: (instance) => [instance.engine],
};
const snapshotFields: Fields<DbSnapshot> = {
  'db-instance-id': (snapshot) => [snapshot.dbInstanceId],
  'db-snapshot-id': (snapshot) => [snapshot.id, snapshot.arn],
  'snapshot-type': (snapshot) => [snapshot.type],
  engine: (snapshot) => [snapshot.engine],
};
/** Filters that RDS knows and the simulator does not. */
const unmodelledFilters: ReadonlySet<string> = new Set(['db-cluster-id', 'domain', 'dbi-resource-id']);

/** @throws AwsError DBInstanceNotFound for an identifier that does not exist (not for a filter) */
export function describeInstances(
  rds: Rds,
  input: DescribeDBInstancesCommandInput,
): Body<DescribeDBInstancesCommandOutput> {
  refuseUnmodelled('rds:DescribeDBInstances', input, [
    'DBInstanceIdentifier',
    'Filters',
    'MaxRecords',
    'Marker',
  ]);
  const candidates = input.DBInstanceIdentifier
    ? [rds.findInstance(input.DBInstanceIdentifier)]
    : visible(rds, rds.instances.values());
  const chosen = candidates.filter(matching('rds:DescribeDBInstances', instanceFields, input.Filters));
  const { items, marker } = pageOf(chosen, ({ id }) => id, input);
  return {
    DBInstances: items.map((instance) => instanceShape(rds, instance)),
    ...(marker !== undefined && { Marker: marker }),
  };
}

/**
 * Without a type, manual and automated snapshots; those of AWS Backup only when asked for (RDS API Reference,
 * DescribeDBSnapshots).
 * @throws AwsError DBSnapshotNotFound for an identifier that does not exist
 */
export function describeSnapshots(
  rds: Rds,
  input: DescribeDBSnapshotsCommandInput,
): Body<DescribeDBSnapshotsCommandOutput> {
  refuseUnmodelled('rds:DescribeDBSnapshots', input, [
    'DBInstanceIdentifier',
    'DBSnapshotIdentifier',
    'SnapshotType',
    'Filters',
    'MaxRecords',
    'Marker',
    'IncludePublic',
    'IncludeShared',
  ]);
  if (input.IncludePublic || input.IncludeShared)
    throw new NotSimulated('rds:DescribeDBSnapshots of other accounts');
  const candidates = input.DBSnapshotIdentifier
    ? [rds.findSnapshot(input.DBSnapshotIdentifier)]
    : visible(rds, rds.snapshots.values());
  const byType = typeCheck(input.SnapshotType, input.DBSnapshotIdentifier !== undefined);
  const instanceId =
    readArn(input.DBInstanceIdentifier ?? '')?.id ?? input.DBInstanceIdentifier?.toLowerCase();
  const chosen = candidates
    .filter(byType)
    .filter((snapshot) => instanceId === undefined || snapshot.dbInstanceId === instanceId)
    .filter(matching('rds:DescribeDBSnapshots', snapshotFields, input.Filters));
  const { items, marker } = pageOf(chosen, ({ id }) => id, input);
  return {
    DBSnapshots: items.map((snapshot) => snapshotShape(rds, snapshot)),
    ...(marker !== undefined && { Marker: marker }),
  };
}

function typeCheck(type: string | undefined, byId: boolean): (snapshot: DbSnapshot) => boolean {
  if (type === undefined) return ({ type: own }) => byId || own !== 'awsbackup';
  if (type === 'manual' || type === 'automated' || type === 'awsbackup')
    return (snapshot) => snapshot.type === type;
  if (type === 'shared' || type === 'public')
    throw new NotSimulated(`rds:DescribeDBSnapshots of type ${type}`);
  throw invalidValue(`Invalid snapshot type: ${type}`);
}

/** @throws AwsError DBSubnetGroupNotFoundFault */
export function describeSubnetGroups(
  rds: Rds,
  input: DescribeDBSubnetGroupsCommandInput,
): Body<DescribeDBSubnetGroupsCommandOutput> {
  refuseUnmodelled('rds:DescribeDBSubnetGroups', input, ['DBSubnetGroupName', 'MaxRecords', 'Marker']);
  const name = input.DBSubnetGroupName?.toLowerCase();
  const all = rds.allSubnetGroups();
  const chosen = name === undefined ? all : all.filter((group) => group.name === name);
  if (name !== undefined && chosen.length === 0) {
    throw new AwsError('DBSubnetGroupNotFoundFault', `DB subnet group '${name}' does not exist.`, 404);
  }
  const { items, marker } = pageOf(chosen, (group) => group.name, input);
  return {
    DBSubnetGroups: items.map((group) => subnetGroupShape(rds, group)),
    ...(marker !== undefined && { Marker: marker }),
  };
}

function visible<T extends { readonly visibleAtMs: number }>(rds: Rds, items: Iterable<T>): T[] {
  const nowMs = rds.sim.clock.nowMs();
  return [...items].filter((item) => item.visibleAtMs <= nowMs);
}

/** All filters must match, each by any of its values. */
function matching<T>(
  operation: string,
  fields: Fields<T>,
  filters: readonly Filter[] = [],
): (item: T) => boolean {
  for (const { Name } of filters) {
    if (Name !== undefined && Name in fields) continue;
    if (unmodelledFilters.has(Name ?? '')) throw new NotSimulated(`${operation} with the filter ${Name}`);
    throw invalidValue(`Unrecognized filter name: ${Name}`);
  }
  return (item) =>
    filters.every(({ Name, Values }) => fields[Name ?? '']?.(item).some((value) => Values?.includes(value)));
}
