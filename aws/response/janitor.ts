import * as v from 'valibot';
import { type Answer, mapAnswer, type Refusal, sayRefusal } from '../../recovery/answer.ts';
import { InvalidInput } from '../../recovery/errors.ts';
import { executionName } from '../../recovery/identity.ts';
import {
  interruptedBy,
  isOverdue,
  isUntold,
  type JanitorNeed,
  janitorNeed,
  type PreemptedNeed,
  preemptedNeed,
  recoveryNamespace,
} from '../../recovery/janitor.ts';
import {
  type ActiveRecord,
  executionOf,
  type InterruptionRecord,
  ledgerKeys,
  type PreemptedDrill,
} from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { RunEvidence } from '../../recovery/steps/evidence.ts';
import { openCloudWatch } from '../cloudwatch.ts';
import type { Invocation } from '../deps.ts';
import { gather } from '../gather.ts';
import type { LedgerEntry } from '../ledger.ts';
import { openStates } from '../states.ts';
import { tell } from '../tell.ts';
import { openResponse, type ResponseContext } from './context.ts';
import { startUnheard } from './unheard.ts';

/** Whatever woke it, an event or a schedule, only wakes: everything is looked at again. */
export const janitorInput = v.unknown();

interface Machines {
  readonly drill: string;
  readonly failover: string;
  readonly remount: string;
}

/**
 * Ends what no Catch saw: StopExecution, a machine's time-out, `States.Runtime`, the limit of the history. The lock is given
 * to a next run, which sees that it was interrupted: a drill cleans up, a failover concludes as held.
 */
export async function janitor(_input: unknown, invocation: Invocation): Promise<object> {
  const context = openResponse(invocation, { now: new Date(invocation.deps.clock.nowMs()).toISOString() });
  const machines = machinesOf(invocation.deps.environment);
  const plans = [...invocation.deps.plans.values()];
  const [found, unheard] = await Promise.all([
    Promise.all(plans.map((plan) => tidy(context, machines, plan))),
    startUnheard(context, machines.remount, invocation.deps.plans),
  ]);
  for (const refusal of [...found.filter((each) => typeof each === 'object'), ...unheard])
    context.deps.log('error', sayRefusal(refusal), {});
  return { plans: plans.length, finished: found.filter((each) => each === 'finish').length };
}

async function tidy(
  context: ResponseContext,
  machines: Machines,
  plan: Plan,
): Promise<JanitorNeed['kind'] | Refusal> {
  const { ledger } = context;
  const entry = await ledger.read(ledgerKeys.active(plan.plan));
  if (!entry.ok) return entry;
  const active = entry.value?.value as ActiveRecord | undefined;
  if (!entry.value || !active) return 'nothing';
  const lock = { entry: entry.value, active };
  const done = active.releasedAt ? 'nothing' : await tidyHolder(context, machines, plan, lock);
  // Whatever changed the lock has made this reading of it old: the next look goes on.
  return done === 'nothing' || done === 'tell' ? tidyPreempted(context, machines, plan, lock) : done;
}

/** A lock as it was read. */
interface Lock {
  readonly entry: LedgerEntry;
  readonly active: ActiveRecord;
}

async function tidyHolder(
  context: ResponseContext,
  machines: Machines,
  plan: Plan,
  lock: Lock,
): Promise<JanitorNeed['kind'] | Refusal> {
  const { ledger, access } = context;
  const { active } = lock;
  const [execution, evidence] = await Promise.all([
    openStates(access).status(machines[active.kind], executionOf(active)),
    ledger.read(ledgerKeys.evidence(plan.plan, active.recovery)),
    measure(context, plan, active),
  ]);
  if (!execution.ok) return execution;
  if (!evidence.ok) return evidence;
  const need = janitorNeed(
    active,
    execution.value,
    evidence.value?.value as RunEvidence | undefined,
    context.now(),
  );
  switch (need.kind) {
    case 'nothing':
      return 'nothing';
    case 'finish':
      return finish(context, machines, plan, lock, need);
    case 'release':
      return release(context, plan, lock);
    case 'tell':
      return (await report(context, plan, active.recovery, need.reason)) ?? 'tell';
    default:
      return need satisfies never;
  }
}

/** Puts the sample that an alarm of the plan watches, while its recovery goes on for longer than was promised. */
async function measure(
  { access, deps, now }: ResponseContext,
  plan: Plan,
  active: ActiveRecord,
): Promise<void> {
  const at = now();
  if (!isOverdue(active, plan, at)) return;
  const metric = { namespace: recoveryNamespace, name: 'Overdue', dimensions: { Plan: plan.plan } };
  const put = await openCloudWatch(access).putMetric(metric, [{ at, value: 1 }]);
  if (!put.ok) deps.log('error', sayRefusal(put), { plan: plan.plan });
}

/**
 * Marks the lock, so that the next run does nothing but end the recovery, and starts that run. Of two janitors at once the
 * second to mark it leaves the rest to the first.
 */
async function finish(
  context: ResponseContext,
  machines: Machines,
  plan: Plan,
  lock: Lock,
  need: Extract<JanitorNeed, { readonly kind: 'finish' }>,
): Promise<'finish' | 'nothing' | Refusal> {
  const { ledger } = context;
  const { active } = lock;
  const { execution: _ended, ...kept } = active;
  const marked: ActiveRecord = {
    ...kept,
    nonce: context.deps.entropy.hex('janitor', `${active.recovery} ${need.nextRun}`, 16),
    run: need.nextRun,
    runAt: context.now(),
    abort: interruptedBy(active, context.now(), need.reason),
  };
  const claim = await ledger.claim(ledgerKeys.active(plan.plan), marked, lock.entry);
  if (!claim.ok) return claim;
  if (!claim.value.won) return 'nothing';
  return startAndTell(context, machines[active.kind], plan, active.recovery, need);
}

/** Starts the run that ends a recovery, and tells people why. */
async function startAndTell(
  context: ResponseContext,
  machineArn: string,
  plan: Plan,
  recovery: string,
  { nextRun: run, reason }: { readonly nextRun: number; readonly reason: string },
): Promise<'finish' | Refusal> {
  const input = { plan: plan.plan, recovery, run };
  const started = await openStates(context.access).start(machineArn, executionName(recovery, run), input);
  const untold = await report(context, plan, recovery, reason);
  return started.ok ? (untold ?? 'finish') : started;
}

/** Looks at all the drills that lost this plan, and after the first that needs something: the others follow at later looks. */
async function tidyPreempted(
  context: ResponseContext,
  machines: Machines,
  plan: Plan,
  lock: Lock,
): Promise<JanitorNeed['kind'] | Refusal> {
  const drills = lock.active.preempted ?? [];
  const looks = await Promise.all(drills.map((drill) => lookAtPreempted(context, machines, plan, drill)));
  const found = looks.flatMap((look) => (look.ok ? [look.value] : []));
  const changes = found.find(({ need }) => need.kind === 'settled' || need.kind === 'finish');
  const first = changes ?? found.find(({ need }) => need.kind === 'tell');
  if (!first) return looks.find((look) => !look.ok) ?? 'nothing';
  const { drill, need } = first;
  const others = drills.filter((each) => each !== drill);
  switch (need.kind) {
    case 'nothing':
      return 'nothing';
    case 'settled': {
      const settled = await notePreempted(context, plan, lock, others);
      return typeof settled === 'object' ? settled : 'nothing';
    }
    case 'finish': {
      const { execution: _ended, ...kept } = drill;
      const next: PreemptedDrill = { ...kept, run: need.nextRun, runAt: context.now() };
      const noted = await notePreempted(context, plan, lock, [...others, next]);
      if (noted !== true) return noted || 'nothing';
      return startAndTell(context, machines.drill, plan, drill.recovery, need);
    }
    case 'tell':
      return (await report(context, plan, drill.recovery, need.reason)) ?? 'tell';
    default:
      return need satisfies never;
  }
}

async function lookAtPreempted(
  { access, ledger, now }: ResponseContext,
  machines: Machines,
  { plan }: Plan,
  drill: PreemptedDrill,
): Promise<Answer<{ readonly drill: PreemptedDrill; readonly need: PreemptedNeed }>> {
  const seen = await gather({
    execution: openStates(access).status(machines.drill, executionOf(drill)),
    evidence: ledger.read(ledgerKeys.evidence(plan, drill.recovery)),
  });
  return mapAnswer(seen, ({ execution, evidence }) => {
    const concluded = evidence?.value as RunEvidence | undefined;
    return { drill, need: preemptedNeed(drill, execution, concluded, now()) };
  });
}

/** Writes down which drills are still to be tidied up; false when somebody has changed the lock since it was read. */
async function notePreempted(
  { ledger, deps, now }: ResponseContext,
  plan: Plan,
  { entry, active }: Lock,
  left: readonly PreemptedDrill[],
): Promise<boolean | Refusal> {
  const { preempted: _before, ...kept } = active;
  const noted: ActiveRecord = {
    ...kept,
    nonce: deps.entropy.hex('preempted', `${active.nonce} ${now()}`, 16),
    ...(left.length > 0 && { preempted: left }),
  };
  const claim = await ledger.claim(ledgerKeys.active(plan.plan), noted, entry);
  return claim.ok ? claim.value.won : claim;
}

/** Lets go of the plan for a recovery that has said that it is over. */
async function release(
  context: ResponseContext,
  plan: Plan,
  { entry, active }: Lock,
): Promise<'release' | 'nothing' | Refusal> {
  const nonce = context.deps.entropy.hex('janitor', `${active.recovery} released`, 16);
  const released: ActiveRecord = { ...active, nonce, releasedAt: context.now() };
  const claim = await context.ledger.claim(ledgerKeys.active(plan.plan), released, entry);
  if (!claim.ok) return claim;
  return claim.value.won ? 'release' : 'nothing';
}

/** Tells people, once for each reason however often it is looked at, and again where whoever set out to tell it broke off. */
async function report(
  context: ResponseContext,
  plan: Plan,
  recovery: string,
  reason: string,
): Promise<Refusal | undefined> {
  const { ledger, deps } = context;
  const key = ledgerKeys.interruption(plan.plan);
  const found = await ledger.read(key);
  if (!found.ok) return found;
  const at = context.now();
  if (!isUntold(found.value?.value as InterruptionRecord | undefined, recovery, reason, at)) return undefined;
  const nonce = deps.entropy.hex('interruption', `${recovery} ${at}`, 16);
  const record: InterruptionRecord = { nonce, recovery, reason, at };
  const claim = await ledger.claim(key, record, found.value);
  if (!claim.ok) return claim;
  if (!claim.value.won) return undefined;
  const says = `${recovery} was interrupted: ${reason}`;
  const untold = await tell(context, 'Recovery Interrupted', { plan: plan.plan, recovery, reason: says });
  // Whoever could not be told is told at a later look.
  if (untold.machines ?? untold.people) return undefined;
  const done: InterruptionRecord = { ...record, toldAt: context.now() };
  const noted = await ledger.claim(key, done, claim.value.entry);
  return noted.ok ? undefined : noted;
}

/** @throws InvalidInput when the stack has not told the function which machines there are */
function machinesOf(environment: Readonly<Record<string, string | undefined>>): Machines {
  const arnIn = (name: string): string => {
    const arn = environment[name];
    if (!arn) throw new InvalidInput(`environment variable ${name}: it is absent`);
    return arn;
  };
  return {
    drill: arnIn('LIFEBOAT_DRILL_MACHINE'),
    failover: arnIn('LIFEBOAT_FAILOVER_MACHINE'),
    remount: arnIn('LIFEBOAT_REMOUNT_MACHINE'),
  };
}
