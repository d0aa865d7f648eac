import { type CarriedOut, carryOut, type OperatorOrder } from '../aws/operator/carry-out.ts';
import { type Operator, type OperatorDeps, openOperator } from '../aws/operator/operator.ts';
import type { Ordered } from '../aws/operator/orders.ts';
import { readStatus } from '../aws/operator/status.ts';
import { orderGiven } from '../drill/orders.ts';
import { sayRefusal } from '../recovery/answer.ts';
import { recoveryIdPattern } from '../recovery/identity.ts';
import type { Plan } from '../recovery/plan/plan.ts';
import type { PlanStatus } from '../recovery/status.ts';
import type { OrderGiven, StatusPrinted } from '../report/operator.ts';
import type { DeployedOptions } from './define/deployed.ts';
import { refuseSlip } from './define/deployed.ts';
import { loadPlan, planNames } from './files.ts';
import { sayOrder } from './order-text.ts';
import { sayStatus } from './status-text.ts';
import type { Streams } from './streams.ts';
import { UsageError } from './usage-error.ts';

/** What commands on a deployed stack reach AWS with: the usual credentials, or a simulated account's. */
export type Reaching = (endpoint?: string) => OperatorDeps;

/** Plans that one stack recovers, by its Region. */
type Stacks = ReadonlyMap<string, readonly string[]>;

/** Gives an order to the deployed stack that it concerns. Returns 0 when it was carried out, 3 when it cannot be now. */
export async function orderCommand(
  typed: OperatorOrder,
  options: DeployedOptions,
  streams: Streams,
  reach: Reaching,
): Promise<number> {
  refuseSlip(options);
  const { order, plans: concerned } = await resolve(typed);
  const stacks = stacksOf(concerned, options.region);
  const deps = reach(options.endpoint);
  const lines: (OrderGiven & { readonly isElsewhere: boolean })[] = [];
  for (const [region, plans] of stacks) {
    const at = new Date(deps.clock.nowMs()).toISOString();
    const operator = await withCredentials(openOperator(deps, { region, stage: options.stage }));
    const answer: Ordered<CarriedOut> = operator.ok ? await carryOut(operator.value, order, plans) : operator;
    const by = operator.ok ? operator.value.principal : null;
    // A plan's Region may have no stack, while another one has.
    const isElsewhere = !operator.ok && operator.kind === 'notNow';
    lines.push({ ...orderGiven(order, { at, by }, answer), isElsewhere });
    if (answer.ok && 'recovery' in order) break;
  }
  const orders = whatCounts(order, lines).map(({ isElsewhere: _, ...line }) => line);
  streams.stdout.write(
    options.json ? `${JSON.stringify({ orders })}\n` : orders.map((order) => `${sayOrder(order)}\n`).join(''),
  );
  return orders.every(({ isDone }) => isDone) ? 0 : 3;
}

/** Of an order that went to several Regions, what says how it ended: where there is no stack, nothing was to be done. */
function whatCounts<T extends OrderGiven & { readonly isElsewhere: boolean }>(
  order: OperatorOrder,
  lines: readonly T[],
): readonly T[] {
  const here = lines.filter(({ isElsewhere }) => !isElsewhere);
  const done = here.filter(({ isDone }) => isDone);
  if ('recovery' in order && done.length > 0) return done;
  return here.length > 0 ? here : lines;
}

/** Shows how plans stand. Returns 0 when all could be read, 3 when one could not. */
export async function statusCommand(
  name: string | undefined,
  options: DeployedOptions,
  streams: Streams,
  reach: Reaching,
): Promise<number> {
  refuseSlip(options);
  const stacks = stacksOf(name === undefined ? await allPlans() : [await loadPlan(name)], options.region);
  const deps = reach(options.endpoint);
  const plans: PlanStatus[] = [];
  const unknown: (StatusPrinted['unknown'][number] & { readonly isElsewhere: boolean })[] = [];
  for (const [region, names] of stacks) {
    const operator = await withCredentials(openOperator(deps, { region, stage: options.stage }));
    if (!operator.ok) {
      unknown.push({
        plans: [...names],
        region,
        ...whyNot(operator),
        isElsewhere: operator.kind === 'notNow',
      });
      continue;
    }
    for (const [plan, answer] of await statuses(operator.value, names)) {
      if (answer.ok) plans.push(answer.value);
      else unknown.push({ plans: [plan], region, ...whyNot(answer), isElsewhere: false });
    }
  }
  const printed = { plans, unknown: unknown.map(({ isElsewhere: _, ...one }) => one) };
  streams.stdout.write(options.json ? `${JSON.stringify(printed)}\n` : inWords(printed));
  const isRead = plans.length > 0 && unknown.every(({ isElsewhere }) => isElsewhere);
  return isRead ? 0 : 3;
}

function statuses(operator: Operator, plans: readonly string[]) {
  return Promise.all(plans.map(async (plan) => [plan, await readStatus(operator, plan)] as const));
}

function inWords({
  plans,
  unknown,
}: { readonly plans: readonly PlanStatus[] } & Pick<StatusPrinted, 'unknown'>) {
  const missing = unknown.map(
    ({ plans: names, region, reason, unblock }) =>
      `${names.join(', ')} (${region})\n  ${reason}\n  ${unblock}\n`,
  );
  return [...plans.map(sayStatus), ...missing].join('\n');
}

function whyNot(answer: Exclude<Ordered<unknown>, { readonly ok: true }>) {
  return answer.kind === 'notNow'
    ? { reason: answer.reason, unblock: answer.unblock }
    : { reason: sayRefusal(answer), unblock: 'look at the error and remove its cause' };
}

/** The order with plans by their names, and the plans that it may concern. @throws UsageError for a plan that is none */
async function resolve(
  typed: OperatorOrder,
): Promise<{ readonly order: OperatorOrder; readonly plans: readonly Plan[] }> {
  if ('plan' in typed) {
    const plan = await loadPlan(typed.plan);
    return { order: { ...typed, plan: plan.plan }, plans: [plan] };
  }
  if ('scope' in typed) {
    if (typed.scope === 'all') return { order: typed, plans: await allPlans() };
    const plan = await loadPlan(typed.scope.plan);
    return { order: { ...typed, scope: { plan: plan.plan } }, plans: [plan] };
  }
  if (!recoveryIdPattern.test(typed.recovery) || typed.recovery === 'latest')
    throw new UsageError(`${typed.recovery} is no id of a recovery; lifeboat status shows them`);
  const plans = await allPlans();
  const named = plans.filter(({ plan }) => typed.recovery.startsWith(`${plan}-`));
  return { order: typed, plans: named.length > 0 ? named : plans };
}

async function allPlans(): Promise<readonly Plan[]> {
  return Promise.all((await planNames()).map(loadPlan));
}

/** @throws UsageError for a Region in which none of the plans recovers */
function stacksOf(plans: readonly Plan[], only: string | undefined): Stacks {
  const groups = Map.groupBy(
    plans.filter(({ regions }) => only === undefined || regions.recovery === only),
    ({ regions }) => regions.recovery,
  );
  if (groups.size === 0) {
    const known = [...new Set(plans.map(({ regions }) => regions.recovery))].join(', ') || 'none';
    throw new UsageError(`--region ${only}: no plan that is meant recovers there, but in ${known}`);
  }
  return new Map([...groups].map(([region, group]) => [region, group.map(({ plan }) => plan)]));
}

/** Errors of the SDK's chain of credentials, which no service answered. */
const credentialErrors = new Set(['CredentialsProviderError', 'TokenProviderError', 'ProviderError']);

/** Says what to do where the usual chain finds no credentials. @throws UsageError */
export async function withCredentials<T>(opened: Promise<T>): Promise<T> {
  try {
    return await opened;
  } catch (error) {
    if (!(error instanceof Error) || !credentialErrors.has(error.name)) throw error;
    throw new UsageError(`no AWS credentials: ${error.message}; set AWS_PROFILE, or sign in`);
  }
}
