import type { PromoteReadReplicaCommandInput, PromoteReadReplicaCommandOutput } from '@aws-sdk/client-rds';
import { refuseUnmodelled } from '../modelled.ts';
import { takeFirstBackup } from './backup.ts';
import type { Rds } from './rds.ts';
import { invalidState, requireAvailable, requireRetention } from './refusals.ts';
import { instanceShape } from './shapes.ts';
import type { DbInstance } from './state.ts';

type Output = Omit<PromoteReadReplicaCommandOutput, '$metadata'>;

/** RDS API Reference, PromoteReadReplica: a promoted instance keeps one day of backups unless the call says otherwise. */
const defaultRetentionDays = 1;

/**
 * Makes a replica an instance of its own: replication stops, the instance reboots and keeps its endpoint (RDS User Guide,
 * USER_ReadRepl.Promote). Describes may go on saying `available` for a while; the source's fields are empty once it is done.
 * One that RDS gives up (`promotionFault`) is `available` again and still a replica: the only thing that tells it from one
 * that is done (no page of AWS describes the end of a promotion that failed).
 * @throws AwsError DBInstanceNotFound, InvalidDBInstanceState (no replica, or busy, e.g. `backing-up`), InvalidParameterValue
 */
export function promoteReadReplica(rds: Rds, input: PromoteReadReplicaCommandInput): Output {
  refuseUnmodelled('rds:PromoteReadReplica', input, [
    'DBInstanceIdentifier',
    'BackupRetentionPeriod',
    'PreferredBackupWindow',
  ]);
  const retentionDays = input.BackupRetentionPeriod ?? defaultRetentionDays;
  requireRetention(retentionDays);
  const instance = rds.findInstance(input.DBInstanceIdentifier);
  if (instance.replicaSource === undefined) throw invalidState('DB Instance is not a read replica.');
  requireAvailable(instance);
  instance.accepted = 'promote';
  instance.pending.backupRetentionDays = retentionDays;
  if (input.PreferredBackupWindow !== undefined) instance.backupWindow = input.PreferredBackupWindow;
  schedule(rds, instance, rds.promotionFault(instance));
  return { DBInstance: instanceShape(rds, instance) };
}

function schedule(rds: Rds, instance: DbInstance, isGivenUp: boolean): void {
  const { draws } = rds.sim;
  const rebootSeconds = draws.sample('rds.promoteReboot', instance.arn);
  const lagSeconds = draws.sample('rds.promote.apiToStatusChangeLag', instance.arn);
  const totalSeconds = Math.max(
    draws.sample('rds.promote.total', instance.arn),
    lagSeconds + 2 * rebootSeconds,
  );
  rds.after(lagSeconds, instance, () => {
    rds.setStatus(instance, 'modifying');
    rds.lag.stop(instance.id);
    rds.announce(instance, 'RDS-EVENT-0057');
  });
  rds.after(totalSeconds - rebootSeconds, instance, () => rds.setStatus(instance, 'rebooting'));
  rds.after(totalSeconds, instance, () => (isGivenUp ? giveUp : finish)(rds, instance));
}

function giveUp(rds: Rds, instance: DbInstance): void {
  delete instance.pending.backupRetentionDays;
  delete instance.accepted;
  rds.lag.goOn(instance.id);
  rds.setStatus(instance, 'available');
  rds.announce(instance, 'RDS-EVENT-0046');
}

function finish(rds: Rds, instance: DbInstance): void {
  rds.unlinkReplica(instance);
  delete instance.replicaSource;
  instance.backupRetentionDays = instance.pending.backupRetentionDays ?? instance.backupRetentionDays;
  delete instance.pending.backupRetentionDays;
  delete instance.accepted;
  rds.setStatus(instance, 'available');
  rds.announce(instance, 'RDS-EVENT-0006');
  takeFirstBackup(rds, instance);
}
