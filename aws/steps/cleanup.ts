import type { Answer } from '../../recovery/answer.ts';
import { standingAfterCalls } from '../../recovery/step.ts';
import { type CleanupAction, namesOf, planCleanup } from '../../recovery/steps/cleanup.ts';
import { openEc2 } from '../ec2.ts';
import { readLeftovers } from '../leftovers.ts';
import { openRds } from '../rds.ts';
import { openSsm } from '../ssm.ts';
import { refused, type StepContext, type StepResult } from '../step.ts';

/** Takes away everything that a drill made, found by its tags: after success, failure or half a run alike. */
export async function reconcileCleanup(context: StepContext): Promise<StepResult> {
  if (context.identity.kind !== 'drill')
    return { standing: { status: 'skipped', reason: 'only a drill cleans up' } };
  const left = await readLeftovers(context);
  if (!left.ok) return refused(context, left);
  const names = namesOf(left.value, context.access.region);
  const most = Math.max(names.length, context.record?.counts.total ?? 0);
  const counts = { done: most - names.length, total: most };
  if (names.length === 0) return { standing: { status: 'done', counts } };
  const answers = await Promise.all(planCleanup(left.value).map((action) => carryOut(context, action)));
  const refusals = answers.flatMap((answer) => (answer.ok ? [] : [answer]));
  const waits = [
    {
      seconds: 10,
      for: `cleanup: ${names.length} resources to go, such as ${names[0]?.type} ${names[0]?.id}`,
    },
  ];
  return { standing: standingAfterCalls({ counts, problems: [], waits }, refusals, 'cleanup') };
}

function carryOut(context: StepContext, action: CleanupAction): Promise<Answer<unknown>> {
  const { access } = context;
  switch (action.kind) {
    case 'terminate':
      return openEc2(access).terminate(action.instances);
    case 'deleteVolume':
      return openEc2(access).deleteVolume(action.volume);
    case 'deleteDatabase':
      return openRds(access).deleteCopy(action.database);
    case 'deleteParameters':
      return openSsm(access).deleteParameters(action.names);
    default:
      return unreachable(action);
  }
}

function unreachable(action: never): never {
  throw new TypeError(`no rule for ${JSON.stringify(action)}`);
}
