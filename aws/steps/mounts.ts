import type { Answer } from '../../recovery/answer.ts';
import { tagKeys } from '../../recovery/identity.ts';
import { type MountsPlan, planMounts, type WantedMount } from '../../recovery/steps/mounts.ts';
import { type CommandPurpose, commandStep } from '../commands.ts';
import { openEc2 } from '../ec2.ts';
import { endedBadly, recordOf, serversOf } from '../records.ts';
import { openSsm } from '../ssm.ts';
import { refused, type StepContext, type StepResult } from '../step.ts';

/** Mounts each volume as soon as it is attached and the agent of its server is online. */
export async function reconcileMounts(context: StepContext): Promise<StepResult> {
  const items = context.plan.volumes.filter((item) => item.mount);
  if (items.length === 0) return { standing: { status: 'skipped', reason: 'the plan mounts nothing' } };
  const planned = await look(context);
  if (!planned.ok) return refused(context, planned);
  const { wanted, waits, problems, total } = planned.value;
  const purposes = wanted.map((mount) => mountPurpose(mount, context.environment.mountDocument));
  return commandStep(context, purposes, { waits, problems, total });
}

/** The run of our mount document that a mount takes. */
export function mountPurpose(mount: WantedMount, document: string): CommandPurpose {
  return {
    key: mount.volume,
    says: `mount of volumes.${mount.item}`,
    document,
    instanceIds: [mount.instanceId],
    parameters: { VolumeId: mount.volume, MountPath: mount.path, Device: mount.device },
    after: mount.after,
  };
}

async function look(context: StepContext): Promise<Answer<MountsPlan>> {
  const { plan, identity, access } = context;
  const servers = await serversOf(context);
  if (!servers.ok) return servers;
  const members = servers.value.memory?.members ?? [];
  const volumes = await openEc2(access).volumes({ [tagKeys.recovery]: identity.recovery });
  if (!volumes.ok) return volumes;
  const made = await recordOf(context, 'volumes');
  if (!made.ok) return made;
  const online = await openSsm(access).online(members.map((member) => member.instanceId));
  if (!online.ok) return online;
  const seen = {
    members,
    volumes: volumes.value,
    online: online.value,
    serversEnded: servers.value.ended,
    volumesEnded: endedBadly(context, made.value),
  };
  return { ok: true, value: planMounts(plan, seen) };
}
