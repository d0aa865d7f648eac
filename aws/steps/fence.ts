import { sayRefusal } from '../../recovery/answer.ts';
import { approvalSeconds } from '../../recovery/bounds.ts';
import type { Counts, Standing } from '../../recovery/step.ts';
import { type FenceMemory, fenceOverride, fenceResources } from '../../recovery/steps/fence.ts';
import { secondsBetween } from '../../recovery/terms.ts';
import { fencePrimary } from '../fencing.ts';
import type { StepContext, StepResult } from '../step.ts';
import { readApprovals } from './gate.ts';

/** A change of security groups shows within half a minute; a stop is seen in its own answer. */
const lookAgainSeconds = 10;

/**
 * One call of the fence step: what could still write in the primary Region is cut off, or the record says that it could not
 * be confirmed. Seconds, whatever state that Region is in: only a fence that the plan requires is waited for.
 */
export async function reconcileFence(context: StepContext): Promise<StepResult> {
  const { plan, identity, record } = context;
  if (identity.kind === 'drill') return skipped('a drill leaves the primary Region alone');
  const { fence } = plan;
  if (!fence || (!fence.instances && fence.databases.length === 0)) return skipped('the plan has no fence');
  const before = (record?.memory as FenceMemory | null | undefined) ?? undefined;
  const fencing = { ...context, recovery: context.input.recovery };
  const memory = await fencePrimary(fencing, fence, before);
  const resources = fenceResources(plan, memory);
  if (memory.state === 'fenced' || !fence.required)
    return { standing: { status: 'done', counts: countsOf(memory) }, memory, resources };
  return { ...(await requiredFence(context, memory)), resources };
}

function skipped(reason: string): StepResult {
  const memory: FenceMemory = { state: 'skipped', instances: [], databases: [], why: reason };
  return { standing: { status: 'skipped', reason }, memory };
}

function countsOf({ instances, databases }: FenceMemory): Counts {
  const members = [...instances, ...databases];
  return { done: members.filter(({ state }) => state === 'fenced').length, total: members.length };
}

/** The plan wants no promotion without its fence: a person may take that upon themselves, else it is a safe stop. */
async function requiredFence(
  context: StepContext,
  memory: FenceMemory,
): Promise<Pick<StepResult, 'standing' | 'memory'>> {
  const { record, input, deps } = context;
  const counts = countsOf(memory);
  const approvals = await readApprovals(context);
  if (!approvals.ok) deps.log('warn', sayRefusal(approvals), { recovery: input.recovery });
  const override = approvals.ok
    ? approvals.value.find(({ overrides }) => overrides.includes(fenceOverride))
    : undefined;
  if (override) {
    const why = `${override.principal} went on without a confirmed fence: ${memory.why}`;
    return { standing: { status: 'done', counts }, memory: { ...memory, why } };
  }
  const firstAt = record?.run === input.run ? record.firstAt : input.now;
  const isOver = secondsBetween(firstAt, context.now()) >= approvalSeconds;
  const standing: Standing = isOver
    ? {
        status: 'held',
        code: fenceOverride,
        reason: `the plan requires a fence, and it cannot be confirmed: ${memory.why}`,
        unblock: `make sure that the old primary cannot write, then lifeboat approve ${input.recovery} --override ${fenceOverride} and lifeboat continue ${input.recovery}`,
        counts,
      }
    : {
        status: 'working',
        waitSeconds: lookAgainSeconds,
        waitingFor: `the fence, which the plan requires: ${memory.why}`,
        counts,
      };
  return { standing, memory };
}
