import { tagKeys } from '../../recovery/identity.ts';
import type { VolumeItem } from '../../recovery/plan/plan.ts';
import { AwsError } from '../../simulator/errors.ts';
import type { ServiceName } from '../../simulator/service.ts';
import { type End, endAll, oneOf, type Scenarios, type Stage } from './scenario.ts';

const nothing: End = () => {};

/** What people do in the recovery Region with their own hands, past Lifeboat. */
export const byHandScenarios: Scenarios = {
  'replica-promoted-by-hand': {
    says: 'somebody promotes a replica of a plan in the console, without a word to Lifeboat',
    facts: ['F12'],
    probability: 0.08,
    seconds: [300, 900],
    begin: (stage, given) => {
      const { rds } = stage.recovery;
      const named = stage.plans.flatMap(({ databases }) => databases.map(({ replica }) => replica));
      const replicas = named.flatMap((id) => rds.instances.get(id) ?? []);
      const replica = oneOrNone(
        replicas.filter(({ replicaSource }) => replicaSource !== undefined),
        given,
      );
      if (!replica) return nothing;
      const source = rds.sourceOf(replica);
      for (const [region, id] of [
        [rds.region, replica.id],
        ...(source ? [[source.rds.region, source.instance.id] as const] : []),
      ] as const)
        stage.excused.push({ region, type: 'dbInstance', id });
      return insist(stage, 'rds', 'PromoteReadReplica', { DBInstanceIdentifier: replica.id });
    },
  },
  'volume-restored-by-hand': {
    says: 'somebody restores a volume of a plan by AWS Backup, and asks by its tags for its place',
    facts: ['F19'],
    probability: 0.1,
    seconds: [600, 1800],
    begin: (stage, given) => {
      const wanted = stage.plans.flatMap(({ plan, volumes }) =>
        volumes.flatMap((item) => {
          const snapshot = newestSnapshot(stage, item);
          return snapshot === undefined ? [] : [{ plan, item, snapshot }];
        }),
      );
      const one = oneOrNone(wanted, given);
      return one ? restore(stage, one) : nothing;
    },
  },
};

function oneOrNone<T>(all: readonly T[], given: { readonly strength: number; readonly seconds: number }) {
  return all.length > 0 ? oneOf(all, given) : undefined;
}

const againSeconds = 60;

/** A person's call, which they make again each minute until it is answered. What it answers is told once. */
function insist(
  { sim, recovery }: Stage,
  service: ServiceName,
  operation: string,
  input: object,
  done: (output: unknown) => void = () => {},
): End {
  const arn = `arn:aws:iam::${sim.accountId}:user/kim`;
  const accessKeyId = 'AKIASIMULATEDKIM';
  sim.addCaller({ accessKeyId, arn, userId: 'AIDASIMULATEDKIM' });
  let isOver = false;
  const ask = () => {
    if (isOver) return;
    const requestId = sim.draws.uuid('storm.by-hand', operation);
    sim.ask({ service, region: recovery.name, operation, accessKeyId, requestId, headers: {}, input }).then(
      (output) => {
        if (isOver) return;
        isOver = true;
        done(output);
      },
      (error: unknown) => {
        // A refusal is read, and the call made again; what the model lacks has ended the run already.
        if (!(error instanceof AwsError)) sim.clock.abort(error);
      },
    );
    sim.clock.after(againSeconds * 1000, ask);
  };
  ask();
  return () => {
    isOver = true;
  };
}

interface Wanted {
  readonly plan: string;
  readonly item: VolumeItem;
  readonly snapshot: string;
}

/**
 * AWS Backup makes the volume, and copies no tags onto it; the person puts them there, and then the restore job is told to be
 * complete (AWS Backup Developer Guide, "Restore an Amazon EBS volume", "Monitoring AWS Backup events using EventBridge").
 */
function restore(stage: Stage, { plan, item, snapshot }: Wanted): End {
  const { sim, recovery } = stage;
  const { ec2 } = recovery;
  const ends: End[] = [];
  const zone = zoneFor(stage, item);
  const made = (output: unknown) => {
    const { VolumeId: id = '' } = output as { readonly VolumeId?: string };
    const Tags = Object.entries({ [tagKeys.plan]: plan, [tagKeys.remount]: `volumes.${item.name}` });
    const tags = { Resources: [id], Tags: Tags.map(([Key, Value]) => ({ Key, Value })) };
    const tell = () =>
      sim.emit(recovery.name, {
        source: 'aws.backup',
        detailType: 'Restore Job State Change',
        resources: [`arn:aws:ec2:${recovery.name}::snapshot/${snapshot}`],
        detail: {
          restoreJobId: sim.draws.uuid('storm.restore-job', id).toUpperCase(),
          resourceType: 'EBS',
          status: 'COMPLETED',
          percentDone: 0,
          createdResourceArn: ec2.arn('volume', id),
          recoveryPointArn: `arn:aws:ec2:${recovery.name}::snapshot/${snapshot}`,
        },
      });
    ends.push(insist(stage, 'ec2', 'CreateTags', tags, () => sim.clock.after(jobSeconds * 1000, tell)));
  };
  const create = {
    AvailabilityZone: zone,
    SnapshotId: snapshot,
    ClientToken: `by-hand-${plan}-${item.name}`,
  };
  ends.push(insist(stage, 'ec2', 'CreateVolume', create, made));
  return () => endAll(...ends)();
}

/** The job is complete some time after the volume is there. */
const jobSeconds = 120;

/** Where a server of the item is, if one is. */
function zoneFor({ recovery }: Stage, item: VolumeItem): string {
  const servers = [...recovery.ec2.instances.values()].filter(
    ({ state, tags }) => state === 'running' && tags[tagKeys.item] === `servers.${item.attach.server}`,
  );
  return servers[0]?.zone ?? recovery.zones[0] ?? recovery.name;
}

function newestSnapshot({ recovery }: Stage, { snapshot }: VolumeItem): string | undefined {
  const wanted = Object.entries(snapshot.tags);
  return [...recovery.ec2.snapshots.values()]
    .filter(({ tags }) => wanted.every(([key, value]) => tags[key] === value))
    .toSorted((a, b) => b.startedAtMs - a.startedAtMs)[0]?.id;
}
