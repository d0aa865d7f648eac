import defaults from '../defaults.json' with { type: 'json' };
import type { Rds } from './rds.ts';
import type { DbInstance } from './state.ts';

/** The events of an instance that the simulator sends (RDS User Guide, USER_Events.Messages). A promotion has none of its own. */
const events = {
  'RDS-EVENT-0001': { category: 'backup', message: 'Backing up DB instance' },
  'RDS-EVENT-0002': { category: 'backup', message: 'Finished DB instance backup' },
  'RDS-EVENT-0003': { category: 'deletion', message: 'DB instance deleted' },
  'RDS-EVENT-0005': { category: 'creation', message: 'DB instance created' },
  'RDS-EVENT-0006': { category: 'availability', message: 'DB instance restarted' },
  'RDS-EVENT-0016': { category: 'configuration change', message: 'Reset master credentials' },
  'RDS-EVENT-0019': { category: 'restoration', message: 'Restored from DB instance to point in time' },
  'RDS-EVENT-0043': { category: 'restoration', message: 'Restored from snapshot' },
  'RDS-EVENT-0046': { category: 'read replica', message: 'Replication for the Read Replica resumed' },
  'RDS-EVENT-0057': {
    category: 'read replica',
    message: 'Replication on the read replica has been terminated',
  },
  'RDS-EVENT-0087': { category: 'notification', message: 'DB instance stopped' },
  'RDS-EVENT-0088': { category: 'notification', message: 'DB instance started' },
} as const;

export type InstanceEvent = keyof typeof events;

/**
 * Sends an event of an instance to its Region's bus. RDS promises best effort only: an event may come late, out of order,
 * or never (RDS User Guide, rds-cloudwatch-events).
 */
export function emitInstanceEvent(rds: Rds, instance: DbInstance, id: InstanceEvent): void {
  const { sim, region } = rds;
  const { category, message } = events[id];
  const detail = {
    EventCategories: [category],
    SourceType: 'DB_INSTANCE',
    SourceArn: instance.arn,
    Date: new Date(sim.clock.nowMs()).toISOString(),
    Message: message,
    SourceIdentifier: instance.id,
    EventID: id,
  };
  if (sim.draws.chance(defaults.rds.event.lossProbability, 'rds.eventLost', instance.arn)) return;
  sim.afterDraw('rds.event.lag', instance.arn, () =>
    sim.emit(region, {
      source: 'aws.rds',
      detailType: 'RDS DB Instance Event',
      resources: [instance.arn],
      detail,
    }),
  );
}
