import { readFileSync } from 'node:fs';
import type { SweepCase } from '../../drill/sweep/case.ts';
import { casesOf } from '../../drill/sweep/cases.ts';
import type { Recording } from '../../drill/sweep/record.ts';
import { record, type SweptRehearsal } from '../../drill/sweep/run.ts';
import { parsePlan } from '../../recovery/plan/parse.ts';
import { parseWorld } from '../../simulator/world/parse.ts';
import { shopPlan, shopWorld, template } from '../drill/shop.ts';

/** A plan and its world, as they stand in the repository. */
function named(name: string): Pick<SweptRehearsal, 'plan' | 'world' | 'template' | 'seed'> {
  const textOf = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  const plan = parsePlan(textOf(`plans/${name}.yaml`), name);
  const world = parseWorld(textOf(`worlds/${name}.yaml`), name);
  if (!('plan' in plan) || !('world' in world)) throw new TypeError(`${name} has mistakes`);
  return { plan: plan.plan, world: world.world, template, seed: 1 };
}

const shop = { plan: shopPlan(), world: shopWorld(), template, seed: 1 };

/** What `lifeboat sweep` sweeps where nobody says otherwise. */
export const swept: Readonly<Record<'failover' | 'drill', SweptRehearsal>> = {
  failover: { ...shop, kind: 'failover' },
  drill: { ...shop, kind: 'drill' },
};

/** The sweeps of the smallest plan. */
export const minimalSwept: typeof swept = {
  failover: { ...named('minimal'), kind: 'failover' },
  drill: { ...named('minimal'), kind: 'drill' },
};

const recordings = new Map<SweptRehearsal, Promise<Recording>>();

/** The undisturbed run, recorded once for all tests of a file. */
export function recorded(rehearsal: SweptRehearsal): Promise<Recording> {
  const recording = recordings.get(rehearsal) ?? record(rehearsal);
  recordings.set(rehearsal, recording);
  return recording;
}

/** One run of a sweep, by its name. @throws TypeError where the sweep has none */
export async function caseNamed(rehearsal: SweptRehearsal, name: string): Promise<SweepCase> {
  const found = casesOf(await recorded(rehearsal), { isAll: true }).find((each) => each.name === name);
  if (!found) throw new TypeError(`the sweep of a ${rehearsal.kind} has no run ${name}`);
  return found;
}
