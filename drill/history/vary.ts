import { canonicalHash } from '../../recovery/plan/hash.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { World } from '../../simulator/world/schema.ts';
import { byRecord } from '../storm/by-record.ts';
import type { Outage, ReplayedPlan } from './outage.ts';
import { type Ground, relocate } from './relocate.ts';

/** The plan and the world of one replay: the given ones in the Regions of the outage, with what this plan differs in. */
export function groundOf(outage: Outage, replayed: ReplayedPlan, given: Ground): Ground {
  const { plan, world } = relocate(given, replayed.regions ?? outage.regions);
  const { calls, behind } = replayed;
  const application = { ...world.application, calls, behind };
  const startsAtMs = replayed.begins ?? outage.begins;
  const set = { plans: [varied(plan, world, replayed)], world: { ...world, application, startsAtMs } };
  const moved = replayed.traffic === 'record' ? byRecord(set) : set;
  const [only = plan] = moved.plans;
  const { hash: _, ...rest } = only;
  return { plan: { ...rest, hash: canonicalHash(rest) }, world: moved.world };
}

/**
 * The plan as this replay has it. Without eyes outside, the alarms of the primary Region are left. No drill of a calendar
 * falls into a replay: it would be about something else.
 */
function varied(plan: Plan, world: World, { mode = 'automatic', probes: hasProbes }: ReplayedPlan): Plan {
  const { probes: _, ...inside } = plan.trigger.signals;
  const here = world.regions[plan.regions.primary]?.alarms ?? {};
  const alarms = inside.alarms.filter((name) => Object.hasOwn(here, name));
  const signals = hasProbes ? plan.trigger.signals : { ...inside, alarms };
  return {
    ...plan,
    trigger: { ...plan.trigger, mode, signals },
    drill: { ...plan.drill, schedules: [] },
  };
}
