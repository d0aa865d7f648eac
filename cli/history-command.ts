import { writeFile } from 'node:fs/promises';
import type { Outage, ReplayedPlan } from '../drill/history/outage.ts';
import { readOutages } from '../drill/history/read.ts';
import { type Replay, replay } from '../drill/history/replay.ts';
import { tell, tellOutage } from '../drill/history/tell.ts';
import type { History, HistoryOutage, HistoryPlan } from '../report/history.ts';
import { historyPage } from '../report/history-page.ts';
import type { Template } from '../simulator/cloudformation/deploy.ts';
import { packagedTemplates } from '../stack/template.ts';
import { loadPlan, loadWorld } from './files.ts';
import type { Streams } from './streams.ts';
import { UsageError } from './usage-error.ts';

/** What `lifeboat history` was asked for. */
export interface HistoryOptions {
  readonly outage?: string;
  readonly plans?: readonly string[];
  readonly seed: number;
  readonly page?: string;
  readonly json?: boolean;
}

/** The workload that every outage is replayed with. */
const workload = 'shop';

/** Replays outages and says what became of each plan. Returns the exit code: it tells, and judges nothing. */
export async function historyCommand(options: HistoryOptions, streams: Streams): Promise<number> {
  const { seed, page, json } = options;
  const chosen = chosenOutages(options);
  const plan = await loadPlan(workload);
  const [world, packaged] = await Promise.all([loadWorld(undefined, plan), packagedTemplates()]);
  const templates = packaged as { recovery: Template; witness: Template };
  const how: Replay = { given: { plan, world }, templates, seed };
  const outages: HistoryOutage[] = [];
  for (const { outage, plans } of chosen) {
    if (!json) streams.stdout.write(`\n${outage.outage}: ${outage.says}\n`);
    const told: HistoryPlan[] = [];
    for (const each of plans) {
      const one = tell(await replay(outage, each, how));
      told.push(one);
      if (!json) streams.stdout.write(`\n${one.plan}: ${one.says}\n  ${one.sentence}\n`);
    }
    outages.push(tellOutage(outage, told));
  }
  const history: History = { seed, outages, command: commandOf(options) };
  if (page !== undefined) await writeFile(page, historyPage(history));
  if (json) streams.stdout.write(`${JSON.stringify(history)}\n`);
  return 0;
}

interface Chosen {
  readonly outage: Outage;
  readonly plans: readonly ReplayedPlan[];
}

function chosenOutages({ outage: wanted, plans: named }: HistoryOptions): readonly Chosen[] {
  const all = readOutages();
  const outages = wanted === undefined ? all : all.filter(({ outage }) => outage === wanted);
  if (outages.length === 0)
    throw new UsageError(
      `there is no outage ${wanted}; there are ${all.map(({ outage }) => outage).join(', ')}`,
    );
  const known = new Set(outages.flatMap(({ plans }) => plans.map(({ plan }) => plan)));
  const strange = named?.find((name) => !known.has(name));
  if (strange !== undefined)
    throw new UsageError(`--plan: there is no plan ${strange}; there are ${[...known].join(', ')}`);
  return outages
    .map((outage) => ({ outage, plans: outage.plans.filter(({ plan }) => named?.includes(plan) ?? true) }))
    .filter(({ plans }) => plans.length > 0);
}

function commandOf({ outage, plans = [], seed }: HistoryOptions): string {
  const chosen = [...(outage ? [` ${outage}`] : []), ...plans.map((name) => ` --plan ${name}`)];
  return `npm run -s lifeboat -- history${chosen.join('')} --seed ${seed}`;
}
