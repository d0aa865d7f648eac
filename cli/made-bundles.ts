import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bundles, openBundles } from '../drill/bundles/bundles.ts';
import type { Plan } from '../recovery/plan/plan.ts';
import { bundleDirectory, cacheDirectory, root } from '../stack/places.ts';
import { UsageError } from './usage-error.ts';

/**
 * Opens the bundles of `dist/` as they are there: what was bundled is what is rehearsed.
 * @throws UsageError where there are none, or they were made with another plan
 */
export async function openMadeBundles(plan: Plan): Promise<Bundles> {
  const directory = join(root, bundleDirectory);
  const remedy = 'npm run bundle makes them anew, of the plans that are installed';
  const text = await readFile(join(directory, 'open/plans.json'), 'utf8').catch(() => undefined);
  if (text === undefined) throw new UsageError(`--bundles: there are none in ${bundleDirectory}/; ${remedy}`);
  const known = (JSON.parse(text) as readonly Plan[]).find((each) => each.plan === plan.plan);
  if (known?.hash !== plan.hash) {
    const how = known ? 'with another version of the plan' : 'without the plan';
    throw new UsageError(`--bundles: those in ${bundleDirectory}/ were made ${how} ${plan.plan}; ${remedy}`);
  }
  return openBundles(directory, join(root, cacheDirectory, 'compiled'));
}
