import { type Answer, mapAnswer } from '../../recovery/answer.ts';
import { tagKeys } from '../../recovery/identity.ts';
import {
  type CreatedVolumes,
  createdKey,
  planVolumes,
  type VolumeAction,
  type VolumesObservation,
} from '../../recovery/steps/volumes.ts';
import { type Ec2, openEc2 } from '../ec2.ts';
import { gather, gatherEach } from '../gather.ts';
import { serversOf } from '../records.ts';
import { refused, type StepContext, type StepResult } from '../step.ts';
import { type MadeVolumes, madeBefore, makeVolume, volumesResult } from './made-volumes.ts';
import { reconcileRestoredVolumes } from './restored-volumes.ts';

/** Creates each volume from its newest snapshot in the zone of its server, while that starts, and attaches it. */
export async function reconcileVolumes(context: StepContext): Promise<StepResult> {
  const { plan, input, identity, access } = context;
  if (plan.volumes.length === 0)
    return { standing: { status: 'skipped', reason: 'the plan has no volumes' } };
  if (context.scope === 'restore') return reconcileRestoredVolumes(context);
  const made = madeBefore(context);
  const ec2 = openEc2(access);
  const seen = await observe(context, ec2, made.created);
  if (!seen.ok) return refused(context, seen);
  const times = { onset: context.onset, runStartedAt: input.startedAt, now: context.now() };
  const planned = planVolumes(plan, identity.recovery, seen.value, times);
  await Promise.all(planned.actions.map((action) => carryOut(context, ec2, made, action)));
  const counts = { done: planned.done, total: planned.total };
  return volumesResult(context, seen.value.volumes, { ...planned, counts }, made, 2);
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
  made: MadeVolumes,
  action: VolumeAction,
): Promise<void> {
  if (action.kind === 'attach') {
    const answer = await ec2.attach(action.volume, action.instance, action.device);
    if (!answer.ok) made.refusals.push(answer);
    return;
  }
  const { item, member, snapshot, token } = action;
  const tags = { [tagKeys.instance]: member.instanceId };
  const key = createdKey(item, member.instanceId);
  await makeVolume(context, ec2, made, { key, item, zone: member.zone, snapshot, token, tags });
}
