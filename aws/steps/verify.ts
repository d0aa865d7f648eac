import { standingAfterCalls } from '../../recovery/step.ts';
import { insidePath } from '../../recovery/steps/verify.ts';
import { commandStep } from '../commands.ts';
import { serversOf } from '../records.ts';
import { refused, type StepContext, type StepResult } from '../step.ts';

/** Asks the application for its health: from outside after a failover, from inside its own subnets in a drill. */
export function reconcileVerify(context: StepContext): Promise<StepResult> {
  return context.identity.kind === 'drill' ? fromInside(context) : fromOutside(context);
}

const requestSeconds = 5;

async function fromOutside(context: StepContext): Promise<StepResult> {
  const { plan, deps } = context;
  if (plan.verify.length === 0)
    return { standing: { status: 'skipped', reason: 'the plan verifies nothing' } };
  const answers = await Promise.all(
    plan.verify.map(async (check) => ({ check, answer: await deps.reach.get(check.http, requestSeconds) })),
  );
  const waits = answers.flatMap(({ check, answer }) => {
    if ('status' in answer && answer.status >= 200 && answer.status < 300) return [];
    const said = 'failed' in answer ? answer.failed : `${answer.status} ${answer.body.slice(0, 200)}`;
    return [{ seconds: 3, for: `${check.http} answers ${said}` }];
  });
  const counts = { done: answers.length - waits.length, total: answers.length };
  return { standing: standingAfterCalls({ counts, problems: [], waits }, [], 'verify') };
}

/** A drill's subnets lead nowhere, so each of its servers is asked at its own port. */
async function fromInside(context: StepContext): Promise<StepResult> {
  const { plan, environment } = context;
  const checks = plan.verify.filter((check) => check.inside);
  if (checks.length === 0)
    return { standing: { status: 'skipped', reason: 'the plan has no check from inside' } };
  const servers = await serversOf(context);
  if (!servers.ok) return refused(context, servers);
  const purposes = checks.flatMap(({ http, inside }) =>
    (servers.value.memory?.members ?? [])
      .filter((member) => member.item === inside?.server)
      .map((member) => ({
        key: `${http} ${member.instanceId}`,
        says: `health of ${member.instanceId}`,
        document: environment.probeDocument,
        instanceIds: [member.instanceId],
        // An application takes its time to become healthy: the step's bound ends the asking, not a count.
        triesMax: Number.POSITIVE_INFINITY,
        parameters: { Port: String(inside?.port ?? 80), Path: insidePath(http) },
      })),
  );
  return commandStep(context, purposes);
}
