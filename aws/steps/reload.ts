import { settingsPrefix } from '../../recovery/identity.ts';
import { commandStep } from '../commands.ts';
import { serversOf } from '../records.ts';
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
  const purposes = chunk(members.map((member) => member.instanceId)).map((instanceIds) => ({
    key: instanceIds.join(' '),
    says: 'reload',
    document: wanted.document,
    instanceIds,
    parameters: { SettingsPrefix: settingsPrefix(identity) },
  }));
  return commandStep(context, purposes);
}

/** SendCommand takes 50 instances. */
function chunk(ids: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(ids.length / 50) }, (_, i) => ids.slice(i * 50, i * 50 + 50));
}
