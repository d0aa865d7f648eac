import { type Answer, mapAnswer, type Refusal, sayRefusal } from '../../recovery/answer.ts';
import { type ActiveRecord, type LastDrill, ledgerKeys } from '../../recovery/ledger.ts';
import { besideAnother, concludedBefore } from '../../recovery/lock.ts';
import { missedObjective } from '../../recovery/practice/missed.ts';
import { nothing, type Standing, type StepRecord } from '../../recovery/step.ts';
import {
  concludeRun,
  dataLossOf,
  evidenceSteps,
  type GivenOrder,
  type RunEvidence,
  restoredAgeOf,
} from '../../recovery/steps/evidence.ts';
import type { FenceMemory } from '../../recovery/steps/fence.ts';
import { saySurplus } from '../../recovery/steps/surplus.ts';
import { type StepName, stepNames } from '../../recovery/terms.ts';
import { gather, gatherEach } from '../gather.ts';
import type { LedgerEntry } from '../ledger.ts';
import { recordOf } from '../records.ts';
import { type Opened, refused, type StepContext, type StepResult } from '../step.ts';
import { type Teller, tell } from '../tell.ts';
import type { DatabasesMemory } from './databases.ts';
import type { GateMemory } from './gate-memory.ts';
import { readOrders } from './orders.ts';
import { lookForMade, surplusIn } from './surplus.ts';

type Records = Partial<Record<StepName, StepRecord>>;

/** Writes the evidence of the run, tells people, and releases the plan unless a failover still has work to do. */
export async function reconcileConclude(context: StepContext): Promise<StepResult> {
  const { plan, input, ledger } = context;
  const [seen, made] = await Promise.all([
    gather({
      records: readRecords(context),
      orders: readOrders(context),
      concluded: ledger.read(ledgerKeys.evidence(plan.plan, input.recovery)),
    }),
    lookForMade(context),
  ]);
  if (!seen.ok) return refused(context, seen);
  const { records, orders, concluded } = seen.value;
  const before = concluded?.value as RunEvidence | undefined;
  const later = before?.run ?? 0;
  // Another execution, of an earlier run or of the same one, that comes late has nothing to say about what a later one has brought to its end.
  const isOfAnother = later === input.run && before?.startedAt !== input.startedAt;
  if (later > input.run || isOfAnother) return { standing: concludedBefore(input, later) };
  const evidence = {
    ...evidenceOf(context, records, orders),
    ...surplusIn(context, made, records),
    // A run ends once, however often it is concluded.
    ...(before?.run === input.run && { endedAt: before.endedAt }),
  };
  const unwritten = await keep(context, evidence, concluded);
  if (unwritten) return refused(context, unwritten);
  const unremembered = await rememberDrill(context, evidence);
  if (unremembered) return refused(context, unremembered);
  const mustRelease = context.identity.kind === 'drill' || evidence.outcome === 'recovered';
  const unreleased = mustRelease ? await release(context) : undefined;
  if (unreleased) return refused(context, unreleased);
  await notify(context, evidence);
  const { outcome, reason, unblock } = evidence;
  if (outcome === 'recovered' || outcome === 'drilled')
    return { standing: { status: 'done', counts: { done: 1, total: 1 } } };
  const status = outcome === 'held' ? 'held' : 'failed';
  const standing = {
    status,
    code: outcome,
    reason: reason ?? outcome,
    unblock: unblock ?? 'see the evidence',
    counts: nothing,
  } as const;
  return { standing };
}

/** Writes the evidence over what was read, and over nothing newer: of two invocations the slower one has nothing to add. */
async function keep(
  { plan, input, ledger, deps }: StepContext,
  evidence: RunEvidence,
  before: LedgerEntry | undefined,
): Promise<Refusal | undefined> {
  const nonce = deps.entropy.hex('evidence', `${input.recovery} ${input.run} ${evidence.endedAt}`, 16);
  const key = ledgerKeys.evidence(plan.plan, input.recovery);
  const kept = await ledger.claim(key, { ...evidence, nonce }, before);
  if (!kept.ok) return kept;
  return kept.value.won ? undefined : overtaken('the evidence has changed since it was read');
}

function overtaken(message: string): Refusal {
  return { ok: false, kind: 'conflict', code: 'Overtaken', message, asked: 's3:PutObject' };
}

/** Keeps how the last drill of each scope ended, for whoever asks whether a plan is practised as it promises. */
async function rememberDrill(
  { plan, scope, ledger }: StepContext,
  evidence: RunEvidence,
): Promise<Refusal | undefined> {
  if (evidence.kind !== 'drill') return undefined;
  const { recovery, outcome, reason, endedAt } = evidence;
  const missed = missedObjective(plan, evidence);
  const last: LastDrill = { recovery, scope, outcome, reason, missed, endedAt };
  const written = await ledger.write(ledgerKeys.lastDrill(plan.plan, scope), last);
  return written.ok ? undefined : written;
}

async function readRecords(context: StepContext): Promise<Answer<Records>> {
  const answers = await gatherEach(
    stepNames.filter((name) => name !== 'conclude').map((name) => [name, recordOf(context, name)]),
  );
  return mapAnswer(answers, (found) =>
    Object.fromEntries(Object.entries(found).flatMap(([name, record]) => (record ? [[name, record]] : []))),
  );
}

/** Records of earlier runs say nothing of this one: what it did not reach is not done. */
function ofThisRun(records: Records, { input }: StepContext): Records {
  return Object.fromEntries(Object.entries(records).filter(([, { run }]) => run === input.run));
}

function evidenceOf(
  context: StepContext,
  written: Records,
  orders: readonly GivenOrder[],
): Omit<RunEvidence, 'surplus'> {
  const { plan, input, identity } = context;
  const records = ofThisRun(written, context);
  const databases = records.databases?.memory as DatabasesMemory | null | undefined;
  const gate = records.gate?.memory as GateMemory | null | undefined;
  const fence = records.fence?.memory as FenceMemory | null | undefined;
  const onset = gate?.onset ?? context.onset;
  const volumes = records.volumes?.memory as
    | { snapshots?: Record<string, { id: string; startedAt: string }> }
    | null
    | undefined;
  return {
    recovery: input.recovery,
    plan: plan.plan,
    planHash: plan.hash,
    kind: identity.kind,
    ...(identity.kind === 'drill' && { scope: context.scope }),
    run: input.run,
    ...concludeRun(identity, records),
    startedAt: input.startedAt,
    endedAt: context.now(),
    onset,
    overrides: [...(gate?.overrides ?? []), ...(fence?.overrides ?? []), ...(databases?.overrides ?? [])],
    orders,
    steps: evidenceSteps(records),
    dataLoss:
      context.scope === 'restore'
        ? restoredAgeOf(
            plan,
            { databases: databases?.items ?? {}, snapshots: volumes?.snapshots ?? {} },
            onset,
          )
        : dataLossOf(
            plan,
            { lags: gate?.lags ?? databases?.lags ?? {}, snapshots: volumes?.snapshots ?? {} },
            onset,
          ),
    resources: Object.values(records).flatMap((record) => record.resources),
  };
}

/** Tells how the run ended. The recovery itself is not less recovered when that fails: the evidence says who was not told. */
async function notify(context: StepContext, evidence: RunEvidence): Promise<void> {
  const { plan, input, ledger } = context;
  const { kind, run, recovery, outcome, startedAt, endedAt, unblock } = evidence;
  const why = evidence.reason ? `: ${evidence.reason}` : '';
  const reason = `the ${kind} ${recovery} of the plan ${evidence.plan} ended ${outcome}${why}`;
  const detail = { plan: evidence.plan, recovery, run, startedAt, endedAt, reason, unblock };
  const surplus = saySurplus({ ...evidence, region: context.access.region });
  const words = {
    subject: `Lifeboat: ${evidence.plan} ${outcome}`,
    message: [`The${reason.slice(3)}`, unblock, surplus].filter(Boolean).join('. '),
  };
  const told =
    outcome === 'drilled' || (kind === 'drill' && outcome !== 'recovered')
      ? await tell(tellerOf(context), 'Drill Concluded', { ...detail, outcome }, words)
      : await tell(tellerOf(context), 'Recovery Concluded', { ...detail, outcome, surplus }, words);
  const untold = Object.entries(told).map(([who, refusal]) => `${who} were not told: ${refusal}`);
  if (untold.length === 0) return;
  const written = await ledger.write(ledgerKeys.evidence(plan.plan, input.recovery), { ...evidence, untold });
  if (!written.ok) context.deps.log('error', sayRefusal(written), { recovery });
}

function tellerOf({ access, deps, environment }: Opened): Teller {
  return { access, deps, topicArn: environment.topicArn };
}

/**
 * Marks the lock as nobody's, if it is still this run's: a failover may have taken it from a drill, and the janitor may have
 * given it to the next run of a recovery whose execution has ended while this call went on.
 */
async function release(context: StepContext): Promise<Refusal | undefined> {
  const { plan, input, ledger } = context;
  const key = ledgerKeys.active(plan.plan);
  const found = await ledger.read(key);
  if (!found.ok) return found;
  const active = found.value?.value as ActiveRecord | undefined;
  if (!found.value || active?.recovery !== input.recovery || active.releasedAt) return undefined;
  if ((active.run ?? 1) > input.run || besideAnother(active, input)) return undefined;
  const nonce = `${active.nonce} released`;
  const released = await ledger.claim(
    key,
    { ...active, nonce, releasedAt: context.now() } as ActiveRecord,
    found.value,
  );
  if (!released.ok) return released;
  if (released.value.won) return undefined;
  return overtaken('the lock has changed since it was read');
}

/** Tells of a run that could not be concluded: without a ledger there is no evidence, but telling needs none. */
export async function tellUnrecorded(context: Opened, standing: Standing): Promise<void> {
  const { input, plan, identity } = context;
  if (standing.status !== 'held') return;
  const { kind } = identity;
  const { unblock } = standing;
  const reason = `the ${kind} ${input.recovery} of the plan ${plan.plan} could not be concluded: ${standing.reason}`;
  await tell(
    tellerOf(context),
    'Conclusion Failed',
    { plan: plan.plan, recovery: input.recovery, kind, reason, unblock },
    { subject: `Lifeboat: ${plan.plan} not concluded`, message: `The${reason.slice(3)}. ${unblock}` },
  );
}
