import { tagKeys } from '../../recovery/identity.ts';
import { planRestoredVolumes } from '../../recovery/steps/restored-volumes.ts';
import { openEc2 } from '../ec2.ts';
import { gather, gatherEach } from '../gather.ts';
import { openNetwork } from '../network.ts';
import { refused, type StepContext, type StepResult } from '../step.ts';
import { madeBefore, makeVolume, volumesResult } from './made-volumes.ts';

/** One call of the volumes step of a restore drill: makes each volume from its newest snapshot, and attaches none. */
export async function reconcileRestoredVolumes(context: StepContext): Promise<StepResult> {
  const { plan, identity, access } = context;
  const made = madeBefore(context);
  const ec2 = openEc2(access);
  const seen = await gather({
    volumes: ec2.volumes({ [tagKeys.recovery]: identity.recovery }),
    snapshots: gatherEach(plan.volumes.map((item) => [item.name, ec2.snapshots(item.snapshot.tags)])),
    zones: openNetwork(access).zones(),
  });
  if (!seen.ok) return refused(context, seen);
  const times = { openedAt: context.openedAt, now: context.now() };
  const looked = { ...seen.value, created: made.created };
  const planned = planRestoredVolumes(plan, identity.recovery, looked, times);
  await Promise.all(
    planned.actions.map((action) => makeVolume(context, ec2, made, { ...action, key: action.item.name })),
  );
  const counts = { done: planned.done, total: plan.volumes.length };
  return volumesResult(context, seen.value.volumes, { ...planned, counts }, made, 3);
}
