import { settingsPrefix } from '../../recovery/identity.ts';
import { commandStep } from '../commands.ts';
import { batchesOf } from '../pages.ts';
import { serversOf } from '../records.ts';
import { instancesPerCall } from '../ssm.ts';
import { refused, type StepContext, type StepResult } from '../step.ts';

/** Runs the plan's own document on the servers so that the application reads its settings again. */
export async function reconcileReload(context: StepContext): Promise<StepResult> {
  const { plan, identity } = context;
  const { reload: wanted } = plan;
  if (!wanted) return { standing: { status: 'skipped', reason: 'the plan reloads nothing' } };
  const servers = await serversOf(context);
  if (!servers.ok) return refused(context, servers);
  const members = (servers.value.memory?.members ?? []).filter((member) =>
    wanted.servers.includes(member.item),
  );
  const purposes = batchesOf(
    members.map((member) => member.instanceId),
    instancesPerCall,
  ).map((instanceIds) => ({
    key: instanceIds.join(' '),
    says: 'reload',
    document: wanted.document,
    instanceIds,
    parameters: { SettingsPrefix: settingsPrefix(identity) },
  }));
  return commandStep(context, purposes);
}
