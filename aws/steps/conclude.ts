import { type Answer, mapAnswer, type Refusal, sayRefusal } from '../../recovery/answer.ts';
import { type ActiveRecord, ledgerKeys } from '../../recovery/ledger.ts';
import { nothing, type Standing, type StepRecord } from '../../recovery/step.ts';
import { concludeRun, dataLossOf, evidenceSteps, type RunEvidence } from '../../recovery/steps/evidence.ts';
import { type StepName, stepNames } from '../../recovery/terms.ts';
import { gatherEach } from '../gather.ts';
import { recordOf } from '../records.ts';
import { openSns } from '../sns.ts';
import { type Opened, refused, type StepContext, type StepResult } from '../step.ts';
import type { DatabasesMemory } from './databases.ts';
import type { GateMemory } from './gate.ts';

type Records = Partial<Record<StepName, StepRecord>>;

/** Writes the evidence of the run, tells people, and releases the plan unless a failover still has work to do. */
export async function reconcileConclude(context: StepContext): Promise<StepResult> {
  const { plan, input, ledger } = context;
  const records = await readRecords(context);
  if (!records.ok) return refused(context, records);
  const evidence = evidenceOf(context, records.value);
  const written = await ledger.write(ledgerKeys.evidence(plan.plan, input.recovery), evidence);
  if (!written.ok) return refused(context, written);
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

async function readRecords(context: StepContext): Promise<Answer<Records>> {
  const answers = await gatherEach(
    stepNames.filter((name) => name !== 'conclude').map((name) => [name, recordOf(context, name)]),
  );
  return mapAnswer(answers, (found) =>
    // Records of earlier runs count only where this run did not come: what it did not reach is not done.
    Object.fromEntries(
      Object.entries(found).flatMap(([name, record]) =>
        record?.run === context.input.run ? [[name, record]] : [],
      ),
    ),
  );
}

function evidenceOf(context: StepContext, records: Records): RunEvidence {
  const { plan, input, identity } = context;
  const databases = records.databases?.memory as DatabasesMemory | null | undefined;
  const gate = records.gate?.memory as GateMemory | null | undefined;
  const onset = gate?.onset ?? input.startedAt;
  const volumes = records.volumes?.memory as
    | { snapshots?: Record<string, { id: string; startedAt: string }> }
    | null
    | undefined;
  return {
    recovery: input.recovery,
    plan: plan.plan,
    planHash: plan.hash,
    kind: identity.kind,
    run: input.run,
    ...concludeRun(identity.kind, records),
    startedAt: input.startedAt,
    endedAt: context.now(),
    onset,
    overrides: gate?.overrides ?? [],
    steps: evidenceSteps(records),
    dataLoss: dataLossOf(
      plan,
      { lags: gate?.lags ?? databases?.lags ?? {}, snapshots: volumes?.snapshots ?? {} },
      onset,
    ),
    resources: Object.values(records).flatMap((record) => record.resources),
  };
}

/** A notification that fails is logged: the recovery itself is not less recovered. */
async function notify(context: StepContext, evidence: RunEvidence): Promise<void> {
  const { environment, deps, access } = context;
  if (!environment.topicArn) return;
  const why = evidence.reason ? `: ${evidence.reason}. ${evidence.unblock ?? ''}` : '';
  const message = `The ${evidence.kind} ${evidence.recovery} of the plan ${evidence.plan} ended ${evidence.outcome}${why}`;
  const told = await openSns(access).publish(
    environment.topicArn,
    `Lifeboat: ${evidence.plan} ${evidence.outcome}`,
    message,
  );
  if (!told.ok) deps.log('error', sayRefusal(told), { recovery: evidence.recovery });
}

/** Marks the lock as nobody's, if it is still this recovery's: a failover may have taken it from a drill. */
async function release(context: StepContext): Promise<Refusal | undefined> {
  const { plan, input, ledger } = context;
  const key = ledgerKeys.active(plan.plan);
  const found = await ledger.read(key);
  if (!found.ok) return found;
  const active = found.value?.value as ActiveRecord | undefined;
  if (!found.value || active?.recovery !== input.recovery || active.releasedAt) return undefined;
  const nonce = `${active.nonce} released`;
  const released = await ledger.claim(
    key,
    { ...active, nonce, releasedAt: context.now() } as ActiveRecord,
    found.value,
  );
  if (!released.ok) return released;
  if (released.value.won) return undefined;
  const message = 'the lock has changed since it was read';
  return { ok: false, kind: 'conflict', code: 'Overtaken', message, asked: 's3:PutObject' };
}

/** Tells people of a run that could not be concluded: without a ledger there is no evidence, but SNS needs none. */
export async function tellUnrecorded(context: Opened, standing: Standing): Promise<void> {
  const { environment, deps, access, input, plan, identity } = context;
  if (!environment.topicArn || standing.status !== 'held') return;
  const message = `The ${identity.kind} ${input.recovery} of the plan ${plan.plan} could not be concluded: ${standing.reason}. ${standing.unblock}`;
  const told = await openSns(access).publish(
    environment.topicArn,
    `Lifeboat: ${plan.plan} not concluded`,
    message,
  );
  if (!told.ok) deps.log('error', sayRefusal(told), { recovery: input.recovery });
}
