import type { ObservedInstance } from '../../observed.ts';
import type { Plan, ServerItem } from '../../plan/plan.ts';
import { sayTags } from '../../plan/tags.ts';
import type { Problem } from '../../step.ts';
import { type Instant, type RecoveryKind, secondsBetween } from '../../terms.ts';
import type { Launch, Member, ServersMemory, Slot } from './memory.ts';

/** Everything that one look at the servers sees. */
export interface ServersObservation {
  /** Standing instances of each `start` item, by item name; copies of recoveries are not among them. */
  readonly standing: Readonly<Record<string, readonly ObservedInstance[]>>;
  /** Instances that this recovery launched, by id. */
  readonly launched: Readonly<Record<string, ObservedInstance>>;
  /** Instances whose agent is online; undefined when that could not be asked: unknown is not offline. */
  readonly online: ReadonlySet<string> | undefined;
  /** Instance ids registered with each target group, by item name; undefined when that could not be read. */
  readonly registered: Readonly<Record<string, ReadonlySet<string>>> | undefined;
}

/** What a slot needs next. */
export type SlotNeed =
  | { readonly kind: 'ready'; readonly member: Member }
  | {
      readonly kind: 'wait';
      readonly seconds: number;
      readonly for: string;
      readonly member?: Member;
      /** It can be registered while it is waited for: its health is checked all the sooner. */
      readonly register?: boolean;
    }
  | { readonly kind: 'register'; readonly member: Member; readonly retire: readonly string[] }
  | { readonly kind: 'start'; readonly instance: ObservedInstance; readonly changeTypeTo?: string }
  /** `member` still fills the slot until the launched one does. */
  | { readonly kind: 'launch'; readonly slot: Slot; readonly member?: Member }
  | { readonly kind: 'repeatLaunch'; readonly launch: Launch }
  | { readonly kind: 'problem'; readonly problem: Problem };

export interface SlotsContext {
  readonly plan: Plan;
  readonly kind: RecoveryKind;
  readonly now: Instant;
  /** When this run began: launches that earlier runs made in vain do not count. */
  readonly runStartedAt: Instant;
  readonly seen: ServersObservation;
  readonly memory: ServersMemory;
}

/** A launch that ends in `terminated` by itself (key, limit, corrupt snapshot) is tried this often in a run. */
const launchesPerSlotMax = 3;
/** EC2 may be late to show an instance, by minutes at the worst (EC2 Developer Guide, eventual consistency). */
const lateSeconds = 300;
/** How often a standing instance is started before its falling back to stopped counts as a failure. */
const startsMax = 2;
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
  return {
    status: 'failed',
    code: 'NoServers',
    reason: `servers.${item.name}: no instance in the recovery Region carries ${sayTags(item.source.tags)}`,
    unblock: `create or tag the standby instances of servers.${item.name}, or give it a launch source, then continue`,
  };
}

/** An instance that may fill a slot. One that describes do not show yet has no state. */
interface Candidate {
  readonly id: string;
  readonly instance: ObservedInstance | undefined;
  /** Terminated, or so long out of sight that it is not merely late. */
  readonly isGone: boolean;
  /** Whether an earlier run launched it; undefined for a standing one, which nobody launched. */
  readonly isEarlier?: boolean;
}

/**
 * What one slot needs next. Of its candidates the first whose agent is online fills it: an instance that was slow is
 * welcome even after its replacement was launched, whichever comes first.
 */
export function slotNeed(slot: Slot, item: ServerItem, context: SlotsContext): SlotNeed {
  const launches = context.memory.launches.filter((launch) => launch.slots.includes(slot.name));
  const unanswered = launches.find((launch) => !launch.ids && !launch.refused);
  if (unanswered) return { kind: 'repeatLaunch', launch: unanswered };
  const candidates = candidatesOf(slot, item, launches, context);
  const alive = candidates.filter((candidate) => !candidate.isGone);
  const ready = readyOne(slot, item, alive, context);
  if (ready) return filledNeed(slot, item, ready, alive, context);
  const newest = alive.at(-1);
  const need: SlotNeed = newest
    ? waitingNeed(slot, item, newest, alive.length, context)
    : { kind: 'launch', slot };
  const gone = candidates.filter(({ isGone, isEarlier }) => isGone && isEarlier === false);
  const last = gone.at(-1);
  // A standing server that cannot be started stays among the living: what was launched in its place still counts.
  if (need.kind !== 'launch' || !last || gone.length < launchesPerSlotMax) return need;
  const { state, stateReason } = last.instance ?? { state: 'nowhere', stateReason: undefined };
  return problem(
    'failed',
    'LaunchFailed',
    `servers.${item.name}: ${last.id} went to ${state} (${stateReason ?? 'no reason given'})`,
    'remove the cause that EC2 names, then continue',
  );
}

/** The standing instance, except in a drill, and what was launched for the slot, oldest first. */
function candidatesOf(
  slot: Slot,
  item: ServerItem,
  launches: readonly Launch[],
  context: SlotsContext,
): readonly Candidate[] {
  const { seen, kind } = context;
  const standing =
    kind === 'failover' ? seen.standing[item.name]?.find((instance) => instance.id === slot.base) : undefined;
  const launched = launches.flatMap((launch) => {
    const id = launch.ids?.[launch.slots.indexOf(slot.name)];
    if (!id) return [];
    const instance = seen.launched[id];
    const isLate = secondsBetween(launch.requestedAt, context.now) < lateSeconds;
    // A launched instance that stopped will not start again by itself, and starting is for standing ones.
    const isStopped = instance?.state === 'stopped' || instance?.state === 'stopping';
    const isEarlier = secondsBetween(launch.requestedAt, context.runStartedAt) > 0;
    return [{ id, instance, isGone: instance ? hasEnded(instance) || isStopped : !isLate, isEarlier }];
  });
  return [
    ...(standing ? [{ id: standing.id, instance: standing, isGone: hasEnded(standing) }] : []),
    ...launched,
  ];
}

function hasEnded({ state }: ObservedInstance): boolean {
  return state === 'terminated' || state === 'shutting-down';
}

/** Who fills the slot: it stays with whom it was given to, as long as that one is ready. */
function readyOne(
  slot: Slot,
  item: ServerItem,
  alive: readonly Candidate[],
  context: SlotsContext,
): ObservedInstance | undefined {
  const { plan, kind, seen, memory } = context;
  const isReady = (instance: ObservedInstance) =>
    instance.state === 'running' &&
    (!needsAgent(plan, item.name, kind) || (seen.online?.has(instance.id) ?? false));
  const ready = alive.flatMap(({ instance }) => (instance && isReady(instance) ? [instance] : []));
  const before = memory.members.find(
    (member) => member.item === item.name && member.slot === slot.name && member.ready,
  );
  return ready.find((instance) => instance.id === before?.instanceId) ?? ready[0];
}

function filledNeed(
  slot: Slot,
  item: ServerItem,
  instance: ObservedInstance,
  alive: readonly Candidate[],
  context: SlotsContext,
): SlotNeed {
  const member = memberOf(slot, instance, true);
  const registered = context.seen.registered?.[item.name] ?? new Set<string>();
  const retire = alive.map(({ id }) => id).filter((id) => id !== instance.id && registered.has(id));
  const isMissing = wantsRegistration(item, context) && !registered.has(instance.id);
  return isMissing || retire.length > 0 ? { kind: 'register', member, retire } : { kind: 'ready', member };
}

/** A copy of a drill must never receive the traffic of the live target group. */
function wantsRegistration(item: ServerItem, context: SlotsContext): boolean {
  return (
    context.kind === 'failover' && item.targetGroup !== undefined && context.seen.registered !== undefined
  );
}

function waitingNeed(
  slot: Slot,
  item: ServerItem,
  newest: Candidate,
  candidates: number,
  context: SlotsContext,
): SlotNeed {
  const { instance } = newest;
  const name = `servers.${item.name}`;
  // EC2 shows a new instance a little later in describes than in the answer of RunInstances.
  if (!instance) return { kind: 'wait', seconds: 3, for: `${name}: ${newest.id} to run` };
  switch (instance.state) {
    case 'running':
      return runningNeed(slot, item, instance, candidates, context);
    case 'pending':
      return {
        kind: 'wait',
        seconds: 3,
        for: `${name}: ${instance.id} to run`,
        member: memberOf(slot, instance, false),
      };
    case 'stopping':
      return { kind: 'wait', seconds: 5, for: `${name}: ${instance.id} to finish stopping` };
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
  // EC2 accepts a start and lets the instance fall back to stopped, say when its key cannot be used.
  if ((context.memory.starts[instance.id] ?? 0) >= startsMax) return fellBack(slot, item, instance);
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

function fellBack(slot: Slot, item: ServerItem, instance: ObservedInstance): SlotNeed {
  if (item.source.kind === 'start' && item.source.orElse === 'launch') return { kind: 'launch', slot };
  return problem(
    'failed',
    'StartFailed',
    `servers.${item.name}: ${instance.id} was started ${startsMax} times and is stopped again (${instance.stateReason ?? 'no reason given'})`,
    'remove the cause that EC2 names, or allow orElse: launch, then continue',
  );
}

/** An instance whose agent is not online yet: waited for up to its bound, then replaced, once. */
function runningNeed(
  slot: Slot,
  item: ServerItem,
  instance: ObservedInstance,
  candidates: number,
  context: SlotsContext,
): SlotNeed {
  const { memory, now, seen } = context;
  const member = memberOf(slot, instance, false);
  if (!seen.online)
    return { kind: 'wait', seconds: 5, for: `servers.${item.name}: Systems Manager to answer`, member };
  const sinceSeconds = secondsBetween(memory.runningSince[instance.id] ?? now, now);
  if (sinceSeconds < item.agentBoundSeconds) {
    // The agent's time is long-tailed: half come within a minute, so looks are frequent at first and rarer later.
    const seconds = Math.min(item.agentBoundSeconds - sinceSeconds, sinceSeconds < 120 ? 4 : 8);
    const register =
      candidates === 1 && wantsRegistration(item, context) && !seen.registered?.[item.name]?.has(instance.id);
    return {
      kind: 'wait',
      seconds,
      for: `servers.${item.name}: the agent of ${instance.id} to come online`,
      member,
      register,
    };
  }
  if (candidates === 1) return { kind: 'launch', slot, member };
  return problem(
    'failed',
    'AgentOffline',
    `servers.${item.name}: the agent of ${instance.id} is not online ${Math.round(sinceSeconds)} s after it began to run, and it already replaces another`,
    'check instance profile, image and endpoints of Systems Manager, then continue',
  );
}

function memberOf(slot: Slot, instance: ObservedInstance, ready: boolean): Member {
  return { item: slot.item, slot: slot.name, instanceId: instance.id, zone: instance.zone, ready };
}

function problem(status: Problem['status'], code: string, reason: string, unblock: string): SlotNeed {
  return { kind: 'problem', problem: { status, code, reason, unblock } };
}

function unreachable(state: never): never {
  throw new TypeError(`no rule for an instance that is ${String(state)}`);
}
