import type { Plan } from '../recovery/plan/plan.ts';
import type { Template } from '../simulator/cloudformation/deploy.ts';
import { forWitnesses } from '../stack/for-plans.ts';
import { outpostsOf } from '../stack/outposts.ts';
import { type Account, type AccountOptions, openAccount } from './account.ts';

/** What a team has installed: its plans and both stacks, as they were packaged. */
export interface Installation {
  /** The most important first; all recover in one Region. */
  readonly plans: readonly Plan[];
  readonly templates: { readonly recovery: Template; readonly witness: Template };
}

/** An account with both stacks: the large one where the plans recover, the small one wherever it looks from or hears from. */
export function openInstallation(
  { plans, templates }: Installation,
  options: Pick<AccountOptions, 'world' | 'seed' | 'onStep' | 'onDefect' | 'isShort'>,
): Account {
  const [plan] = plans;
  if (!plan) throw new TypeError('an installation has a plan');
  const outposts = outpostsOf(plans, plan.regions.recovery).filter(({ region }) =>
    Object.hasOwn(options.world.regions, region),
  );
  const witness = forWitnesses(templates.witness, plans);
  return openAccount({
    ...options,
    plan,
    plans,
    template: templates.recovery,
    outposts: outposts.map(({ region }) => ({ region, template: witness })),
  });
}
