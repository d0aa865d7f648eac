import type { Rds } from './rds.ts';
import type { DbInstance } from './state.ts';

/**
 * The backup that RDS takes once backups begin for an instance: `backing-up`, during which it cannot be promoted or
 * modified, then `available`. It waits for an instance that is busy with something else.
 */
export function takeFirstBackup(rds: Rds, instance: DbInstance): void {
  if (instance.backupRetentionDays === 0) return;
  rds.later('rds.availableToBackingUp', instance, () => {
    const atRest = instance.status === 'available' && instance.accepted === undefined;
    if (!atRest) return takeFirstBackup(rds, instance);
    backUp(rds, instance, () => rds.setStatus(instance, 'available'));
  });
}

/** Keeps an instance `backing-up` for as long as a backup takes; `done` says what it becomes then. */
export function backUp(rds: Rds, instance: DbInstance, done: () => void): void {
  rds.setStatus(instance, 'backing-up');
  rds.announce(instance, 'RDS-EVENT-0001');
  rds.later('rds.backup', instance, () => {
    rds.announce(instance, 'RDS-EVENT-0002');
    done();
  });
}
