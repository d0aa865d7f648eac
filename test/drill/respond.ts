import { readFileSync } from 'node:fs';
import { type AwsEvent, stageEvents } from '../../drill/occurrences.ts';
import { type Responded, respond } from '../../drill/respond.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { Template } from '../../simulator/cloudformation/deploy.ts';
import { AwsError } from '../../simulator/errors.ts';
import type { Fault, Simulator } from '../../simulator/simulator.ts';
import { faults as worldFaults } from '../../simulator/world/faults.ts';
import { packagedTemplates } from '../../stack/template.ts';
import { shopPlan, shopWorld } from './shop.ts';

const templates = (await packagedTemplates()) as { recovery: Template; witness: Template };
const plan = shopPlan();
const world = shopWorld();
const ownFault = 'fault of a test';

/** An event of `events/`, by the name of its file. */
export function sampleEvent(name: string): AwsEvent {
  const text = readFileSync(new URL(`../../events/${name}.sample.json`, import.meta.url), 'utf8');
  return JSON.parse(text) as AwsEvent;
}

export interface ShopHappening {
  readonly events?: readonly AwsEvent[];
  /** Seconds after the start at which each event happens; its own time where absent. */
  readonly at?: readonly number[];
  readonly faults?: readonly string[];
  readonly seed?: number;
  readonly forSeconds?: number;
  readonly plan?: Plan;
  /** What a test does to the world at the start. */
  readonly sabotage?: (sim: Simulator) => void;
}

/** Lets events happen in the shop's world. */
export function happenInShop(options: ShopHappening): Promise<Responded> {
  const { events = [], at = [], faults = [], seed = 7, forSeconds, sabotage } = options;
  if (sabotage)
    Object.assign(worldFaults, { [ownFault]: { says: 'what a test does to the world', apply: sabotage } });
  return respond({
    ...stageEvents(events, at, world),
    plans: [options.plan ?? plan],
    seed,
    faults: sabotage ? [...faults, ownFault] : faults,
    templates,
    ...(forSeconds !== undefined && { forSeconds }),
  });
}

/** Nobody may start a failover; everything else works. Returns what ends it. */
export function refuseToStartFailovers(sim: Simulator): () => void {
  const error = new AwsError('AccessDeniedException', 'no', 400);
  const fault: Fault = ({ operation }, input) =>
    operation === 'StartExecution' && JSON.stringify(input).includes('-failover-')
      ? { kind: 'error', error }
      : undefined;
  sim.faults.push(fault);
  return () => {
    sim.faults.splice(sim.faults.indexOf(fault), 1);
  };
}
