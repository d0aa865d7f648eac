import { AwsError } from '../errors.ts';
import { backUp } from './backup.ts';
import type { InstanceEvent } from './events.ts';
import { newIdentifier } from './names.ts';
import type { Rds } from './rds.ts';
import type { DbInstance, DbInstanceSeed } from './state.ts';

/** How a new instance comes into being. */
interface Birth {
  /** Path of the duration of `creating` in `defaults.json`. */
  readonly duration: string;
  readonly event: InstanceEvent;
  /** Settings that RDS applies once the instance runs, in a `modifying` of its own. */
  readonly modifiesAfterwards: boolean;
}

/**
 * The identifier of a new instance.
 * @throws AwsError InvalidParameterValue, DBInstanceAlreadyExists
 */
export function newInstanceId(rds: Rds, id: string | undefined): string {
  const stored = newIdentifier(id, 'DBInstanceIdentifier');
  if (rds.instances.has(stored)) throw new AwsError('DBInstanceAlreadyExists', 'DB instance already exists');
  return stored;
}

/**
 * What stops RDS from making an instance where it could.
 * @throws AwsError KMSKeyNotAccessibleFault, InsufficientDBInstanceCapacity
 */
export function requireMeans(rds: Rds, instanceClass: string, kmsKeyId: string | undefined): void {
  const problem = kmsKeyId === undefined ? undefined : rds.sim.region(rds.region).ec2.keyProblem(kmsKeyId);
  if (problem !== undefined) {
    throw new AwsError(
      'KMSKeyNotAccessibleFault',
      `The specified KMS key [${kmsKeyId}] does not exist, is not enabled or you do not have permissions to access it.`,
    );
  }
  if (rds.exhaustedClasses.has(instanceClass)) {
    throw new AwsError(
      'InsufficientDBInstanceCapacity',
      `Cannot create a database instance because no availability zone has sufficient capacity for ${instanceClass}.`,
    );
  }
}

/**
 * Makes an instance: `creating`, then `backing-up` when backups are on, then `modifying` when there is something left to
 * set, then `available` (RDS User Guide, Overview.DBInstance.Status). Describes show it after a moment.
 */
export function giveBirth(rds: Rds, seed: DbInstanceSeed, birth: Birth): DbInstance {
  const nowMs = rds.sim.clock.nowMs();
  const lagMs = rds.sim.draws.sample('rds.describeConsistencyLag', rds.arn('db', seed.id)) * 1000;
  const instance = rds.addInstance({
    ...seed,
    status: 'creating',
    createdAtMs: nowMs,
    visibleAtMs: nowMs + lagMs,
  });
  const settle = (): void => {
    rds.setStatus(instance, birth.modifiesAfterwards ? 'modifying' : 'available');
    if (birth.modifiesAfterwards) {
      rds.later('rds.modifyLight', instance, () => rds.setStatus(instance, 'available'));
    }
  };
  rds.later(birth.duration, instance, () => {
    const failure = rds.creationFault(instance);
    if (failure !== undefined) return rds.setStatus(instance, failure);
    rds.announce(instance, 'RDS-EVENT-0005');
    rds.announce(instance, birth.event);
    rds.lag.start(instance.id);
    if (instance.backupRetentionDays > 0) backUp(rds, instance, settle);
    else settle();
  });
  return instance;
}
