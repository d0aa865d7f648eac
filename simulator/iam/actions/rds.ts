import type {
  DescribeDBInstancesCommandInput,
  DescribeDBSnapshotsCommandInput,
  ModifyDBInstanceCommandInput,
  RestoreDBInstanceFromDBSnapshotCommandInput,
} from '@aws-sdk/client-rds';
import { readArn } from '../../rds/names.ts';
import { type ActionTable, type Check, listed, type Place, refuseMembers } from '../check.ts';
import { through } from './kms.ts';

interface OfDatabase {
  readonly DBInstanceIdentifier?: string | undefined;
}

/** Actions, resources and condition keys of Amazon RDS (Service Authorization Reference, Amazon RDS). */
export const rdsActions: ActionTable = {
  DescribeDBInstances: (input: DescribeDBInstancesCommandInput, place) => [
    database('rds:DescribeDBInstances', input, place),
  ],
  DescribeDBSnapshots: (input: DescribeDBSnapshotsCommandInput, place) =>
    input.DBInstanceIdentifier !== undefined && input.DBSnapshotIdentifier === undefined
      ? [database('rds:DescribeDBSnapshots', input, place)]
      : [snapshot('rds:DescribeDBSnapshots', input.DBSnapshotIdentifier ?? '*', place)],
  ModifyDBInstance: (input: ModifyDBInstanceCommandInput, place) => {
    const others = ['DBParameterGroupName', 'DBSecurityGroups', 'DBSubnetGroupName', 'OptionGroupName'];
    refuseMembers('rds:ModifyDBInstance', input, others);
    return [database('rds:ModifyDBInstance', input, place)];
  },
  DeleteDBInstance: (input: OfDatabase, place) => [database('rds:DeleteDBInstance', input, place)],
  PromoteReadReplica: (input: OfDatabase, place) => [database('rds:PromoteReadReplica', input, place)],
  RestoreDBInstanceFromDBSnapshot: restore,
};

/** Without an identifier every database of the Region is asked for. */
function database(action: string, { DBInstanceIdentifier: id = '*' }: OfDatabase, place: Place): Check {
  return tagged(action, 'db', id, place.region.rds.instances, place);
}

function snapshot(action: string, id: string, place: Place): Check {
  return tagged(action, 'snapshot', id, place.region.rds.snapshots, place);
}

function tagged(
  action: string,
  kind: 'db' | 'snapshot',
  given: string,
  known: ReadonlyMap<string, { readonly tags: Readonly<Record<string, string>> }>,
  place: Place,
): Check {
  const id = (readArn(given)?.id ?? given).toLowerCase();
  return {
    action,
    resource: given.startsWith('arn:') ? given : place.arn('rds', `${kind}:${id}`),
    resourceTags: known.get(id)?.tags ?? {},
    isAbsent: id !== '*' && !known.has(id),
  };
}

/** The groups of a restored database are its engine's default ones where the request names none. */
function restore(input: RestoreDBInstanceFromDBSnapshotCommandInput, place: Place): readonly Check[] {
  const { DBInstanceIdentifier = '', DBSnapshotIdentifier = '', Tags } = input;
  const { snapshots } = place.region.rds;
  const source = snapshots.get((readArn(DBSnapshotIdentifier)?.id ?? DBSnapshotIdentifier).toLowerCase());
  const requestTags = listed(Tags);
  const action = 'rds:RestoreDBInstanceFromDBSnapshot';
  const copy = place.arn('rds', `db:${DBInstanceIdentifier.toLowerCase()}`);
  const family = `${source?.engine ?? ''}${source?.engineVersion.split('.')[0] ?? ''}`;
  const group = (kind: string, name: string): Check => ({
    action,
    resource: place.arn('rds', `${kind}:${name}`),
    resourceTags: {},
    requestTags,
  });
  return [
    { action, resource: copy, resourceTags: {}, requestTags },
    { ...snapshot(action, DBSnapshotIdentifier, place), requestTags },
    group('og', input.OptionGroupName ?? `default:${family}`),
    group('pg', input.DBParameterGroupName ?? `default.${family}`),
    group('subgrp', input.DBSubnetGroupName ?? 'default'),
    ...(Object.keys(requestTags).length === 0
      ? []
      : [{ action: 'rds:AddTagsToResource', resource: copy, resourceTags: {}, requestTags }]),
    // RDS User Guide, AWS KMS key management, Authorizing use of a customer managed key.
    ...(source?.kmsKeyId === undefined
      ? []
      : through('rds', ['kms:CreateGrant', 'kms:DescribeKey'], source.kmsKeyId, place)),
  ];
}
