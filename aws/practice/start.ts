import { sayRefusal } from '../../recovery/answer.ts';
import { executionName, recoveryName } from '../../recovery/identity.ts';
import { type DrillSchedule, scopes } from '../../recovery/practice/schedules.ts';
import type { Instant } from '../../recovery/terms.ts';
import { planNamed, type ResponseContext } from '../response/context.ts';
import { openStates } from '../states.ts';

/** What a schedule says when it wakes the function. */
export interface StartInput {
  readonly plan: string;
  readonly schedule: DrillSchedule;
  /** The time that the schedule promised, whenever it is delivered. */
  readonly at: Instant;
}

/**
 * Starts the drill that a schedule promises, under a name made of its plan and its time: woken twice, or tried again, it is
 * the same drill, and one that has ended is not started a second time.
 * @throws Error when it could not be started: the invocation fails, so that Lambda tries it again
 */
export async function startDrill(
  { access, deps }: Pick<ResponseContext, 'access' | 'deps'>,
  machineArn: string,
  input: StartInput,
): Promise<object> {
  const { plan } = planNamed(deps, input.plan);
  const recovery = recoveryName(plan, 'drill', input.at);
  const scope = scopes[input.schedule];
  const started = await openStates(access).start(machineArn, executionName(recovery, 1), {
    plan,
    recovery,
    run: 1,
    scope,
  });
  if (!started.ok && started.code !== 'ExecutionAlreadyExists')
    throw new Error(`${recovery} could not be started: ${sayRefusal(started)}`);
  return { recovery, scope };
}
