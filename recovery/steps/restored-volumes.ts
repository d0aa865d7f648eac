import { clientToken, tagKeys } from '../identity.ts';
import type { ObservedSnapshot, ObservedVolume } from '../observed.ts';
import type { Plan, VolumeItem } from '../plan/plan.ts';
import type { Problem } from '../step.ts';
import { type Instant, secondsBetween } from '../terms.ts';
import { type CreatedVolumes, chooseSnapshot, createsMax, unseenSeconds, volumeTag } from './volumes.ts';

/** What one look at the volumes of a restore drill sees. */
export interface RestoredObservation {
  /** Volumes that this drill made. */
  readonly volumes: readonly ObservedVolume[];
  /** What CreateVolume answered, by item, oldest first. */
  readonly created: CreatedVolumes;
  /** Completed snapshots of each item, by item name. */
  readonly snapshots: Readonly<Record<string, readonly ObservedSnapshot[]>>;
  /** Zones of the recovery Region, in an order of their own. */
  readonly zones: readonly string[];
}

/** One volume to make. */
export interface RestoreVolume {
  readonly item: VolumeItem;
  readonly zone: string;
  readonly snapshot: ObservedSnapshot;
  readonly token: string;
}

export interface RestoredPlan {
  readonly actions: readonly RestoreVolume[];
  readonly problems: readonly Problem[];
  readonly waits: readonly { readonly seconds: number; readonly for: string }[];
  readonly done: number;
}

/**
 * What each volume of a restore drill needs next: one of each item, from its newest snapshot, in any zone, until EBS says that
 * it is available. That proves that the snapshot is there, complete and young enough, and that its key can be used.
 */
export function planRestoredVolumes(
  plan: Plan,
  recovery: string,
  seen: RestoredObservation,
  times: { readonly openedAt: Instant; readonly now: Instant },
): RestoredPlan {
  const needs = plan.volumes.map((item) => needOf(item, recovery, seen, times));
  return {
    actions: needs.flatMap((need) => ('token' in need ? [need] : [])),
    problems: needs.flatMap((need) => ('code' in need ? [need] : [])),
    waits: needs.flatMap((need) => ('for' in need ? [need] : [])),
    done: needs.filter((need) => 'done' in need).length,
  };
}

type Need =
  | { readonly done: true }
  | { readonly seconds: number; readonly for: string }
  | Problem
  | RestoreVolume;

function needOf(
  item: VolumeItem,
  recovery: string,
  seen: RestoredObservation,
  { openedAt, now }: { readonly openedAt: Instant; readonly now: Instant },
): Need {
  const name = `volumes.${item.name}`;
  const own = seen.volumes.filter(({ tags }) => tags[tagKeys.item] === volumeTag(item));
  const volume = own.find(({ state }) => state !== 'error' && state !== 'deleting' && state !== 'deleted');
  if (volume)
    return volume.state === 'creating'
      ? { seconds: 3, for: `${name}: ${volume.id} to be available` }
      : { done: true };
  const unseen = (seen.created[item.name] ?? []).filter(({ id }) => !own.some((one) => one.id === id));
  const late = unseen.find(({ at }) => secondsBetween(at, now) < unseenSeconds);
  if (late) return { seconds: 2, for: `${name}: ${late.id} to be seen` };
  const snapshot = chooseSnapshot(item, seen.snapshots[item.name] ?? [], openedAt);
  if ('code' in snapshot) return snapshot;
  const dead = [...own, ...unseen].map(({ id }) => id);
  const zone = seen.zones[dead.length % Math.max(1, seen.zones.length)];
  if (dead.length >= createsMax || zone === undefined) {
    const tried =
      dead.length > 0 ? `EBS accepted ${dead.join(' and ')} and gave them up` : 'no zone is available';
    return {
      status: 'failed',
      code: 'VolumeFailed',
      reason: `${name}: the snapshot ${snapshot.id} cannot be restored: ${tried}`,
      unblock: `check the key that encrypts ${snapshot.id} (a disabled one is the usual cause), then drill again`,
    };
  }
  return { item, zone, snapshot, token: clientToken(recovery, name, 'restore', zone, dead.length) };
}
