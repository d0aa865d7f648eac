import type { ModifyDBInstanceCommandInput, ModifyDBInstanceCommandOutput } from '@aws-sdk/client-rds';
import { NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import { takeFirstBackup } from './backup.ts';
import { requireSecurityGroups } from './network.ts';
import type { Rds } from './rds.ts';
import { invalidState, invalidValue, requireAvailable, requireRetention } from './refusals.ts';
import { instanceShape } from './shapes.ts';
import type { DbInstance, PendingChanges } from './state.ts';

/**
 * Changes settings of an instance. Security groups, password and public access are changed as soon as possible whatever
 * ApplyImmediately says, deletion protection at once; Multi-AZ, and switching backups on or off, wait for the maintenance
 * window unless ApplyImmediately (RDS User Guide, Overview.DBInstance.Modifying). No window opens in a simulation: what
 * waits for it stays pending.
 * @throws AwsError DBInstanceNotFound, InvalidDBInstanceState, InvalidParameterValue, InvalidParameterCombination
 */
export function modifyInstance(
  rds: Rds,
  input: ModifyDBInstanceCommandInput,
): Omit<ModifyDBInstanceCommandOutput, '$metadata'> {
  refuseUnmodelled('rds:ModifyDBInstance', input, [
    'DBInstanceIdentifier',
    'VpcSecurityGroupIds',
    'BackupRetentionPeriod',
    'MasterUserPassword',
    'DeletionProtection',
    'MultiAZ',
    'PubliclyAccessible',
    'ApplyImmediately',
  ]);
  const instance = rds.findInstance(input.DBInstanceIdentifier);
  const wanted = readChanges(rds, instance, input);
  requireAvailable(instance);
  if (input.DeletionProtection !== undefined) instance.deletionProtection = input.DeletionProtection;
  Object.assign(instance.pending, wanted);
  const now = due(instance, wanted, input.ApplyImmediately ?? false);
  if (Object.keys(now).length > 0) schedule(rds, instance, now);
  return { DBInstance: instanceShape(rds, instance) };
}

function readChanges(rds: Rds, instance: DbInstance, input: ModifyDBInstanceCommandInput): PendingChanges {
  const { VpcSecurityGroupIds: groups, BackupRetentionPeriod: days } = input;
  if (groups !== undefined) requireSecurityGroups(rds, instance.vpcId, groups);
  if (days !== undefined) requireRetentionFor(instance, days);
  if (input.MasterUserPassword !== undefined) requirePassword(instance, input.MasterUserPassword);
  return {
    ...(groups !== undefined && { securityGroupIds: [...groups] }),
    ...(days !== undefined && days !== instance.backupRetentionDays && { backupRetentionDays: days }),
    ...(input.MultiAZ !== undefined && input.MultiAZ !== instance.multiAz && { multiAz: input.MultiAZ }),
    ...(input.PubliclyAccessible !== undefined && { publiclyAccessible: input.PubliclyAccessible }),
    ...(input.MasterUserPassword !== undefined && { masterPassword: true as const }),
  };
}

/** RDS API Reference, ModifyDBInstance: what a master password may be. */
function requirePassword({ engine }: DbInstance, password: string): void {
  const longest = engine === 'postgres' ? 128 : 41;
  if (password.length < 8) {
    throw invalidValue(
      'The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters.',
    );
  }
  if (password.length > longest) {
    throw invalidValue(
      `The parameter MasterUserPassword is not a valid password because it is longer than ${longest} characters.`,
    );
  }
  if (!/^[!-~]+$/.test(password) || /[/@"]/.test(password)) {
    throw invalidValue(
      `The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides '/', '@', '"', ' ' may be used.`,
    );
  }
}

function requireRetentionFor(instance: DbInstance, days: number): void {
  requireRetention(days);
  if (days === 0 && instance.replicaIds.length > 0) {
    throw new NotSimulated('rds:ModifyDBInstance that ends the backups of an instance with replicas');
  }
  // Replicas of PostgreSQL have backups of their own from version 14.1 on (RDS User Guide, USER_PostgreSQL.Replication).
  const major = Number.parseInt(instance.engineVersion, 10);
  if (days > 0 && instance.replicaSource !== undefined && instance.engine === 'postgres' && major < 14) {
    throw invalidState(`DB Backups not supported on a read replica for engine ${instance.engine}`);
  }
}

/** What of it is done now; the rest waits for the maintenance window. */
function due(instance: DbInstance, wanted: PendingChanges, immediately: boolean): PendingChanges {
  const { multiAz, backupRetentionDays: days, ...soon } = wanted;
  const switchesBackups = days !== undefined && (days === 0) !== (instance.backupRetentionDays === 0);
  return {
    ...soon,
    ...(multiAz !== undefined && immediately && { multiAz }),
    ...(days !== undefined && (immediately || !switchesBackups) && { backupRetentionDays: days }),
  };
}

function schedule(rds: Rds, instance: DbInstance, changes: PendingChanges): void {
  instance.accepted = 'modify';
  const passwordOnly = changes.masterPassword && Object.keys(changes).length === 1;
  rds.later('rds.modifyStatusLag', instance, () => {
    rds.setStatus(instance, passwordOnly ? 'resetting-master-credentials' : 'modifying');
    const duration = changes.multiAz === undefined ? 'rds.modifyLight' : 'rds.modifyMultiAz';
    rds.later(duration, instance, () => apply(rds, instance, changes));
  });
}

function apply(rds: Rds, instance: DbInstance, changes: PendingChanges): void {
  const hadBackups = instance.backupRetentionDays > 0;
  const { securityGroupIds, publiclyAccessible, backupRetentionDays, multiAz, masterPassword } = changes;
  instance.securityGroupIds = securityGroupIds ?? instance.securityGroupIds;
  instance.publiclyAccessible = publiclyAccessible ?? instance.publiclyAccessible;
  instance.backupRetentionDays = backupRetentionDays ?? instance.backupRetentionDays;
  instance.multiAz = multiAz ?? instance.multiAz;
  if (masterPassword) {
    instance.masterPasswordRevision += 1;
    rds.announce(instance, 'RDS-EVENT-0016');
  }
  for (const name of Object.keys(changes)) delete instance.pending[name as keyof PendingChanges];
  delete instance.accepted;
  rds.setStatus(instance, 'available');
  if (!hadBackups) takeFirstBackup(rds, instance);
}
