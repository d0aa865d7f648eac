import type { ObservedRecord } from '../observed.ts';
import type { HealthCheckSwitch, Plan, RecordSwitch, TrafficItem } from '../plan/plan.ts';
import type { Problem } from '../step.ts';
import { type Instant, instantAfter, secondsBetween } from '../terms.ts';

/** What the traffic step keeps between calls, by `trafficKey`. */
export interface TrafficMemory {
  /** What the record was before, written before the change. */
  readonly before?: ObservedRecord;
  readonly changeId?: string;
  readonly changedAt?: Instant;
  readonly inSyncAt?: Instant;
  /** When the metric of a health check was put for the first time: from then on it is held. */
  readonly trippedAt?: Instant;
  readonly answeredAt?: Instant;
}

export interface TrafficObservation {
  /** The record set as Route 53's control plane has it; `unread` when it gave no answer. */
  readonly record: ObservedRecord | 'absent' | 'unread';
  /** Status of the change that the memory names; `lost` when Route 53 no longer knows it. */
  readonly change?: 'PENDING' | 'INSYNC' | 'lost' | 'unread';
  /** What a resolver answers; `undefined` when it did not. */
  readonly answer?: readonly string[];
}

export type TrafficNeed =
  | { readonly kind: 'upsert' }
  | { readonly kind: 'resolve' }
  | { readonly kind: 'done' }
  | { readonly kind: 'wait'; readonly seconds: number; readonly for: string }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** The name under which a switch is remembered. */
export function trafficKey(item: TrafficItem): string {
  return item.via === 'record' ? `${item.record.name} ${item.record.type}` : `${item.name} via health check`;
}

/** The name that users ask for. */
export function trafficName(item: TrafficItem): string {
  return item.via === 'record' ? item.record.name : item.name;
}

export function isRecordSwitch(item: TrafficItem): item is RecordSwitch {
  return item.via === 'record';
}

export function isHealthCheckSwitch(item: TrafficItem): item is HealthCheckSwitch {
  return item.via === 'healthCheck';
}

/** A CloudWatch metric by its full name. */
export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The namespace of the metrics that move traffic: a role that may not put there cannot move any. */
export const trafficNamespace = 'Lifeboat/Traffic';

/** The metric that the plan's alarm watches for this name: 1 once traffic is to go to the recovery Region. */
export function switchMetric(plan: Pick<Plan, 'plan'>, item: HealthCheckSwitch): MetricName {
  return {
    namespace: trafficNamespace,
    name: 'Recovered',
    dimensions: { Plan: plan.plan, Name: item.name },
  };
}

/**
 * The samples that say at `now` that traffic is switched. An alarm judges minutes that have ended (CloudWatch User Guide,
 * Evaluating an alarm), so the minute before is told too: the alarm need not wait for the end of this one.
 */
export function switchSamples(now: Instant): readonly { readonly at: Instant; readonly value: number }[] {
  return [
    { at: instantAfter(now, -60), value: 1 },
    { at: now, value: 1 },
  ];
}

/** What a switch via health check still waits for, once its metric was put; undefined when resolvers answer the target. */
export function switchWait(
  item: HealthCheckSwitch,
  answer: { readonly values: readonly string[] } | { readonly failed: string },
): { readonly seconds: number; readonly for: string } | undefined {
  if ('failed' in answer) return { seconds: 3, for: `traffic ${item.name}: ${answer.failed}` };
  if (answer.values.some((value) => sameName(value, item.target))) return undefined;
  const says = answer.values.join(', ') || 'nothing';
  return { seconds: 3, for: `traffic ${item.name}: its health check to fail over; resolvers answer ${says}` };
}

/**
 * What one record needs next: changed, in sync on all name servers, and answered as expected by a resolver. INSYNC says
 * nothing about caches (Route 53 Developer Guide), so the answer is asked for as a client would.
 */
export function trafficNeed(
  item: RecordSwitch,
  seen: TrafficObservation,
  memory: TrafficMemory,
  now: Instant,
): TrafficNeed {
  const { record } = item;
  if (seen.record === 'unread') {
    return { kind: 'wait', seconds: 5, for: `traffic ${record.name}: Route 53's control plane to answer` };
  }
  const { setIdentifier, alias } = seen.record === 'absent' ? {} : seen.record;
  const routed = setIdentifier ?? alias;
  if (routed && !isWanted(item, seen.record)) {
    return {
      kind: 'problem',
      problem: {
        status: 'held',
        code: 'RecordHasPolicy',
        reason: `traffic ${record.name}: the live record is ${setIdentifier === undefined ? 'an alias' : 'one of several'} (${routed}); replacing it would take more away than the plan says`,
        unblock: 'make it a simple record, or use failover records, then continue',
      },
    };
  }
  if (!isWanted(item, seen.record) || seen.change === 'lost') return { kind: 'upsert' };
  if (memory.changeId && !memory.inSyncAt && seen.change !== 'INSYNC') {
    const elapsedSeconds = memory.changedAt ? secondsBetween(memory.changedAt, now) : 0;
    return {
      kind: 'wait',
      seconds: elapsedSeconds < 15 ? 5 : 3,
      for: `traffic ${record.name}: the change to reach all name servers`,
    };
  }
  if (seen.answer === undefined) return { kind: 'resolve' };
  if (seen.answer.some((value) => sameName(value, record.value))) return { kind: 'done' };
  return {
    kind: 'wait',
    seconds: 3,
    for: `traffic ${record.name}: resolvers still answer ${seen.answer.join(', ') || 'nothing'}`,
  };
}

/** Whether the record set already is what the plan wants. */
export function isWanted(item: RecordSwitch, seen: ObservedRecord | 'absent' | 'unread'): boolean {
  if (seen === 'absent' || seen === 'unread') return false;
  const { record } = item;
  return (
    seen.ttlSeconds === record.ttlSeconds &&
    seen.values.length === 1 &&
    sameName(seen.values[0] ?? '', record.value)
  );
}

/** Domain names compare without case and without the dot of the root. */
export function sameName(a: string, b: string): boolean {
  const bare = (name: string) => name.toLowerCase().replace(/\.$/, '');
  return bare(a) === bare(b);
}
