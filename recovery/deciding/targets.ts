import { type Instant, secondsBetween } from '../terms.ts';
import type { Observation } from './observation.ts';
import { counted, timeOf } from './sentences.ts';

/** How many targets of a group its load balancer counts as healthy and as unhealthy; it says nothing of the others. */
export interface TargetCounts {
  readonly healthy: number;
  readonly unhealthy: number;
}

/** Since when each target group has been seen down, and when last: a target's health has no history of its own. */
export interface TargetMemory {
  readonly [group: string]: { readonly since: Instant; readonly seenAt: Instant };
}

/** Each plan is looked at each minute; after a longer gap nobody knows what was in between. */
const gapSeconds = 180;

/** No target is healthy, and at least one was found not to be. */
function isDown({ healthy, unhealthy }: TargetCounts): boolean {
  return healthy === 0 && unhealthy > 0;
}

/**
 * What is remembered after a look: a group that is down was first seen so at this look or before it, one that is not is
 * forgotten, and one that could not be read stays as it was.
 *
 * @param looks - undefined for a group that could not be read
 */
export function rememberTargets(
  memory: TargetMemory,
  looks: ReadonlyMap<string, TargetCounts | undefined>,
  now: Instant,
): TargetMemory {
  const entries = [...looks].flatMap(([group, counts]) => {
    const known = memory[group];
    if (!counts) return known ? [[group, known] as const] : [];
    if (!isDown(counts)) return [];
    const goesOn = known !== undefined && secondsBetween(known.seenAt, now) <= gapSeconds;
    return [[group, { since: goesOn ? known.since : now, seenAt: now }] as const];
  });
  return Object.fromEntries(entries);
}

/**
 * What a target group of the primary Region says now: `down` when none of its targets is healthy. Targets that start, drain
 * or are stopped count as nothing, so that a group without any other is `stale`, as one that could not be read is.
 *
 * @param region - where it looks from: with the alarms of that Region it is one place
 * @param memory - with this look in it
 */
export function targetsObservation(
  group: string,
  region: string,
  counts: TargetCounts | undefined,
  memory: TargetMemory,
  now: Instant,
): Observation {
  const common = { kind: 'targets', signal: `target group ${group}`, vantage: region, since: now } as const;
  const name = `the target group ${group} in ${region}`;
  if (!counts) return { ...common, vote: 'stale', says: `${name} could not be read` };
  const { healthy, unhealthy } = counts;
  if (healthy > 0)
    return { ...common, vote: 'up', seenAt: now, says: `${name} has ${counted(healthy, 'healthy target')}` };
  if (unhealthy === 0) return { ...common, vote: 'stale', says: `${name} has no target that says anything` };
  const since = memory[group]?.since ?? now;
  const says = `${name} has had no healthy target since ${timeOf(since, now)} (${unhealthy} unhealthy)`;
  return { ...common, vote: 'down', since, seenAt: now, says };
}
