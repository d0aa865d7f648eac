import type { Refusal } from '../../recovery/answer.ts';
import { creationTags, tagKeys } from '../../recovery/identity.ts';
import { standingAfterCalls } from '../../recovery/step.ts';
import { planRestoredVolumes, type RestoreVolume } from '../../recovery/steps/restored-volumes.ts';
import { type CreatedVolumes, volumeTag } from '../../recovery/steps/volumes.ts';
import type { Instant } from '../../recovery/terms.ts';
import { openEc2 } from '../ec2.ts';
import { gather, gatherEach } from '../gather.ts';
import { openNetwork } from '../network.ts';
import { refused, type StepContext, type StepResult } from '../step.ts';

interface RestoredMemory {
  readonly created: CreatedVolumes;
  /** The snapshot that each volume is made from, for the evidence of how old the data is. */
  readonly snapshots: Readonly<Record<string, { readonly id: string; readonly startedAt: Instant }>>;
}

/** One call of the volumes step of a restore drill: makes each volume from its newest snapshot, and attaches none. */
export async function reconcileRestoredVolumes(context: StepContext): Promise<StepResult> {
  const { plan, identity, access } = context;
  const known: RestoredMemory = {
    created: {},
    snapshots: {},
    ...(context.record?.memory as RestoredMemory | null | undefined),
  };
  const ec2 = openEc2(access);
  const seen = await gather({
    volumes: ec2.volumes({ [tagKeys.recovery]: identity.recovery }),
    snapshots: gatherEach(plan.volumes.map((item) => [item.name, ec2.snapshots(item.snapshot.tags)])),
    zones: openNetwork(access).zones(),
  });
  if (!seen.ok) return refused(context, seen);
  const times = { openedAt: context.openedAt, now: context.now() };
  const looked = { ...seen.value, created: known.created };
  const { actions, ...planned } = planRestoredVolumes(plan, identity.recovery, looked, times);
  const made = await createAll(context, actions, known);
  const asked =
    actions.length > made.refusals.length ? [{ seconds: 3, for: 'volumes: what was just asked for' }] : [];
  const parts = {
    problems: planned.problems,
    waits: [...planned.waits, ...asked],
    counts: { done: planned.done, total: plan.volumes.length },
  };
  return {
    standing: standingAfterCalls(parts, made.refusals, 'volumes'),
    resources: seen.value.volumes.map(({ id }) => ({ region: access.region, type: 'volume', id })),
    memory: made.memory,
  };
}

async function createAll(
  context: StepContext,
  actions: readonly RestoreVolume[],
  known: RestoredMemory,
): Promise<{ readonly refusals: readonly Refusal[]; readonly memory: RestoredMemory }> {
  const refusals: Refusal[] = [];
  const created: Record<string, CreatedVolumes[string]> = { ...known.created };
  const snapshots: Record<string, RestoredMemory['snapshots'][string]> = { ...known.snapshots };
  const ec2 = openEc2(context.access);
  await Promise.all(
    actions.map(async ({ item, zone, snapshot, token }) => {
      snapshots[item.name] = { id: snapshot.id, startedAt: snapshot.startedAt };
      const tags = creationTags(context.identity, volumeTag(item));
      const answer = await ec2.createVolume({
        token,
        zone,
        snapshot: snapshot.id,
        type: item.volumeType,
        tags,
      });
      if (!answer.ok) refusals.push(answer);
      else if (answer.value)
        created[item.name] = [...(created[item.name] ?? []), { id: answer.value, at: context.now() }];
    }),
  );
  return { refusals, memory: { created, snapshots } };
}
