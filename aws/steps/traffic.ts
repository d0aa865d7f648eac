import type { Refusal } from '../../recovery/answer.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import type { TrafficItem } from '../../recovery/plan/plan.ts';
import { absentProblem, type Problem, standingAfterCalls } from '../../recovery/step.ts';
import {
  recordKey,
  type TrafficMemory,
  type TrafficNeed,
  type TrafficObservation,
  trafficNeed,
} from '../../recovery/steps/traffic.ts';
import { openRoute53, type Route53 } from '../route53.ts';
import type { StepContext, StepResult } from '../step.ts';

type Memory = Readonly<Record<string, TrafficMemory>>;

interface Outcome {
  readonly memory: TrafficMemory;
  readonly wait?: { readonly seconds: number; readonly for: string };
  readonly problem?: Problem;
  readonly refusal?: Refusal;
}

/** Points the live records at the recovery Region and sees that resolvers answer so. A drill leaves them alone. */
export async function reconcileTraffic(context: StepContext): Promise<StepResult> {
  const { plan, identity } = context;
  if (identity.kind === 'drill')
    return { standing: { status: 'skipped', reason: 'a drill moves no traffic' } };
  if (plan.traffic.length === 0)
    return { standing: { status: 'skipped', reason: 'the plan moves no traffic' } };
  const route53 = openRoute53(context.access);
  const before = (context.record?.memory as Memory | null | undefined) ?? {};
  const outcomes = await Promise.all(
    plan.traffic.map((item) => settleRecord(context, route53, item, before[recordKey(item)] ?? {})),
  );
  const done = outcomes.filter((outcome) => !outcome.wait && !outcome.problem && !outcome.refusal).length;
  return {
    standing: standingAfterCalls(
      {
        counts: { done, total: outcomes.length },
        problems: outcomes.flatMap((outcome) => outcome.problem ?? []),
        waits: outcomes.flatMap((outcome) => outcome.wait ?? []),
      },
      outcomes.flatMap((outcome) => outcome.refusal ?? []),
      'traffic',
    ),
    memory: Object.fromEntries(plan.traffic.map((item, i) => [recordKey(item), outcomes[i]?.memory ?? {}])),
    resources: plan.traffic.map((item) => ({ region: 'global', type: 'recordSet', id: recordKey(item) })),
  };
}

/** Does for one record what it needs, one need after the other, until it must wait. */
async function settleRecord(
  context: StepContext,
  route53: Route53,
  item: TrafficItem,
  known: TrafficMemory,
): Promise<Outcome> {
  const looked = await observe(route53, item, known);
  if ('refusal' in looked) {
    const { refusal } = looked;
    const name = `traffic ${item.record.name}`;
    return refusal.kind === 'absent'
      ? { memory: known, problem: absentProblem(name, refusal) }
      : { memory: known, refusal };
  }
  let memory =
    looked.seen.change === 'INSYNC' && !known.inSyncAt ? { ...known, inSyncAt: context.now() } : known;
  let { seen } = looked;
  for (;;) {
    const need: TrafficNeed = trafficNeed(item, seen, memory, context.now());
    switch (need.kind) {
      case 'done':
        return { memory: { ...memory, answeredAt: memory.answeredAt ?? context.now() } };
      case 'wait':
        return { memory, wait: need };
      case 'problem':
        return { memory, problem: need.problem };
      case 'upsert':
        return upsert(context, route53, item, seen, memory);
      case 'resolve': {
        const answer = await context.deps.reach.resolve(item.record.name, item.record.type);
        if ('failed' in answer)
          return { memory, wait: { seconds: 3, for: `traffic ${item.record.name}: ${answer.failed}` } };
        seen = { ...seen, answer: answer.values };
        memory = { ...memory };
        break;
      }
      default:
        return unreachable(need);
    }
  }
}

async function observe(
  route53: Route53,
  item: TrafficItem,
  memory: TrafficMemory,
): Promise<{ seen: TrafficObservation } | { refusal: Refusal }> {
  const record = await route53.record(item);
  if (!record.ok && record.kind !== 'unknown' && record.kind !== 'transient') return { refusal: record };
  const base: TrafficObservation = { record: record.ok ? record.value : 'unread' };
  if (!memory.changeId || memory.inSyncAt) return { seen: base };
  const change = await route53.change(memory.changeId);
  // Accelerated recovery may strand a change: it is unknown afterwards and must be asked for again.
  if (!change.ok) return { seen: { ...base, change: change.code === 'NoSuchChange' ? 'lost' : 'unread' } };
  return { seen: { ...base, change: change.value } };
}

async function upsert(
  context: StepContext,
  route53: Route53,
  item: TrafficItem,
  seen: TrafficObservation,
  memory: TrafficMemory,
): Promise<Outcome> {
  const { plan, input } = context;
  const intended: TrafficMemory = {
    ...(typeof seen.record === 'object' && { before: seen.record }),
    ...memory,
  };
  const key = ledgerKeys.intent(plan.plan, input.recovery, `traffic ${recordKey(item)}`);
  const written = await context.ledger.write(key, intended.before ?? null);
  if (!written.ok) return { memory, refusal: written };
  const answer = await route53.upsert(item, input.recovery);
  if (!answer.ok) return { memory: intended, refusal: answer };
  const { inSyncAt: _stale, ...rest } = intended;
  return {
    memory: { ...rest, changeId: answer.value, changedAt: context.now() },
    wait: { seconds: 10, for: `traffic ${item.record.name}: the change to reach all name servers` },
  };
}

function unreachable(need: never): never {
  throw new TypeError(`no rule for ${JSON.stringify(need)}`);
}
