import { type Answer, sayRefusal } from '../../recovery/answer.ts';
import type { Counts } from '../../recovery/step.ts';
import { type CleanupAction, namesOf, planCleanup } from '../../recovery/steps/cleanup.ts';
import { openEc2 } from '../ec2.ts';
import { readLeftovers, secondsUntilSeen } from '../leftovers.ts';
import { openRds } from '../rds.ts';
import { openSsm } from '../ssm.ts';
import type { StepContext, StepResult } from '../step.ts';

/** Takes away everything that a drill made, found by its tags: after success, failure or half a run alike. */
export async function reconcileCleanup(context: StepContext): Promise<StepResult> {
  if (context.identity.kind !== 'drill')
    return { standing: { status: 'skipped', reason: 'only a drill cleans up' } };
  const { left, refusals: unread } = await readLeftovers(context);
  const names = namesOf(left, context.access.region);
  const most = Math.max(names.length, context.record?.counts.total ?? 0);
  const counts = { done: most - names.length, total: most };
  const answers = await Promise.all(planCleanup(left).map((action) => carryOut(context, action)));
  const refusals = [...unread, ...answers.flatMap((answer) => (answer.ok ? [] : [answer]))];
  if (names.length === 0 && refusals.length === 0) return lookedLate(context, counts);
  // No refusal ends a clean-up before its bound: what it leaves costs money and may act.
  const toGo =
    names.length > 0 ? [`${names.length} resources to go, such as ${names[0]?.type} ${names[0]?.id}`] : [];
  const waitingFor = [...new Set([...refusals.map(sayRefusal), ...toGo])].slice(0, 3).join('; ');
  return { standing: { status: 'working', waitSeconds: 10, waitingFor, counts } };
}

/**
 * Nothing is seen: done, once what was made last would be. A step whose execution was stopped, or whose answer was lost, may
 * still have made something while this clean-up began.
 */
async function lookedLate(context: StepContext, counts: Counts): Promise<StepResult> {
  const waitSeconds = await secondsUntilSeen(context);
  // Without the ledger nothing can be waited for, and no bound be kept: the sweep looks again, and an end that cannot be
  // written down holds.
  if (typeof waitSeconds !== 'number' || waitSeconds === 0) return { standing: { status: 'done', counts } };
  return { standing: { status: 'working', waitSeconds, waitingFor: 'resources that are seen late', counts } };
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
