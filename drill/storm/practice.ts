import type { Plan } from '../../recovery/plan/plan.ts';
import { dueBefore, occasionOf } from '../../recovery/practice/schedules.ts';
import type { World } from '../../simulator/world/schema.ts';
import type { Disaster } from './disaster.ts';

/** So long before a drill is due that Lifeboat has looked around. */
const beforeSeconds = 150;

/** The world of a disaster: where a schedule is to begin a drill, it begins shortly before that is due. */
export function worldFor(
  { kind, seed }: Pick<Disaster, 'kind' | 'seed'>,
  world: World,
  plan: Pick<Plan, 'plan' | 'drill'>,
): World {
  const schedules = plan.drill.schedules.filter((schedule) => schedule !== 'yearly');
  const schedule = schedules[seed % schedules.length];
  if (kind !== 'practice' || schedule === undefined) return world;
  const dueAt = dueBefore(occasionOf(plan, schedule), new Date(world.startsAtMs).toISOString());
  return dueAt === undefined ? world : { ...world, startsAtMs: Date.parse(dueAt) - beforeSeconds * 1000 };
}
