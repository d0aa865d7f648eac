import { type Answer, mapAnswer, type Refusal } from '../../recovery/answer.ts';
import { creationTags, tagKeys } from '../../recovery/identity.ts';
import { standingAfterCalls } from '../../recovery/step.ts';
import {
  type CreatedVolumes,
  createdKey,
  planVolumes,
  type VolumeAction,
  type VolumesObservation,
  volumeTag,
} from '../../recovery/steps/volumes.ts';
import type { Instant } from '../../recovery/terms.ts';
import { type Ec2, openEc2 } from '../ec2.ts';
import { gather, gatherEach } from '../gather.ts';
import { serversOf } from '../records.ts';
import { refused, type StepContext, type StepResult } from '../step.ts';
import { reconcileRestoredVolumes } from './restored-volumes.ts';

interface VolumesMemory {
  readonly created: CreatedVolumes;
  /** The snapshot that each volume is made from, for the evidence of what is lost. */
  readonly snapshots: Readonly<Record<string, { readonly id: string; readonly startedAt: Instant }>>;
}

/** Creates each volume from its newest snapshot in the zone of its server, while that starts, and attaches it. */
export async function reconcileVolumes(context: StepContext): Promise<StepResult> {
  const { plan, input, identity, access } = context;
  if (plan.volumes.length === 0)
    return { standing: { status: 'skipped', reason: 'the plan has no volumes' } };
  if (context.scope === 'restore') return reconcileRestoredVolumes(context);
  const known = { created: {}, snapshots: {}, ...(context.record?.memory as VolumesMemory | null) };
  const ec2 = openEc2(access);
  const seen = await observe(context, ec2, known.created);
  if (!seen.ok) return refused(context, seen);
  const times = { onset: context.onset, runStartedAt: input.startedAt, now: context.now() };
  const planned = planVolumes(plan, identity.recovery, seen.value, times);
  const acted = await carryOut(context, ec2, planned.actions, known);
  const asked =
    planned.actions.length > acted.refusals.length
      ? [{ seconds: 2, for: 'volumes: what was just asked for' }]
      : [];
  const parts = {
    problems: planned.problems,
    waits: [...planned.waits, ...asked],
    counts: { done: planned.done, total: planned.total },
  };
  return {
    standing: standingAfterCalls(parts, acted.refusals, 'volumes'),
    resources: seen.value.volumes.map(({ id }) => ({ region: access.region, type: 'volume', id })),
    memory: acted.memory,
  };
}

async function observe(
  context: StepContext,
  ec2: Ec2,
  created: CreatedVolumes,
): Promise<Answer<VolumesObservation>> {
  const { plan, identity } = context;
  const servers = await serversOf(context);
  if (!servers.ok) return servers;
  const members = servers.value.memory?.members;
  const ids = members?.map((member) => member.instanceId) ?? [];
  const seen = await gather({
    instances: ids.length > 0 ? ec2.instancesById(ids) : Promise.resolve({ ok: true as const, value: [] }),
    volumes: ec2.volumes({ [tagKeys.recovery]: identity.recovery }),
    snapshots: gatherEach(plan.volumes.map((item) => [item.name, ec2.snapshots(item.snapshot.tags)])),
  });
  return mapAnswer(seen, (value) => ({
    ...value,
    // Root volumes carry the recovery's tag too; only those with an item of the plan are ours to attach.
    volumes: value.volumes.filter((volume) => volume.tags[tagKeys.item]?.startsWith('volumes.')),
    instances: Object.fromEntries(value.instances.map((instance) => [instance.id, instance])),
    members,
    created,
    serversEnded: servers.value.ended,
  }));
}

async function carryOut(
  context: StepContext,
  ec2: Ec2,
  actions: readonly VolumeAction[],
  known: VolumesMemory,
): Promise<{ readonly refusals: readonly Refusal[]; readonly memory: VolumesMemory }> {
  const refusals: Refusal[] = [];
  const created: Record<string, CreatedVolumes[string]> = { ...known.created };
  const snapshots: Record<string, VolumesMemory['snapshots'][string]> = { ...known.snapshots };
  const act = async (action: VolumeAction): Promise<void> => {
    if (action.kind === 'attach') {
      const answer = await ec2.attach(action.volume, action.instance, action.device);
      if (!answer.ok) refusals.push(answer);
      return;
    }
    const { item, member, snapshot, token } = action;
    const tags = creationTags(context.identity, volumeTag(item), { [tagKeys.instance]: member.instanceId });
    const request = { token, zone: member.zone, snapshot: snapshot.id, type: item.volumeType, tags };
    const answer = await ec2.createVolume(request);
    snapshots[item.name] = { id: snapshot.id, startedAt: snapshot.startedAt };
    if (!answer.ok) refusals.push(answer);
    else if (answer.value) {
      const key = createdKey(item, member.instanceId);
      created[key] = [...(created[key] ?? []), { id: answer.value, at: context.now() }];
    }
  };
  await Promise.all(actions.map(act));
  return { refusals, memory: { created, snapshots } };
}
