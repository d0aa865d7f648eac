import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Account, openAccount } from '../../drill/account.ts';
import { judge, leaksOf, type Violation } from '../../drill/checkers.ts';
import { isolateFromMachine } from '../../drill/isolation.ts';
import { type LedgerTruth, readLedger } from '../../drill/ledger.ts';
import { tagKeys } from '../../recovery/identity.ts';
import { type ActiveRecord, ledgerKeys } from '../../recovery/ledger.ts';
import { parsePlan } from '../../recovery/plan/parse.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { StepOutput } from '../../recovery/step.ts';
import type { RecoveryKind } from '../../recovery/terms.ts';
import type { Template } from '../../simulator/cloudformation/deploy.ts';
import type { Instance, Volume } from '../../simulator/ec2/state.ts';
import type { CallRecord, Region } from '../../simulator/simulator.ts';
import type { Execution } from '../../simulator/stepfunctions/stepfunctions.ts';
import { diffInventories, inventory } from '../../simulator/world/inventory.ts';
import { parseWorld } from '../../simulator/world/parse.ts';
import type { World } from '../../simulator/world/schema.ts';
import { packagedTemplate } from '../../stack/template.ts';

isolateFromMachine(process.env);
const root = join(import.meta.dirname, '../..');
const [planText, worldText, template] = await Promise.all([
  readFile(join(root, 'plans/shop.yaml'), 'utf8'),
  readFile(join(root, 'worlds/shop.yaml'), 'utf8'),
  packagedTemplate() as Promise<Template>,
]);

/** The shop's plan, with its text changed first where a test needs another one. */
export function shopPlan(edit: (text: string) => string = (text) => text): Plan {
  const parsed = parsePlan(edit(planText), 'plans/shop.yaml');
  if ('plan' in parsed) return parsed.plan;
  throw new Error(JSON.stringify(parsed.errors));
}

/** The shop's world, with its text changed first where a test needs another one. */
export function shopWorld(edit: (text: string) => string = (text) => text): World {
  const parsed = parseWorld(edit(worldText), 'worlds/shop.yaml');
  if ('world' in parsed) return parsed.world;
  throw new Error(JSON.stringify(parsed.errors));
}

const shop = { plan: shopPlan(), world: shopWorld() };

/** A world before anything happens in it: what a test breaks. */
export interface Stage extends Account {
  /** The recovery Region. */
  readonly region: Region;
  readonly recovery: string;
  readonly plan: Plan;
  readonly world: World;
}

export interface Strike {
  readonly kind: RecoveryKind;
  readonly seed: number;
  readonly plan?: Plan;
  readonly world?: World;
  /** Simulated seconds after which a run counts as hung. */
  readonly boundSeconds?: number;
  /** How many runs of the same recovery follow each other, as `lifeboat continue` starts them. */
  readonly runs?: number;
  /** Breaks something, or arranges for it to break. */
  readonly with?: (stage: Stage) => void;
  /** Simulated seconds that pass between two runs. */
  readonly pauseSeconds?: number;
  /** Called between two runs. */
  readonly between?: (stage: Stage, run: number) => void;
}

/** What a step's function answered, and when. */
export interface Answered {
  readonly atMs: number;
  readonly output: StepOutput;
}

/** What was left, by the simulator's truth unless it says otherwise. */
export interface Aftermath extends Stage {
  /** Of the last run. */
  readonly execution: Execution;
  readonly hung: boolean;
  readonly outcome: string;
  readonly reason: string;
  readonly unblock: string;
  readonly code: string;
  readonly ledger: LedgerTruth;
  readonly seconds: number;
  readonly violations: readonly Violation[];
  readonly leaks: readonly string[];
  /** Every instance that this recovery launched, whatever became of it. */
  readonly launched: readonly Instance[];
  /** Those of a server that still exist. */
  readonly alive: (server: string) => readonly Instance[];
  /** Every data volume that this recovery created. */
  readonly volumes: readonly Volume[];
  /** Calls of an operation that acted. */
  readonly acted: (operation: string) => readonly CallRecord[];
  readonly lock: ActiveRecord | undefined;
  readonly steps: readonly Answered[];
}

/** Runs a recovery in a world that is struck, to its end or until it counts as hung, and looks at what is left. */
export async function strike(given: Strike): Promise<Aftermath> {
  const { kind, seed, plan = shop.plan, world = shop.world, runs = 1 } = given;
  const steps: Answered[] = [];
  const opened = openAccount({
    world,
    plan,
    template,
    seed,
    onStep: (output) => {
      steps.push({ atMs: sim.clock.nowMs(), output });
    },
  });
  const { sim } = opened;
  const region = sim.region(plan.regions.recovery);
  const recovery = `${plan.plan}-${kind}-${seed}`;
  const stage: Stage = { ...opened, region, recovery, plan, world };
  const seen = watch(stage);
  const ignoring = { withoutBuckets: [opened.ledgerBucket] };
  given.with?.(stage);
  const before = inventory(sim, ignoring);
  const startMs = sim.clock.nowMs();
  let hung = false;
  let execution: Execution | undefined;
  for (let run = 1; run <= runs && !hung; run += 1) {
    if (run > 1) {
      await sim.clock.driveUntil(sim.clock.nowMs() + (given.pauseSeconds ?? 0) * 1000);
      given.between?.(stage, run);
    }
    execution = region.states.start({
      machineArn: opened.machineArns[kind],
      name: `${recovery}-r${run}`,
      input: { plan: plan.plan, recovery, run },
    });
    hung = !(await endsWithin(stage, execution, given.boundSeconds ?? 6 * 3600));
  }
  const seconds = (sim.clock.nowMs() - startMs) / 1000;
  const ledger = readLedger(opened, plan.plan, recovery);
  const outcome = ledger.evidence?.outcome ?? 'none';
  const difference = diffInventories(before, inventory(sim, ignoring));
  const judged = { sim, plan, kind, recovery, outcome, difference };
  return {
    ...stage,
    execution: execution!,
    hung,
    outcome,
    reason: ledger.evidence?.reason ?? '',
    unblock: ledger.evidence?.unblock ?? '',
    code: Object.values(ledger.steps).find((step) => step.code)?.code ?? '',
    ledger,
    seconds,
    violations: judge(judged),
    leaks: leaksOf(judged).map(({ type, id }) => `${type} ${id}`),
    launched: [...seen.instances.values()],
    alive: (server) =>
      [...seen.instances.values()].filter(
        ({ tags, state }) =>
          tags[tagKeys.item] === `servers.${server}` && state !== 'terminated' && state !== 'shutting-down',
      ),
    volumes: [...seen.volumes.values()],
    acted: (operation) =>
      sim.transcript.filter((call) => call.operation === operation && call.outcome === 'ok'),
    lock: lockOf(stage),
    steps,
  };
}

async function endsWithin({ sim }: Stage, execution: Execution, seconds: number): Promise<boolean> {
  let ended = false;
  const done = execution.done.then(
    () => {
      ended = true;
    },
    () => {
      ended = true;
    },
  );
  await sim.clock.drive(Promise.race([done, sim.clock.sleep(seconds * 1000)]));
  return ended;
}

/** Keeps what EC2 forgets after a while. */
function watch({ region, recovery }: Stage): {
  readonly instances: Map<string, Instance>;
  readonly volumes: Map<string, Volume>;
} {
  const instances = new Map<string, Instance>();
  const volumes = new Map<string, Volume>();
  const isOurs = (tags: Readonly<Record<string, string>>) => tags[tagKeys.recovery] === recovery;
  region.ec2.onInstanceState((instance) => {
    if (isOurs(instance.tags)) instances.set(instance.id, instance);
  });
  const set = region.ec2.volumes.set.bind(region.ec2.volumes);
  region.ec2.volumes.set = (id, volume) => {
    if (isOurs(volume.tags) && volume.tags[tagKeys.item]?.startsWith('volumes.')) volumes.set(id, volume);
    return set(id, volume);
  };
  return { instances, volumes };
}

export function lockOf({ sim, ledgerBucket, plan }: Stage): ActiveRecord | undefined {
  const body = sim.s3.read(ledgerBucket, ledgerKeys.active(plan.plan))?.body;
  return body && (JSON.parse(new TextDecoder().decode(body)) as ActiveRecord);
}
