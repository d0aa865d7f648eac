import { type Answer, mapAnswer, type Refusal } from '../recovery/answer.ts';
import { ledgerKeys } from '../recovery/ledger.ts';
import { type BadEnd, isSilent, resumedAt } from '../recovery/silence.ts';
import { nothing, type StepRecord } from '../recovery/step.ts';
import type { ServersMemory } from '../recovery/steps/servers/memory.ts';
import type { StepName } from '../recovery/terms.ts';
import type { StepContext } from './step.ts';

/** The record of another step of the same recovery, or undefined when it was never called. */
export async function recordOf(
  context: StepContext,
  step: StepName,
): Promise<Answer<StepRecord | undefined>> {
  const { plan, input, ledger } = context;
  return mapAnswer(
    await ledger.read(ledgerKeys.step(plan.plan, input.recovery, step)),
    (entry) => entry?.value as StepRecord | undefined,
  );
}

/** How a step of this run ended badly, or undefined while it works or is done. */
export function endedBadly(context: StepContext, record: StepRecord | undefined): BadEnd | undefined {
  const { input, record: own } = context;
  if (record?.run === input.run && (record.status === 'failed' || record.status === 'held'))
    return record.status;
  const { run, startedAt } = input;
  return isSilent(record, { run, startedAt, now: context.now(), own }) ? 'silent' : undefined;
}

/**
 * What the servers step last wrote in this run: who fills the slots, and whether it has ended badly. Who filled them in an
 * earlier run says nothing of now.
 */
export async function serversOf(
  context: StepContext,
): Promise<Answer<{ readonly memory: ServersMemory | undefined; readonly ended: BadEnd | undefined }>> {
  return mapAnswer(await recordOf(context, 'servers'), (record) => ({
    memory:
      record?.run === context.input.run ? ((record.memory as ServersMemory | null) ?? undefined) : undefined,
    ended: endedBadly(context, record),
  }));
}

/**
 * Writes what a step is about to do into its own record, before it does it: after a crash the next call finds it there.
 * Returns the refusal when it could not be written; nothing may be done then.
 */
export async function writeIntent(context: StepContext, memory: unknown): Promise<Refusal | undefined> {
  const { input, record, own } = context;
  const at = context.now();
  const fresh = {
    step: input.step,
    firstAt: at,
    attempts: 0,
    counts: nothing,
    resources: record?.resources ?? [],
  };
  // An earlier run's bound and end are not this run's.
  const base = record?.run === input.run ? record : fresh;
  const resumed = resumedAt({ run: input.run, startedAt: input.startedAt, now: at, own: record });
  return own.save({
    ...base,
    run: input.run,
    status: 'working',
    lastAt: at,
    ...(resumed !== undefined && { resumedAt: resumed }),
    memory,
  });
}
