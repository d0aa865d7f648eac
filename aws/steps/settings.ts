import type { Answer } from '../../recovery/answer.ts';
import { creationTags, settingsPrefix } from '../../recovery/identity.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import { nothing, type Standing, standingAfterCalls } from '../../recovery/step.ts';
import { resolveSettings } from '../../recovery/steps/settings.ts';
import { recordOf } from '../records.ts';
import { openSsm, type Ssm } from '../ssm.ts';
import { refused, type StepContext, type StepResult } from '../step.ts';
import type { DatabasesMemory } from './databases.ts';

interface SettingsMemory {
  /**
   * What each parameter was before this recovery first wrote it, null for one that was not there. The version names the
   * value without showing it: it may be a secret, and the ledger is read by many.
   */
  readonly before: Readonly<Record<string, { readonly version: number; readonly type: string } | null>>;
}

/** Writes what the application reads at its start or reload: in place, or below the drill's own prefix. */
export async function reconcileSettings(context: StepContext): Promise<StepResult> {
  const { plan, identity, input } = context;
  if (plan.settings.length === 0)
    return { standing: { status: 'skipped', reason: 'the plan has no settings' } };
  const ssm = openSsm(context.access);
  const databases = await recordOf(context, 'databases');
  if (!databases.ok) return refused(context, databases);
  const endpoints = (databases.value?.memory as DatabasesMemory | null | undefined)?.endpoints ?? {};
  const references = Object.fromEntries(
    Object.entries(endpoints).map(([item, endpoint]) => [`databases.${item}.endpoint`, endpoint]),
  );
  const { settings: wanted, missing } = resolveSettings(plan, settingsPrefix(identity), references);
  if (missing.length > 0) return { standing: unresolved(missing) };
  const seen = await ssm.parameters(wanted.map((setting) => setting.parameter));
  if (!seen.ok) return refused(context, seen);
  const present = new Map(seen.value.map((parameter) => [parameter.name, parameter]));
  const differing = wanted.filter((setting) => present.get(setting.parameter)?.value !== setting.value);
  const memory = remember(context, present);
  const counts = { done: wanted.length - differing.length, total: wanted.length };
  const resources = wanted.map((setting) => ({
    region: context.access.region,
    type: 'parameter',
    id: setting.parameter,
  }));
  if (differing.length === 0) return { standing: { status: 'done', counts }, memory, resources };
  // Overwritten values carry no tag of ours: what they were is written down before the first of them changes.
  const intent = await context.ledger.write(
    ledgerKeys.intent(plan.plan, input.recovery, 'settings'),
    memory.before,
  );
  if (!intent.ok) return refused(context, intent);
  const secrets = differing.filter(({ parameter }) => present.get(parameter)?.type === secretType);
  const keys = await keysOf(
    ssm,
    secrets.map(({ parameter }) => parameter),
  );
  if (!keys.ok) return refused(context, keys);
  const answers = await Promise.all(
    differing.map(({ parameter, value }) => {
      const known = present.get(parameter);
      if (!known)
        return ssm.put(parameter, value, { type: 'String', tags: creationTags(identity, 'settings') });
      const keyId = keys.value.get(parameter);
      return ssm.put(parameter, value, { type: known.type, ...(keyId !== undefined && { keyId }) });
    }),
  );
  const refusals = answers.flatMap((answer) => (answer.ok ? [] : [answer]));
  const isWritten = differing.length > refusals.length;
  const waits = isWritten ? [{ seconds: 1, for: 'settings: what was just written' }] : [];
  return {
    standing: standingAfterCalls({ counts, problems: [], waits }, refusals, 'settings'),
    memory,
    resources,
  };
}

const secretType = 'SecureString';

/** Most plans write no secrets, and are not asked for their keys. */
async function keysOf(ssm: Ssm, secrets: readonly string[]): Promise<Answer<ReadonlyMap<string, string>>> {
  return secrets.length > 0 ? ssm.keysOf(secrets) : { ok: true, value: new Map() };
}

function remember(
  context: StepContext,
  present: ReadonlyMap<string, { readonly type: string; readonly version: number }>,
): SettingsMemory {
  const known = context.record?.memory as SettingsMemory | null | undefined;
  if (known) return known;
  return {
    before: Object.fromEntries(
      context.plan.settings.map(({ parameter }) => {
        const found = present.get(parameter);
        return [parameter, found ? { version: found.version, type: found.type } : null];
      }),
    ),
  };
}

function unresolved(missing: readonly string[]): Standing {
  return {
    status: 'failed',
    code: 'UnresolvedSetting',
    reason: `settings refer to ${missing.join(', ')}, which has no value`,
    unblock: 'see the databases step, then continue',
    counts: nothing,
  };
}
