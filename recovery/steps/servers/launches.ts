import { invariant } from '../../errors.ts';
import { clientToken } from '../../identity.ts';
import type { ObservedInstance } from '../../observed.ts';
import type { Plan, ServerItem } from '../../plan/plan.ts';
import { type Instant, type RecoveryKind, secondsBetween } from '../../terms.ts';
import type { Launch, ServersMemory, Slot } from './memory.ts';

/** A slot to fill, with the image that will fill it. */
export interface LaunchNeed {
  readonly slot: Slot;
  readonly item: ServerItem;
  readonly image: string;
  /** The standing instance whose settings the copy takes. */
  readonly copyOf?: ObservedInstance;
}

export interface LaunchPlan {
  readonly launches: readonly Launch[];
  readonly waits: readonly { readonly seconds: number; readonly for: string }[];
}

interface Candidate {
  readonly type: string;
  readonly subnet: string;
}

/** When every type was refused in every subnet, the round begins again after this pause. */
const roundPauseSeconds = 30;

/**
 * Turns slots to fill into launches, the fewest calls that do it: slots of one item with the same image, settings and
 * candidate go into one. Each refusal moves an item to its next candidate: all subnets for a type, then the next type.
 */
export function planLaunches(
  needs: readonly LaunchNeed[],
  context: {
    readonly plan: Plan;
    readonly kind: RecoveryKind;
    readonly now: Instant;
    readonly memory: ServersMemory;
  },
): LaunchPlan {
  const launches: Launch[] = [];
  const waits: { seconds: number; for: string }[] = [];
  for (const group of groupNeeds(needs, context.kind)) {
    const first = group[0]!;
    const candidates = candidatesOf(first, context.plan, context.kind);
    const refused = context.memory.launches.filter(
      (launch) => launch.item === first.item.name && launch.refused,
    );
    const round = openRound(candidates, refused);
    const last = refused.at(-1);
    const sinceSeconds = last ? secondsBetween(last.requestedAt, context.now) : roundPauseSeconds;
    if (round.size === 0 && sinceSeconds < roundPauseSeconds) {
      waits.push({
        seconds: roundPauseSeconds - sinceSeconds,
        for: `servers.${first.item.name}: capacity; every type was refused in every subnet (${last?.refused})`,
      });
      continue;
    }
    const candidate = candidates.find((one) => !round.has(nameOf(one)));
    invariant(candidate, `servers.${first.item.name} has a type and a subnet to launch into`);
    launches.push({
      ordinal: context.memory.launches.length + launches.length,
      item: first.item.name,
      slots: group.map((need) => need.slot.name),
      image: first.image,
      ...candidate,
      ...(first.copyOf && { copyOf: first.copyOf.id }),
      requestedAt: context.now,
    });
  }
  return { launches, waits };
}

/** The candidates that were refused since the last whole round of refusals: they are not asked again in this one. */
function openRound(candidates: readonly Candidate[], refused: readonly Launch[]): ReadonlySet<string> {
  const round = new Set<string>();
  for (const launch of refused) {
    round.add(nameOf(launch));
    if (candidates.every((one) => round.has(nameOf(one)))) round.clear();
  }
  return round;
}

function nameOf({ type, subnet }: Candidate): string {
  return `${type} ${subnet}`;
}

/** Slots that one call can fill. A drill does not use its models' subnets and groups, so they do not tell slots apart there. */
function groupNeeds(needs: readonly LaunchNeed[], kind: RecoveryKind): readonly (readonly LaunchNeed[])[] {
  const groups = new Map<string, LaunchNeed[]>();
  for (const need of needs) {
    const source = need.copyOf;
    const key = [
      need.item.name,
      need.image,
      source?.type,
      ...(kind === 'drill' ? [] : [source?.subnet, source?.profileArn, source?.securityGroups.join()]),
    ].join('\n');
    groups.set(key, [...(groups.get(key) ?? []), need]);
  }
  return [...groups.values()];
}

/** The types and subnets to try, in order. A drill launches into its own subnets only. */
function candidatesOf(need: LaunchNeed, plan: Plan, kind: RecoveryKind): readonly Candidate[] {
  const { source } = need.item;
  const own = need.copyOf;
  const types = [...new Set([...(own ? [own.type] : []), ...source.types])];
  const subnets =
    kind === 'drill'
      ? (plan.drill.network?.subnets ?? [])
      : source.subnets.length > 0
        ? source.subnets
        : own
          ? [own.subnet]
          : [];
  return types.flatMap((type) => subnets.map((subnet) => ({ type, subnet })));
}

/** The token of a launch: its number in the ledger says which one it is, and with it all its parameters. */
export function launchToken(recovery: string, ordinal: number): string {
  return clientToken(recovery, 'launch', ordinal);
}

/**
 * Launches whose answer was lost are answered by what is seen: an instance names the token that launched it. One that is
 * not seen yet is asked for again, under the same token.
 */
export function answerBySight(
  memory: ServersMemory,
  recovery: string,
  launched: readonly ObservedInstance[],
): ServersMemory {
  const launches = memory.launches.map((launch) => {
    if (launch.ids || launch.refused) return launch;
    const token = launchToken(recovery, launch.ordinal);
    const ids = launched.filter((instance) => instance.clientToken === token).map(({ id }) => id);
    return ids.length > 0 ? { ...launch, ids } : launch;
  });
  return { ...memory, launches };
}
