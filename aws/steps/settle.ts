import { standingAfterCalls } from '../../recovery/step.ts';
import { trafficName } from '../../recovery/steps/traffic.ts';
import { throughName } from '../../recovery/steps/verify.ts';
import type { StepContext, StepResult } from '../step.ts';

const requestSeconds = 5;

/** Sees that a healthy application answers at the live names, as clients reach it. */
export async function reconcileSettle(context: StepContext): Promise<StepResult> {
  const { plan, identity, deps } = context;
  if (identity.kind === 'drill')
    return { standing: { status: 'skipped', reason: 'a drill moves no traffic' } };
  const check = plan.verify[0];
  const names = [...new Set(plan.traffic.map(trafficName))];
  if (!check || names.length === 0)
    return { standing: { status: 'skipped', reason: 'the plan has no check, or moves no traffic' } };
  const answers = await Promise.all(
    names.map(async (name) => ({
      name,
      answer: await deps.reach.get(throughName(check.http, name), requestSeconds),
    })),
  );
  const waits = answers.flatMap(({ name, answer }) => {
    if ('status' in answer && answer.status >= 200 && answer.status < 300) return [];
    const said = 'failed' in answer ? answer.failed : `${answer.status} ${answer.body.slice(0, 200)}`;
    return [{ seconds: 3, for: `the live name ${name} answers ${said}` }];
  });
  return {
    standing: standingAfterCalls(
      { counts: { done: names.length - waits.length, total: names.length }, problems: [], waits },
      [],
      'settle',
    ),
  };
}
