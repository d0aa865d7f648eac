import { type Answer, mapAnswer, sayRefusal } from '../../recovery/answer.ts';
import { type IncidentRecord, ledgerKeys } from '../../recovery/ledger.ts';
import type { ObservedDatabase } from '../../recovery/observed.ts';
import type { DatabaseItem, Plan } from '../../recovery/plan/plan.ts';
import { nothing, type Problem, standingOf } from '../../recovery/step.ts';
import { type OpenObjection, weighApprovals } from '../../recovery/steps/approval.ts';
import { promotionNeed } from '../../recovery/steps/databases.ts';
import {
  approvalNeeded,
  awaitApproval,
  cannotFinish,
  type GateProblem,
  heldForSibling,
  judgeSiblings,
  siblingSteps,
} from '../../recovery/steps/gate.ts';
import { judgeLag, type LagVerdict, lookBackMinutes } from '../../recovery/steps/lag.ts';
import { type Instant, secondsBetween } from '../../recovery/terms.ts';
import { openCloudWatch } from '../cloudwatch.ts';
import { gather, gatherEach } from '../gather.ts';
import { openRds } from '../rds.ts';
import { endedBadly, recordOf } from '../records.ts';
import { refused, type StepContext, type StepResult } from '../step.ts';
import { readWord, type Word } from './approvals.ts';
import { askPeople } from './ask.ts';
import type { GateMemory } from './gate-memory.ts';
import { lookAtPrimary } from './primary-look.ts';

/** A sample of a metric may be published some minutes after its own minute: nobody is called for it before. */
const sampleSeconds = 120;

/**
 * The last look before the one-way door: does the plan want a person's word, how far behind was each replica before the
 * onset, and does the primary answer again. A drill has no such door.
 */
export async function reconcileGate(context: StepContext): Promise<StepResult> {
  const { plan, identity } = context;
  if (identity.kind === 'drill')
    return { standing: { status: 'skipped', reason: 'a drill promotes nothing that is live' } };
  const started = await startOf(context);
  if (!started.ok) return refused(context, started);
  const before = started.value;
  const seen = await gather({
    databases: plan.databases.length > 0 ? openRds(context.access).databases() : noDatabases,
    word: readWord(context, before.isAutomatic),
  });
  if (!seen.ok) return { ...refused(context, seen), memory: before };
  const { word } = seen.value;
  const looks = plan.databases.map((item): Look => {
    const replica = seen.value.databases.find(({ id }) => id === item.replica);
    return { item, replica };
  });
  const hopeless = problemsOf(context, looks);
  if (hopeless.length > 0)
    return { standing: standingOf({ counts: nothing, problems: hopeless, waits: [] }), memory: before };
  const verdicts = await judgeLags(context, looks, before.onset);
  const lags = Object.fromEntries(verdicts.flatMap(([name, { lag }]) => (lag ? [[name, lag]] : [])));
  const { people } = plan.trigger.approval;
  const problems: GateProblem[] = [
    ...(asksForApproval(plan, before.isAutomatic) ? [approvalNeeded(plan.plan, people)] : []),
    ...verdicts.flatMap(([, { problem }]) => problem ?? []),
  ];
  const { overrides, open } = weighApprovals(problems, word.approvals, word.electorate);
  const memory = { ...before, lags: { ...before.lags, ...lags }, overrides };
  if (open.length > 0) return waitFor(context, open, word, memory);
  return isBehind(looks, before) ? passed(context, memory) : recheck(context, word, memory);
}

/** Whoever starts a failover by hand has said yes to it: that is one person, and no second one. */
function asksForApproval({ trigger }: Plan, isAutomatic: boolean): boolean {
  return trigger.mode === 'approve' && (isAutomatic || trigger.approval.people > 1);
}

interface Look {
  readonly item: DatabaseItem;
  readonly replica: ObservedDatabase | undefined;
}

const noDatabases = Promise.resolve({ ok: true as const, value: [] as readonly ObservedDatabase[] });

/** The gate's memory, with the onset: the incident's where it is what started this recovery. */
async function startOf(context: StepContext): Promise<Answer<GateMemory>> {
  const { record, plan, input, ledger } = context;
  const known = record?.memory as GateMemory | null | undefined;
  if (known?.isAutomatic) return { ok: true, value: known };
  return mapAnswer(await ledger.read(ledgerKeys.incident(plan.plan)), (entry) => {
    const incident = (entry?.value as IncidentRecord | undefined)?.incident;
    const isAutomatic = incident?.recovery === input.recovery;
    const onset = isAutomatic ? incident.onset : (known?.onset ?? context.onset);
    return { lags: {}, overrides: [], ...known, onset, isAutomatic };
  });
}

/** What speaks against ever promoting: nothing is fenced for a replica that is not there. */
function problemsOf(context: StepContext, looks: readonly Look[]): readonly Problem[] {
  return looks.flatMap(({ item, replica }) => {
    const need = promotionNeed(item, replica, {}, context.now());
    return need.kind === 'problem' ? [need.problem] : [];
  });
}

/** A replica without a source is promoted already: nothing is left to judge. */
function judgeLags(
  context: StepContext,
  looks: readonly Look[],
  onset: Instant,
): Promise<readonly (readonly [string, LagVerdict])[]> {
  const cloudwatch = openCloudWatch(context.access);
  return Promise.all(
    looks
      .filter(({ replica }) => replica?.source)
      .map(async ({ item }) => {
        const samples = await cloudwatch.replicaLag(item.replica, onset, lookBackMinutes);
        if (samples.ok) return [item.name, judgeLag(item, samples.value, onset)] as const;
        const reason = `databases.${item.name}: ${sayRefusal(samples)}`;
        return [item.name, { problem: { code: 'LagUnknown', reason } }] as const;
      }),
  );
}

/** Whether the one-way door lies behind this recovery: a look at the primary can keep nothing any more. */
function isBehind(looks: readonly Look[], before: GateMemory): boolean {
  return looks.length > 0 ? looks.every(({ replica }) => !replica?.source) : before.passedAt !== undefined;
}

function passed(context: StepContext, memory: GateMemory): StepResult {
  return {
    standing: { status: 'done', counts: { done: 1, total: 1 } },
    memory: { ...memory, passedAt: memory.passedAt ?? context.now() },
  };
}

async function waitFor(
  context: StepContext,
  open: readonly OpenObjection[],
  word: Word,
  memory: GateMemory,
): Promise<StepResult> {
  const { record, input, plan } = context;
  const { boundSeconds } = plan.trigger.approval;
  const firstAt = record?.run === input.run ? record.firstAt : input.now;
  const seconds = secondsBetween(firstAt, context.now());
  const standing = awaitApproval(input.recovery, open, word.electorate, { seconds, boundSeconds });
  const mayCome = seconds < sampleSeconds && open.every(({ code }) => code === 'LagUnknown');
  if (standing.status !== 'working' || mayCome) return { standing, memory };
  const asked = await askPeople(context, { open, electorate: word.electorate }, memory);
  return { standing, memory: { ...memory, ...asked } };
}

/** An automatic recovery looks at the primary once more: whoever answers again is not replaced. */
async function recheck(context: StepContext, word: Word, memory: GateMemory): Promise<StepResult> {
  if (!memory.isAutomatic) return lookBeside(context, word, memory);
  const { unreadableSince: before, ...rest } = memory;
  const { standing, overrides, unreadableSince } = await lookAtPrimary(context, word, before);
  if (standing) return { standing, memory: { ...rest, ...(unreadableSince && { unreadableSince }) } };
  return lookBeside(context, word, { ...rest, overrides: [...memory.overrides, ...overrides] });
}

/** A recovery that can no longer finish promotes nothing: the steps beside the gate have the last word. */
async function lookBeside(context: StepContext, word: Word, memory: GateMemory): Promise<StepResult> {
  const { input, record } = context;
  const read = await gatherEach(siblingSteps.map((step) => [step, recordOf(context, step)]));
  if (!read.ok) return { ...refused(context, read), memory };
  const siblings = siblingSteps.map((step) => {
    const known = read.value[step];
    const ofThisRun = known?.run === input.run ? known : undefined;
    return { step, record: ofThisRun, ended: endedBadly(context, known) };
  });
  const firstAt = record?.run === input.run ? record.firstAt : input.now;
  const judged = judgeSiblings(siblings, secondsBetween(firstAt, context.now()));
  if (!judged) return passed(context, memory);
  if (judged.kind === 'wait') return { standing: judged.standing, memory };
  const { sibling } = judged;
  const { overrides, open } = weighApprovals([cannotFinish(sibling)], word.approvals, word.electorate);
  if (open.length > 0)
    return { standing: heldForSibling(input.recovery, sibling, open, word.electorate), memory };
  return passed(context, { ...memory, overrides: [...memory.overrides, ...overrides] });
}
