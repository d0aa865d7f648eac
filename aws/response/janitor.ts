import * as v from 'valibot';
import { type Refusal, sayRefusal } from '../../recovery/answer.ts';
import { InvalidInput } from '../../recovery/errors.ts';
import { type JanitorNeed, janitorName, janitorNeed } from '../../recovery/janitor.ts';
import { type ActiveRecord, ledgerKeys } from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { RunEvidence } from '../../recovery/steps/evidence.ts';
import type { RecoveryKind } from '../../recovery/terms.ts';
import type { Invocation } from '../deps.ts';
import type { LedgerEntry } from '../ledger.ts';
import { openStates } from '../states.ts';
import { openResponse, type ResponseContext } from './context.ts';
import { tell } from './notify.ts';

/** Whatever woke it, an event or a schedule, only wakes: everything is looked at again. */
export const janitorInput = v.unknown();

interface Machines {
  readonly drill: string;
  readonly failover: string;
}

/**
 * Ends what no Catch saw: StopExecution, a machine's time-out, `States.Runtime`, the limit of the history. The lock is given
 * to a next run, which sees that it was interrupted: a drill cleans up, a failover concludes as held.
 */
export async function janitor(_input: unknown, invocation: Invocation): Promise<object> {
  const context = openResponse(invocation, new Date(invocation.deps.clock.nowMs()).toISOString());
  const machines = machinesOf(invocation.deps.environment);
  const plans = [...invocation.deps.plans.values()];
  const found = await Promise.all(plans.map((plan) => tidy(context, machines, plan)));
  for (const refusal of found.filter((each) => typeof each === 'object'))
    context.deps.log('error', sayRefusal(refusal), {});
  return { plans: plans.length, finished: found.filter((each) => each === 'finish').length };
}

async function tidy(
  context: ResponseContext,
  machines: Machines,
  plan: Plan,
): Promise<JanitorNeed['kind'] | Refusal> {
  const { ledger, access } = context;
  const entry = await ledger.read(ledgerKeys.active(plan.plan));
  if (!entry.ok) return entry;
  const active = entry.value?.value as ActiveRecord | undefined;
  if (!entry.value || !active || active.releasedAt) return 'nothing';
  const name = `${active.recovery}-r${active.run ?? 1}`;
  const [execution, evidence] = await Promise.all([
    openStates(access).status(machines[active.kind], name),
    ledger.read(ledgerKeys.evidence(plan.plan, active.recovery)),
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
      return (await finish(context, machines, plan, { entry: entry.value, active }, need)) ?? 'finish';
    case 'release':
      return (await release(context, plan, { entry: entry.value, active })) ?? 'release';
    case 'tell':
      await report(context, plan, active.recovery, need.reason);
      return 'tell';
    default:
      return need satisfies never;
  }
}

/** Marks the lock, so that the next run does nothing but end the recovery, and starts that run. */
async function finish(
  context: ResponseContext,
  machines: Machines,
  plan: Plan,
  lock: { readonly entry: LedgerEntry; readonly active: ActiveRecord },
  need: Extract<JanitorNeed, { readonly kind: 'finish' }>,
): Promise<Refusal | undefined> {
  const { ledger, access } = context;
  const { active } = lock;
  const marked: ActiveRecord = {
    ...active,
    nonce: context.deps.entropy.hex('janitor', `${active.recovery} ${need.nextRun}`, 16),
    run: need.nextRun,
    runAt: context.now(),
    abort: { by: janitorName, at: context.now(), reason: need.reason },
  };
  const claim = await ledger.claim(ledgerKeys.active(plan.plan), marked, lock.entry);
  if (!claim.ok) return claim;
  if (!claim.value.won) return undefined;
  const started = await openStates(access).start(
    machines[active.kind],
    `${active.recovery}-r${need.nextRun}`,
    { plan: plan.plan, recovery: active.recovery, run: need.nextRun },
  );
  await report(context, plan, active.recovery, need.reason);
  return started.ok ? undefined : started;
}

/** Lets go of the plan for a recovery that has said that it is over. */
async function release(
  context: ResponseContext,
  plan: Plan,
  { entry, active }: { readonly entry: LedgerEntry; readonly active: ActiveRecord },
): Promise<Refusal | undefined> {
  const nonce = context.deps.entropy.hex('janitor', `${active.recovery} released`, 16);
  const released: ActiveRecord = { ...active, nonce, releasedAt: context.now() };
  const claim = await context.ledger.claim(ledgerKeys.active(plan.plan), released, entry);
  return claim.ok ? undefined : claim;
}

function report(context: ResponseContext, plan: Plan, recovery: string, reason: string): Promise<void> {
  return tell(context, 'Recovery Interrupted', {
    plan: plan.plan,
    recovery,
    reason: `${recovery} was interrupted: ${reason}`,
  });
}

/** @throws InvalidInput when the stack has not told the function which machines there are */
function machinesOf(environment: Readonly<Record<string, string | undefined>>): Machines {
  const { LIFEBOAT_DRILL_MACHINE: drill, LIFEBOAT_FAILOVER_MACHINE: failover } = environment;
  if (!drill || !failover)
    throw new InvalidInput('environment variable LIFEBOAT_DRILL_MACHINE: it is absent');
  return { drill, failover } satisfies Record<RecoveryKind, string>;
}
