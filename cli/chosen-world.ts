import { claimMistakes } from '../recovery/plan/claims.ts';
import { orderMistakes } from '../recovery/plan/order.ts';
import type { Plan } from '../recovery/plan/plan.ts';
import { pathText } from '../recovery/plan/plan-error.ts';
import type { World } from '../simulator/world/schema.ts';
import { loadPlan, loadWorld, planNames } from './files.ts';
import { refuseForeignWorld } from './refusals.ts';
import { UsageError } from './usage-error.ts';

/** A world, and the plans that are installed in it. */
export interface ChosenWorld {
  readonly plans: readonly Plan[];
  readonly world: World;
}

/** The plan that is meant where none is named and no world either, as in `lifeboat drill`. */
const usualPlan = 'shop';

/** What `--world` and `--plan` mean together. @throws UsageError where they do not fit */
export async function chooseWorld({
  plans: named,
  world: worldName,
}: {
  readonly plans?: readonly string[];
  readonly world?: string;
}): Promise<ChosenWorld> {
  const first = await loadPlan(named?.[0] ?? usualPlan);
  const world = await loadWorld(worldName, first);
  const plans = await Promise.all((named ?? (await planNames())).map(loadPlan));
  const chosen = named
    ? plans
    : plans.filter(({ regions }) => Object.hasOwn(world.regions, regions.recovery));
  const [one] = chosen;
  if (!one)
    throw new UsageError('no plan in plans/ recovers in a Region of this world; give --plan or --world');
  for (const { regions } of chosen) refuseForeignWorld(regions.recovery, Object.keys(world.regions));
  const other = chosen.find(({ regions }) => regions.recovery !== one.regions.recovery);
  if (other) {
    throw new UsageError(
      `one installation recovers in one Region: ${one.plan} in ${one.regions.recovery}, ${other.plan} in ${other.regions.recovery}; give --plan`,
    );
  }
  const [claim] = claimMistakes(chosen);
  if (claim)
    throw new UsageError(`the plan ${claim.plan}: ${pathText(claim.path)}: ${claim.message}; ${claim.fix}`);
  const [mistake] = named ? [] : orderMistakes(chosen);
  if (mistake) throw new UsageError(`plans/${mistake.plan}.yaml: ${mistake.message}; ${mistake.fix}`);
  const twice = chosen.find(({ plan }, place) => chosen.findIndex((each) => each.plan === plan) !== place);
  if (twice) throw new UsageError(`--plan: ${twice.plan} is given twice`);
  return { plans: chosen, world };
}
