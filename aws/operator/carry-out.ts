import { executionOf, ledgerKeys } from '../../recovery/ledger.ts';
import type { StepRecord } from '../../recovery/step.ts';
import type { RunEvidence } from '../../recovery/steps/evidence.ts';
import { newestOf, type RecoveryKind, type RecoveryScope } from '../../recovery/terms.ts';
import { gather, gatherEach } from '../gather.ts';
import { openStates } from '../states.ts';
import type { Operator } from './operator.ts';
import {
  abort,
  acknowledge,
  approve,
  giveUp,
  notNow,
  type Order,
  type Ordered,
  pause,
  type Scope,
  unpause,
} from './orders.ts';
import { activeOf, continueRecovery, hasRecovered, machineOf, type Started, startRecovery } from './start.ts';

/** What a person orders, as it was typed. `recovery` is an id, or `latest` where that is allowed. */
export type OperatorOrder =
  | {
      readonly command: 'approve';
      readonly recovery: string;
      readonly overrides: readonly string[];
      readonly comment: string;
    }
  | { readonly command: 'abort'; readonly recovery: string; readonly comment: string }
  | {
      readonly command: 'continue';
      readonly recovery: string;
      readonly acceptsChangedPlan: boolean;
      readonly comment: string;
    }
  | { readonly command: 'acknowledge'; readonly plan: string; readonly comment: string }
  | { readonly command: 'pause' | 'unpause'; readonly scope: Scope; readonly comment: string }
  | {
      readonly command: RecoveryKind;
      readonly plan: string;
      readonly comment: string;
      /** Of a drill; a full one when absent. */
      readonly drillScope?: RecoveryScope;
    };

/** What became of an order. */
export interface CarriedOut {
  readonly plan: string | null;
  readonly recovery: string | null;
  readonly run: number | null;
  /** One sentence: what was done, and what follows. */
  readonly says: string;
}

/** Names the recovery that took its plan's lock last. */
export const latest = 'latest';

/**
 * Carries out one order on the stack of one Region.
 * @param plans the plans of that stack, among which a recovery is looked for by its id
 */
export async function carryOut(
  operator: Operator,
  order: OperatorOrder,
  plans: readonly string[],
): Promise<Ordered<CarriedOut>> {
  const given = operator.order(order.comment);
  const { ledger } = operator;
  switch (order.command) {
    case 'pause':
    case 'unpause': {
      const { scope } = order;
      const what = scope === 'all' ? 'every plan' : `the plan ${scope.plan}`;
      const says =
        order.command === 'pause'
          ? `${what} is not recovered automatically any more; what runs goes on`
          : `${what} may be recovered automatically again`;
      const done = await (order.command === 'pause' ? pause : unpause)(ledger, scope, given);
      return done.ok ? ok(scope === 'all' ? null : scope.plan, null, null, says) : done;
    }
    case 'acknowledge': {
      const last = await activeOf(operator, order.plan);
      if (!last.ok) return last;
      const done = await acknowledge(ledger, order.plan, given, last.value);
      if (!done.ok) return done;
      const { recovery } = done.value;
      const says = `${recovery} is acknowledged: another automatic recovery of ${order.plan} may follow, and traffic stays where somebody puts it`;
      return ok(order.plan, recovery, null, says);
    }
    case 'failover':
    case 'drill': {
      const { plan, command: kind, drillScope } = order;
      return begun(plan, await startRecovery(operator, plan, kind, given, drillScope));
    }
    case 'approve':
    case 'abort':
    case 'continue':
      return onRecovery(operator, order, plans, given);
    default:
      return order satisfies never;
  }
}

type RecoveryOrder = Extract<OperatorOrder, { readonly recovery: string }>;

async function onRecovery(
  operator: Operator,
  order: RecoveryOrder,
  plans: readonly string[],
  given: Order,
): Promise<Ordered<CarriedOut>> {
  const found = await findRecovery(operator, plans, order.recovery);
  if (!found.ok) return found;
  const { plan, recovery } = found.value;
  switch (order.command) {
    case 'approve':
      return say(operator, found.value, order.overrides, given);
    case 'abort':
      return stop(operator, found.value, given);
    case 'continue': {
      const { acceptsChangedPlan } = order;
      return begun(plan, await continueRecovery(operator, plan, recovery, given, { acceptsChangedPlan }));
    }
    default:
      return order satisfies never;
  }
}

/** Approves, and says what this approval alone does not answer: a mistyped code would else wait in silence. */
async function say(
  operator: Operator,
  { plan, recovery, run }: Found,
  overrides: readonly string[],
  given: Order,
): Promise<Ordered<CarriedOut>> {
  const { ledger } = operator;
  const seen = await gather({
    requests: ledger.list(ledgerKeys.requests(plan, recovery)),
    gate: ledger.read(ledgerKeys.step(plan, recovery, 'gate')),
    fence: ledger.read(ledgerKeys.step(plan, recovery, 'fence')),
  });
  if (!seen.ok) return seen;
  const { requests, gate, fence } = seen.value;
  const done = await approve(ledger, { plan, recovery, overrides }, given);
  if (!done.ok) return done;
  const wanted = [gate, fence].flatMap((entry) => {
    const { unblock = '' } = (entry?.value ?? {}) as Partial<StepRecord>;
    return [...unblock.matchAll(/--override (\w+)/g)].map(([, code = '']) => code);
  });
  const missing = [...new Set(wanted)].filter((code) => !done.value.overrides.includes(code));
  const isOwn = requests.includes(ledgerKeys.request(plan, recovery, given.by));
  const says = [
    `${recovery} is approved by ${given.by}${overrides.length > 0 ? `, overriding ${overrides.join(', ')}` : ''}`,
    ...(isOwn ? ['whoever asked for it does not count: another person has to approve'] : []),
    ...(missing.length > 0 ? [`it also waits for --override ${missing.join(' --override ')}`] : []),
  ];
  return ok(plan, recovery, run, says.join('; '));
}

/** A recovery that runs is asked to stop; a failover that has ended without recovering is given up. */
async function stop(operator: Operator, found: Found, given: Order): Promise<Ordered<CarriedOut>> {
  const { plan, recovery, run, kind, execution: name } = found;
  const { ledger, access } = operator;
  const [execution, concluded] = await Promise.all([
    openStates(access).status(machineOf(operator, kind), name),
    ledger.read(ledgerKeys.evidence(plan, recovery)),
  ]);
  if (!execution.ok) return execution;
  if (!concluded.ok) return concluded;
  const evidence = concluded.value?.value as RunEvidence | undefined;
  // Its evidence says that the run has ended, also where Step Functions knows it by another name or not any more.
  if (kind === 'failover' && execution.value !== 'RUNNING' && evidence?.run === run) {
    if (evidence.outcome === 'recovered') return hasRecovered(recovery);
    const done = await giveUp(ledger, plan, recovery, run, given);
    const says = `${recovery}, which ended ${evidence.outcome}, is given up: lifeboat failover ${plan} begins another one; by itself only another incident does, once the active period is over or acknowledged`;
    return done.ok ? ok(plan, recovery, run, says) : done;
  }
  const done = await abort(ledger, plan, recovery, given);
  const says = `${recovery} is asked to stop: each of its steps does at its next call`;
  return done.ok ? ok(plan, recovery, run, says) : done;
}

interface Found {
  readonly plan: string;
  readonly recovery: string;
  readonly run: number;
  readonly kind: RecoveryKind;
  readonly execution: string;
}

/** The plan that a recovery holds, by its id. */
async function findRecovery(
  operator: Operator,
  plans: readonly string[],
  id: string,
): Promise<Ordered<Found>> {
  const answers = await gatherEach(plans.map((plan) => [plan, activeOf(operator, plan)]));
  if (!answers.ok) return answers;
  const holders = Object.entries(answers.value).flatMap(([plan, active]) =>
    active && !active.releasedAt
      ? [{ plan, ...active, run: active.run ?? 1, execution: executionOf(active) }]
      : [],
  );
  const found =
    id === latest ? newestOf(holders, ({ at }) => at) : holders.find(({ recovery }) => recovery === id);
  if (found) return { ok: true, value: found };
  const active = holders.map(({ recovery }) => recovery).join(', ') || 'none';
  const what = id === latest ? 'no recovery is active' : `${id} is not active: it is over, or there is none`;
  return notNow(`${what}; active in ${operator.access.region}: ${active}`, 'lifeboat status shows them all');
}

function begun(plan: string, started: Ordered<Started>): Ordered<CarriedOut> {
  if (!started.ok) return started;
  const { recovery, run } = started.value;
  const says = `the run ${run} of ${recovery} is started; lifeboat status ${plan} shows how it stands`;
  return ok(plan, recovery, run, says);
}

function ok(
  plan: string | null,
  recovery: string | null,
  run: number | null,
  says: string,
): { readonly ok: true; readonly value: CarriedOut } {
  return { ok: true, value: { plan, recovery, run, says } };
}
