import { tagKeys } from '../../recovery/identity.ts';
import type { Plan, Tags } from '../../recovery/plan/plan.ts';
import { type Act, isPerson, tagsIn } from '../truth/acts.ts';
import { type Law, type Scene, timeOf, wasTaken } from './scene.ts';

/** Something that a server, a volume or a database can be made from. */
interface Copy {
  readonly id: string;
  readonly madeAtMs: number;
}

/**
 * What a recovery makes of a backup it makes of the newest one that its plan chooses, as of that instant: each older one
 * loses data that were there. What a plan starts as it stands, and so launches as it stood, has no newest.
 */
export const newestIsTaken: Law = (scene) =>
  scene.truth.acts
    .filter((act) => !isPerson(act) && wasTaken(scene, act))
    .flatMap((act) => {
      const run = scene.runOf(act);
      const plan = scene.plans.find((each) => each.plan === run?.plan);
      const choice = plan && run && choiceOf(scene, plan, act);
      if (!choice || choice.taken === undefined) return [];
      const newest = choice.copies
        .filter(({ madeAtMs }) => madeAtMs <= act.atMs)
        .reduce<Copy | undefined>(
          (best, each) => (best && best.madeAtMs > each.madeAtMs ? best : each),
          undefined,
        );
      const taken = choice.copies.find(({ id }) => id === choice.taken);
      if (newest && taken && taken.madeAtMs >= newest.madeAtMs) return [];
      const other = newest ? `the newest that the plan chooses is ${newest.id}` : 'the plan chooses none';
      return [
        {
          atMs: act.atMs,
          recovery: run.recovery,
          plan: plan.plan,
          message: `${run.recovery} made ${choice.item} of ${choice.taken} at ${timeOf(act.atMs)}, and ${other}`,
        },
      ];
    });

const makes = new Set(['CreateVolume', 'RunInstances', 'RestoreDBInstanceFromDBSnapshot']);

interface Choice {
  readonly item: string;
  readonly taken: string | undefined;
  /** Whole ones that the plan could have chosen. */
  readonly copies: readonly Copy[];
}

function choiceOf({ sim, truth }: Scene, plan: Plan, act: Act): Choice | undefined {
  if (!makes.has(act.operation)) return undefined;
  const item = tagsIn(act)[tagKeys.item] ?? '';
  const { ec2, rds } = sim.region(act.region);
  const text = (member: string) => {
    const value = act.input[member];
    return typeof value === 'string' ? value : undefined;
  };
  switch (act.operation) {
    case 'CreateVolume': {
      const volume = plan.volumes.find(({ name }) => item === `volumes.${name}`);
      if (!volume) return undefined;
      const copies = [...ec2.snapshots.values()]
        .filter(({ state, tags }) => state === 'completed' && carries(tags, volume.snapshot.tags))
        .map(({ id, startedAtMs }) => ({ id, madeAtMs: startedAtMs }));
      return { item, taken: text('SnapshotId'), copies };
    }
    case 'RunInstances': {
      const source = plan.servers.find(({ name }) => item === `servers.${name}`)?.source;
      if (source?.kind !== 'launch') return undefined;
      const copies = [...ec2.images.values()]
        .filter(({ state, tags }) => state === 'available' && carries(tags, source.image.tags))
        .map(({ id, createdAtMs }) => ({ id, madeAtMs: createdAtMs }));
      return { item, taken: text('ImageId'), copies };
    }
    case 'RestoreDBInstanceFromDBSnapshot': {
      const database = plan.databases.find(({ name }) => item === `databases.${name}`);
      if (!database) return undefined;
      // What was promoted since has no source any more.
      const promoted = truth.promotions.find(({ replica }) => replica === database.replica);
      const source = rds.instances.get(database.replica)?.replicaSource ?? promoted?.source;
      const named = new Set([database.replica, source?.slice(source.lastIndexOf(':') + 1)]);
      const copies = [...rds.snapshots.values()]
        .filter(({ status, dbInstanceId }) => status === 'available' && named.has(dbInstanceId))
        .map(({ id, createdAtMs }) => ({ id, madeAtMs: createdAtMs }));
      return { item, taken: text('DBSnapshotIdentifier'), copies };
    }
    default:
      return undefined;
  }
}

function carries(tags: Tags, wanted: Tags): boolean {
  return Object.entries(wanted).every(([key, value]) => tags[key] === value);
}
