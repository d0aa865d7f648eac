import { tagKeys } from '../identity.ts';
import type { ObservedInstance, ObservedVolume } from '../observed.ts';
import { type Instant, type RecoveryOutcome, type ResourceRef, secondsBetween } from '../terms.ts';
import { answerBySight } from './servers/launches.ts';
import { emptyServersMemory, type Launch, type Member, type ServersMemory } from './servers/memory.ts';
import type { CreatedVolumes } from './volumes.ts';

/** Something that a failover made and does not use: nothing takes it away, so that a person must know of it. */
export interface SurplusResource extends ResourceRef {
  /** Why it is not used; null where no record says what it was made for. */
  readonly reason: string | null;
}

/**
 * How long what was made may not be seen (EC2 Developer Guide, eventual consistency: five minutes). A step makes another one
 * before that, since users wait; who is told what is left over is told of both.
 */
const unseenSeconds = 300;

/** Everything that carries the tag of one recovery. */
export interface MadeByRecovery {
  readonly instances: readonly ObservedInstance[];
  readonly volumes: readonly ObservedVolume[];
}

/** What the steps of a recovery remember of what they made, in whichever run they last came to it. */
export interface RememberedMaking {
  readonly servers?: ServersMemory | undefined;
  readonly created?: CreatedVolumes | undefined;
}

export interface SurplusContext {
  readonly recovery: string;
  readonly region: string;
  readonly now: Instant;
}

/** The place that an instance was launched for, or stood at from the beginning. */
interface Place {
  readonly item: string;
  readonly ordinal: number;
  /** Who fills it. */
  readonly member: Member | undefined;
}

/**
 * What a failover made and does not use: instances that fill no place, and volumes that are on no instance which does. What
 * was asked for a moment ago counts although describes do not show it yet; what is terminated or deleted does not.
 */
export function surplusOf(
  made: MadeByRecovery,
  { servers = emptyServersMemory, created = {} }: RememberedMaking,
  { recovery, region, now }: SurplusContext,
): readonly SurplusResource[] {
  const memory = answerBySight(servers, recovery, made.instances);
  const seen = new Set(made.instances.map(({ id }) => id));
  const unseen = memory.launches
    .filter(({ requestedAt }) => secondsBetween(requestedAt, now) < unseenSeconds)
    .flatMap(({ ids = [] }) => ids.filter((id) => !seen.has(id)));
  const living = [
    ...made.instances
      .filter(({ state }) => state !== 'terminated' && state !== 'shutting-down')
      .map(({ id }) => id),
    ...unseen,
  ];
  const instances = living.flatMap((id) => {
    const idle = idleInstance(memory, id);
    return idle ? [{ region, type: 'instance', id, reason: idle.because }] : [];
  });
  const volumes = [...made.volumes, ...unseenVolumes(made.volumes, created, now)]
    .filter(({ state }) => state !== 'deleted' && state !== 'deleting')
    .flatMap((volume) => {
      const idle = idleVolume(memory, new Set(living), volume, made.volumes);
      return idle ? [{ region, type: 'volume', id: volume.id, reason: idle.because }] : [];
    });
  return [...instances, ...volumes].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** A finding of something unused, with the reason that follows "was" in a sentence. */
interface Idle {
  readonly because: string | null;
}

/** Undefined for an instance that fills a place. */
function idleInstance(memory: ServersMemory, id: string): Idle | undefined {
  if (memory.members.some(({ instanceId }) => instanceId === id)) return undefined;
  const place = placeOf(memory, id);
  if (!place) return { because: null };
  const { item, member, ordinal } = place;
  if (!member) return { because: `launched for servers.${item}, where nothing fills its place` };
  const isEarlier = ordinal < (placeOf(memory, member.instanceId)?.ordinal ?? -1);
  return {
    because: isEarlier
      ? `replaced by ${member.instanceId}`
      : `launched in place of ${member.instanceId}, which came after all`,
  };
}

/** Where an instance belongs by what was launched; undefined for one that no launch knows. */
function placeOf(memory: ServersMemory, id: string): Place | undefined {
  const launched = memory.launches.find(({ ids }) => ids?.includes(id));
  const slot = launched?.slots[launched.ids?.indexOf(id) ?? -1];
  if (launched && slot !== undefined)
    return { item: launched.item, ordinal: launched.ordinal, member: memberAt(memory, launched, slot) };
  // A standing instance gives its place its name; it is older than whatever was launched for that.
  const instead = memory.launches.find(({ slots }) => slots.includes(id));
  return instead && { item: instead.item, ordinal: -1, member: memberAt(memory, instead, id) };
}

function memberAt({ members }: ServersMemory, { item }: Launch, slot: string): Member | undefined {
  return members.find((member) => member.item === item && member.slot === slot);
}

function unseenVolumes(
  seen: readonly ObservedVolume[],
  created: CreatedVolumes,
  now: Instant,
): readonly ObservedVolume[] {
  return Object.entries(created).flatMap(([key, volumes]) => {
    const [item = '', instance = ''] = key.split(' ');
    const tags = { [tagKeys.item]: `volumes.${item}`, [tagKeys.instance]: instance };
    return volumes
      .filter(({ id, at }) => secondsBetween(at, now) < unseenSeconds && !seen.some((one) => one.id === id))
      .map(({ id }) => ({ id, zone: '', state: 'creating' as const, tags }));
  });
}

/** Undefined for a volume that is on an instance which fills a place, or that a person has put to a use of their own. */
function idleVolume(
  memory: ServersMemory,
  made: ReadonlySet<string>,
  { id, state, tags, attachment }: ObservedVolume,
  volumes: readonly ObservedVolume[],
): Idle | undefined {
  if (attachment) {
    const holder = attachment.instanceId;
    const isKnown = made.has(holder) || placeOf(memory, holder)?.member !== undefined;
    const idle = isKnown ? idleInstance(memory, holder) : undefined;
    // A root volume goes with its server.
    if (!idle || !tags[tagKeys.item]?.startsWith('volumes.')) return undefined;
    return { because: `attached to ${sayIdle(holder, idle)}` };
  }
  if (state === 'error') return { because: 'given up by EBS' };
  const wanted = tags[tagKeys.instance];
  if (!wanted) return { because: null };
  const idle = placeOf(memory, wanted) && idleInstance(memory, wanted);
  if (idle) return { because: `made for ${sayIdle(wanted, idle)}` };
  const hasAnother = volumes.some(
    (other) =>
      other.id !== id &&
      other.attachment?.instanceId === wanted &&
      other.tags[tagKeys.item] === tags[tagKeys.item],
  );
  return { because: `made for ${wanted}, which ${hasAnother ? 'has another' : 'it is not attached to'}` };
}

function sayIdle(instance: string, { because }: Idle): string {
  return because === null ? `${instance}, which no record knows` : `${instance}, which was ${because}`;
}

/** How many of one type a sentence names; the evidence names all. */
const namedMax = 3;

/**
 * What people are told of it, or null where nothing is to be told. The tag finds it, but finds what is used too: the ids say
 * which of both is meant.
 */
export function saySurplus(evidence: {
  readonly recovery: string;
  readonly region: string;
  readonly outcome: RecoveryOutcome;
  readonly surplus: readonly SurplusResource[];
  readonly surplusUnknown?: string;
}): string | null {
  const { recovery, region, outcome, surplus, surplusUnknown } = evidence;
  const tagged = `tagged ${tagKeys.recovery}=${recovery} in ${region}`;
  if (surplusUnknown !== undefined) return `${surplusUnknown}; look for it among what is ${tagged}`;
  if (surplus.length === 0) return null;
  const groups = [...Map.groupBy(surplus, ({ type }) => type)].map(([type, found]) => {
    const more = found.length > namedMax ? [`${found.length - namedMax} more`] : [];
    const ids = [...found.slice(0, namedMax).map(({ id }) => id), ...more].join(', ');
    return `${found.length} ${type}${found.length === 1 ? '' : 's'} (${ids})`;
  });
  const what = `left unused: ${groups.join(', ')}, among what is ${tagged}`;
  return outcome === 'recovered'
    ? `${what}; terminate and delete these, and nothing else of that tag, when you have looked`
    : `${what}; a next run may take these: terminate and delete them only when there will be none`;
}
