import { clientToken, tagKeys } from '../identity.ts';
import type { ObservedInstance, ObservedSnapshot, ObservedVolume } from '../observed.ts';
import { formatDuration } from '../plan/durations.ts';
import type { Plan, VolumeItem } from '../plan/plan.ts';
import { sayTags } from '../plan/tags.ts';
import { afterSilence, type BadEnd } from '../silence.ts';
import type { Problem } from '../step.ts';
import { type Instant, newestOf, type StepName, secondsBetween } from '../terms.ts';
import type { Member } from './servers/memory.ts';

/** Everything that one look at the volumes sees. */
export interface VolumesObservation {
  /** Who fills the slots of the servers, as the servers step last wrote it; undefined before its first record. */
  readonly members: readonly Member[] | undefined;
  /** Whether the servers step can still change: its problem, or undefined while it works or is done. */
  readonly serversEnded: BadEnd | undefined;
  readonly instances: Readonly<Record<string, ObservedInstance>>;
  /** Volumes that this recovery created. */
  readonly volumes: readonly ObservedVolume[];
  /** Ids that CreateVolume answered, by item and instance, oldest first. */
  readonly created: CreatedVolumes;
  /** Completed snapshots of each item, by item name. */
  readonly snapshots: Readonly<Record<string, readonly ObservedSnapshot[]>>;
}

/** What CreateVolume answered, for volumes that vanish before they are ever seen (a key that is disabled, for one). */
export type CreatedVolumes = Readonly<
  Record<string, readonly { readonly id: string; readonly at: Instant }[]>
>;

/** The key of a volume among those created. */
export function createdKey(item: VolumeItem, instanceId: string): string {
  return `${item.name} ${instanceId}`;
}

export type VolumeAction =
  | {
      readonly kind: 'create';
      readonly item: VolumeItem;
      readonly member: Member;
      readonly snapshot: ObservedSnapshot;
      readonly token: string;
    }
  | {
      readonly kind: 'attach';
      readonly item: VolumeItem;
      readonly volume: string;
      readonly instance: string;
      readonly device: string;
    };

export interface VolumesPlan {
  readonly actions: readonly VolumeAction[];
  readonly problems: readonly Problem[];
  readonly waits: readonly { readonly seconds: number; readonly for: string }[];
  readonly done: number;
  readonly total: number;
}

/** A volume that AWS gave up (a key that is disabled, for one) is created again this often in a run. */
export const createsMax = 2;
/** A volume that was created and is not seen after this long has vanished; EC2's describes lag by seconds. */
export const unseenSeconds = 60;

/** The item tag of a volume. */
export function volumeTag(item: VolumeItem): string {
  return `volumes.${item.name}`;
}

/** The newest completed snapshot that is young enough for the item's RPO, or why there is none. */
export function chooseSnapshot(
  item: VolumeItem,
  snapshots: readonly ObservedSnapshot[],
  asOf: Instant,
): ObservedSnapshot | Problem {
  const newest = newestCompleted(snapshots);
  if (!newest) {
    return {
      status: 'failed',
      code: 'NoSnapshot',
      reason: `volumes.${item.name}: no completed snapshot in the recovery Region carries ${sayTags(item.snapshot.tags)}`,
      unblock: 'copy a snapshot into the recovery Region and tag it, then continue',
    };
  }
  const ageSeconds = secondsBetween(newest.startedAt, asOf);
  const { rpoSeconds } = item.snapshot;
  if (rpoSeconds !== undefined && ageSeconds > rpoSeconds) {
    return {
      status: 'held',
      code: 'SnapshotTooOld',
      reason: `volumes.${item.name}: the newest snapshot ${newest.id} is ${formatDuration(Math.floor(ageSeconds))} old and the plan allows ${formatDuration(rpoSeconds)}`,
      unblock: `copy a newer snapshot, or raise volumes.${item.name}.snapshot.rpo and accept the loss, then continue`,
    };
  }
  return newest;
}

/** What a volume is made from: a snapshot that is still being copied holds no whole volume. */
export function newestCompleted<Snapshot extends Pick<ObservedSnapshot, 'startedAt' | 'state'>>(
  snapshots: readonly Snapshot[],
): Snapshot | undefined {
  const completed = snapshots.filter(({ state }) => state === 'completed');
  return newestOf(completed, ({ startedAt }) => startedAt);
}

export interface VolumesTimes {
  /** By then a snapshot is too old or young enough, whichever run looks at it: what was written later is lost anyway. */
  readonly onset: Instant;
  /** When this run began: what earlier runs tried in vain does not count. */
  readonly runStartedAt: Instant;
  readonly now: Instant;
}

/** What each volume needs next. A volume is created in the zone of its server as soon as that zone is known. */
export function planVolumes(
  plan: Plan,
  recovery: string,
  seen: VolumesObservation,
  times: VolumesTimes,
): VolumesPlan {
  const collected = {
    actions: [] as VolumeAction[],
    problems: [] as Problem[],
    waits: [] as { seconds: number; for: string }[],
  };
  let done = 0;
  let total = 0;
  for (const item of plan.volumes) {
    const snapshot = chooseSnapshot(item, seen.snapshots[item.name] ?? [], times.onset);
    const members = seen.members?.filter((member) => member.item === item.attach.server) ?? [];
    total += Math.max(1, members.length);
    if (members.length === 0) {
      const isMade = seen.volumes.some((volume) => volume.tags[tagKeys.item] === volumeTag(item));
      if ('code' in snapshot && !isMade) collected.problems.push(snapshot);
      else noMember(item, seen, collected);
    }
    for (const member of members) {
      const need =
        seen.serversEnded && !member.ready
          ? noServer(item, seen.serversEnded)
          : volumeNeed(item, member, recovery, snapshot, seen, times);
      if (need === 'done') done += 1;
      else if ('kind' in need) collected.actions.push(need);
      else if ('code' in need) collected.problems.push(need);
      else collected.waits.push(need);
    }
  }
  return { ...collected, done, total };
}

function noMember(
  item: VolumeItem,
  seen: VolumesObservation,
  into: { problems: Problem[]; waits: { seconds: number; for: string }[] },
): void {
  if (seen.serversEnded) {
    into.problems.push(noServer(item, seen.serversEnded));
    return;
  }
  into.waits.push({ seconds: 2, for: `volumes.${item.name}: a zone for servers.${item.attach.server}` });
}

function noServer(item: VolumeItem, end: BadEnd): Problem {
  const { server } = item.attach;
  const awaited = { what: `server ${server}`, step: 'servers', see: `servers.${server}` } as const;
  return neverCame('NoServer', `volumes.${item.name}`, awaited, end);
}

/** The problem of an item that waits for what another step makes, once that step has ended badly without it. */
export function neverCame(
  code: 'NoServer' | 'NoVolume',
  item: string,
  { what, step, see }: { readonly what: string; readonly step: StepName; readonly see: string },
  end: BadEnd,
): Problem {
  if (end !== 'silent')
    return { status: end, code, reason: `${item}: its ${what} is ${end}`, unblock: `see ${see}` };
  const reason = `${item}: the step ${step} broke off before its ${what} was ready`;
  return { status: 'failed', code, reason, unblock: afterSilence };
}

/** The volumes of an item for one instance, oldest first. */
export function volumesFor(
  item: VolumeItem,
  instanceId: string,
  volumes: readonly ObservedVolume[],
): readonly ObservedVolume[] {
  return volumes.filter(
    (v) => v.tags[tagKeys.item] === volumeTag(item) && v.tags[tagKeys.instance] === instanceId,
  );
}

function volumeNeed(
  item: VolumeItem,
  member: Member,
  recovery: string,
  snapshot: ObservedSnapshot | Problem,
  seen: VolumesObservation,
  { runStartedAt, now }: VolumesTimes,
): 'done' | VolumeAction | Problem | { seconds: number; for: string } {
  const name = `volumes.${item.name}`;
  const own = volumesFor(item, member.instanceId, seen.volumes);
  const alive = own.filter(({ state }) => state !== 'error' && state !== 'deleting' && state !== 'deleted');
  // One that was seen too late has a twin by now: the device is taken by whichever was attached first.
  const volume = alive.find(({ attachment }) => attachment?.instanceId === member.instanceId) ?? alive[0];
  if (volume) return attachNeed(item, member, volume, seen.instances[member.instanceId]);
  const created = seen.created[createdKey(item, member.instanceId)] ?? [];
  const unseen = created.filter(({ id }) => !own.some((one) => one.id === id));
  const late = unseen.find(({ at }) => secondsBetween(at, now) < unseenSeconds);
  if (late) return { seconds: 2, for: `${name}: ${late.id} to be seen` };
  // Only now: a volume that an earlier run made is not given up because its snapshot has aged since.
  if ('code' in snapshot) return snapshot;
  const dead = new Set([...own.map(({ id }) => id), ...unseen.map(({ id }) => id)]);
  const isOfEarlierRun = (volume: string) =>
    created.some(({ id, at }) => id === volume && secondsBetween(at, runStartedAt) > 0);
  if ([...dead].filter((id) => !isOfEarlierRun(id)).length >= createsMax) {
    return {
      status: 'failed',
      code: 'VolumeFailed',
      reason: `${name}: EBS accepted ${[...dead].join(' and ')}, made from ${snapshot.id} in ${member.zone}, and gave them up`,
      unblock: `check the key that encrypts ${snapshot.id} (a disabled one is the usual cause) and the volume limits, then continue`,
    };
  }
  // A token that has named a volume twice names it for ever; and one that was seen to fail is forgotten once it is gone.
  const tries = created.length + own.filter(({ id }) => !created.some((one) => one.id === id)).length;
  const token = clientToken(recovery, name, member.instanceId, member.zone, tries);
  return { kind: 'create', item, member, snapshot, token };
}

/** What a volume needs to be on an instance. */
export function attachNeed(
  item: VolumeItem,
  member: Member,
  volume: ObservedVolume,
  instance: ObservedInstance | undefined,
): 'done' | VolumeAction | Problem | { seconds: number; for: string } {
  const name = `volumes.${item.name}`;
  const { attachment } = volume;
  if (attachment?.instanceId === member.instanceId) {
    // While another instance may still take its place, the volume that it needs may be another one.
    if (attachment.state === 'attached')
      return member.ready
        ? 'done'
        : { seconds: 3, for: `${name}: servers.${item.attach.server} to be ready` };
    return { seconds: 2, for: `${name}: ${volume.id} to be attached` };
  }
  if (attachment) {
    return {
      status: 'held',
      code: 'VolumeElsewhere',
      reason: `${name}: ${volume.id} is attached to ${attachment.instanceId}, not to ${member.instanceId}`,
      unblock: `detach ${volume.id} when nothing uses it, then continue`,
    };
  }
  if (volume.state === 'creating') return { seconds: 2, for: `${name}: ${volume.id} to be available` };
  if (instance?.state === 'running' || instance?.state === 'stopped') {
    return {
      kind: 'attach',
      item,
      volume: volume.id,
      instance: member.instanceId,
      device: item.attach.device,
    };
  }
  return { seconds: 3, for: `${name}: ${member.instanceId} to run` };
}
