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

export type LaunchPlan =
  | { readonly kind: 'launches'; readonly launches: readonly Launch[] }
  | { readonly kind: 'wait'; readonly seconds: number; readonly for: string };

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
  for (const group of groupNeeds(needs)) {
    const first = group[0]!;
    const candidates = candidatesOf(first, context.plan, context.kind);
    const refused = context.memory.launches.filter(
      (launch) => launch.item === first.item.name && launch.refused,
    );
    const last = refused.at(-1);
    const roundIsOver = refused.length > 0 && refused.length % candidates.length === 0;
    const sinceSeconds = last ? secondsBetween(last.requestedAt, context.now) : 0;
    if (roundIsOver && sinceSeconds < roundPauseSeconds) {
      return {
        kind: 'wait',
        seconds: roundPauseSeconds - sinceSeconds,
        for: `servers.${first.item.name}: capacity; every type was refused in every subnet (${last?.refused})`,
      };
    }
    const candidate = candidates[refused.length % candidates.length]!;
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
  return { kind: 'launches', launches };
}

function groupNeeds(needs: readonly LaunchNeed[]): readonly (readonly LaunchNeed[])[] {
  const groups = new Map<string, LaunchNeed[]>();
  for (const need of needs) {
    const source = need.copyOf;
    const key = [
      need.item.name,
      need.image,
      source?.type,
      source?.subnet,
      source?.profileArn,
      source?.securityGroups.join(),
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
