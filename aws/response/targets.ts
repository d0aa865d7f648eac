import { type Refusal, sayRefusal } from '../../recovery/answer.ts';
import type { Observation } from '../../recovery/deciding/observation.ts';
import { rememberTargets, type TargetMemory, targetsObservation } from '../../recovery/deciding/targets.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { readTargets } from '../targets.ts';
import type { ResponseContext } from './context.ts';

/** What the primary's target groups say, and what could not be read of them. */
export interface SeenTargets {
  readonly observations: readonly Observation[];
  readonly refusals: readonly Refusal[];
}

/**
 * Looks at a plan's target groups in its primary Region, and keeps in the ledger since when each is down. What is not kept is
 * learnt again: a vote then stands for less long than it did, and never for longer.
 */
export async function watchTargets(
  { access, ledger, deps, now }: ResponseContext,
  plan: Plan,
  deadlineSeconds: number,
): Promise<SeenTargets> {
  const { targetGroups } = plan.trigger.signals;
  if (targetGroups.length === 0) return { observations: [], refusals: [] };
  const { primary } = plan.regions;
  const key = ledgerKeys.targets(plan.plan);
  const [kept, answers] = await Promise.all([
    ledger.read(key),
    readTargets(access, primary, targetGroups, deadlineSeconds),
  ]);
  const at = now();
  const looks = new Map([...answers].map(([group, answer]) => [group, answer.ok ? answer.value : undefined]));
  const before = kept.ok ? ((kept.value?.value ?? {}) as TargetMemory) : {};
  const memory = rememberTargets(before, looks, at);
  // Written over what was not read, a memory would forget what another group has.
  const written =
    kept.ok && JSON.stringify(memory) !== JSON.stringify(before) ? await ledger.write(key, memory) : kept;
  if (!written.ok) deps.log('warn', sayRefusal(written), { plan: plan.plan });
  return {
    observations: targetGroups.map((group) =>
      targetsObservation(group, primary, looks.get(group), memory, at),
    ),
    refusals: [...answers.values()].filter((answer): answer is Refusal => !answer.ok),
  };
}
