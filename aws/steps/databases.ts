import { type Refusal, sayRefusal } from '../../recovery/answer.ts';
import { creationTags, databaseCopyId } from '../../recovery/identity.ts';
import type { DatabaseItem } from '../../recovery/plan/plan.ts';
import { nothing, type Problem, standingAfterCalls } from '../../recovery/step.ts';
import type { Override } from '../../recovery/steps/approval.ts';
import {
  type DatabaseMemory,
  type DatabaseNeed,
  isPromotionUnseen,
  promotionNeed,
  restoreNeed,
} from '../../recovery/steps/databases.ts';
import type { FenceMemory } from '../../recovery/steps/fence.ts';
import { isLookOld } from '../../recovery/steps/gate.ts';
import type { Instant } from '../../recovery/terms.ts';
import { openCloudWatch } from '../cloudwatch.ts';
import { gather } from '../gather.ts';
import { openRds, type Rds } from '../rds.ts';
import { recordOf, writeIntent } from '../records.ts';
import { refused, type StepContext, type StepResult } from '../step.ts';
import { readWord } from './approvals.ts';
import type { GateMemory } from './gate-memory.ts';
import { lookAtPrimary } from './primary-look.ts';

/** What the databases step keeps in the ledger. */
export interface DatabasesMemory {
  readonly items: Readonly<Record<string, DatabaseMemory>>;
  /** In a drill, the last lag before it began: what a promotion would lose. A failover's gate has measured its own. */
  readonly lags: Readonly<Record<string, { readonly seconds: number; readonly at: Instant } | undefined>>;
  /** The snapshot that a drill's copy was restored from, by item. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Why a replica was promoted though the primary had come back after the gate's look: people took it upon themselves. */
  readonly overrides?: readonly Override[];
  /** Since when the probes of the primary cannot be read. */
  readonly unreadableSince?: Instant;
}

const empty: DatabasesMemory = { items: {}, lags: {}, endpoints: {} };

type ItemNeed = DatabaseNeed & { readonly item: DatabaseItem };

/** One call of the databases step: promotes replicas; in a drill restores copies of them and touches nothing else. */
export async function reconcileDatabases(context: StepContext): Promise<StepResult> {
  const { plan, identity } = context;
  if (plan.databases.length === 0)
    return { standing: { status: 'skipped', reason: 'the plan has no databases' } };
  const rds = openRds(context.access);
  const before = { ...empty, ...(context.record?.memory as DatabasesMemory | null | undefined) };
  const isDrill = identity.kind === 'drill';
  const seen = await gather({
    databases: rds.databases(),
    snapshots: isDrill ? rds.snapshots() : Promise.resolve({ ok: true as const, value: [] }),
  });
  const lags = isDrill ? await measureLags(context, before.lags) : {};
  if (!seen.ok)
    return {
      standing: standingAfterCalls({ counts: nothing, problems: [], waits: [] }, [seen], 'databases'),
      memory: { ...before, lags },
    };
  const byId = new Map(seen.value.databases.map((database) => [database.id, database]));
  const needs = plan.databases.map((item): ItemNeed => {
    const memory = before.items[item.name] ?? {};
    const replica = byId.get(item.replica);
    if (!isDrill) return { ...promotionNeed(item, replica, memory, context.now()), item };
    const copy = byId.get(databaseCopyId(identity.recovery, item.name));
    const look = { snapshots: seen.value.snapshots, ...(replica && { replica }), ...(copy && { copy }) };
    return { ...restoreNeed(item, identity.recovery, look, memory, context.now()), item };
  });
  const served = (item: DatabaseItem) =>
    byId.get(isDrill ? databaseCopyId(identity.recovery, item.name) : item.replica);
  const endpoints = Object.fromEntries(
    plan.databases
      .flatMap((item) => [[item.name, served(item)?.endpoint ?? '']])
      .filter(([, endpoint]) => endpoint),
  );
  const memory = { ...before, lags, endpoints };
  // Once the first of them is promoted, or about to be, the door lies behind: the others follow.
  const isAtDoor =
    needs.some(({ kind }) => kind === 'promote') &&
    !needs.some(({ kind }) => kind === 'done' || kind === 'wait');
  const again = isAtDoor ? await gateAgain(context, memory) : { memory };
  return 'standing' in again ? again : carryOut(context, rds, needs, again.memory);
}

/**
 * The gate's last look once more, where it has grown old: a promotion that was refused for minutes, or that waited for a
 * fence, must not meet a primary that serves its users again.
 */
async function gateAgain(
  context: StepContext,
  memory: DatabasesMemory,
): Promise<StepResult | { readonly memory: DatabasesMemory }> {
  const { run } = context.input;
  const read = await gather({ gate: recordOf(context, 'gate'), fence: recordOf(context, 'fence') });
  if (!read.ok) return { ...refused(context, read), memory };
  const gate = read.value.gate?.run === run ? read.value.gate : undefined;
  const known = gate?.memory as GateMemory | null | undefined;
  const fence = read.value.fence?.memory as FenceMemory | null | undefined;
  // A primary that is cut off serves nobody, whatever a probe saw before: to turn back now would leave users with neither.
  const isFenced = read.value.fence?.run === run && fence?.state === 'fenced';
  if (isFenced || known?.isAutomatic === false || !isLookOld(gate, context.now())) return { memory };
  const word = await readWord(context, true);
  if (!word.ok) return { ...refused(context, word), memory };
  const { unreadableSince: before, overrides: earlier = [], ...rest } = memory;
  const { standing, overrides, unreadableSince } = await lookAtPrimary(context, word.value, before);
  const kept = { ...rest, overrides: overrides.length > 0 ? overrides : earlier };
  const asked = Object.values(memory.items).map(({ promoteLastAskedAt }) => promoteLastAskedAt);
  if (standing?.status === 'held' && isPromotionUnseen(asked, context.now())) {
    const waitingFor = 'databases: whether RDS has taken a promotion, while the primary answers again';
    return { standing: { status: 'working', waitSeconds: 10, waitingFor, counts: nothing }, memory: kept };
  }
  return standing
    ? { standing, memory: { ...kept, ...(unreadableSince && { unreadableSince }) } }
    : { memory: kept };
}

async function carryOut(
  context: StepContext,
  rds: Rds,
  needs: readonly ItemNeed[],
  memory: DatabasesMemory,
): Promise<StepResult> {
  const { plan, identity } = context;
  const items: Record<string, DatabaseMemory> = { ...memory.items };
  for (const need of needs) {
    if (need.kind === 'promote')
      items[need.item.name] = {
        ...items[need.item.name],
        promoteAskedAt: items[need.item.name]?.promoteAskedAt ?? context.now(),
        promoteLastAskedAt: context.now(),
        source: need.source,
      };
    if (need.kind === 'restore') {
      // A copy that an earlier run restored, and its clean-up took away, had a password of its own; this one has not yet.
      const { passwordReplacedAt: _ofAnother, ...known } = items[need.item.name] ?? {};
      items[need.item.name] = {
        ...known,
        restoreAskedAt: context.now(),
        snapshot: need.snapshot.id,
        snapshotAt: need.snapshot.createdAt,
      };
    }
  }
  const intends = needs.some(
    (need) =>
      need.kind === 'promote' ||
      (need.kind === 'restore' && memory.items[need.item.name]?.passwordReplacedAt),
  );
  const unwritten = intends ? await writeIntent(context, { ...memory, items }) : undefined;
  // Without its intent in the ledger a promotion is not begun: nobody could tell later who promoted, and from what.
  // Nor is a second restore: after a crash its copy would be taken for the one whose password was replaced.
  const refusals: Refusal[] = unwritten ? [unwritten] : await callAll(context, rds, needs, items);
  const waits = needs.flatMap((need) => (need.kind === 'wait' ? [need] : []));
  const began = needs.filter(
    (need) => need.kind === 'promote' || need.kind === 'restore' || need.kind === 'replacePassword',
  );
  if (began.length > refusals.length)
    waits.push({
      kind: 'wait',
      seconds: 10,
      for: 'databases: what was just asked for',
      item: began[0]!.item,
    });
  const problems: Problem[] = needs.flatMap((need) => (need.kind === 'problem' ? [need.problem] : []));
  const counts = { done: needs.filter((need) => need.kind === 'done').length, total: needs.length };
  const resources = plan.databases.map((item) => ({
    region: context.access.region,
    type: 'dbInstance',
    id: identity.kind === 'drill' ? databaseCopyId(identity.recovery, item.name) : item.replica,
  }));
  return {
    standing: standingAfterCalls({ counts, problems, waits }, refusals, 'databases'),
    memory: { ...memory, items },
    resources,
  };
}

async function callAll(
  context: StepContext,
  rds: Rds,
  needs: readonly ItemNeed[],
  items: Record<string, DatabaseMemory>,
): Promise<Refusal[]> {
  const { identity, plan, deps } = context;
  const refusals: Refusal[] = [];
  await Promise.all(
    needs.map(async (need) => {
      const { item } = need;
      if (need.kind === 'promote') {
        const answer = await rds.promote(item.replica, item.backupRetentionDays);
        if (answer.ok) items[item.name] = { ...items[item.name], promoteAcceptedAt: context.now() };
        else refusals.push(answer);
      } else if (need.kind === 'restore') {
        const { network } = plan.drill;
        const answer = await rds.restore({
          copy: need.copy,
          snapshot: need.snapshot.id,
          class: need.like.class,
          securityGroups: network?.securityGroups ?? [],
          tags: creationTags(identity, `databases.${item.name}`),
          ...(network?.dbSubnetGroup && { subnetGroup: network.dbSubnetGroup }),
        });
        if (!answer.ok) refusals.push(answer);
      } else if (need.kind === 'replacePassword') {
        const answer = await rds.replacePassword(
          need.copy,
          deps.entropy.hex('masterPassword', need.copy, 28),
        );
        if (answer.ok) items[item.name] = { ...items[item.name], passwordReplacedAt: context.now() };
        else refusals.push(answer);
      }
    }),
  );
  return refusals;
}

/** The newest sample of each replica's lag; −1 means that replication is not active, so that nobody knows what is lost. */
async function measureLags(
  context: StepContext,
  known: DatabasesMemory['lags'],
): Promise<DatabasesMemory['lags']> {
  const cloudwatch = openCloudWatch(context.access);
  const { plan, input } = context;
  const measured = await Promise.all(
    plan.databases.map(async (item) => {
      if (known[item.name]) return [item.name, known[item.name]] as const;
      const samples = await cloudwatch.replicaLag(item.replica, input.startedAt);
      const [newest] = samples.ok ? samples.value : [];
      const last = newest && newest.value >= 0 ? newest : undefined;
      if (!samples.ok) context.deps.log('warn', sayRefusal(samples), { item: item.name });
      return [item.name, last && { seconds: last.value, at: last.at }] as const;
    }),
  );
  return Object.fromEntries(measured);
}
