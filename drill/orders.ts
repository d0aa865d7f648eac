import { type CarriedOut, carryOut, type OperatorOrder } from '../aws/operator/carry-out.ts';
import { type OperatorDeps, openOperator } from '../aws/operator/operator.ts';
import type { Ordered } from '../aws/operator/orders.ts';
import { sayRefusal } from '../recovery/answer.ts';
import type { OrderGiven } from '../report/operator.ts';
import type { Simulator } from '../simulator/simulator.ts';
import type { OnProgress } from './progress.ts';
import { callerOf, credentialsOf, type Person } from './simulate/people.ts';

/** An order that a person will give in a rehearsal. */
export interface PlannedOrder {
  readonly afterSeconds: number;
  /** As it was typed. */
  readonly text: string;
  readonly order: OperatorOrder;
  readonly by: Person;
}

/** Orders of a rehearsal: those that were given, with what became of them. */
export interface Orders {
  readonly given: readonly OrderGiven[];
  /** When the last of them is given. */
  readonly lastMs: number;
  isPending(): boolean;
}

const stage = 'live';

/**
 * Lets simulated people give their orders at their time, by the same code and the same calls as on a deployed stack: they
 * find it by its parameter, and are known by their own user id.
 */
export function giveOrders(
  sim: Simulator,
  where: { readonly region: string; readonly plans: readonly string[] },
  planned: readonly PlannedOrder[],
  onProgress?: OnProgress,
): Orders {
  const given: OrderGiven[] = [];
  const startMs = sim.clock.nowMs();
  for (const one of planned) {
    const give = async () => {
      const line = await carryOutAs(sim, where, one);
      given.push(line);
      const outcome = line.isDone ? line.says : `not now: ${line.says}; ${line.unblock}`;
      const says = `order of ${one.by}: ${one.text.replace(/^\S+\s+/, '')}: ${outcome}`;
      onProgress?.({ kind: 'note', atMs: sim.clock.nowMs(), says });
    };
    sim.clock.at(startMs + one.afterSeconds * 1000, () => {
      give().catch((error) => sim.clock.abort(error));
    });
  }
  const lastMs = Math.max(startMs, ...planned.map(({ afterSeconds }) => startMs + afterSeconds * 1000));
  return { given, lastMs, isPending: () => given.length < planned.length };
}

/** The operator's side of the stack of a Region, as a simulated person has it. */
export function openAs(sim: Simulator, person: Person, region: string): ReturnType<typeof openOperator> {
  return openOperator(depsOf(sim, person), { region, stage });
}

async function carryOutAs(
  sim: Simulator,
  { region, plans }: { readonly region: string; readonly plans: readonly string[] },
  { order, by }: PlannedOrder,
): Promise<OrderGiven> {
  const at = new Date(sim.clock.nowMs()).toISOString();
  const operator = await openAs(sim, by, region);
  const answer = operator.ok ? await carryOut(operator.value, order, plans) : operator;
  return orderGiven(order, { at, by: operator.ok ? operator.value.principal : null }, answer);
}

/** What became of an order, for whoever reads it: in a rehearsal and on a deployed stack alike. */
export function orderGiven(
  order: OperatorOrder,
  { at, by }: { readonly at: string; readonly by: string | null },
  answer: Ordered<CarriedOut>,
): OrderGiven {
  const { command } = order;
  if (answer.ok) return { at, by, command, ...answer.value, isDone: true, unblock: null };
  const named =
    'plan' in order ? order.plan : 'scope' in order && order.scope !== 'all' ? order.scope.plan : null;
  const recovery = 'recovery' in order ? order.recovery : null;
  const says = answer.kind === 'notNow' ? answer.reason : sayRefusal(answer);
  const unblock = answer.kind === 'notNow' ? answer.unblock : wayOutOf(answer);
  return { at, by, command, plan: named, recovery, run: null, isDone: false, says, unblock };
}

function wayOutOf(
  refusal: Exclude<Ordered<CarriedOut>, { readonly ok: true }> & { readonly asked: string },
): string {
  switch (refusal.kind) {
    case 'denied':
      return `have whoever gives this order allowed ${refusal.asked}`;
    case 'transient':
    case 'unknown':
    case 'conflict':
      return 'see with lifeboat status whether it was taken, and give the order again';
    case 'absent':
    case 'capacity':
    case 'unlisted':
      return 'look at the error and remove its cause';
    default:
      return 'give the order again';
  }
}

/** A person of the simulated account, with credentials of their own. */
function depsOf(sim: Simulator, person: Person): OperatorDeps {
  sim.addCaller(callerOf(person, sim.accountId));
  return {
    clock: { nowMs: () => sim.clock.nowMs(), after: (ms, fire) => sim.clock.after(ms, fire) },
    entropy: { hex: (purpose, subject, digits) => sim.draws.hex(purpose, subject, digits) },
    transport: { requestHandler: sim.connect(), credentials: credentialsOf(person) },
  };
}
