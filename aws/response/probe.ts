import * as v from 'valibot';
import { sayRefusal } from '../../recovery/answer.ts';
import { InvalidInput } from '../../recovery/errors.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { vantagesOf } from '../../recovery/signals/probes.ts';
import type { Deps, Invocation } from '../deps.ts';
import { openProbes, type ProbeResult } from '../probes.ts';

/** EventBridge Scheduler's own wake-up; nothing of it is used. */
export const probeInput = v.unknown();

const timeoutSeconds = 8;

/**
 * Asks for the address of each plan that is looked at from this Region, all at once, and writes what was found to CloudWatch
 * of the plans' recovery Region: what decides must not be kept where it may be lost.
 */
export async function probe(_input: unknown, { deps, deadlineMs }: Invocation): Promise<object> {
  const from = deps.environment['AWS_REGION'];
  if (!from) throw new InvalidInput('environment variable AWS_REGION: it is absent');
  const plans = [...deps.plans.values()].filter((plan) => vantagesOf(plan).includes(from));
  const results = await Promise.all(
    plans.map(async (plan) => ({ plan, result: await ask(deps, plan, from) })),
  );
  const written = await Promise.all(
    [...Map.groupBy(results, ({ plan }) => plan.regions.recovery)].map(async ([region, found]) => {
      const access = { region, clock: deps.clock, stopAtMs: deadlineMs, transport: deps.transport };
      const answer = await openProbes(access).put(found.map(({ result }) => result));
      if (!answer.ok) deps.log('error', sayRefusal(answer), { region });
      return answer.ok;
    }),
  );
  // A sample that was not written is missing, and missing is stale: the invocation fails so that its alarm sees it.
  if (written.includes(false)) throw new Error('samples could not be written');
  return { probed: results.length, up: results.filter(({ result }) => result.isUp).length };
}

/** Only 200 is healthy. The sample belongs to the minute in which it was asked for, however late the answer is. */
async function ask(deps: Deps, plan: Plan, from: string): Promise<ProbeResult> {
  const { probes } = plan.trigger.signals;
  const beganMs = deps.clock.nowMs();
  const answer = await deps.reach.get(probes?.url ?? '', timeoutSeconds);
  const isUp = 'status' in answer && answer.status === 200;
  return {
    plan: plan.plan,
    from,
    at: new Date(beganMs).toISOString(),
    isUp,
    ...(isUp && { latencyMs: deps.clock.nowMs() - beganMs }),
  };
}
