import { AwsError } from '../../simulator/errors.ts';
import { refuse } from '../../simulator/world/call-faults.ts';
import { worldFault } from './compute.ts';
import { between, endAll, type Scenarios, type Stage } from './scenario.ts';

/** What goes wrong with databases, snapshots and keys in the recovery Region. */
export const dataScenarios: Scenarios = {
  'replica-backing-up': worldFault('replica-backing-up', {
    facts: ['F12'],
    probability: 0.15,
    seconds: [600, 600],
    breaks: 'replica',
  }),
  'replica-lagging': {
    says: 'the replicas fall behind, up to half an hour',
    facts: ['F12'],
    probability: 0.15,
    seconds: [300, 3600],
    breaks: 'replica',
    begin: (stage, given) => lag(stage, Math.round(between(30, 1800, given))),
  },
  'replication-broken': {
    says: 'the replicas get nothing more from their sources, which go on taking writes',
    facts: ['F12'],
    probability: 0.1,
    seconds: [300, 3600],
    breaks: 'replica',
    begin: (stage) => lag(stage, 'inactive'),
  },
  'slow-promotion': {
    says: 'promotions and restores take longer than usual',
    probability: 0.15,
    seconds: [600, 3600],
    begin: ({ sim: { draws } }, given) =>
      endAll(
        draws.stretch('rds.promote.total', between(1.5, 5, given)),
        draws.stretch('rds.restoreFromSnapshot', between(1.2, 3, given)),
      ),
  },
  'promotion-fails': {
    says: 'RDS fails at every promotion and restore that it is asked for',
    probability: 0.1,
    seconds: [120, 2400],
    begin: ({ sim, recovery }) =>
      refuse(
        sim,
        recovery.name,
        ['PromoteReadReplica', 'RestoreDBInstanceFromDBSnapshot', 'RestoreDBInstanceToPointInTime'],
        () => new AwsError('InternalFailure', 'The request processing has failed.', 500),
      ),
  },
  'promotions-given-up': {
    says: 'RDS accepts promotions, gives a share of them up, and leaves the replica a replica',
    facts: ['F12'],
    probability: 0.1,
    seconds: [120, 2400],
    begin: ({ sim, recovery: { rds } }, given) => {
      const before = rds.promotionFault;
      rds.promotionFault = ({ id }) =>
        sim.draws.chance(between(0.4, 1, given), 'storm.promotions-given-up', id);
      return () => {
        rds.promotionFault = before;
      };
    },
  },
  'restores-given-up': {
    says: 'RDS accepts restores, and a share of them ends without access to its key',
    facts: ['F13'],
    probability: 0.1,
    seconds: [120, 2400],
    begin: ({ sim, recovery: { rds } }, given) => {
      const before = rds.creationFault;
      rds.creationFault = ({ id }) =>
        sim.draws.chance(between(0.3, 1, given), 'storm.restores-given-up', id)
          ? 'inaccessible-encryption-credentials'
          : undefined;
      return () => {
        rds.creationFault = before;
      };
    },
  },
  'key-disabled': worldFault('key-disabled', { facts: ['F13'], probability: 0.1, seconds: [120, 1800] }),
};

/** From now on; a replica that catches up does so at once. */
function lag({ sim, recovery: { rds } }: Stage, shape: number | 'inactive') {
  const replicas = [...rds.instances.values()].filter(({ replicaSource }) => replicaSource !== undefined);
  for (const { id } of replicas) rds.setLag(id, shape, sim.clock.nowMs());
  return () => {
    for (const { id } of replicas) rds.setLag(id, 1, sim.clock.nowMs());
  };
}
