import type {
  RebootDBInstanceCommandInput,
  StartDBInstanceCommandInput,
  StopDBInstanceCommandInput,
} from '@aws-sdk/client-rds';
import { NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { InstanceEvent } from './events.ts';
import type { Rds } from './rds.ts';
import { invalidState, requireAvailable } from './refusals.ts';
import { instanceShape } from './shapes.ts';
import type { DbInstance } from './state.ts';

/** @throws AwsError DBInstanceNotFound, InvalidDBInstanceState */
export function rebootInstance(rds: Rds, input: RebootDBInstanceCommandInput): object {
  refuseUnmodelled('rds:RebootDBInstance', input, ['DBInstanceIdentifier', 'ForceFailover']);
  if (input.ForceFailover) throw new NotSimulated('rds:RebootDBInstance with ForceFailover');
  const instance = rds.findInstance(input.DBInstanceIdentifier);
  requireAvailable(instance);
  return pass(rds, instance, {
    through: 'rebooting',
    duration: 'rds.reboot',
    to: 'available',
    event: 'RDS-EVENT-0006',
  });
}

/**
 * Stops an instance; a replica or the source of one cannot be stopped (RDS User Guide, USER_StopInstance).
 * @throws AwsError DBInstanceNotFound, InvalidDBInstanceState
 */
export function stopInstance(rds: Rds, input: StopDBInstanceCommandInput): object {
  refuseUnmodelled('rds:StopDBInstance', input, ['DBInstanceIdentifier']);
  const instance = rds.findInstance(input.DBInstanceIdentifier);
  if (instance.status !== 'available' || instance.accepted !== undefined) {
    throw invalidState(`Instance ${instance.id} is not in available state.`);
  }
  if (instance.replicaSource !== undefined || instance.replicaIds.length > 0) {
    throw invalidState('Cannot stop a DB instance that is a read replica or that has read replicas.');
  }
  return pass(rds, instance, {
    through: 'stopping',
    duration: 'rds.stop',
    to: 'stopped',
    event: 'RDS-EVENT-0087',
  });
}

/** @throws AwsError DBInstanceNotFound, InvalidDBInstanceState */
export function startInstance(rds: Rds, input: StartDBInstanceCommandInput): object {
  refuseUnmodelled('rds:StartDBInstance', input, ['DBInstanceIdentifier']);
  const instance = rds.findInstance(input.DBInstanceIdentifier);
  if (instance.status !== 'stopped') {
    throw invalidState(`Instance ${instance.id} is not stopped.`);
  }
  return pass(rds, instance, {
    through: 'starting',
    duration: 'rds.start',
    to: 'available',
    event: 'RDS-EVENT-0088',
  });
}

interface Passage {
  readonly through: string;
  readonly duration: string;
  readonly to: string;
  readonly event: InstanceEvent;
}

function pass(rds: Rds, instance: DbInstance, { through, duration, to, event }: Passage): object {
  rds.setStatus(instance, through);
  rds.later(duration, instance, () => {
    rds.setStatus(instance, to);
    rds.announce(instance, event);
  });
  return { DBInstance: instanceShape(rds, instance) };
}
