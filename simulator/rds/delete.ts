import type { DeleteDBInstanceCommandInput, DeleteDBInstanceCommandOutput } from '@aws-sdk/client-rds';
import { NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { Rds } from './rds.ts';
import { invalidCombination, invalidState } from './refusals.ts';
import { instanceShape } from './shapes.ts';
import { beginSnapshot, newSnapshotId } from './snapshots.ts';
import type { DbInstance } from './state.ts';

/**
 * Deletes an instance, with a last snapshot or expressly without. AWS publishes no list of the states in which it refuses;
 * an instance that is being created is refused here, so that who cleans up has to come back, and a last snapshot needs
 * an instance that is available.
 * @throws AwsError DBInstanceNotFound, InvalidDBInstanceState, InvalidParameterCombination, DBSnapshotAlreadyExists
 */
export function deleteInstance(
  rds: Rds,
  input: DeleteDBInstanceCommandInput,
): Omit<DeleteDBInstanceCommandOutput, '$metadata'> {
  refuseUnmodelled('rds:DeleteDBInstance', input, [
    'DBInstanceIdentifier',
    'SkipFinalSnapshot',
    'FinalDBSnapshotIdentifier',
    'DeleteAutomatedBackups',
  ]);
  if (input.DeleteAutomatedBackups === false)
    throw new NotSimulated('rds:DeleteDBInstance that keeps automated backups');
  const instance = rds.findInstance(input.DBInstanceIdentifier);
  const finalId = readFinalSnapshot(instance, input);
  requireDeletable(instance, finalId !== undefined);
  if (finalId !== undefined) beginSnapshot(rds, instance, newSnapshotId(rds, finalId), {});
  rds.setStatus(instance, 'deleting');
  rds.sim.afterDraw('rds.delete', instance.arn, () => {
    rds.announce(instance, 'RDS-EVENT-0003');
    rds.remove(instance);
  });
  return { DBInstance: instanceShape(rds, instance) };
}

function readFinalSnapshot(instance: DbInstance, input: DeleteDBInstanceCommandInput): string | undefined {
  const { SkipFinalSnapshot: skip = false, FinalDBSnapshotIdentifier: id } = input;
  if (!skip && id === undefined) {
    throw invalidCombination('FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.');
  }
  if (skip && id !== undefined) {
    throw invalidCombination(
      'FinalDBSnapshotIdentifier can not be specified when SkipFinalSnapshot is specified.',
    );
  }
  if (id !== undefined && instance.replicaSource !== undefined) {
    throw invalidCombination(
      'FinalDBSnapshotIdentifier can not be specified when deleting a replica instance',
    );
  }
  return id;
}

function requireDeletable(instance: DbInstance, withSnapshot: boolean): void {
  if (instance.status === 'deleting') throw invalidState(`Instance ${instance.id} is already being deleted.`);
  if (instance.deletionProtection) {
    throw invalidCombination(
      'Cannot delete protected DB Instance, please disable deletion protection and try again.',
    );
  }
  if (instance.status === 'creating')
    throw invalidState(`Instance ${instance.id} is currently being created.`);
  if (withSnapshot && instance.status !== 'available') {
    throw invalidState(
      `Cannot create a snapshot because the database instance ${instance.id} is not currently in the available state.`,
    );
  }
  if (instance.replicaIds.length > 0)
    throw new NotSimulated('rds:DeleteDBInstance of an instance with replicas');
}
