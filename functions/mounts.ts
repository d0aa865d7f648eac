import { type CommandPurpose, pursueCommands, type SentCommands } from '../aws/commands.ts';
import { openEc2 } from '../aws/ec2.ts';
import { live } from '../aws/live.ts';
import { recordOf, serversOf } from '../aws/records.ts';
import { openSsm } from '../aws/ssm.ts';
import { type StepContext, type StepResult, step } from '../aws/step.ts';
import type { Answer } from '../recovery/answer.ts';
import { tagKeys } from '../recovery/identity.ts';
import { nothing, type Problem, standingAfterCalls } from '../recovery/step.ts';
import { volumesFor } from '../recovery/steps/volumes.ts';

/** Mounts each volume as soon as it is attached and the agent of its server is online. */
export const mounts = step('mounts', reconcile);

interface Seen {
  readonly purposes: readonly CommandPurpose[];
  readonly waits: readonly { readonly seconds: number; readonly for: string }[];
  readonly problems: readonly Problem[];
}

async function reconcile(context: StepContext): Promise<StepResult> {
  const items = context.plan.volumes.filter((item) => item.mount);
  if (items.length === 0) return { standing: { status: 'skipped', reason: 'the plan mounts nothing' } };
  const ssm = openSsm(context.access);
  const seen = await observe(context);
  if (!seen.ok)
    return { standing: standingAfterCalls({ counts: nothing, problems: [], waits: [] }, [seen], 'mounts') };
  const { purposes, waits, problems } = seen.value;
  const memory = (context.record?.memory as SentCommands | null | undefined) ?? {};
  const result = await pursueCommands(context, ssm, purposes, memory);
  const total = purposes.length + waits.length + problems.length;
  return {
    standing: standingAfterCalls(
      {
        counts: { done: result.done, total },
        problems: [...problems, ...result.problems],
        waits: [...waits, ...result.waits],
      },
      result.refusals,
      'mounts',
    ),
    memory: result.memory,
    resources: Object.values(result.memory).map((sent) => ({
      region: context.access.region,
      type: 'command',
      id: sent.commandId,
    })),
  };
}

async function observe(context: StepContext): Promise<Answer<Seen>> {
  const { plan, identity, environment } = context;
  const servers = await serversOf(context);
  if (!servers.ok) return servers;
  const members = servers.value.memory?.members ?? [];
  const volumes = await openEc2(context.access).volumes({ [tagKeys.recovery]: identity.recovery });
  if (!volumes.ok) return volumes;
  const made = await recordOf(context, 'volumes');
  if (!made.ok) return made;
  const volumesEnded =
    made.value?.run === context.input.run && made.value.status !== 'working' && made.value.status !== 'done'
      ? made.value
      : undefined;
  const online = await openSsm(context.access).online(members.map((member) => member.instanceId));
  if (!online.ok) return online;
  const purposes: CommandPurpose[] = [];
  const waits: { seconds: number; for: string }[] = [];
  const problems: Problem[] = [];
  for (const item of plan.volumes) {
    if (!item.mount) continue;
    const name = `mount of volumes.${item.name}`;
    const ofItem = members.filter((member) => member.item === item.attach.server);
    if (ofItem.length === 0 && servers.value.ended) {
      problems.push({
        status: servers.value.ended,
        code: 'NoServer',
        reason: `${name}: its server is ${servers.value.ended}`,
        unblock: `see servers.${item.attach.server}`,
      });
    } else if (ofItem.length === 0) waits.push({ seconds: 3, for: `${name}: its server` });
    for (const member of ofItem) {
      const volume = volumesFor(item, member.instanceId, volumes.value).find(
        (one) => one.attachment?.state === 'attached',
      );
      if (!volume && volumesEnded) {
        problems.push({
          status: volumesEnded.status === 'held' ? 'held' : 'failed',
          code: 'NoVolume',
          reason: `${name}: its volume is ${volumesEnded.status}`,
          unblock: `see volumes.${item.name}`,
        });
      } else if (!volume)
        waits.push({ seconds: 3, for: `${name}: the volume to be attached to ${member.instanceId}` });
      else if (!online.value.has(member.instanceId))
        waits.push({ seconds: 3, for: `${name}: the agent of ${member.instanceId}` });
      else {
        purposes.push({
          key: volume.id,
          says: name,
          document: environment.mountDocument,
          instanceIds: [member.instanceId],
          parameters: { VolumeId: volume.id, MountPath: item.mount.path },
        });
      }
    }
  }
  return { ok: true, value: { purposes, waits, problems } };
}

export const handler = live(mounts);
