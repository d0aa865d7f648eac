import type { Plan } from '../recovery/plan/plan.ts';
import { isObject, type Json } from '../simulator/json.ts';

/** Plans by their names. */
export type Plans = ReadonlyMap<string, Plan>;

/**
 * The plans that are in the bundles, as they were published one after another: machines call published versions, so that an
 * execution goes on with those that it began with, and everything that begins after a deploy has the newer ones.
 */
export class PublishedPlans {
  readonly #versions: { readonly sinceMs: number; readonly plans: Plans }[];

  constructor(plans: readonly Plan[]) {
    this.#versions = [{ sinceMs: Number.NEGATIVE_INFINITY, plans: byName(plans) }];
  }

  /** Those of the first deploy. */
  get first(): readonly Plan[] {
    return [...this.#versions[0]!.plans.values()];
  }

  publish(plans: readonly Plan[], nowMs: number): void {
    // Events say when in whole milliseconds.
    this.#versions.push({ sinceMs: Math.floor(nowMs), plans: byName(plans) });
  }

  /** What an invocation finds in its bundle, by the event that it is given: a step's says when its execution was started. */
  for(event: Json): Plans {
    const startedAt = isObject(event) ? event['startedAt'] : undefined;
    const atMs = typeof startedAt === 'string' ? Date.parse(startedAt) : Number.POSITIVE_INFINITY;
    return this.#versions.findLast(({ sinceMs }) => sinceMs <= atMs)!.plans;
  }
}

function byName(plans: readonly Plan[]): Plans {
  return new Map(plans.map((plan) => [plan.plan, plan]));
}
