import type { Answer } from '../recovery/answer.ts';
import { tagKeys } from '../recovery/identity.ts';
import { ledgerKeys } from '../recovery/ledger.ts';
import type { Fence, Plan } from '../recovery/plan/plan.ts';
import {
  type FenceAnswers,
  type FencedBefore,
  type FenceMemory,
  type FenceNeed,
  type FenceSight,
  fenceAfter,
  fenceNeed,
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

/** What was there before the fence, which a person puts back to undo it: databases by id, groups as `autoScalingGroup/<name>`. */
interface FenceIntent {
  readonly [resource: string]: { readonly at: Instant } & (
    | { readonly securityGroups: readonly string[] }
    | { readonly suspendedProcesses: readonly string[] }
  );
}

/**
 * One try: a look, then the calls that it asks for. A Region that hangs costs the look's three seconds, one that hangs
 * halfway nine: an instance is stopped only after its group has been suspended.
 */
export async function fencePrimary(
  fencing: Fencing,
  fence: Fence,
  before: FencedBefore,
): Promise<FenceMemory> {
  const { access, plan, now } = fencing;
  const primary = openPrimary(access, plan.regions.primary);
  const need = fenceNeed(plan, fence, await lookAtFence(primary, plan, fence), before, now());
  const intent = await writeFenceIntent(fencing, need);
  const [{ suspended, stopped }, replaced] = await Promise.all([
    suspendAndStop(primary, need, intent),
    changeAll(
      need.replace,
      intent,
      ({ database }) => database,
      ({ database, group }) => primary.replaceGroups(database, group),
    ),
  ]);
  return fenceAfter(need, { suspended, stopped, replaced }, now());
}

/** What a fence looks at, in the primary Region. */
export async function lookAtFence(primary: Primary, plan: Plan, fence: Fence): Promise<FenceSight> {
  const nobody = Promise.resolve({ ok: true as const, value: [] });
  const own = { [tagKeys.plan]: plan.plan };
  const hasDatabases = fence.databases.length > 0;
  const [scaling, instances, databases, groups] = await Promise.all([
    fence.instances ? primary.scaling(plan.plan) : nobody,
    fence.instances ? primary.instances({ ...fence.instances.tags, ...own }) : nobody,
    hasDatabases ? primary.databases(fence.databases) : nobody,
    hasDatabases ? primary.groups({ ...own, [fenceTag]: 'true' }) : nobody,
  ]);
  return { scaling, instances, databases, groups };
}

async function suspendAndStop(
  primary: Primary,
  need: FenceNeed,
  intent: Answer<unknown>,
): Promise<Pick<FenceAnswers, 'suspended' | 'stopped'>> {
  const suspended = await changeAll(
    need.suspend,
    intent,
    ({ group }) => group,
    ({ group }) => primary.suspend(group),
  );
  const ready = need.stop.filter(({ after }) => after === undefined || suspended[after]?.ok);
  return {
    suspended,
    stopped: await stopAll(
      primary,
      ready.map(({ id }) => id),
    ),
  };
}

/**
 * All in one call. EC2 stops all or none: when one that cannot be stopped (a one-time Spot Instance, say) makes it refuse,
 * each is asked alone, so that it does not keep the others running.
 */
async function stopAll(primary: Primary, ids: readonly string[]): Promise<FenceAnswers['stopped']> {
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

/** Without its intent in the ledger nothing is changed: nobody could tell later what to put back. */
async function changeAll<T>(
  changes: readonly T[],
  intent: Answer<unknown>,
  idOf: (one: T) => string,
  change: (one: T) => Promise<Answer<unknown>>,
): Promise<Readonly<Record<string, Answer<unknown>>>> {
  const answers = await Promise.all(
    changes.map(async (one) => [idOf(one), intent.ok ? await change(one) : intent] as const),
  );
  return Object.fromEntries(answers);
}

/** What was there at the first try stands: a later one may see the fence itself. */
async function writeFenceIntent(
  { ledger, plan, recovery, now }: Fencing,
  { replace, suspend }: FenceNeed,
): Promise<Answer<unknown>> {
  if (replace.length + suspend.length === 0) return { ok: true, value: undefined };
  const key = ledgerKeys.intent(plan.plan, recovery, 'fence');
  const known = await ledger.read(key);
  if (!known.ok) return known;
  const at = now();
  const intent: FenceIntent = Object.fromEntries([
    ...replace.map(({ database, before }) => [database, { securityGroups: before, at }]),
    ...suspend.map(({ group, before }) => [`autoScalingGroup/${group}`, { suspendedProcesses: before, at }]),
  ]);
  const earlier = (known.value?.value ?? {}) as FenceIntent;
  return ledger.write(key, { ...intent, ...earlier });
}
