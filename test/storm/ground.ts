import type { Disaster } from '../../drill/storm/disaster.ts';
import { type Ground, type Weathered, weather } from '../../drill/storm/weather.ts';
import type { Template } from '../../simulator/cloudformation/deploy.ts';
import { packagedTemplates } from '../../stack/template.ts';
import { shopPlan, shopWorld } from '../drill/shop.ts';

/** Where the storms of these tests happen: the shop in its world. */
export const ground: Ground = {
  plans: [shopPlan()],
  world: shopWorld(),
  templates: (await packagedTemplates()) as { recovery: Template; witness: Template },
};

/** A disaster in which nothing goes wrong, and what a test makes of it. */
export function disaster(given: Partial<Disaster> = {}): Disaster {
  return { seed: 1, setting: 'usual', kind: 'noise', mishaps: [], orders: [], ...given };
}

/** Lets a disaster happen to the shop. */
export function happen(given: Partial<Disaster>): Promise<Weathered> {
  return weather(disaster(given), ground);
}
