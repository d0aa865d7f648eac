import type { Plan } from '../../recovery/plan/plan.ts';
import type { Evidence } from '../../report/evidence.ts';
import type { OrderGiven } from '../../report/operator.ts';
import { inventory } from '../../simulator/world/inventory.ts';
import type { World } from '../../simulator/world/schema.ts';
import { type LiveTraffic, watchLiveTraffic } from '../../simulator/world/traffic.ts';
import type { Span } from '../checkers/scene.ts';
import type { Violation } from '../checkers.ts';
import { type Installation, openInstallation } from '../installation.ts';
import { isolateFromMachine } from '../isolation.ts';
import { giveOrders } from '../orders.ts';
import { rememberProbes } from '../past.ts';
import { reportOf, type Scene } from '../respond.ts';
import type { End, Stage } from '../scenarios/scenario.ts';
import { scenarioNamed } from '../scenarios/scenarios.ts';
import { calm, isRunning } from './calm.ts';
import { calmAtSeconds, type Disaster, lastBeginsSeconds, type Mishap } from './disaster.ts';
import { judgeStorm, strikesLifeboat } from './judge.ts';
import { worldFor } from './practice.ts';
import { varied } from './settings.ts';

/** Where storms happen: plans that are installed in a world. */
export interface Ground extends Installation {
  readonly world: World;
}

/** What became of a world in a disaster. */
export interface Weathered {
  readonly disaster: Disaster;
  /** How each recovery ended, in the order of their starts; empty where nothing was recovered. */
  readonly outcomes: readonly string[];
  readonly violations: readonly Pick<Violation, 'checker' | 'message'>[];
  /** What had not come to an end within its bound after everything was calm, as sentences. */
  readonly unended: readonly string[];
  /** Simulated. */
  readonly seconds: number;
  readonly calls: number;
  /** Of each failover that was begun. */
  readonly evidence: readonly Evidence[];
  /** What people ordered in the middle of it and in the calm, and what became of that. */
  readonly orders: readonly OrderGiven[];
}

export interface WeatherOptions {
  /** Whether its users are watched as well, for the evidence: it costs time. */
  readonly isWatched?: boolean;
  readonly repeat?: string;
  /** Whether calls of AWS go by the wire, which is the way of rehearsals; the short one costs less than half. */
  readonly isByWire?: boolean;
}

/**
 * Lets a disaster happen to a world in which Lifeboat is installed: first everything that it consists of, then calm, in
 * which all that was begun has to come to an end, by itself or by people who do what they are told; then it is judged.
 * @throws whatever defect the simulation met
 */
export async function weather(
  disaster: Disaster,
  ground: Ground,
  options: WeatherOptions = {},
): Promise<Weathered> {
  isolateFromMachine(process.env);
  const scene = open(disaster, ground, options);
  const { account, recoveryRegion, startMs } = scene;
  const { clock } = account.sim;
  const stage = stageOf(scene);
  const hit: Hit = { silenced: [], struck: [] };
  const lift = letHappen(disaster, stage, hit);
  await untilCalm(disaster, scene);
  lift();
  const plans = scene.plans.map(({ plan }) => plan);
  const { unended, orders, givenUp } = await calm(account, recoveryRegion, plans);
  scene.traffic.stop();
  const report = reportOf(scene);
  const judged = judgeStorm(disaster, scene, { orders, givenUp, excused: stage.excused, ...hit });
  return {
    disaster,
    outcomes: judged.outcomes,
    violations: judged.violations,
    unended,
    seconds: Math.round((clock.nowMs() - startMs) / 1000),
    calls: account.sim.transcript.length,
    evidence: report.recoveries,
    orders: [...scene.given.given, ...orders],
  };
}

/** Nothing new is to be expected of a disaster in which everything has begun and nothing has run for so long. */
const idleSeconds = 360;
const lookEverySeconds = 30;

/** Until all of it is over, or until it has begun and nothing comes of it any more: what still lasts then lasts for nothing. */
async function untilCalm(disaster: Disaster, { account, recoveryRegion, startMs }: Scene): Promise<void> {
  const { clock } = account.sim;
  const calmMs = startMs + calmAtSeconds(disaster) * 1000;
  let activeAtMs = startMs + lastBeginsSeconds(disaster) * 1000;
  while (clock.nowMs() < calmMs && clock.nowMs() - activeAtMs < idleSeconds * 1000) {
    await clock.driveUntil(Math.min(calmMs, clock.nowMs() + lookEverySeconds * 1000));
    if (isRunning(account, recoveryRegion)) activeAtMs = Math.max(activeAtMs, clock.nowMs());
  }
}

function open(disaster: Disaster, ground: Ground, options: WeatherOptions): Scene {
  const { isWatched, repeat, isByWire = false } = options;
  const { seed, setting, orders } = disaster;
  const { templates } = ground;
  const { plans, world: variedWorld } = varied(setting, ground);
  const [first] = plans;
  if (!first) throw new TypeError('a storm needs a plan');
  const world = worldFor(disaster, variedWorld, first);
  const account = openInstallation({ plans, templates }, { world, seed, isShort: !isByWire });
  const { sim } = account;
  const region = first.regions.recovery;
  rememberProbes(sim, plans);
  const before = inventory(sim, { withoutBuckets: [account.ledgerBucket] });
  account.startSchedules();
  const planned = orders.map(({ atSeconds, by, order }) => ({
    afterSeconds: atSeconds,
    by,
    order,
    text: order.command,
  }));
  return {
    plans,
    templates,
    world,
    seed,
    faults: [...new Set(disaster.mishaps.map(({ scenario }) => scenario))],
    occurrences: [],
    account,
    recoveryRegion: region,
    startMs: sim.clock.nowMs(),
    traffic: isWatched ? watchLiveTraffic(sim, { from: region }) : nobody,
    before,
    given: giveOrders(sim, { region, plans: plans.map(({ plan }: Plan) => plan) }, planned),
    ...(repeat !== undefined && { repeat }),
  };
}

const nobody: LiveTraffic = {
  answeredAtMs: undefined,
  firstAnsweredAtMs: undefined,
  target: undefined,
  stop: () => {},
};

function stageOf({ account, world, plans, recoveryRegion }: Scene): Stage {
  const { sim } = account;
  const primary = sim.region(plans[0]?.regions.primary ?? world.application.runsIn);
  return { sim, world, plans, account, primary, recovery: sim.region(recoveryRegion), excused: [] };
}

/** Lets each mishap begin and end at its time. Returns what ends those that have not ended. */
function letHappen({ mishaps }: Disaster, stage: Stage, hit: Hit): End {
  const ends = mishaps.map((mishap) => letOne(mishap, stage, hit));
  return () => {
    for (const end of ends) end();
  };
}

function letOne(mishap: Mishap, stage: Stage, hit: Hit): End {
  const { scenario, atSeconds, forSeconds: seconds, strength } = mishap;
  const { clock } = stage.sim;
  let end: End | undefined;
  let isOver = false;
  let fromMs = Number.POSITIVE_INFINITY;
  const finish = () => {
    if (isOver) return;
    isOver = true;
    end?.();
    if (end) note(mishap, { fromMs, toMs: clock.nowMs() }, hit);
  };
  clock.after(atSeconds * 1000, () => {
    if (isOver) return;
    fromMs = clock.nowMs();
    end = scenarioNamed(scenario).begin(stage, { strength, seconds });
    clock.after(seconds * 1000, finish);
  });
  return finish;
}

/** When Lifeboat itself was struck: for the judges, who ask it to be in time. */
interface Hit {
  readonly silenced: Span[];
  readonly struck: Span[];
}

function note({ scenario, strength }: Mishap, span: Span, { silenced, struck }: Hit): void {
  const { silencesLifeboat } = scenarioNamed(scenario);
  const isSilenced =
    silencesLifeboat === true || (silencesLifeboat && strength >= silencesLifeboat.fromStrength);
  if (isSilenced) silenced.push(span);
  else if (strikesLifeboat(scenario)) struck.push(span);
}
