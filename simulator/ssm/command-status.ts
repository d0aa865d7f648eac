import type { CommandStatus } from '@aws-sdk/client-ssm';
import { type Command, isFinal } from './state.ts';

export interface OverallStatus {
  readonly status: CommandStatus;
  readonly details: string;
}

/**
 * The status of a command as a whole (Systems Manager User Guide, Understanding command statuses). A command that matched
 * no instance is `Success` with the details `NoInstancesInTag`: easy to take for work that was done.
 */
export function statusOf(command: Command): OverallStatus {
  const invocations = [...command.invocations.values()];
  if (invocations.length === 0) return { status: 'Success', details: 'NoInstancesInTag' };
  if (invocations.every(({ status }) => status === 'Pending')) return same('Pending');
  if (!invocations.every(({ status }) => isFinal(status))) {
    return same(invocations.some(({ status }) => status === 'Cancelling') ? 'Cancelling' : 'InProgress');
  }
  const count = (details: string) =>
    invocations.filter((invocation) => invocation.statusDetails === details).length;
  if (count('Success') === invocations.length) return same('Success');
  if (count('Failed') > command.errorsMost) return same('Failed');
  if (count('ExecutionTimedOut') > command.errorsMost)
    return { status: 'TimedOut', details: 'ExecutionTimedOut' };
  if (count('DeliveryTimedOut') >= Math.max(1, command.errorsMost))
    return { status: 'TimedOut', details: 'DeliveryTimedOut' };
  if (count('Cancelled') > 0) return same('Cancelled');
  return { status: 'Failed', details: 'Incomplete' };
}

function same(status: CommandStatus): OverallStatus {
  return { status, details: status };
}
