import { type Ec2, openEc2 } from '../aws/ec2.ts';
import { gather, gatherEach } from '../aws/gather.ts';
import { live } from '../aws/live.ts';
import { serversOf } from '../aws/records.ts';
import { refused, type StepContext, type StepResult, step } from '../aws/step.ts';
import { type Answer, mapAnswer, type Refusal } from '../recovery/answer.ts';
import { creationTags, tagKeys } from '../recovery/identity.ts';
import { standingAfterCalls } from '../recovery/step.ts';
import {
  planVolumes,
  type VolumeAction,
  type VolumesObservation,
  volumeTag,
} from '../recovery/steps/volumes.ts';

/** Creates each volume from its newest snapshot in the zone of its server, while that starts, and attaches it. */
export const volumes = step('volumes', reconcile);

async function reconcile(context: StepContext): Promise<StepResult> {
  const { plan, input, identity } = context;
  if (plan.volumes.length === 0)
    return { standing: { status: 'skipped', reason: 'the plan has no volumes' } };
  const ec2 = openEc2(context.access);
  const seen = await observe(context, ec2);
  if (!seen.ok) return refused(context, seen);
  const planned = planVolumes(plan, identity.recovery, seen.value, {
    startedAt: input.startedAt,
    now: context.now(),
  });
  const refusals = await carryOut(context, ec2, planned.actions);
  const waits = [
    ...planned.waits,
    ...(planned.actions.length > 0 ? [{ seconds: 2, for: 'volumes: what was just asked for' }] : []),
  ];
  return {
    standing: standingAfterCalls(
      { ...planned, waits, counts: { done: planned.done, total: planned.total } },
      refusals,
      'volumes',
    ),
    resources: seen.value.volumes.map((volume) => ({
      region: context.access.region,
      type: 'volume',
      id: volume.id,
    })),
    memory: { snapshots: chosenSnapshots(seen.value) },
  };
}

async function observe(context: StepContext, ec2: Ec2): Promise<Answer<VolumesObservation>> {
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
    serversEnded: servers.value.ended,
  }));
}

/** The snapshot that each volume would be made from, for the evidence of what is lost. */
function chosenSnapshots(seen: VolumesObservation): Record<string, { id: string; startedAt: string }> {
  const newest = Object.entries(seen.snapshots).flatMap(([item, snapshots]) => {
    const completed = snapshots
      .filter((s) => s.state === 'completed')
      .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))[0];
    return completed ? [[item, { id: completed.id, startedAt: completed.startedAt }] as const] : [];
  });
  return Object.fromEntries(newest);
}

async function carryOut(
  context: StepContext,
  ec2: Ec2,
  actions: readonly VolumeAction[],
): Promise<readonly Refusal[]> {
  const answers = await Promise.all(
    actions.map((action) => {
      if (action.kind === 'attach') return ec2.attach(action.volume, action.instance, action.device);
      const { item, member, snapshot, token } = action;
      const tags = creationTags(context.identity, volumeTag(item), { [tagKeys.instance]: member.instanceId });
      return ec2.createVolume({ token, zone: member.zone, snapshot, type: item.volumeType, tags });
    }),
  );
  return answers.flatMap((answer) => (answer.ok ? [] : [answer]));
}

export const handler = live(volumes);
