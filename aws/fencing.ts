import type { Answer } from '../recovery/answer.ts';
import { tagKeys } from '../recovery/identity.ts';
import { ledgerKeys } from '../recovery/ledger.ts';
import type { Fence, Plan } from '../recovery/plan/plan.ts';
import {
  type FenceAnswers,
  type FenceMemory,
  type FenceNeed,
  type FenceSight,
  fenceAfter,
  fenceNeed,
  type Replacement,
} from '../recovery/steps/fence.ts';
import type { Instant } from '../recovery/terms.ts';
import type { Access } from './access.ts';
import type { Ledger } from './ledger.ts';
import { openPrimary, type Primary } from './primary.ts';

/** What it takes to cut off the old primary of one recovery. */
export interface Fencing {
  readonly access: Access;
  readonly ledger: Ledger;
  readonly plan: Plan;
  readonly recovery: string;
  now(): Instant;
}

/** The tag that makes a security group of the primary Region a fence; its value is `true`. */
const fenceTag = 'lifeboat:fence';

/** Databases as they were before the fence, by id: what a person puts back to undo it. */
interface FenceIntent {
  readonly [database: string]: { readonly securityGroups: readonly string[]; readonly at: Instant };
}

/**
 * One try: a look, then the calls that it asks for, side by side. A Region that hangs costs the look's three seconds, one
 * that hangs halfway six.
 */
export async function fencePrimary(
  fencing: Fencing,
  fence: Fence,
  before: FenceMemory | undefined,
): Promise<FenceMemory> {
  const { access, plan, now } = fencing;
  const primary = openPrimary(access, plan.regions.primary);
  const need = fenceNeed(plan, fence, await look(primary, plan, fence), before, now());
  const [stopped, replaced] = await Promise.all([
    stopAll(primary, need.stop),
    replaceAll(fencing, primary, need.replace),
  ]);
  return fenceAfter(need, { stopped, replaced }, now());
}

async function look(primary: Primary, plan: Plan, fence: Fence): Promise<FenceSight> {
  const nobody = Promise.resolve({ ok: true as const, value: [] });
  const own = { [tagKeys.plan]: plan.plan };
  const hasDatabases = fence.databases.length > 0;
  const [instances, databases, groups] = await Promise.all([
    fence.instances ? primary.instances({ ...fence.instances.tags, ...own }) : nobody,
    hasDatabases ? primary.databases(fence.databases) : nobody,
    hasDatabases ? primary.groups({ ...own, [fenceTag]: 'true' }) : nobody,
  ]);
  return { instances, databases, groups };
}

/**
 * All in one call. EC2 stops all or none: when one that cannot be stopped (a one-time Spot Instance, say) makes it refuse,
 * each is asked alone, so that it does not keep the others running.
 */
async function stopAll(primary: Primary, ids: FenceNeed['stop']): Promise<FenceAnswers['stopped']> {
  if (ids.length === 0) return {};
  const together = await primary.stop(ids);
  const isOnesFault = !together.ok && oneMaySpoilIt.has(together.kind) && ids.length > 1;
  if (!isOnesFault) return Object.fromEntries(ids.map((id) => [id, stateOf(together, id)]));
  const alone = await Promise.all(ids.map(async (id) => [id, stateOf(await primary.stop([id]), id)]));
  return Object.fromEntries(alone);
}

const oneMaySpoilIt = new Set(['absent', 'conflict', 'denied', 'unlisted', 'capacity']);

function stateOf(answer: Answer<Readonly<Record<string, string>>>, id: string): Answer<string> {
  return answer.ok ? { ok: true, value: answer.value[id] ?? '' } : answer;
}

/** Without its intent in the ledger nothing is replaced: nobody could tell later what to put back. */
async function replaceAll(
  fencing: Fencing,
  primary: Primary,
  replacements: readonly Replacement[],
): Promise<FenceAnswers['replaced']> {
  if (replacements.length === 0) return {};
  const intent = await writeFenceIntent(fencing, replacements);
  const answers = await Promise.all(
    replacements.map(
      async ({ database, group }): Promise<[string, Answer<unknown>]> => [
        database,
        intent.ok ? await primary.replaceGroups(database, group) : intent,
      ],
    ),
  );
  return Object.fromEntries(answers);
}

/** What was there at the first try stands: a later one may see the fence itself. */
async function writeFenceIntent(
  { ledger, plan, recovery, now }: Fencing,
  replacements: readonly Replacement[],
): Promise<Answer<unknown>> {
  const key = ledgerKeys.intent(plan.plan, recovery, 'fence');
  const known = await ledger.read(key);
  if (!known.ok) return known;
  const entries = replacements.map(({ database, before }) => [
    database,
    { securityGroups: before, at: now() },
  ]);
  const earlier = (known.value?.value ?? {}) as FenceIntent;
  return ledger.write(key, { ...Object.fromEntries(entries), ...earlier } satisfies FenceIntent);
}
