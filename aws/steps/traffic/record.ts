import type { Refusal } from '../../../recovery/answer.ts';
import { ledgerKeys } from '../../../recovery/ledger.ts';
import type { RecordSwitch } from '../../../recovery/plan/plan.ts';
import { absentProblem } from '../../../recovery/step.ts';
import {
  type TrafficMemory,
  type TrafficNeed,
  type TrafficObservation,
  trafficKey,
  trafficNeed,
} from '../../../recovery/steps/traffic.ts';
import type { Route53 } from '../../route53.ts';
import type { StepContext } from '../../step.ts';
import type { SwitchOutcome } from './outcome.ts';

/** Does for one record what it needs, one need after the other, until it must wait. */
export async function settleRecord(
  context: StepContext,
  route53: Route53,
  item: RecordSwitch,
  known: TrafficMemory,
): Promise<SwitchOutcome> {
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
  item: RecordSwitch,
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
  item: RecordSwitch,
  seen: TrafficObservation,
  memory: TrafficMemory,
): Promise<SwitchOutcome> {
  const { plan, input } = context;
  const intended: TrafficMemory = {
    ...(typeof seen.record === 'object' && { before: seen.record }),
    ...memory,
  };
  const key = ledgerKeys.intent(plan.plan, input.recovery, `traffic ${trafficKey(item)}`);
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
