import type {
  CreateDBInstanceReadReplicaCommandInput,
  CreateDBInstanceReadReplicaCommandOutput,
} from '@aws-sdk/client-rds';
import { NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import { giveBirth, newInstanceId, requireMeans } from './creation.ts';
import { readArn } from './names.ts';
import { type Placement, placementOf } from './network.ts';
import type { Rds } from './rds.ts';
import { instanceNotFound, invalidCombination, invalidState } from './refusals.ts';
import { instanceShape, readTags } from './shapes.ts';
import type { DbInstance } from './state.ts';

/**
 * Makes a replica, without backups, in this Region of an instance here (by identifier) or elsewhere (by ARN). In its
 * source's Region it lives where the source does; elsewhere the Region's defaults hold (RDS User Guide, USER_ReadRepl).
 * @throws AwsError DBInstanceNotFound, DBInstanceAlreadyExists, InvalidDBInstanceState, InvalidParameterCombination,
 * KMSKeyNotAccessibleFault, InsufficientDBInstanceCapacity, and those of `placementOf`
 */
export function createReadReplica(
  rds: Rds,
  input: CreateDBInstanceReadReplicaCommandInput,
): Omit<CreateDBInstanceReadReplicaCommandOutput, '$metadata'> {
  refuseUnmodelled('rds:CreateDBInstanceReadReplica', input, [
    'DBInstanceIdentifier',
    'SourceDBInstanceIdentifier',
    'DBInstanceClass',
    'DBSubnetGroupName',
    'VpcSecurityGroupIds',
    'AvailabilityZone',
    'MultiAZ',
    'PubliclyAccessible',
    'Port',
    'KmsKeyId',
    'PreSignedUrl',
    'DeletionProtection',
    'CopyTagsToSnapshot',
    'Tags',
  ]);
  const id = newInstanceId(rds, input.DBInstanceIdentifier);
  const source = findSource(rds, input.SourceDBInstanceIdentifier ?? '');
  const here = rds.instances.get(source.id) === source;
  requireSource(source, here);
  const kmsKeyId = here ? source.kmsKeyId : input.KmsKeyId;
  if (source.encrypted && !here && kmsKeyId === undefined) {
    throw invalidCombination('Cannot create a cross region unencrypted read replica from encrypted source.');
  }
  const instanceClass = input.DBInstanceClass ?? source.instanceClass;
  const placement = here
    ? besideSource(rds, source, input, id)
    : placementOf(rds, 'rds:CreateDBInstanceReadReplica', input, id);
  requireMeans(rds, instanceClass, kmsKeyId);
  const replica = giveBirth(
    rds,
    {
      ...placement,
      id,
      replicaSource: here ? source.id : source.arn,
      engine: source.engine,
      engineVersion: source.engineVersion,
      instanceClass,
      allocatedStorageGiB: source.allocatedStorageGiB,
      masterUsername: source.masterUsername,
      port: input.Port ?? source.port,
      backupRetentionDays: 0,
      encrypted: source.encrypted,
      ...(kmsKeyId !== undefined && { kmsKeyId }),
      deletionProtection: input.DeletionProtection ?? false,
      copyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
      tags: readTags(input.Tags),
    },
    { duration: 'rds.createReplica', event: 'RDS-EVENT-0046', modifiesAfterwards: false },
  );
  return { DBInstance: instanceShape(rds, replica) };
}

function findSource(rds: Rds, idOrArn: string): DbInstance {
  const arn = readArn(idOrArn);
  const home = arn ? rds.sim.regions.find(({ name }) => name === arn.region)?.rds : rds;
  if (!home) throw instanceNotFound(idOrArn);
  return home.findInstance(idOrArn);
}

function requireSource(source: DbInstance, here: boolean): void {
  if (source.backupRetentionDays === 0 && source.replicaSource === undefined) {
    throw invalidState(
      'Automated backups are not enabled for this database instance. To enable automated backups, use ModifyDBInstance to set the backup retention period to a non-zero value.',
    );
  }
  if (source.replicaSource !== undefined) {
    throw new NotSimulated(`a replica of the ${here ? '' : 'cross-Region '}replica ${source.id}`);
  }
  if (source.status !== 'available' && source.status !== 'backing-up') {
    throw invalidState('Database instance is not in available state.');
  }
}

function besideSource(
  rds: Rds,
  source: DbInstance,
  input: CreateDBInstanceReadReplicaCommandInput,
  id: string,
): Placement {
  const wanted = {
    ...input,
    DBSubnetGroupName: input.DBSubnetGroupName ?? source.subnetGroup,
    VpcSecurityGroupIds: input.VpcSecurityGroupIds ?? source.securityGroupIds,
    PubliclyAccessible: input.PubliclyAccessible ?? source.publiclyAccessible,
  };
  return placementOf(rds, 'rds:CreateDBInstanceReadReplica', wanted, id);
}
