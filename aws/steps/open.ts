import { type Refusal, sayRefusal } from '../../recovery/answer.ts';
import { onsetFor } from '../../recovery/deciding/incident.ts';
import {
  type ActiveRecord,
  type BeforeRecord,
  failoverOf,
  type IncidentRecord,
  ledgerKeys,
  mayTakeLock,
  type OpenedRecord,
  preemptedBy,
} from '../../recovery/ledger.ts';
import { concludedBefore, mayNotAct } from '../../recovery/lock.ts';
import { scopeProblem } from '../../recovery/scope.ts';
import {
  absentProblem,
  nothing,
  type Standing,
  type StepInput,
  standingAfterCalls,
} from '../../recovery/step.ts';
import type { RunEvidence } from '../../recovery/steps/evidence.ts';
import { fingerprint } from '../../recovery/steps/fingerprint.ts';
import { isolationProblem } from '../../recovery/steps/preflight.ts';
import { secondsBetween } from '../../recovery/terms.ts';
import { openEc2 } from '../ec2.ts';
import type { LedgerEntry } from '../ledger.ts';
import { readLiveState } from '../live-state.ts';
import { openNetwork } from '../network.ts';
import type { StepContext, StepResult } from '../step.ts';

/** Registers the recovery (at most one a plan), pins the plan, and makes sure that a drill can hurt nothing. */
export async function reconcileOpen(context: StepContext): Promise<StepResult> {
  const { identity, input, scope } = context;
  const objection =
    scopeProblem(identity.kind, input.given?.scope, scope) ??
    (await takeLock(context)) ??
    (await pinPlan(context)) ??
    (await preflight(context)) ??
    (await rememberBefore(context));
  return { standing: objection ?? { status: 'done', counts: { done: 1, total: 1 } } };
}

async function takeLock(context: StepContext): Promise<Standing | undefined> {
  const { plan, identity, ledger, input } = context;
  const key = ledgerKeys.active(plan.plan);
  // Read before the lock: what lies between that and the claim is time in which others change it.
  const over = await isOver(context);
  const found = await ledger.read(key);
  if (!found.ok) return refused(found);
  const held = found.value?.value as ActiveRecord | undefined;
  const isOwn = held !== undefined && !held.releasedAt && held.recovery === input.recovery;
  // An execution of an earlier run that comes when the recovery has let go of its plan would begin it anew.
  const isLate = held?.recovery === input.recovery && (held.run ?? 1) > input.run;
  const isPreempted = held?.preempted?.some((drill) => drill.recovery === input.recovery);
  const objection = isOwn || isLate || isPreempted ? mayNotAct(held, input) : over;
  if (objection) return objection;
  const isThisRun = isOwn && held.run === input.run;
  if (isThisRun && (input.execution === undefined || held.execution === input.execution)) return undefined;
  if (!mayTakeLock(held, identity)) return taken(context, held);
  const nonce = [input.recovery, 'run', input.run, input.execution].join(' ');
  const claim = isThisRun ? { ...held, nonce, ...named(input) } : claimOf(context, held, nonce);
  const won = await ledger.claim(key, claim, found.value);
  if (!won.ok) return refused(won);
  if (won.value.won) return undefined;
  return overtaken(context, won.value.entry.value as ActiveRecord);
}

/** Somebody changed the lock since it was read: who may still take it looks again, since it may be nobody's by now. */
function overtaken(context: StepContext, winner: ActiveRecord): Standing {
  const { input, identity } = context;
  const isOwn = winner.recovery === input.recovery;
  const isTaken = !isOwn && !mayTakeLock(winner, identity);
  const objection = isOwn ? mayNotAct(winner, input) : undefined;
  if (isTaken || objection) return objection ?? taken(context, winner);
  const waitingFor = 'the lock of the plan, which has changed since it was read';
  return { status: 'working', waitSeconds: 1, waitingFor, counts: nothing };
}

/** Why a run that has been concluded does not begin anew, whoever has held the plan since. */
async function isOver({ plan, ledger, input }: StepContext): Promise<Standing | undefined> {
  const evidence = await ledger.read(ledgerKeys.evidence(plan.plan, input.recovery));
  if (!evidence.ok) return refused(evidence);
  const concluded = evidence.value?.value as Pick<RunEvidence, 'run'> | undefined;
  return concluded && concluded.run >= input.run ? concludedBefore(input, concluded.run) : undefined;
}

/** The lock as a run takes it: from nobody, from a drill that yields, or from an earlier run of its own recovery. */
function claimOf(context: StepContext, held: ActiveRecord | undefined, nonce: string): ActiveRecord {
  const { identity, input } = context;
  const isOwn = held !== undefined && !held.releasedAt && held.recovery === input.recovery;
  const last = identity.kind === 'drill' ? failoverOf(held) : undefined;
  const preempted = preemptedBy(held, input.recovery, context.now());
  return {
    nonce,
    recovery: input.recovery,
    kind: identity.kind,
    at: isOwn ? held.at : context.now(),
    run: input.run,
    ...named(input),
    ...(preempted.length > 0 && { preempted }),
    ...(last && { lastFailover: { recovery: last.recovery, at: last.at } }),
  };
}

function named({ execution }: StepInput): Pick<ActiveRecord, 'execution'> {
  return execution === undefined ? {} : { execution };
}

function taken(context: StepContext, held: ActiveRecord | undefined): Standing {
  return {
    status: 'held',
    code: 'ActiveRecovery',
    reason: `the ${held?.kind} ${held?.recovery} of the plan ${context.plan.plan} is active since ${held?.at}`,
    unblock: `let it end, or lifeboat abort ${held?.recovery}; then start again`,
    counts: nothing,
  };
}

async function pinPlan(context: StepContext): Promise<Standing | undefined> {
  const { plan, identity, input, ledger } = context;
  const key = ledgerKeys.opened(plan.plan, input.recovery);
  const decided = await ledger.read(ledgerKeys.incident(plan.plan));
  if (!decided.ok) return refused(decided);
  const incident = (decided.value?.value as IncidentRecord | undefined)?.incident;
  const { recovery, startedAt } = input;
  const onset = onsetFor(incident, { recovery, kind: identity.kind, startedAt });
  const record: OpenedRecord = {
    nonce: `${input.recovery} ${identity.kind} ${plan.hash}`,
    recovery: input.recovery,
    plan: plan.plan,
    planHash: plan.hash,
    kind: identity.kind,
    ...(identity.kind === 'drill' && { scope: context.scope }),
    openedAt: input.startedAt,
    ...(onset !== undefined && { onset }),
  };
  const claimed = await ledger.claim(key, record);
  if (!claimed.ok) return refused(claimed);
  if (claimed.value.won) return undefined;
  const pinned = claimed.value.entry.value as OpenedRecord;
  if (pinned.planHash === plan.hash) return undefined;
  return pinAnew(context, claimed.value.entry, pinned);
}

/**
 * A recovery goes on with a plan other than the one that it was opened with only where whoever continued it said so: what
 * the first plan made and the second does not name stays as it is.
 */
async function pinAnew(
  context: StepContext,
  entry: LedgerEntry,
  pinned: OpenedRecord,
): Promise<Standing | undefined> {
  const { plan, identity, input, ledger } = context;
  const active = await ledger.read(ledgerKeys.active(plan.plan));
  if (!active.ok) return refused(active);
  const { planAcceptedBy: acceptedBy, run } = (active.value?.value ?? {}) as Partial<ActiveRecord>;
  if (acceptedBy === undefined || run !== input.run) return planChanged(context);
  const record: OpenedRecord = {
    ...pinned,
    nonce: `${input.recovery} ${identity.kind} ${plan.hash} run ${input.run}`,
    planHash: plan.hash,
    earlierPlans: [
      ...(pinned.earlierPlans ?? []),
      { planHash: pinned.planHash, untilRun: input.run - 1, acceptedBy },
    ],
  };
  const claimed = await ledger.claim(ledgerKeys.opened(plan.plan, input.recovery), record, entry);
  if (!claimed.ok) return refused(claimed);
  return claimed.value.won ? undefined : planChanged(context);
}

function planChanged({ identity, input }: StepContext): Standing {
  const unblock =
    identity.kind === 'failover'
      ? `deploy the plan as it was, then lifeboat continue ${input.recovery}; or lifeboat continue ${input.recovery} --accept-changed-plan`
      : `lifeboat abort ${input.recovery}, and start a new drill`;
  const reason = 'the plan has changed since this recovery was opened';
  return { status: 'held', code: 'PlanChanged', reason, unblock, counts: nothing };
}

/** A drill in a network that leads anywhere could reach production: it is refused. */
async function preflight(context: StepContext): Promise<Standing | undefined> {
  const { plan, identity } = context;
  const { network } = plan.drill;
  if (identity.kind !== 'drill' || !network) return undefined;
  const ways = await openNetwork(context.access).waysOut(network.subnets);
  if (!ways.ok) return refused(ways);
  const problem = isolationProblem(network.subnets, ways.value);
  return problem && { ...problem, counts: nothing };
}

/** What a drill must leave alone is written down before it does anything. */
async function rememberBefore(context: StepContext): Promise<Standing | undefined> {
  const { plan, identity, input, ledger } = context;
  if (identity.kind !== 'drill') return undefined;
  const key = ledgerKeys.before(plan.plan, input.recovery);
  const known = await ledger.read(key);
  if (!known.ok) return refused(known);
  if (known.value && !(await isOfEarlier(context, known.value.value as BeforeRecord))) return undefined;
  const state = await readLiveState(context, openEc2(context.access));
  if (!state.ok) return refused(state);
  const written = await ledger.write(key, { at: context.now(), fingerprint: fingerprint(state.value) });
  return written.ok ? undefined : refused(written);
}

/**
 * Whether what was written down is from before this recovery last took the lock: it had ended, and what changed since then
 * was not its doing. A run that goes on with the same lock compares with how things were before the first one.
 */
async function isOfEarlier({ plan, ledger }: StepContext, before: BeforeRecord): Promise<boolean> {
  const active = await ledger.read(ledgerKeys.active(plan.plan));
  const since = active.ok ? (active.value?.value as ActiveRecord | undefined)?.at : undefined;
  return since !== undefined && secondsBetween(before.at, since) > 0;
}

function refused(refusal: Refusal): Standing {
  if (refusal.kind === 'absent') return { ...absentProblem('open', refusal), counts: nothing };
  const standing = standingAfterCalls({ counts: nothing, problems: [], waits: [] }, [refusal], 'open');
  return standing.status === 'done'
    ? { status: 'working', waitSeconds: 5, waitingFor: sayRefusal(refusal), counts: nothing }
    : standing;
}
