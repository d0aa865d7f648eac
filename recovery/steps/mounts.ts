import type { ObservedVolume } from '../observed.ts';
import type { Plan, VolumeItem } from '../plan/plan.ts';
import type { BadEnd } from '../silence.ts';
import type { Problem } from '../step.ts';
import type { Member } from './servers/memory.ts';
import { neverCame, volumesFor } from './volumes.ts';

/** Everything that one look at the mounts sees. */
export interface MountsObservation {
  readonly members: readonly Member[];
  readonly serversEnded: BadEnd | undefined;
  readonly volumesEnded: BadEnd | undefined;
  readonly volumes: readonly ObservedVolume[];
  readonly online: ReadonlySet<string>;
}

/** A mount that can be asked for now. */
export interface WantedMount {
  readonly item: string;
  readonly volume: string;
  readonly instanceId: string;
  readonly path: string;
  readonly device: string;
  /** Volumes that must be mounted first: their paths lie above this one, and would hide it. */
  readonly after: readonly string[];
}

export interface MountsPlan {
  readonly wanted: readonly WantedMount[];
  readonly waits: readonly { readonly seconds: number; readonly for: string }[];
  readonly problems: readonly Problem[];
  /** How many mounts the plan asks for, as far as the servers are known. */
  readonly total: number;
}

type MountNeed =
  | { readonly kind: 'mount'; readonly mount: WantedMount; readonly waitFor?: string }
  | { readonly kind: 'wait'; readonly for: string }
  | { readonly kind: 'problem'; readonly problem: Problem };

const lookAgainSeconds = 3;

/** What each mount needs: it begins when its own volume is attached and its own agent online, whatever the others do. */
export function planMounts(plan: Plan, seen: MountsObservation): MountsPlan {
  const needs: MountNeed[] = [];
  for (const item of plan.volumes) {
    if (!item.mount) continue;
    const { path } = item.mount;
    const members = seen.members.filter((member) => member.item === item.attach.server);
    if (members.length === 0) needs.push(noMember(item, seen));
    needs.push(...members.map((member) => mountNeed(plan, item, path, member, seen)));
  }
  const waits = needs.flatMap((need) => {
    const reason = need.kind === 'wait' ? need.for : need.kind === 'mount' ? need.waitFor : undefined;
    return reason === undefined ? [] : [{ seconds: lookAgainSeconds, for: reason }];
  });
  const wanted = needs.flatMap((need) => (need.kind === 'mount' ? [need.mount] : []));
  return {
    wanted,
    problems: needs.flatMap((need) => (need.kind === 'problem' ? [need.problem] : [])),
    waits,
    total: needs.length,
  };
}

function noMember(item: VolumeItem, seen: MountsObservation): MountNeed {
  if (seen.serversEnded) return ended(item, 'server', seen.serversEnded);
  return { kind: 'wait', for: `mount of volumes.${item.name}: its server` };
}

function mountNeed(
  plan: Plan,
  item: VolumeItem,
  path: string,
  member: Member,
  seen: MountsObservation,
): MountNeed {
  const name = `mount of volumes.${item.name}`;
  const { instanceId, ready } = member;
  if (!ready && seen.serversEnded) return ended(item, 'server', seen.serversEnded);
  const volume = attachedVolume(item, instanceId, seen);
  if (!volume && seen.volumesEnded) return ended(item, 'volume', seen.volumesEnded);
  if (!volume) return { kind: 'wait', for: `${name}: the volume to be attached to ${instanceId}` };
  if (!seen.online.has(instanceId)) return { kind: 'wait', for: `${name}: the agent of ${instanceId}` };
  const parents = parentsOf(plan, item, path).map((parent) => ({
    parent,
    volume: attachedVolume(parent, instanceId, seen),
  }));
  const missing = parents.find((one) => !one.volume);
  if (missing)
    return { kind: 'wait', for: `${name}: volumes.${missing.parent.name}, whose path is above it` };
  const after = parents.flatMap((one) => one.volume?.id ?? []);
  const mount = { item: item.name, volume: volume.id, instanceId, path, device: item.attach.device, after };
  // The mount may begin, but it is not the end while another instance may still take the place of this one.
  return ready
    ? { kind: 'mount', mount }
    : { kind: 'mount', mount, waitFor: `${name}: servers.${item.attach.server} to be ready` };
}

/** Volumes of the same server that are mounted above a path: mounted later, they would hide what is below. */
export function parentsOf(plan: Plan, item: VolumeItem, path: string): readonly VolumeItem[] {
  return plan.volumes.filter(
    (other) =>
      other.mount &&
      other.attach.server === item.attach.server &&
      path.startsWith(`${other.mount.path.replace(/\/$/, '')}/`),
  );
}

function attachedVolume(
  item: VolumeItem,
  instanceId: string,
  seen: MountsObservation,
): ObservedVolume | undefined {
  return volumesFor(item, instanceId, seen.volumes).find((one) => one.attachment?.state === 'attached');
}

function ended(item: VolumeItem, what: 'server' | 'volume', end: BadEnd): MountNeed {
  const [code, step, see] =
    what === 'server'
      ? (['NoServer', 'servers', `servers.${item.attach.server}`] as const)
      : (['NoVolume', 'volumes', `volumes.${item.name}`] as const);
  const problem = neverCame(code, `mount of volumes.${item.name}`, { what, step, see }, end);
  return { kind: 'problem', problem };
}
