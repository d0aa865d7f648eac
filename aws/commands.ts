import type { Refusal } from '../recovery/answer.ts';
import { type Problem, standingAfterCalls } from '../recovery/step.ts';
import { commandNeed, type SentCommand } from '../recovery/steps/commands.ts';
import { openSsm, type Ssm } from './ssm.ts';
import type { StepContext, StepResult } from './step.ts';

/** Something that a document does on instances, once it has succeeded on all of them. */
export interface CommandPurpose {
  /** Names the purpose in the step's memory: the same purpose is not pursued twice. */
  readonly key: string;
  readonly says: string;
  readonly document: string;
  readonly instanceIds: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  /** How often it is tried before it counts as failed; absent, the usual few times. */
  readonly triesMax?: number;
}

type SentCommands = Readonly<Record<string, SentCommand>>;

interface Wait {
  readonly seconds: number;
  readonly for: string;
}

interface Pursuit {
  readonly done: number;
  readonly memory: SentCommands;
  readonly waits: readonly Wait[];
  readonly problems: readonly Problem[];
  readonly refusals: readonly Refusal[];
}

/** What a step waits for or misses besides its commands. */
export interface Beside {
  readonly waits: readonly Wait[];
  readonly problems: readonly Problem[];
  /** Of how many things the commands are a part. */
  readonly total: number;
}

/**
 * One call of a step that runs documents. Commands of an earlier run do not count: what they did may have been undone
 * since, and every document is safe to run again.
 */
export async function commandStep(
  context: StepContext,
  purposes: readonly CommandPurpose[],
  beside: Beside = { waits: [], problems: [], total: purposes.length },
): Promise<StepResult> {
  const { record, input, access } = context;
  const sent = record?.run === input.run ? (record.memory as SentCommands | null) : null;
  const result = await pursue(context, openSsm(access), purposes, sent ?? {});
  const parts = {
    counts: { done: result.done, total: beside.total },
    problems: [...beside.problems, ...result.problems],
    waits: [...beside.waits, ...result.waits],
  };
  return {
    standing: standingAfterCalls(parts, result.refusals, input.step),
    memory: result.memory,
    resources: Object.values(result.memory).map(({ commandId }) => ({
      region: access.region,
      type: 'command',
      id: commandId,
    })),
  };
}

/** Looks at all commands at once, sends those that are missing or failed, and says what is still to be waited for. */
async function pursue(
  context: StepContext,
  ssm: Ssm,
  purposes: readonly CommandPurpose[],
  memory: SentCommands,
): Promise<Pursuit> {
  const sent = purposes.flatMap((purpose) => memory[purpose.key] ?? []);
  const runs = await ssm.runs(
    sent.map((one) => one.commandId),
    context.identity.startedAt,
  );
  if (!runs.ok) return { done: 0, memory, waits: [], problems: [], refusals: [runs] };
  const next: Record<string, SentCommand> = { ...memory };
  const waits: { seconds: number; for: string }[] = [];
  const problems: Problem[] = [];
  const refusals: Refusal[] = [];
  let done = 0;
  await Promise.all(
    purposes.map(async (purpose) => {
      const need = commandNeed(memory[purpose.key], runs.value, context.now(), purpose.triesMax);
      if (need.kind === 'done') done += 1;
      else if (need.kind === 'wait')
        waits.push({ seconds: need.seconds, for: `${purpose.says}: ${purpose.document} to end` });
      else if (need.kind === 'failed') problems.push(await failure(ssm, purpose, need));
      else {
        const answer = await ssm.send({
          ...purpose,
          comment: `${context.identity.recovery} ${purpose.says}`,
        });
        if (!answer.ok) refusals.push(answer);
        else {
          next[purpose.key] = {
            commandId: answer.value,
            instanceIds: purpose.instanceIds,
            sentAt: context.now(),
            tries: need.tries,
          };
          waits.push({ seconds: 3, for: `${purpose.says}: ${purpose.document} to end` });
        }
      }
    }),
  );
  return { done, memory: next, waits, problems, refusals };
}

async function failure(
  ssm: Ssm,
  purpose: CommandPurpose,
  need: { readonly detail: string; readonly commandId: string; readonly instanceId: string },
): Promise<Problem> {
  const output = await ssm.outputOf(need.commandId, need.instanceId);
  const said = output.ok && output.value ? `: ${output.value}` : '';
  return {
    status: 'failed',
    code: 'CommandFailed',
    reason: `${purpose.says}: ${purpose.document} ended ${need.detail} on ${need.instanceId}${said}`,
    unblock: `see command ${need.commandId} in Systems Manager, remove the cause, then continue`,
  };
}
