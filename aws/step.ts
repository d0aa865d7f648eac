import * as v from 'valibot';
import { type Answer, type Refusal, sayRefusal } from '../recovery/answer.ts';
import { stepBoundSeconds } from '../recovery/bounds.ts';
import { type Identity, recoveryIdPattern } from '../recovery/identity.ts';
import { type ActiveRecord, ledgerKeys, type OpenedRecord } from '../recovery/ledger.ts';
import { besideAnother, besideAnotherCode, mayNotAct } from '../recovery/lock.ts';
import { nextLook, withinBounds } from '../recovery/pace.ts';
import type { Plan } from '../recovery/plan/plan.ts';
import { leftOutOf } from '../recovery/scope.ts';
import { resumedAt } from '../recovery/silence.ts';
import {
  nothing,
  type Standing,
  type StepInput,
  type StepOutput,
  type StepRecord,
  standingAfterCalls,
} from '../recovery/step.ts';
import {
  type Instant,
  type RecoveryScope,
  type ResourceRef,
  recoveryScopes,
  type StepName,
  secondsBetween,
  stepNames,
} from '../recovery/terms.ts';
import type { Access } from './access.ts';
import { dateFrom } from './clock.ts';
import type { Deps, Invocation } from './deps.ts';
import { readEnvironment, type StepEnvironment } from './environment.ts';
import { type Handler, lambda, type Provide } from './lambda.ts';
import { type Ledger, type LedgerEntry, openLedger } from './ledger.ts';
import { OwnRecord } from './own-record.ts';
import { finalStanding, toOutput } from './step-output.ts';

/** What a step works with in one call. */
export interface StepContext {
  readonly input: StepInput;
  readonly plan: Plan;
  readonly environment: StepEnvironment;
  readonly identity: Identity;
  readonly access: Access;
  readonly ledger: Ledger;
  readonly deps: Deps;
  /** The step's record as its last call left it. */
  readonly record: StepRecord | undefined;
  /** Where its next record is written. */
  readonly own: OwnRecord;
  /** How far it goes; a failover goes all the way. */
  readonly scope: RecoveryScope;
  /** When the first run of this recovery began. */
  readonly openedAt: Instant;
  /** What was written after it is lost: the onset of its incident, or its own beginning where it has none. */
  readonly onset: Instant;
  /** The date now: the state's, plus what has elapsed in this invocation. */
  now(): Instant;
}

/** How one call of a step ended. `memory` goes into the ledger and comes back with the next call. */
export interface StepResult {
  readonly standing: Standing;
  readonly resources?: readonly ResourceRef[];
  readonly memory?: unknown;
}

/** What a step answers when it could not even look: it waits, or holds, as the refusal asks for. */
export function refused(context: StepContext, refusal: Refusal): StepResult {
  return {
    standing: standingAfterCalls({ counts: nothing, problems: [], waits: [] }, [refusal], context.input.step),
  };
}

/** A context before the step's own record was read. */
export type Opened = Omit<StepContext, 'record' | 'own' | 'openedAt' | 'onset' | 'scope'>;

export type Reconcile = (context: StepContext) => Promise<StepResult>;

const schema = v.object({
  recovery: v.pipe(v.string(), v.regex(recoveryIdPattern)),
  run: v.pipe(v.number(), v.integer(), v.minValue(1)),
  plan: v.string(),
  step: v.picklist(stepNames),
  now: v.pipe(v.string(), v.isoTimestamp()),
  retries: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  startedAt: v.pipe(v.string(), v.isoTimestamp()),
  execution: v.exactOptional(v.string()),
  given: v.exactOptional(v.object({ scope: v.exactOptional(v.picklist(recoveryScopes)) })),
});

/** No call is started after this share of the invocation's time: the rest is for writing down what was seen. */
const workingShare = 0.6;

/** How long an answer that no rule knows is looked at again before it holds. */
const oddSeconds = 60;

/** Steps that go on after the lock was lost: a drill that yields to a failover still takes away what it made. */
const withoutLock: readonly StepName[] = ['open', 'cleanup', 'sweep', 'conclude'];

/** Makes a function of a reconciler: reads its record, checks that this recovery may act, runs it, bounds it, records it. */
export function step(
  name: StepName,
  reconcile: Reconcile,
  unrecorded?: (context: Opened, standing: Standing) => Promise<void>,
): (provide: Provide) => Handler {
  return lambda(name, schema, (input, invocation) =>
    callStep(name, reconcile, input, invocation, unrecorded),
  );
}

async function callStep(
  name: StepName,
  reconcile: Reconcile,
  input: StepInput,
  invocation: Invocation,
  unrecorded: (context: Opened, standing: Standing) => Promise<void> = async () => {},
): Promise<StepOutput> {
  const opened = openContext(name, input, invocation);
  if ('status' in opened) return toOutput(name, opened);
  const { ledger, plan } = opened;
  const key = ledgerKeys.step(plan.plan, input.recovery, name);
  const [stored, active, first] = await Promise.all([
    ledger.read(key),
    ledger.read(ledgerKeys.active(plan.plan)),
    readOpened(opened),
  ]);
  // Clean-up finds by tags what it takes away: a ledger that is gone must not keep copies running.
  if (!stored.ok && name !== 'cleanup') {
    const standing = unreadable(opened, stored);
    await unrecorded(opened, standing);
    return toOutput(name, standing);
  }
  const entry = stored.ok ? stored.value : undefined;
  const record = entry?.value as StepRecord | undefined;
  const nonce = () => invocation.deps.entropy.hex('record', `${input.recovery} ${name} ${input.run}`, 16);
  const own = new OwnRecord(ledger, key, entry, nonce);
  if ('status' in first) return toOutput(name, first);
  const { openedAt } = first;
  // What is tagged and sent again in a later run must be what the first run tagged and sent.
  const identity: Identity = { ...opened.identity, startedAt: openedAt };
  const context: StepContext = { ...opened, ...first, identity, record, own };
  // Who acts is not known: only a clean-up goes on, and only where the ledger tells nothing at all.
  if (!active.ok && withoutLock.includes(name) && (name !== 'cleanup' || stored.ok)) {
    const standing = unreadable(context, active);
    await unrecorded(opened, standing);
    return toOutput(name, standing);
  }
  const beside = active.ok && besideAnother(active.value?.value as ActiveRecord | undefined, input);
  // Nothing is written down for it: the records are those of the other execution.
  if (beside) return toOutput(name, beside);
  // A final answer of this run stands: whoever asks again (a retry after a lost answer, a call that comes late) gets it.
  const final = record?.run === input.run ? finalStanding(record) : undefined;
  return toOutput(name, final ?? (await workAndRecord(name, reconcile, context, active)));
}

/** Does the step's work and writes down how it stands; what could not be written down does not count. */
async function workAndRecord(
  name: StepName,
  reconcile: Reconcile,
  context: StepContext,
  active: Answer<LedgerEntry | undefined>,
): Promise<Standing> {
  const { record, input, own, now } = context;
  const lost = withoutLock.includes(name) ? undefined : lostLock(context, active);
  const reason = leftOutOf(context.scope, name);
  const skipped: Standing | undefined = reason === undefined ? undefined : { status: 'skipped', reason };
  const barred = lost ?? skipped;
  const result = barred ? { standing: barred } : await reconcile(context);
  const firstAt = record?.run === input.run ? record.firstAt : input.now;
  const { standing: settled, oddSince } = settleOdd(result.standing, context);
  const standing = bounded(settled, name, context, firstAt);
  if ('code' in standing && standing.code === besideAnotherCode) return standing;
  const unwritten = await own.save({
    ...nextRecord(name, context, standing, result, firstAt, now()),
    ...(oddSince && { oddSince }),
  });
  if (!unwritten) return standing;
  // Clean-up goes on without the ledger, but its end is an end only when it is written down.
  return name === 'cleanup' && standing.status === 'working' ? standing : unreadable(context, unwritten);
}

function openContext(name: StepName, input: StepInput, invocation: Invocation): Opened | Standing {
  const { deps, deadlineMs } = invocation;
  const environment = readEnvironment(deps.environment);
  const plan = deps.plans.get(input.plan);
  if (!plan) {
    const known = [...deps.plans.keys()].join(', ');
    const reason = `there is no plan ${input.plan} in this deployment; it has ${known || 'none'}`;
    return {
      status: 'failed',
      code: 'UnknownPlan',
      reason,
      unblock: 'deploy the plan, or start with one that is deployed',
      counts: nothing,
    };
  }
  const beganMs = deps.clock.nowMs();
  const access: Access = {
    region: environment.region,
    clock: deps.clock,
    stopAtMs: beganMs + workingShare * (deadlineMs - beganMs),
    transport: deps.transport,
  };
  const { kind } = environment;
  const maxDurationSeconds = kind === 'drill' ? plan.drill.maxDurationSeconds : plan.maxDurationSeconds;
  return {
    input: { ...input, step: name },
    plan,
    environment,
    identity: {
      recovery: input.recovery,
      plan: plan.plan,
      kind,
      startedAt: input.startedAt,
      maxDurationSeconds,
    },
    access,
    // The ledger's own reads and writes may use all of the time: an outcome that is not written down is lost.
    ledger: openLedger({ ...access, stopAtMs: deadlineMs }, environment.ledgerBucket),
    deps,
    now: dateFrom(deps.clock, input),
  };
}

/** What the first run of a recovery settled for all of them. */
type First = Pick<StepContext, 'openedAt' | 'onset' | 'scope'>;

/**
 * When the recovery was opened, and how far it goes; or the standing of a machine that was given the id of a recovery of
 * another kind: a drill that cleaned up after a failover would take the production down. Clean-up goes on without the
 * ledger, since it takes away only what expires.
 */
async function readOpened(context: Opened): Promise<First | Standing> {
  const { input, plan, ledger, identity } = context;
  const answer = await ledger.read(ledgerKeys.opened(plan.plan, input.recovery));
  const asked = identity.kind === 'drill' ? input.given?.scope : undefined;
  const { startedAt } = input;
  const unknown: First = { openedAt: startedAt, onset: startedAt, scope: asked ?? 'full' };
  if (!answer.ok) return input.step === 'cleanup' ? unknown : unreadable(context, answer);
  const opened = answer.value?.value as OpenedRecord | undefined;
  if (!opened) return unknown;
  const { openedAt, onset = openedAt, scope = 'full' } = opened;
  if (opened.kind === identity.kind) return { openedAt, onset, scope };
  return {
    status: 'failed',
    code: 'WrongKind',
    reason: `${input.recovery} is a ${opened.kind}, and this is the machine of a ${identity.kind}`,
    unblock: `start it on the machine of a ${opened.kind}`,
    counts: nothing,
  };
}

/** The standing of a recovery that may not act any more, or undefined while it holds the plan's lock. */
function lostLock(context: StepContext, active: Answer<LedgerEntry | undefined>): Standing | undefined {
  if (!active.ok) return unreadable(context, active);
  return mayNotAct(active.value?.value as ActiveRecord | undefined, context.input);
}

/**
 * A ledger that cannot be used: nothing is done, and it is looked at again, ever less often, until the recovery's own bound;
 * what comes after the work (clean-up, sweep, conclusion) has an hour more. A permission that is missing does not come by
 * waiting. Unknown is not fine.
 */
function unreadable({ input, plan, identity, now }: Opened, refusal: Refusal): Standing {
  const why = sayRefusal(refusal);
  const elapsedSeconds = secondsBetween(input.startedAt, now());
  const allowedSeconds =
    identity.maxDurationSeconds +
    (withoutLock.includes(input.step) ? stepBoundSeconds(input.step, plan, identity.kind) : 0);
  if (refusal.kind !== 'denied' && elapsedSeconds < allowedSeconds) {
    const askedSeconds = refusal.code === 'Overtaken' ? 1 : 10;
    const waitSeconds = nextLook(askedSeconds, elapsedSeconds, allowedSeconds - elapsedSeconds);
    return { status: 'working', waitSeconds, waitingFor: `the ledger: ${why}`, counts: nothing };
  }
  return {
    status: 'held',
    code: 'LedgerUnreadable',
    reason: `the ledger cannot be used: ${why}`,
    unblock: 'restore access to the ledger bucket, then continue',
    counts: nothing,
  };
}

/**
 * A refusal that no rule knows, or a permission that is missing, may be a stray answer of a Region in trouble: it is looked
 * at again for a minute before it holds the recovery for a person.
 */
function settleOdd(standing: Standing, context: StepContext): { standing: Standing; oddSince?: Instant } {
  if (standing.status !== 'held' || !standing.mayPass) return { standing };
  const { record, input } = context;
  const now = context.now();
  const oddSince = (record?.run === input.run ? record.oddSince : undefined) ?? now;
  if (secondsBetween(oddSince, now) >= oddSeconds) return { standing, oddSince };
  const { reason, counts } = standing;
  return { standing: { status: 'working', waitSeconds: 5, waitingFor: reason, counts }, oddSince };
}

function bounded(standing: Standing, name: StepName, context: StepContext, firstAt: Instant): Standing {
  const { plan, identity, input } = context;
  const now = context.now();
  return withinBounds(standing, {
    step: name,
    sinceSeconds: secondsBetween(firstAt, now),
    boundSeconds: stepBoundSeconds(name, plan, identity.kind),
    overallSeconds: secondsBetween(input.startedAt, now),
    ...(!withoutLock.includes(name) && { overallBoundSeconds: identity.maxDurationSeconds }),
  });
}

function nextRecord(
  name: StepName,
  context: StepContext,
  standing: Standing,
  result: StepResult,
  firstAt: Instant,
  at: Instant,
): StepRecord {
  const { record, input } = context;
  const sameRun = record?.run === input.run;
  const isFinal = standing.status !== 'working';
  const resumed = resumedAt({ run: input.run, startedAt: input.startedAt, now: at, own: record });
  return {
    step: name,
    run: input.run,
    status: standing.status,
    firstAt,
    lastAt: at,
    ...(isFinal && { endedAt: at }),
    ...(resumed !== undefined && { resumedAt: resumed }),
    attempts: (sameRun ? record.attempts : 0) + 1,
    counts: 'counts' in standing ? standing.counts : nothing,
    ...(standing.status === 'working' && {
      waitingFor: standing.waitingFor,
      ...(standing.unblock !== undefined && { unblock: standing.unblock }),
    }),
    ...((standing.status === 'held' || standing.status === 'failed') && {
      code: standing.code,
      reason: standing.reason,
      unblock: standing.unblock,
    }),
    ...(standing.status === 'skipped' && { reason: standing.reason }),
    resources: result.resources ?? record?.resources ?? [],
    memory: result.memory ?? record?.memory ?? null,
  };
}
