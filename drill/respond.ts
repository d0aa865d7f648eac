import type { Plan } from '../recovery/plan/plan.ts';
import type { Decision, Evidence } from '../report/evidence.ts';
import type { OrderGiven } from '../report/operator.ts';
import type { Simulator } from '../simulator/simulator.ts';
import type { Execution } from '../simulator/stepfunctions/stepfunctions.ts';
import { diffInventories, type InventoryItem, inventory } from '../simulator/world/inventory.ts';
import type { World } from '../simulator/world/schema.ts';
import { type LiveTraffic, watchLiveTraffic } from '../simulator/world/traffic.ts';
import type { Account } from './account.ts';
import { type Judged, judge, judgeRecord } from './checkers.ts';
import { readDecisions, readIncident, unrecorded } from './decisions.ts';
import { evidenceOf, withObjections } from './evidence.ts';
import { type Installation, openInstallation } from './installation.ts';
import { isolateFromMachine } from './isolation.ts';
import { readLedger } from './ledger.ts';
import type { Occurrence } from './occurrences.ts';
import { giveOrders, type Orders, type PlannedOrder } from './orders.ts';
import { rememberProbes } from './past.ts';
import type { OnProgress } from './progress.ts';
import { faultNamed } from './rehearse.ts';
import { truthOf } from './truth/truth.ts';

/** What happens to an account in which Lifeboat is installed and awake. */
export interface Happening extends Installation {
  readonly world: World;
  readonly seed: number;
  /** Names of faults, from the start. */
  readonly faults: readonly string[];
  readonly occurrences: readonly Occurrence[];
  /** How much simulated time passes; until nothing more happens when absent. */
  readonly forSeconds?: number;
  /** What people order meanwhile. */
  readonly orders?: readonly PlannedOrder[];
  readonly onProgress?: OnProgress;
  /** The command that brings about the same run, for the evidence. */
  readonly repeat?: string;
}

/** What Lifeboat made of it. */
export interface Responded {
  /** As the ledger has them, the oldest first. */
  readonly decisions: readonly Decision[];
  /** Each recovery that was started, in the order of their starts. */
  readonly recoveries: readonly Evidence[];
  /** Why a decision may not have been recorded, as sentences; empty when everything that woke Lifeboat was dealt with. */
  readonly unrecorded: readonly string[];
  /** What people ordered, and what became of it. */
  readonly orders: readonly OrderGiven[];
  readonly account: Account;
}

/** Nothing more happens when nothing has happened for this long. */
const quietMs = 600_000;
/** And this long after the last event it is enough, unless somebody asked for longer. */
const mostMs = 2 * 3_600_000;
/** How long after a recovery its users are waited for. */
const usersMs = 1_800_000;
const lookEveryMs = 5_000;

/** A response under way, or one that has ended. */
export interface Scene extends Happening {
  readonly account: Account;
  readonly recoveryRegion: string;
  readonly startMs: number;
  readonly traffic: LiveTraffic;
  readonly before: readonly InventoryItem[];
  readonly given: Orders;
}

/**
 * Lets events happen in a world where the stack is deployed and its schedules run, and tells what was decided and what
 * followed from it.
 */
export async function respond(happening: Happening): Promise<Responded> {
  isolateFromMachine(process.env);
  const { plans, world, seed, occurrences, onProgress } = happening;
  const [first] = plans;
  if (!first) throw new TypeError('a response needs a plan');
  const { recovery: recoveryRegion } = first.regions;
  const account = openInstallation(happening, {
    world,
    seed,
    onStep: (output) => onProgress?.({ kind: 'step', atMs: account.sim.clock.nowMs(), output }),
  });
  const { sim } = account;
  const startMs = sim.clock.nowMs();
  rememberProbes(sim, plans);
  for (const name of happening.faults) faultNamed(name).apply(sim, world);
  const before = inventory(sim, { withoutBuckets: [account.ledgerBucket] });
  const names = plans.map(({ plan }) => plan).join(', ');
  const says = `${occurrences.length === 1 ? '1 event' : `${occurrences.length} events`} for ${names}, seed ${seed}`;
  onProgress?.({ kind: 'began', recovery: names, atMs: startMs, says });
  const traffic = watchLiveTraffic(sim, { from: recoveryRegion });
  account.startSchedules();
  for (const occurrence of occurrences) putLater(sim, occurrence, onProgress);
  const where = { region: recoveryRegion, plans: plans.map(({ plan }) => plan) };
  const given = giveOrders(sim, where, happening.orders ?? [], onProgress);
  const scene: Scene = { ...happening, account, recoveryRegion, startMs, traffic, before, given };
  await untilOver(scene);
  traffic.stop();
  return reportOf(scene);
}

function putLater(sim: Simulator, { event, atMs }: Occurrence, onProgress: OnProgress | undefined): void {
  sim.clock.at(atMs, () => {
    sim.region(event.region).events.inject(event);
    const says = `${event['detail-type']} of ${event.source} on the bus of ${event.region}`;
    onProgress?.({ kind: 'note', atMs: sim.clock.nowMs(), says });
  });
}

async function untilOver(scene: Scene): Promise<void> {
  const { account, startMs, forSeconds, onProgress } = scene;
  const { clock } = account.sim;
  const lastMs = Math.max(scene.given.lastMs, ...scene.occurrences.map(({ atMs }) => atMs));
  const endMs = forSeconds === undefined ? lastMs + mostMs : startMs + forSeconds * 1000;
  while (clock.nowMs() < endMs) {
    await clock.driveUntil(Math.min(endMs, clock.nowMs() + lookEveryMs));
    if (forSeconds === undefined && isOver(scene)) break;
  }
  onProgress?.({ kind: 'ended', atMs: clock.nowMs(), says: 'nothing more happens' });
}

/** Whether no recovery runs, users have been given time to follow, and nothing has happened for a while. */
function isOver(scene: Scene): boolean {
  const { account, startMs, occurrences, traffic, given } = scene;
  if (given.isPending()) return false;
  const nowMs = account.sim.clock.nowMs();
  const started = failovers(scene);
  if (started.some(({ status }) => status === 'RUNNING')) return false;
  const ends = started.map(({ stoppedAtMs }) => stoppedAtMs ?? nowMs);
  if (traffic.answeredAtMs === undefined && ends.some((endedMs) => nowMs - endedMs < usersMs)) return false;
  const decided = decisionsOf(scene).map(({ at }) => Date.parse(at));
  const lastMs = Math.max(startMs, given.lastMs, ...ends, ...decided, ...occurrences.map(({ atMs }) => atMs));
  return nowMs - lastMs >= quietMs;
}

function failovers({ account, recoveryRegion }: Scene): readonly Execution[] {
  const { failover } = account.machineArns;
  return account.sim
    .region(recoveryRegion)
    .states.executions.filter(({ machine }) => machine.arn === failover);
}

function decisionsOf({ account, plans }: Scene): readonly Decision[] {
  const decisions = plans.flatMap(({ plan }) => readDecisions(account, plan));
  return decisions.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/** What was decided in a scene, what followed from it, and what the judges say of that. */
export function reportOf(scene: Scene): Responded {
  const { account, plans } = scene;
  const runs = Map.groupBy(failovers(scene), ({ input }) => {
    const { plan, recovery } = JSON.parse(input) as { readonly plan: string; readonly recovery: string };
    return `${plan} ${recovery}`;
  });
  const recoveries = [...runs].map(([key, executions], place) => {
    const [name = '', recovery = ''] = key.split(' ');
    const plan = plans.find((each) => each.plan === name);
    if (!plan)
      throw new TypeError(`${recovery} was started for ${name}, which is no plan of the installation`);
    const later = [...runs.keys()].slice(place + 1).filter((other) => other.startsWith(`${name} `));
    const next = later.find((other) => hasBegun(scene, name, other.slice(name.length + 1)));
    return recoveryOf(scene, plan, recovery, executions, runs.get(next ?? '')?.[0]?.startedAtMs);
  });
  const decisions = decisionsOf(scene);
  const missing = unrecorded(account, scene.recoveryRegion, decisions);
  return { decisions, recoveries, unrecorded: missing, orders: scene.given.given, account };
}

/** Whether a recovery took the plan's lock: one that another one kept from it has changed nothing. */
function hasBegun({ account }: Scene, plan: string, recovery: string): boolean {
  return readLedger(account, plan, recovery).steps.open?.status === 'done';
}

/** The evidence of a recovery, built as for a rehearsal, counted from the onset of its incident. */
function recoveryOf(
  scene: Scene,
  plan: Plan,
  recovery: string,
  runs: readonly Execution[],
  nextMs: number | undefined,
): Evidence {
  const { account, world, before, traffic, seed, faults, repeat } = scene;
  const { sim, ledgerBucket } = account;
  const [first, last] = [runs[0]!, runs.at(-1)!];
  const ledger = readLedger(account, plan.plan, recovery);
  const difference = diffInventories(before, inventory(sim, { withoutBuckets: [ledgerBucket] }));
  const outcome = ledger.evidence?.outcome ?? 'failed';
  const isWatched = plan.traffic.some((item) => liveNameOf(item) === world.application.liveName);
  const judged: Judged = { sim, plan, kind: 'failover', recovery, outcome, difference };
  const evidence = evidenceOf({
    rehearsal: { plan, kind: 'failover', seed, faults, ...(repeat !== undefined && { repeat }) },
    sim,
    recovery,
    startMs: first.startedAtMs,
    endMs: last.stoppedAtMs ?? sim.clock.nowMs(),
    nextMs,
    incident: readIncident(account, plan.plan, recovery),
    decisions: readDecisions(account, plan.plan).map(({ plan: _, ...decision }) => decision),
    execution: last,
    apiCalls: truthOf(sim).callsOf(recovery),
    traffic: isWatched ? traffic : undefined,
    ledger,
    violations: judge(judged),
    leaks: [],
  });
  return withObjections(evidence, judgeRecord(judged, evidence));
}

function liveNameOf(item: Plan['traffic'][number]): string {
  return item.via === 'record' ? item.record.name : item.name;
}
