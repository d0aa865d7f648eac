import { readFileSync } from 'node:fs';
import { parsePlan } from '../../recovery/plan/parse.ts';
import type { Plan } from '../../recovery/plan/plan.ts';

/** The example plan `shop`, parsed as everybody parses it. */
export function shopPlan(): Plan {
  const file = new URL('../../plans/shop.yaml', import.meta.url);
  const parsed = parsePlan(readFileSync(file, 'utf8'), 'plans/shop.yaml');
  if ('errors' in parsed) throw new Error(JSON.stringify(parsed.errors));
  return parsed.plan;
}
