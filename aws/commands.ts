import type { Refusal } from '../recovery/answer.ts';
import { nothing, type Problem, type Standing, standingAfterCalls } from '../recovery/step.ts';
import { commandNeed, type SentCommand } from '../recovery/steps/commands.ts';
import type { Instant, StepName } from '../recovery/terms.ts';
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
  /** Keys of purposes that must have succeeded before this one is begun. */
  readonly after?: readonly string[];
}

export type SentCommands = Readonly<Record<string, SentCommand>>;

interface Wait {
  readonly seconds: number;
  readonly for: string;
}

/** For whom commands are sent: the name that they carry as a comment, and since when they may have been sent. */
export interface Sender {
  readonly name: string;
  readonly startedAt: Instant;
  now(): Instant;
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
  if (beside.total === 0) return { standing: nobodyToAsk(input.step) };
  const sent = record?.run === input.run ? (record.memory as SentCommands | null) : null;
  const sender = { name: context.identity.recovery, startedAt: input.startedAt, now: context.now };
  const result = await pursue(sender, openSsm(access), purposes, sent ?? {});
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

/** A step that should run documents and finds nobody to run them on has shown nothing. */
function nobodyToAsk(step: StepName): Standing {
  return {
    status: 'failed',
    code: 'NoServers',
    reason: `${step}: no server of the plan is known to this recovery`,
    unblock: 'see the servers step, then continue',
    counts: nothing,
  };
}

/** Looks at all commands at once, sends those that are missing or failed, and says what is still to be waited for. */
export async function pursue(
  sender: Sender,
  ssm: Ssm,
  purposes: readonly CommandPurpose[],
  memory: SentCommands,
): Promise<Pursuit> {
  const sent = purposes.flatMap((purpose) => memory[purpose.key] ?? []);
  const runs = await ssm.runs(
    sent.map((one) => one.commandId),
    sender.startedAt,
  );
  if (!runs.ok) return { done: 0, memory, waits: [], problems: [], refusals: [runs] };
  const needs = new Map(
    purposes.map((purpose) => [
      purpose.key,
      commandNeed(memory[purpose.key], runs.value, sender.now(), purpose.triesMax),
    ]),
  );
  const isDone = (key: string) => needs.get(key)?.kind === 'done';
  const next: Record<string, SentCommand> = { ...memory };
  const waits: Wait[] = [];
  const problems: Problem[] = [];
  const refusals: Refusal[] = [];
  const pursueOne = async (purpose: CommandPurpose): Promise<void> => {
    const need = needs.get(purpose.key);
    const toEnd = `${purpose.says}: ${purpose.document} to end`;
    if (!need || need.kind === 'done') return;
    if (need.kind === 'failed') problems.push(await failure(ssm, purpose, need));
    else if (need.kind === 'wait') waits.push({ seconds: need.seconds, for: toEnd });
    // Where an earlier one has failed, its problem speaks for those that had to come after it.
    else if (purpose.after?.some((key) => needs.get(key)?.kind === 'failed')) return;
    else if (purpose.after?.some((key) => !isDone(key)))
      waits.push({ seconds: 3, for: `${purpose.says}: what comes before it` });
    else {
      const answer = await ssm.send({ ...purpose, comment: `${sender.name} ${purpose.says}` });
      if (!answer.ok) {
        refusals.push(answer);
        return;
      }
      const { instanceIds } = purpose;
      next[purpose.key] = { commandId: answer.value, instanceIds, sentAt: sender.now(), tries: need.tries };
      waits.push({ seconds: 3, for: toEnd });
    }
  };
  await Promise.all(purposes.map(pursueOne));
  return { done: purposes.filter(({ key }) => isDone(key)).length, memory: next, waits, problems, refusals };
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
