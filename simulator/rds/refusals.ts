import { AwsError } from '../errors.ts';
import type { DbInstance } from './state.ts';

/** RDS's errors by their wire codes, which differ from the names of the SDK's classes (`…Fault`). */

export function instanceNotFound(id: string): AwsError {
  return new AwsError('DBInstanceNotFound', `DBInstance ${id} not found.`, 404);
}

export function snapshotNotFound(id: string): AwsError {
  return new AwsError('DBSnapshotNotFound', `DBSnapshot ${id} not found.`, 404);
}

export function invalidState(message: string): AwsError {
  return new AwsError('InvalidDBInstanceState', message);
}

export function invalidCombination(message: string): AwsError {
  return new AwsError('InvalidParameterCombination', message);
}

export function invalidValue(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message);
}

/**
 * Most operations want an instance that is available and at rest; an operation that was accepted counts although
 * describes do not show it yet.
 * @throws AwsError InvalidDBInstanceState
 */
export function requireAvailable(instance: DbInstance): void {
  if (instance.status === 'available' && instance.accepted === undefined) return;
  throw invalidState('Database instance is not in available state.');
}

/** @throws AwsError InvalidParameterValue unless it is 0 to 35 days (RDS API Reference, PromoteReadReplica). */
export function requireRetention(days: number): void {
  if (Number.isInteger(days) && days >= 0 && days <= 35) return;
  throw invalidValue(`Invalid backup retention period: ${days}. Must be between 0 and 35.`);
}
