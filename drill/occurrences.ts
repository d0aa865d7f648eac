import type { JsonObject } from '../simulator/json.ts';
import type { World } from '../simulator/world/schema.ts';

/** An event as EventBridge delivers it, such as a recorded one of AWS Health. */
export interface AwsEvent extends JsonObject {
  readonly id: string;
  readonly source: string;
  readonly 'detail-type': string;
  readonly account: string;
  /** ISO-8601. */
  readonly time: string;
  /** On whose bus it arrives. */
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: JsonObject;
}

/** An event, and when it arrives. */
export interface Occurrence {
  readonly event: AwsEvent;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

/** Events that are to happen in a world, and the world with the instant at which its clock starts. */
export interface Staged {
  readonly world: World;
  /** In the order in which they happen. */
  readonly occurrences: readonly Occurrence[];
}

/** Events that begin within this time of the world's own start leave the start where it is. */
const reachMs = 2 * 3_600_000;

/**
 * When events happen: at their own `time`, or `atSeconds` after the start for those that are given one (by place). A world
 * is laid out relative to its start, so that it can begin at any instant: where all events are older than the world, or far
 * in its future, the clock starts at the earliest of them. One that is older than the others' world happens at its start.
 * An event that is given another time carries it.
 */
export function stageEvents(events: readonly AwsEvent[], atSeconds: readonly number[], world: World): Staged {
  const own = events.filter((_, place) => atSeconds[place] === undefined).map(({ time }) => Date.parse(time));
  const startMs = startOf(own, world);
  const occurrences = events.map((event, place): Occurrence => {
    const seconds = atSeconds[place];
    if (seconds === undefined) return { event, atMs: Math.max(startMs, Date.parse(event.time)) };
    const atMs = startMs + seconds * 1000;
    return { event: { ...event, time: new Date(atMs).toISOString().replace('.000Z', 'Z') }, atMs };
  });
  // What happens at one instant happens in an order of its own, whichever way round it was given.
  const order = (a: Occurrence, b: Occurrence) => a.atMs - b.atMs || (a.event.id < b.event.id ? -1 : 1);
  return { world: { ...world, startsAtMs: startMs }, occurrences: occurrences.sort(order) };
}

function startOf(timesMs: readonly number[], { startsAtMs }: World): number {
  const [earliestMs, latestMs] = [Math.min(...timesMs), Math.max(...timesMs)];
  const isElsewhere = latestMs < startsAtMs || earliestMs > startsAtMs + reachMs;
  return timesMs.length > 0 && isElsewhere ? earliestMs : startsAtMs;
}
