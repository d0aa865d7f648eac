import { formatDuration } from '../plan/durations.ts';
import type { DatabaseItem, Plan } from '../plan/plan.ts';
import { newestOf, secondsBetween } from '../terms.ts';
import { classRank } from './database-class.ts';
import {
  bad,
  fatal,
  ok,
  type ReadinessCheck,
  type ReadinessFinding,
  read,
  sayAge,
  warning,
} from './finding.ts';
import type { SeenDatabase, Sight } from './sight.ts';

/** How many seconds old the newest sample of the lag may be: a metric of each minute, a few minutes late at most. */
const lagSampleSeconds = 600;
/** A drill of data older than this tells little of the real thing. */
const drillSnapshotSeconds = 7 * 86_400;

/** Each replica is there, still replicates from the primary Region, and is as large as what it would stand in for. */
export const replicaFindings: ReadinessCheck = (plan, sight) =>
  plan.databases.flatMap((item) => {
    const name = `databases.${item.name} replica`;
    return read(name, sight.databases, (databases) => {
      const replica = databases.find(({ id }) => id === item.replica);
      if (!replica) {
        return fatal(
          name,
          `${plan.regions.recovery} has no DB instance ${item.replica}`,
          'create the read replica, or correct the plan',
        );
      }
      return [standing(name, plan, replica), ...likeSource(item, replica, sight)];
    });
  });

function standing(name: string, plan: Plan, replica: SeenDatabase): ReadinessFinding {
  const { id, source, status } = replica;
  if (source === undefined) {
    return fatal(
      name,
      `${id} replicates from nothing: it was promoted, or never was a replica`,
      'make it a new read replica of the primary',
    );
  }
  const from = regionOf(source) ?? plan.regions.recovery;
  if (from !== plan.regions.primary) {
    return bad(
      name,
      `${id} replicates from ${from}, and the plan's primary is ${plan.regions.primary}`,
      'replicate from the primary Region, or correct the plan',
    );
  }
  if (status !== 'available') {
    const isPassing = ['modifying', 'backing-up', 'rebooting', 'storage-optimization'].includes(status);
    const what = `${id} is ${status}`;
    return isPassing
      ? warning(name, what, 'it cannot be promoted until it is available')
      : bad(name, what, 'make it available');
  }
  return ok(name, `${id} is available and replicates from ${from}`);
}

/** An ARN's Region; undefined for an identifier, which RDS gives for a source in the same Region. */
function regionOf(source: string): string | undefined {
  return source.startsWith('arn:') ? source.split(':')[3] : undefined;
}

/** The same engine and major version, and not smaller than its source. */
function likeSource(item: DatabaseItem, replica: SeenDatabase, sight: Sight): readonly ReadinessFinding[] {
  const sourceId = replica.source?.split(':').at(-1);
  if (sourceId === undefined) return [];
  const name = `databases.${item.name} size`;
  return read(name, sight.sources, (sources) => {
    const source = sources.find(({ id }) => id === sourceId);
    if (!source) {
      const what = `the primary Region shows no ${sourceId}`;
      return { name, status: 'unknown', detail: `${what}; look again, or look for yourself` };
    }
    const [mine, theirs] = [majorOf(replica), majorOf(source)];
    if (mine !== theirs) {
      return bad(
        name,
        `${replica.id} is ${mine}, its source is ${theirs}`,
        'upgrade the replica with its source',
      );
    }
    const [small, large] = [classRank(replica.class), classRank(source.class)];
    if (small === undefined || large === undefined) {
      const what = `${replica.class} and its source's ${source.class} do not compare`;
      return warning(name, what, 'see that it carries the load');
    }
    if (small < large) {
      const what = `${replica.id} is a ${replica.class}, smaller than its source's ${source.class}`;
      return bad(name, what, 'modify the replica to the class of its source');
    }
    return ok(name, `${mine} on ${replica.class}, its source on ${source.class}`);
  });
}

/** PostgreSQL has major versions since 10, MySQL and MariaDB major.minor (RDS User Guide, upgrading). */
function majorOf({ engine, version }: SeenDatabase): string {
  const parts = version.split('.');
  return `${engine} ${engine.includes('postgres') ? parts[0] : parts.slice(0, 2).join('.')}`;
}

/** The lag of each replica now, against what the plan promotes. */
export const lagFindings: ReadinessCheck = (plan, sight) =>
  plan.databases.flatMap((item) => {
    const name = `databases.${item.name} lag`;
    return read(name, sight.lag[item.replica], ([newest]) => {
      if (!newest || secondsBetween(newest.at, sight.now) > lagSampleSeconds) {
        return bad(
          name,
          'ReplicaLag has no sample of the last 10 minutes',
          'see whether the replica replicates',
        );
      }
      if (newest.value < 0) return bad(name, 'replication is not active', "see the replica's events in RDS");
      const lag = formatDuration(Math.round(newest.value));
      const allowed = formatDuration(item.maxLagSeconds);
      if (newest.value <= item.maxLagSeconds) return ok(name, `${lag} of ${allowed}`);
      return bad(
        name,
        `the replica is ${lag} behind and the plan promotes at most ${allowed}`,
        'see what the primary writes, or raise maxLag',
      );
    });
  });

/** Each database has a snapshot in the recovery Region that a drill can restore. */
export const drillSnapshotFindings: ReadinessCheck = (plan, sight) => {
  if (!plan.drill.network) return [];
  return plan.databases.flatMap((item) => {
    const name = `databases.${item.name} drill snapshot`;
    return read(name, sight.databaseSnapshots, (snapshots) => {
      const sourceOf = sight.databases.ok
        ? sight.databases.value.find(({ id }) => id === item.replica)?.source
        : undefined;
      const of = [item.replica, sourceOf?.split(':').at(-1)];
      const newest = newestOf(
        snapshots.filter(({ database, status }) => of.includes(database) && status === 'available'),
        ({ createdAt }) => createdAt,
      );
      if (!newest) {
        const what = `${plan.regions.recovery} has no available snapshot of ${of.filter(Boolean).join(' or ')}`;
        return bad(name, what, 'copy one there: a drill restores it');
      }
      const ageSeconds = secondsBetween(newest.createdAt, sight.now);
      const says = `${newest.id} is ${sayAge(ageSeconds)} old`;
      return ageSeconds <= drillSnapshotSeconds
        ? ok(name, says)
        : warning(name, says, 'copy a newer one: a drill rehearses with what was then');
    });
  });
};
