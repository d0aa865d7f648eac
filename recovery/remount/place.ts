import { tagKeys } from '../identity.ts';
import type { ObservedInstance, ObservedVolume } from '../observed.ts';
import type { Plan, VolumeItem } from '../plan/plan.ts';
import type { Problem } from '../step.ts';
import { parentsOf } from '../steps/mounts.ts';
import { volumeTag } from '../steps/volumes.ts';

/** What the tags of a volume ask for. */
export type Asked =
  | { readonly kind: 'nothing'; readonly why: string }
  | { readonly kind: 'unknownPlan'; readonly plan: string; readonly item: string; readonly problem: Problem }
  | { readonly kind: 'problem'; readonly plan: Plan; readonly item: string; readonly problem: Problem }
  | { readonly kind: 'volume'; readonly plan: Plan; readonly item: VolumeItem };

/**
 * What a volume that has become available asks for. `lifeboat:plan` permits, as everywhere; `lifeboat:remount` is a person's
 * wish and names the item of the plan whose place it is to take, such as `volumes.data`. What a recovery makes carries no
 * such wish, so that every other volume of the account is left alone without a word.
 */
export function askedOf(volume: ObservedVolume, plans: ReadonlyMap<string, Plan>): Asked {
  const { [tagKeys.remount]: wish, [tagKeys.plan]: name, [tagKeys.recovery]: recovery } = volume.tags;
  if (wish === undefined) return { kind: 'nothing', why: `${volume.id} does not carry ${tagKeys.remount}` };
  if (!name) return { kind: 'nothing', why: `${volume.id} does not carry ${tagKeys.plan}` };
  const asked = wish || 'volumes';
  const plan = plans.get(name);
  if (!plan) {
    const known = [...plans.keys()].join(', ');
    const reason = `${volume.id} names the plan ${name}, and this deployment has ${known || 'none'}`;
    const problem = held('UnknownPlan', reason, `correct the tag ${tagKeys.plan}; ${again(volume)}`);
    return { kind: 'unknownPlan', plan: name, item: asked, problem };
  }
  if (recovery !== undefined) {
    const reason = `${volume.id} belongs to ${recovery}, which attaches its volumes itself`;
    const unblock = `take the tag ${tagKeys.recovery} off ${volume.id} if it is yours to use; ${again(volume)}`;
    return { kind: 'problem', plan, item: asked, problem: held('OfRecovery', reason, unblock) };
  }
  const item = plan.volumes.find((each) => volumeTag(each) === wish);
  if (!item) {
    const known = plan.volumes.map(volumeTag).join(', ');
    const reason = `${volume.id} asks for ${asked}, and the plan ${name} has ${known || 'no volumes'}`;
    const unblock = `correct the tag ${tagKeys.remount}; ${again(volume)}`;
    return { kind: 'problem', plan, item: asked, problem: held('UnknownItem', reason, unblock) };
  }
  return { kind: 'volume', plan, item };
}

/** What one look at the place of a volume sees. */
export interface PlaceObservation {
  readonly volume: ObservedVolume;
  /** Instances that carry the plan's tag. */
  readonly instances: readonly ObservedInstance[];
  /** The volumes that hang on them. */
  readonly attached: readonly ObservedVolume[];
}

export type Place =
  | { readonly kind: 'server'; readonly server: ObservedInstance }
  | { readonly kind: 'wait'; readonly for: string }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** The server that a volume is to be put on: the one of its item that is in its zone and has no such volume yet. */
export function placeOf(plan: Plan, item: VolumeItem, seen: PlaceObservation): Place {
  const { volume } = seen;
  const servers = seen.instances.filter((instance) => isServerOf(plan, item, instance));
  if (volume.attachment) {
    const server = servers.find(({ id }) => id === volume.attachment?.instanceId);
    return server ? running(item, volume, server) : problem(elsewhere(item, volume, volume.attachment));
  }
  const wanted = volume.tags[tagKeys.instance];
  const named = wanted === undefined ? servers : servers.filter(({ id }) => id === wanted);
  if (named.length === 0) return problem(noServer(item, volume, wanted));
  const near = named.filter(({ zone }) => zone === volume.zone);
  if (near.length === 0) return problem(otherZone(item, volume, named));
  const free = near.filter((server) => !occupant(item, server, seen));
  const [server, ...more] = free;
  if (!server) return problem(occupied(item, volume, near, seen));
  if (more.length > 0) return problem(ambiguous(item, volume, free));
  const parent = missingParent(plan, item, server, seen);
  return parent ? problem(parentMissing(item, volume, server, parent)) : running(item, volume, server);
}

/** A drill's copies expire, and are nobody's server; what a failover launched is one. */
function isServerOf(plan: Plan, item: VolumeItem, { tags, state }: ObservedInstance): boolean {
  if (tags[tagKeys.plan] !== plan.plan || tags[tagKeys.expires] !== undefined) return false;
  if (state === 'terminated' || state === 'shutting-down') return false;
  const server = plan.servers.find(({ name }) => name === item.attach.server);
  if (tags[tagKeys.item] === `servers.${item.attach.server}`) return true;
  if (server?.source.kind !== 'start') return false;
  return Object.entries(server.source.tags).every(([key, value]) => tags[key] === value);
}

/** The volume of a server that stands where this one would go: by its tags, or by the device. */
function occupant(
  item: VolumeItem,
  server: ObservedInstance,
  { attached, volume }: PlaceObservation,
): ObservedVolume | undefined {
  return attached.find(
    (other) =>
      other.id !== volume.id &&
      other.attachment?.instanceId === server.id &&
      (other.tags[tagKeys.item] === volumeTag(item) ||
        other.tags[tagKeys.remount] === volumeTag(item) ||
        deviceOf(other.attachment.device) === deviceOf(item.attach.device)),
  );
}

/** `/dev/sdf` and `/dev/xvdf` are one device to a guest (EC2 User Guide, device names on Linux instances). */
function deviceOf(name: string): string {
  return name.replace(/^\/dev\/(?:sd|xvd)/, '');
}

/** A volume of the plan that is mounted above this one and is not on the server: mounted later, it would hide this one. */
function missingParent(
  plan: Plan,
  item: VolumeItem,
  server: ObservedInstance,
  seen: PlaceObservation,
): VolumeItem | undefined {
  if (!item.mount) return undefined;
  return parentsOf(plan, item, item.mount.path).find((parent) => !occupant(parent, server, seen));
}

function running(item: VolumeItem, volume: ObservedVolume, server: ObservedInstance): Place {
  switch (server.state) {
    case 'running':
      return { kind: 'server', server };
    case 'pending':
      return { kind: 'wait', for: `${server.id} to run` };
    default: {
      const reason = `${server.id}, the server of ${volumeTag(item)}, is ${server.state}`;
      return problem(held('ServerNotRunning', reason, `start ${server.id}; ${again(volume)}`));
    }
  }
}

function noServer(item: VolumeItem, volume: ObservedVolume, wanted: string | undefined): Problem {
  const server = `servers.${item.attach.server}`;
  const reason = wanted
    ? `${volume.id} is for ${wanted}, which is none of ${server} in the recovery Region`
    : `${server} has no instance in the recovery Region for ${volume.id}`;
  return held('NoServer', reason, `see that ${server} runs and carries its tags; ${again(volume)}`);
}

function otherZone(item: VolumeItem, volume: ObservedVolume, servers: readonly ObservedInstance[]): Problem {
  const there = servers.map(({ id, zone }) => `${id} in ${zone}`).join(', ');
  const zones = [...new Set(servers.map(({ zone }) => zone))].join(' or ');
  return held(
    'ZoneMismatch',
    `${volume.id} is in ${volume.zone}, and servers.${item.attach.server} is ${there}: a volume never leaves its zone`,
    `restore it once more, into ${zones}, with the same tags, and delete ${volume.id}`,
  );
}

function occupied(
  item: VolumeItem,
  volume: ObservedVolume,
  near: readonly ObservedInstance[],
  seen: PlaceObservation,
): Problem {
  const there = near.flatMap((server) => {
    const other = occupant(item, server, seen);
    return other ? [`${server.id} has ${other.id} as ${other.attachment?.device}`] : [];
  });
  const reason = `${volumeTag(item)} is taken: ${there.join(', ')}`;
  return held('AlreadyThere', reason, `unmount and detach what is no longer wanted; ${again(volume)}`);
}

function ambiguous(item: VolumeItem, volume: ObservedVolume, free: readonly ObservedInstance[]): Problem {
  const ids = free.map(({ id }) => id).join(', ');
  const reason = `${volume.id} could go to each of ${ids}, servers of ${volumeTag(item)}`;
  return held(
    'Ambiguous',
    reason,
    `tag ${volume.id} with ${tagKeys.instance} and one of them; ${again(volume)}`,
  );
}

function parentMissing(
  item: VolumeItem,
  volume: ObservedVolume,
  server: ObservedInstance,
  parent: VolumeItem,
): Problem {
  const reason = `${volumeTag(parent)}, whose path is above that of ${volumeTag(item)}, is not on ${server.id}`;
  return held('ParentMissing', reason, `restore ${volumeTag(parent)} first; ${again(volume)}`);
}

function elsewhere(
  item: VolumeItem,
  volume: ObservedVolume,
  { instanceId }: NonNullable<ObservedVolume['attachment']>,
): Problem {
  const reason = `${volume.id} is attached to ${instanceId}, which is no server of ${volumeTag(item)}`;
  return held('VolumeElsewhere', reason, `detach ${volume.id} when nothing uses it; ${again(volume)}`);
}

/** How a person has a volume looked at once more. */
export function again({ id }: Pick<ObservedVolume, 'id'>): string {
  return `then start the remount machine with {"volume":"${id}"}`;
}

function held(code: string, reason: string, unblock: string): Problem {
  return { status: 'held', code, reason, unblock };
}

function problem(given: Problem): Place {
  return { kind: 'problem', problem: given };
}
