import { latest, type OperatorOrder } from '../../aws/operator/carry-out.ts';
import type { Verdict } from '../../recovery/deciding/observation.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { RunEvidence } from '../../recovery/steps/evidence.ts';
import type { Evidence } from '../../report/evidence.ts';
import type { OrderGiven } from '../../report/operator.ts';
import { inventory } from '../../simulator/world/inventory.ts';
import { worldOf } from '../../simulator/world/placed.ts';
import { type LiveTraffic, watchLiveTraffic } from '../../simulator/world/traffic.ts';
import type { Account } from '../account.ts';
import { readVerdicts } from '../decisions.ts';
import { type Installation, openInstallation } from '../installation.ts';
import { isolateFromMachine } from '../isolation.ts';
import { giveOrders, type PlannedOrder } from '../orders.ts';
import { rememberProbes } from '../past.ts';
import { reportOf, type Scene } from '../respond.ts';
import { leftAlone } from './alone.ts';
import { letHappen } from './effects.ts';
import type { Outage, ReplayedPlan } from './outage.ts';
import type { Ground } from './relocate.ts';
import { type Users, watchUsers } from './users.ts';
import { groundOf } from './vary.ts';

/** What became of one plan in an outage of the past. */
export interface Replayed {
  readonly outage: Outage;
  readonly replayed: ReplayedPlan;
  readonly plan: Plan;
  /** Every verdict, also that nothing is wrong, the oldest first. */
  readonly verdicts: readonly Verdict[];
  /** The recovery that was begun, by itself or by a person. */
  readonly evidence: Evidence | undefined;
  /** How the runs of that recovery before its last one ended, as sentences. */
  readonly earlierRuns: readonly string[];
  /** How long the old database and the promoted one could both be written. */
  readonly bothWritableSeconds: number;
  readonly users: Users;
  /** What people ordered, and what became of it. */
  readonly orders: readonly OrderGiven[];
  /** How long its users would have had no answer until the end of the outage, had nobody done anything. */
  readonly aloneSeconds: number;
  readonly beganMs: number;
  readonly endedMs: number;
}

/** What is replayed, in which account. */
export interface Replay {
  readonly given: Ground;
  readonly templates: Installation['templates'];
  readonly seed: number;
}

const lookEveryMs = 10_000;
/** What is to be seen of a recovery that has ended is seen within this time. */
const settleMs = 120_000;

/** Replays an outage for one plan, with the whole stack installed and awake. */
export async function replay(outage: Outage, replayed: ReplayedPlan, how: Replay): Promise<Replayed> {
  isolateFromMachine(process.env);
  const { seed, templates } = how;
  const { plan, world } = groundOf(outage, replayed, how.given);
  const zones = { ...outage.zones, ...replayed.zones };
  const account = openInstallation({ plans: [plan], templates }, { world, seed });
  const { sim } = account;
  rememberProbes(sim, [plan]);
  const before = inventory(sim, { withoutBuckets: [account.ledgerBucket] });
  const traffic = new LateTraffic(account, plan);
  const users = watchUsers(sim);
  account.startSchedules();
  letHappen(sim, outage, zones);
  const where = { region: plan.regions.recovery, plans: [plan.plan] };
  const beganMs = sim.clock.nowMs();
  const given = giveOrders(sim, where, ordersOf(replayed, plan, beganMs));
  const scene: Scene = {
    plans: [plan],
    templates,
    world,
    seed,
    faults: [],
    occurrences: [],
    account,
    recoveryRegion: plan.regions.recovery,
    startMs: beganMs,
    traffic,
    before,
    given,
  };
  await untilTold(scene, traffic, beganMs + replayed.for * 1000);
  traffic.stop();
  const evidence = reportOf(scene).recoveries.at(-1);
  const isQuiet = evidence === undefined && users.unservedSeconds === 0;
  return {
    outage,
    replayed,
    plan,
    verdicts: readVerdicts(account, plan.plan),
    evidence,
    earlierRuns: evidence ? earlierRuns(account, plan.plan, evidence.recovery) : [],
    bothWritableSeconds: bothWritable(account),
    users: { ...users },
    orders: given.given,
    aloneSeconds: isQuiet ? 0 : await leftAlone(outage, zones, world, seed),
    beganMs,
    endedMs: sim.clock.nowMs(),
  };
}

/** Each run writes how it ended over what the one before it had written. */
function earlierRuns({ sim, ledgerBucket }: Account, plan: string, recovery: string): readonly string[] {
  const ends = sim.s3
    .versions(ledgerBucket, ledgerKeys.evidence(plan, recovery))
    .map(({ body }) => JSON.parse(new TextDecoder().decode(body)) as RunEvidence);
  return ends.slice(0, -1).map(({ outcome, reason }) => `${outcome}${reason ? `: ${reason}` : ''}`);
}

function bothWritable({ sim }: Account): number {
  const { splits } = worldOf(sim).splits;
  return splits.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs) / 1000, 0);
}

/** Until a recovery has ended and its users were answered, or the time is over. */
async function untilTold({ account, given }: Scene, traffic: LateTraffic, endMs: number): Promise<void> {
  const { clock } = account.sim;
  while (clock.nowMs() < endMs) {
    await clock.driveUntil(Math.min(endMs, clock.nowMs() + lookEveryMs));
    const run = traffic.look();
    if (!run || run.status === 'RUNNING' || given.isPending()) continue;
    const idleMs = clock.nowMs() - (run.stoppedAtMs ?? clock.nowMs());
    if (traffic.answeredAtMs !== undefined && idleMs >= settleMs) return;
  }
}

/** Users are asked where they are led only once a recovery has begun: before, nobody is in its Region. */
class LateTraffic implements LiveTraffic {
  readonly #account: Account;
  readonly #plan: Plan;
  #watched: LiveTraffic | undefined;

  constructor(account: Account, plan: Plan) {
    this.#account = account;
    this.#plan = plan;
  }

  /** The newest run of a failover, if one has begun; from then on users are watched. */
  look() {
    const { sim, machineArns } = this.#account;
    const { recovery } = this.#plan.regions;
    const runs = sim.region(recovery).states.executions;
    const run = runs.findLast(({ machine }) => machine.arn === machineArns.failover);
    if (run) this.#watched ??= watchLiveTraffic(sim, { from: recovery, forSeconds: longestSeconds });
    return run;
  }

  get answeredAtMs() {
    return this.#watched?.answeredAtMs;
  }

  get firstAnsweredAtMs() {
    return this.#watched?.firstAnsweredAtMs;
  }

  get target() {
    return this.#watched?.target;
  }

  stop() {
    this.#watched?.stop();
  }
}

const longestSeconds = 24 * 3600;

function ordersOf({ orders }: ReplayedPlan, { plan }: Plan, beganMs: number): readonly PlannedOrder[] {
  return orders.map((given) => ({
    afterSeconds: (given.at - beganMs) / 1000,
    by: given.by,
    order: orderOf(given, plan),
    text: given.order,
  }));
}

function orderOf({ order, comment }: ReplayedPlan['orders'][number], plan: string): OperatorOrder {
  switch (order) {
    case 'failover':
      return { command: order, plan, comment };
    case 'approve':
      return { command: order, recovery: latest, overrides: [], comment };
    case 'continue':
      return { command: order, recovery: latest, acceptsChangedPlan: false, comment };
    default:
      throw new TypeError(`there is no order ${order satisfies never}`);
  }
}
