import { sayRefusal } from '../../recovery/answer.ts';
import type { Counts, Standing } from '../../recovery/step.ts';
import { howToApprove, sayOpen, weighApprovals } from '../../recovery/steps/approval.ts';
import { type FenceMemory, fenceOverride, fenceResources } from '../../recovery/steps/fence.ts';
import { secondsBetween } from '../../recovery/terms.ts';
import { fencePrimary } from '../fencing.ts';
import type { StepContext, StepResult } from '../step.ts';
import { readWordAfterGate, type Word } from './approvals.ts';
import { askPeople } from './ask.ts';

/** A change of security groups shows within half a minute; a stop is seen in its own answer. */
const lookAgainSeconds = 10;

/** A fence that will hold is seen to within a minute: nobody is called for it before. */
const confirmSeconds = 60;

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
  // Before the promotion nothing may write, whoever started it.
  const memory = await fencePrimary(fencing, fence, { memory: before, letsGo: false });
  const resources = fenceResources(plan, memory);
  if (memory.state === 'fenced' || !fence.required)
    return { standing: { status: 'done', counts: countsOf(memory) }, memory, resources };
  return { ...(await requiredFence(context, memory, before)), resources };
}

function skipped(reason: string): StepResult {
  const nothing = { groups: [], instances: [], databases: [], isSeen: false };
  const memory: FenceMemory = { state: 'skipped', ...nothing, why: reason };
  return { standing: { status: 'skipped', reason }, memory };
}

function countsOf({ groups, instances, databases }: FenceMemory): Counts {
  const members = [...groups, ...instances, ...databases];
  return { done: members.filter(({ state }) => state === 'fenced').length, total: members.length };
}

/** The plan wants no promotion without its fence: a person may take that upon themselves, else it is a safe stop. */
async function requiredFence(
  context: StepContext,
  memory: FenceMemory,
  before: FenceMemory | undefined,
): Promise<Pick<StepResult, 'standing' | 'memory'>> {
  const { record, input, plan, deps } = context;
  const counts = countsOf(memory);
  const answer = await readWordAfterGate(context);
  if (!answer.ok) deps.log('warn', sayRefusal(answer), { recovery: input.recovery });
  // Words that cannot be read are none: the next look reads them again.
  const { approvals, electorate } = answer.ok ? answer.value : silence(plan.trigger.approval.people);
  const problem = { code: fenceOverride, reason: memory.why };
  const { overrides, open } = weighApprovals([problem], approvals, electorate);
  if (open.length === 0) {
    const who = overrides.map(({ by }) => by).join(' and ');
    const why = `${who} went on without a confirmed fence: ${memory.why}`;
    return { standing: { status: 'done', counts }, memory: { ...memory, why, overrides } };
  }
  const firstAt = record?.run === input.run ? record.firstAt : input.now;
  const seconds = secondsBetween(firstAt, context.now());
  const isOver = seconds >= plan.trigger.approval.boundSeconds;
  const says = sayOpen(open, electorate);
  const standing: Standing = isOver
    ? {
        status: 'held',
        code: fenceOverride,
        reason: `the plan requires a fence, and it cannot be confirmed: ${says}`,
        unblock: `${lookYourself}, then ${howToApprove(input.recovery, open, electorate)}; after an approval, lifeboat continue ${input.recovery}`,
        counts,
      }
    : {
        status: 'working',
        waitSeconds: lookAgainSeconds,
        waitingFor: `the fence, which the plan requires: ${says}`,
        unblock: `${lookYourself}, then ${howToApprove(input.recovery, open, electorate)}`,
        counts,
      };
  if (isOver || seconds < confirmSeconds) return { standing, memory };
  const asked = await askPeople(context, { open, electorate, first: lookYourself }, before ?? {});
  return { standing, memory: { ...memory, ...asked } };
}

const lookYourself = 'make sure that the old primary cannot write';

function silence(people: number): Word {
  return { approvals: [], electorate: { people, requesters: [], isRequesterUnknown: false } };
}
