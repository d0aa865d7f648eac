import { type Answer, mapAnswer, type Refusal } from '../../recovery/answer.ts';
import { executionName, orderedName } from '../../recovery/identity.ts';
import {
  type ActiveRecord,
  executionOf,
  ledgerKeys,
  mayTakeLock,
  type PeriodRecord,
  type RequestRecord,
} from '../../recovery/ledger.ts';
import type { RunEvidence } from '../../recovery/steps/evidence.ts';
import type { RecoveryKind, RecoveryScope } from '../../recovery/terms.ts';
import { openStates } from '../states.ts';
import { recoveredBy } from '../whereabouts.ts';
import type { Operator } from './operator.ts';
import { type NotNow, nextRun, notNow, type Order, type Ordered } from './orders.ts';

/** A run that was asked for, under its name. */
export interface Started {
  readonly recovery: string;
  readonly run: number;
}

/** Whoever holds a plan's lock, or held it last. */
export async function activeOf(
  { ledger }: Operator,
  plan: string,
): Promise<Answer<ActiveRecord | undefined>> {
  return mapAnswer(
    await ledger.read(ledgerKeys.active(plan)),
    (entry) => entry?.value as ActiveRecord | undefined,
  );
}

/** The machine of a kind of recovery. */
export function machineOf({ installation }: Operator, kind: RecoveryKind): string {
  return kind === 'drill' ? installation.drillMachineArn : installation.failoverMachineArn;
}

/**
 * Starts a failover or a drill of a plan by hand. Who asked for it is written down before it begins: whoever starts a
 * failover has approved it.
 */
export async function startRecovery(
  operator: Operator,
  plan: string,
  kind: RecoveryKind,
  order: Order,
  scope?: RecoveryScope,
): Promise<Ordered<Started>> {
  const { ledger } = operator;
  const recovery = orderedName(plan, kind, order.at);
  const held = await activeOf(operator, plan);
  if (!held.ok) return held;
  const { value: active } = held;
  if (active && !mayTakeLock(active, { recovery, kind })) {
    return notNow(
      `the ${active.kind} ${active.recovery} of the plan ${plan} is active since ${active.at}`,
      active.kind === 'failover'
        ? `lifeboat continue ${active.recovery} goes on with it, lifeboat status ${plan} shows how it stands`
        : `let it end, or lifeboat abort ${active.recovery}`,
    );
  }
  const standing = kind === 'failover' ? await stillThere(operator, plan, active) : undefined;
  if (standing) return standing;
  const { by: principal, at, comment, nonce } = order;
  const request: RequestRecord = { nonce, principal, at, comment };
  const written = await ledger.claim(ledgerKeys.request(plan, recovery, principal), request);
  if (!written.ok) return written;
  return startRun(operator, plan, kind, { recovery, run: 1 }, scope);
}

/**
 * Why a plan must not be failed over where it was failed over to: servers and volumes from backups of before would stand
 * beside those that serve its users. Undefined where somebody has taken over since, or the last one did not recover.
 */
async function stillThere(
  { ledger, access }: Operator,
  plan: string,
  last: ActiveRecord | undefined,
): Promise<Refusal | NotNow | undefined> {
  const read = await ledger.read(ledgerKeys.period(plan));
  if (!read.ok) return read;
  const period = read.value?.value as PeriodRecord | undefined;
  const there = await recoveredBy(ledger, plan, { active: last, period });
  if (!there.ok) return there;
  if (there.value === undefined) return undefined;
  return notNow(
    `${there.value} has brought ${plan} to ${access.region}, where it runs: another failover would put servers and volumes of before beside it`,
    `once ${plan} runs in its primary Region again, lifeboat acknowledge ${plan} --comment …, then again`,
  );
}

/**
 * Goes on with a recovery that was held, failed, aborted or interrupted, in its next run: the same id, tokens and tags, and
 * only what is missing is done.
 */
export async function continueRecovery(
  operator: Operator,
  plan: string,
  recovery: string,
  order: Order,
  options: { readonly acceptsChangedPlan?: boolean } = {},
): Promise<Ordered<Started>> {
  const held = await activeOf(operator, plan);
  if (!held.ok) return held;
  const { value: active } = held;
  const run = active?.run ?? 1;
  if (active && !active.releasedAt && active.recovery === recovery) {
    const unstarted = await mayGoOn(operator, plan, active);
    if (!unstarted.ok) return unstarted;
    // Somebody was given this run and broke off before it was started: the same name is the same execution.
    if (unstarted.value && !active.abort && !options.acceptsChangedPlan)
      return startRun(operator, plan, active.kind, { recovery, run });
  }
  const next = await nextRun(operator.ledger, plan, recovery, run, order, options);
  if (!next.ok) return next;
  return startRun(operator, plan, active?.kind ?? 'failover', { recovery, run: next.value });
}

/** Whether the run that a recovery was given was never started; not now while it runs, or once it has recovered. */
async function mayGoOn(operator: Operator, plan: string, active: ActiveRecord): Promise<Ordered<boolean>> {
  const { recovery, kind, run = 1 } = active;
  const [execution, concluded] = await Promise.all([
    openStates(operator.access).status(machineOf(operator, kind), executionOf(active)),
    operator.ledger.read(ledgerKeys.evidence(plan, recovery)),
  ]);
  if (!execution.ok) return execution;
  if (!concluded.ok) return concluded;
  if (execution.value === 'RUNNING') {
    return notNow(
      `the run ${run} of ${recovery} still goes on`,
      `lifeboat status ${plan} shows what it waits for; lifeboat abort ${recovery} ends it`,
    );
  }
  const evidence = concluded.value?.value as RunEvidence | undefined;
  const isConcluded = evidence?.run === run;
  if (isConcluded && evidence.outcome === 'recovered') return hasRecovered(recovery);
  return { ok: true, value: execution.value === 'absent' && !isConcluded };
}

/** It holds its plan until the janitor has come. */
export function hasRecovered(recovery: string): NotNow {
  return notNow(`${recovery} has recovered`, 'nothing is left to do: its lock is released within minutes');
}

async function startRun(
  operator: Operator,
  plan: string,
  kind: RecoveryKind,
  { recovery, run }: Started,
  scope?: RecoveryScope,
): Promise<Ordered<Started>> {
  const states = openStates(operator.access);
  const input = { plan, recovery, run, ...(scope && { scope }) };
  const started = await states.start(machineOf(operator, kind), executionName(recovery, run), input);
  return started.ok ? { ok: true, value: { recovery, run } } : started;
}
