import type { ObservedInstance } from '../../observed.ts';
import type { Plan, ServerItem } from '../../plan/plan.ts';
import type { Problem } from '../../step.ts';
import { type Instant, type RecoveryKind, secondsBetween } from '../../terms.ts';
import type { Launch, Member, ServersMemory, Slot } from './memory.ts';

/** Everything that one look at the servers sees. */
export interface ServersObservation {
  /** Standing instances of each `start` item, by item name; copies of recoveries are not among them. */
  readonly standing: Readonly<Record<string, readonly ObservedInstance[]>>;
  /** Instances that this recovery launched, by id. */
  readonly launched: Readonly<Record<string, ObservedInstance>>;
  /** Instances whose agent is online. */
  readonly online: ReadonlySet<string>;
  /** Instance ids registered with each target group, by item name. */
  readonly registered: Readonly<Record<string, ReadonlySet<string>>>;
}

/** What a slot needs next. */
export type SlotNeed =
  | { readonly kind: 'ready'; readonly member: Member }
  | {
      readonly kind: 'wait';
      readonly seconds: number;
      readonly for: string;
      readonly member?: Member;
      readonly register?: boolean;
    }
  | { readonly kind: 'register'; readonly member: Member }
  | { readonly kind: 'start'; readonly instance: ObservedInstance; readonly changeTypeTo?: string }
  | { readonly kind: 'launch'; readonly slot: Slot; readonly abandon?: string }
  | { readonly kind: 'repeatLaunch'; readonly launch: Launch }
  | { readonly kind: 'problem'; readonly problem: Problem };

export interface SlotsContext {
  readonly plan: Plan;
  readonly kind: RecoveryKind;
  readonly now: Instant;
  readonly seen: ServersObservation;
  readonly memory: ServersMemory;
}

/** A launch that ends in `terminated` by itself (key, limit, corrupt snapshot) is tried this often in all. */
const launchesPerSlotMax = 3;
/** How long to leave a zone without capacity alone before asking it again. */
const capacityPauseSeconds = 30;

/** Whether mounts, reload or an inside check need Systems Manager on this server. */
export function needsAgent(plan: Plan, server: string, kind: RecoveryKind): boolean {
  return (
    plan.volumes.some((volume) => volume.mount && volume.attach.server === server) ||
    (plan.reload?.servers.includes(server) ?? false) ||
    (kind === 'drill' && plan.verify.some((check) => check.inside?.server === server))
  );
}

/** The slots of one item, or why it has none. */
export function slotsOf(item: ServerItem, seen: ServersObservation): readonly Slot[] | Problem {
  if (item.source.kind === 'launch') {
    return Array.from({ length: item.source.count }, (_, i) => ({
      item: item.name,
      name: `${item.name}#${i}`,
    }));
  }
  const standing = seen.standing[item.name] ?? [];
  if (standing.length > 0)
    return standing.map((instance) => ({ item: item.name, name: instance.id, base: instance.id }));
  const selector = Object.entries(item.source.tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
  return {
    status: 'failed',
    code: 'NoServers',
    reason: `servers.${item.name}: no instance in the recovery Region carries ${selector}`,
    unblock: `create or tag the standby instances of servers.${item.name}, or give it a launch source, then continue`,
  };
}

/** What one slot needs next, from what was seen and what is remembered. */
export function slotNeed(slot: Slot, item: ServerItem, context: SlotsContext): SlotNeed {
  const { memory, kind } = context;
  const ofSlot = memory.launches.filter((launch) => launch.slots.includes(slot.name));
  const unanswered = ofSlot.find((launch) => !launch.ids && !launch.refused);
  if (unanswered) return { kind: 'repeatLaunch', launch: unanswered };
  const last = ofSlot.at(-1);
  const launchedId = last?.ids?.[last.slots.indexOf(slot.name)];
  if (launchedId) return launchedNeed(slot, item, launchedId, ofSlot.length, context);
  if (last) return { kind: 'launch', slot };
  const standing = context.seen.standing[item.name]?.find((instance) => instance.id === slot.base);
  return standing && kind === 'failover'
    ? standingNeed(slot, item, standing, context)
    : { kind: 'launch', slot };
}

function launchedNeed(
  slot: Slot,
  item: ServerItem,
  id: string,
  launches: number,
  context: SlotsContext,
): SlotNeed {
  const instance = context.seen.launched[id];
  // Not visible yet: EC2 shows a new instance a little later in describes than in the answer of RunInstances.
  if (!instance || instance.state === 'pending') {
    const member = instance && memberOf(slot, instance);
    return { kind: 'wait', seconds: 3, for: `servers.${item.name}: ${id} to run`, ...(member && { member }) };
  }
  if (instance.state === 'running') return runningNeed(slot, item, instance, context);
  if (launches < launchesPerSlotMax) return { kind: 'launch', slot };
  return problem(
    'failed',
    'LaunchFailed',
    `servers.${item.name}: ${id} went to ${instance.state} (${instance.stateReason ?? 'no reason given'})`,
    `remove the cause that EC2 names, then continue`,
  );
}

function standingNeed(
  slot: Slot,
  item: ServerItem,
  instance: ObservedInstance,
  context: SlotsContext,
): SlotNeed {
  switch (instance.state) {
    case 'running':
      return runningNeed(slot, item, instance, context);
    case 'pending':
      return {
        kind: 'wait',
        seconds: 3,
        for: `servers.${item.name}: ${instance.id} to run`,
        member: memberOf(slot, instance),
      };
    case 'stopping':
      return { kind: 'wait', seconds: 5, for: `servers.${item.name}: ${instance.id} to finish stopping` };
    case 'stopped':
      return stoppedNeed(slot, item, instance, context);
    case 'shutting-down':
    case 'terminated':
      return { kind: 'launch', slot };
    default:
      return unreachable(instance.state);
  }
}

function stoppedNeed(
  slot: Slot,
  item: ServerItem,
  instance: ObservedInstance,
  context: SlotsContext,
): SlotNeed {
  if (item.source.kind !== 'start') return { kind: 'launch', slot };
  const refused = context.memory.typesRefused[instance.id] ?? [];
  if (!refused.includes(instance.type)) return { kind: 'start', instance };
  const next = item.source.types.find((type) => !refused.includes(type));
  if (next) return { kind: 'start', instance, changeTypeTo: next };
  if (item.source.orElse === 'launch') return { kind: 'launch', slot };
  const sinceSeconds = secondsBetween(context.memory.refusedAt[instance.id] ?? context.now, context.now);
  if (sinceSeconds >= capacityPauseSeconds) return { kind: 'start', instance };
  return {
    kind: 'wait',
    seconds: capacityPauseSeconds - sinceSeconds,
    for: `servers.${item.name}: capacity in ${instance.zone} for ${refused.join(', ')}`,
  };
}

function runningNeed(
  slot: Slot,
  item: ServerItem,
  instance: ObservedInstance,
  context: SlotsContext,
): SlotNeed {
  const { plan, kind, memory, now, seen } = context;
  const member = memberOf(slot, instance);
  // A copy of a drill must never receive the traffic of the live target group.
  const register =
    kind === 'failover' && item.targetGroup !== undefined && !seen.registered[item.name]?.has(instance.id);
  if (!needsAgent(plan, item.name, kind) || seen.online.has(instance.id)) {
    return register ? { kind: 'register', member } : { kind: 'ready', member };
  }
  const sinceSeconds = secondsBetween(memory.runningSince[instance.id] ?? now, now);
  if (sinceSeconds < item.agentBoundSeconds) {
    // The agent's time is long-tailed: half come within a minute, so looks are frequent at first and rarer later.
    const seconds = Math.min(item.agentBoundSeconds - sinceSeconds, sinceSeconds < 120 ? 4 : 8);
    return {
      kind: 'wait',
      seconds,
      for: `servers.${item.name}: the agent of ${instance.id} to come online`,
      member,
      register,
    };
  }
  if (!memory.abandoned.some((id) => holdsSlot(memory, slot, id)))
    return { kind: 'launch', slot, abandon: instance.id };
  return problem(
    'failed',
    'AgentOffline',
    `servers.${item.name}: the agent of ${instance.id} is not online ${Math.round(sinceSeconds)} s after it began to run, and it already replaces another`,
    'check instance profile, image and endpoints of Systems Manager, then continue',
  );
}

/** Whether an instance filled this slot at any time. */
function holdsSlot(memory: ServersMemory, slot: Slot, id: string): boolean {
  return (
    slot.base === id || memory.launches.some((launch) => launch.ids?.[launch.slots.indexOf(slot.name)] === id)
  );
}

function memberOf(slot: Slot, instance: ObservedInstance): Member {
  return { item: slot.item, slot: slot.name, instanceId: instance.id, zone: instance.zone };
}

function problem(status: Problem['status'], code: string, reason: string, unblock: string): SlotNeed {
  return { kind: 'problem', problem: { status, code, reason, unblock } };
}

function unreachable(state: never): never {
  throw new TypeError(`no rule for an instance that is ${String(state)}`);
}
