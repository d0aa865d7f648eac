import { inOrder } from '../plan/order.ts';
import type { Plan } from '../plan/plan.ts';
import { recoveryKinds } from '../terms.ts';
import { type AlarmEvent, readAlarm } from './alarm.ts';
import { type Envelope, readEnvelope, type Unread } from './envelope.ts';
import { type ExecutionEvent, readExecution } from './execution.ts';
import { healthConcerns } from './health.ts';
import { type HealthEvent, readHealth } from './health-event.ts';
import { type RestoreEvent, readRestore } from './restore.ts';
import { readVolume, type VolumeEvent } from './volume.ts';

export type ParsedEvent = HealthEvent | AlarmEvent | ExecutionEvent | VolumeEvent | RestoreEvent | Unread;

/** Who reads what, by `source` and `detail-type`. */
const readers: Readonly<Record<string, (envelope: Envelope) => ParsedEvent>> = {
  'aws.health/AWS Health Event': readHealth,
  'aws.cloudwatch/CloudWatch Alarm State Change': readAlarm,
  'aws.states/Step Functions Execution Status Change': readExecution,
  'aws.ec2/EBS Volume Notification': readVolume,
  'aws.backup/Restore Job State Change': readRestore,
};

/**
 * What an event of EventBridge says, in our own words. It never throws: an event that cannot be used is `other`, with a
 * reason, because a wake-up that fails on one odd event would also miss what stands at `down` already.
 */
export function parseEvent(event: unknown): ParsedEvent {
  const envelope = readEnvelope(event);
  if (!envelope) return { kind: 'other', why: 'not an event: it has no source and detail-type' };
  const of = `${envelope.source}/${envelope.detailType}`;
  const read = Object.hasOwn(readers, of) ? readers[of] : undefined;
  return (
    read?.(envelope) ?? { kind: 'other', why: `nothing reads "${envelope.detailType}" of ${envelope.source}` }
  );
}

/**
 * The plans that have to be looked at because of an event, by name, in the order in which they are looked at.
 */
export function plansConcerned(plans: readonly Plan[], parsed: ParsedEvent): readonly string[] {
  return inOrder(plans)
    .filter((plan) => isConcerned(plan, parsed))
    .map(({ plan }) => plan);
}

function isConcerned(plan: Plan, parsed: ParsedEvent): boolean {
  switch (parsed.kind) {
    case 'health':
      return healthConcerns(plan, parsed);
    case 'alarm':
      return alarmConcerns(plan, parsed);
    case 'execution':
      return executionConcerns(plan, parsed);
    case 'volume':
    case 'restore':
    case 'other':
      return false;
  }
}

/** An alarm that the plan names, in one of its Regions, or one that our stack has made of the plan's probes. */
function alarmConcerns(plan: Plan, { alarm, region }: AlarmEvent): boolean {
  const { primary, recovery, witness } = plan.regions;
  const isNamed = plan.trigger.signals.alarms.includes(alarm);
  if (isNamed && (region === undefined || [primary, recovery, witness].includes(region))) return true;
  return [recovery, witness].some((from) => from !== undefined && probeAlarms(plan, from).includes(alarm));
}

/** As the stack names them: on failures and on unusual latency, as seen from a Region. */
function probeAlarms({ plan }: Plan, from: string): readonly string[] {
  return [`lifeboat-${plan}-probe-${from}`, `lifeboat-${plan}-latency-${from}`];
}

function executionConcerns(plan: Plan, execution: ExecutionEvent): boolean {
  if (execution.plan !== undefined) return execution.plan === plan.plan;
  return recoveryKinds.some((kind) => execution.recovery?.startsWith(`${plan.plan}-${kind}-`));
}
