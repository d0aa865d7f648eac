import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlannedOrder } from '../drill/orders.ts';
import { rehearse } from '../drill/rehearse.ts';
import type { Plan } from '../recovery/plan/plan.ts';
import type { RecoveryKind, RecoveryScope } from '../recovery/terms.ts';
import { summaryOf } from '../report/evidence.ts';
import { exitCodeOf } from '../report/exit-code.ts';
import { verdict } from '../report/verdict.ts';
import type { Template } from '../simulator/cloudformation/deploy.ts';
import { installedPlans } from '../stack/installation.ts';
import { InvalidPlans } from '../stack/plans.ts';
import { packagedTemplate } from '../stack/template.ts';
import type { DeployedOptions } from './define/deployed.ts';
import { loadPlan, loadWorld } from './files.ts';
import { orderCommand, type Reaching } from './operator-command.ts';
import { showProgress } from './progress.ts';
import { refuseForeignWorld, refuseUnknownFaults } from './refusals.ts';
import { prepareOut, writeResults } from './results.ts';
import type { Streams } from './streams.ts';
import { UsageError } from './usage-error.ts';

/** What `lifeboat drill` was asked for. */
export interface DrillOptions {
  readonly plan: string;
  readonly world?: string;
  readonly seed: number;
  readonly faults: readonly string[];
  readonly kind: RecoveryKind;
  /** Of a drill; a full one when absent. */
  readonly scope?: RecoveryScope;
  readonly template?: string;
  /** Whether what was bundled is run, in the place of this checkout's functions. */
  readonly bundles?: boolean;
  /** What people order meanwhile. */
  readonly orders: readonly PlannedOrder[];
  readonly json?: boolean;
  readonly out: string;
}

/** Rehearses a plan, shows how it goes, and writes the evidence. Returns the exit code. */
export async function drillCommand(options: DrillOptions, streams: Streams): Promise<number> {
  const plan = await loadPlan(options.plan);
  const world = await loadWorld(options.world, plan);
  if (options.kind === 'failover' && options.scope)
    throw new UsageError('--scope is for a drill: a failover has no scope');
  const other = options.orders.find(({ order }) => order.command === 'failover');
  if (other && options.kind === 'drill')
    throw new UsageError(
      `--then "${other.text}": what a failover does would be judged as the drill's: rehearse both with lifeboat event, and order the drill too`,
    );
  refuseUnknownFaults(options.faults);
  refuseForeignWorld(plan.regions.recovery, Object.keys(world.regions));
  const template = options.template
    ? await readTemplate(options.template)
    : ((await packagedTemplate()) as Template);
  await prepareOut(options.out);
  const bundles = options.bundles
    ? await (await import('./made-bundles.ts')).openMadeBundles(plan)
    : undefined;
  // With --json, standard output carries the object alone: whoever follows it reads standard error.
  const progress = showProgress(options.json ? streams.stderr : streams.stdout);
  const { evidence } = await rehearse({
    plan,
    plans: await installedWith(plan),
    world,
    kind: options.kind,
    ...(options.scope && { scope: options.scope }),
    seed: options.seed,
    faults: options.faults,
    orders: options.orders,
    template,
    ...(bundles && { bundles }),
    repeat: repeatCommand(options),
    ...(options.json ? {} : { onProgress: progress.onProgress }),
  }).finally(async () => {
    progress.close();
    await bundles?.close();
  });
  const directory = join(options.out, evidence.recovery);
  await writeResults(directory, evidence);
  if (options.json) streams.stdout.write(`${JSON.stringify(summaryOf(evidence))}\n`);
  else
    streams.stdout.write(
      `\n${verdict(evidence, { colours: streams.stdout.isTTY === true, evidenceDirectory: directory })}`,
    );
  return exitCodeOf(evidence);
}

/** The plans that are in the bundles with one: a function may look through all of them. One from elsewhere is alone. */
async function installedWith(plan: Plan): Promise<readonly Plan[]> {
  // What is wrong with another plan is no business of this one's drill.
  const installed = await installedPlans().catch((error: unknown) => {
    if (error instanceof InvalidPlans) return [];
    throw error;
  });
  return installed.some(({ hash }) => hash === plan.hash) ? installed : [plan];
}

/**
 * Starts a drill on the deployed stack, as its schedules do.
 * @throws UsageError for options that only a rehearsal in memory knows
 */
export function drillOnAws(
  options: Pick<DrillOptions, 'plan' | 'scope' | 'json'> &
    Partial<DeployedOptions> & { readonly comment?: string },
  typed: readonly string[],
  streams: Streams,
  reach: Reaching,
): Promise<number> {
  const [strange] = typed;
  if (strange === 'kind')
    throw new UsageError('--kind is for a rehearsal; on a deployed stack, lifeboat failover');
  if (strange !== undefined) throw new UsageError(`--${strange} is for a rehearsal in memory, not for --aws`);
  const { plan, scope, comment = '' } = options;
  const order = { command: 'drill', plan, comment, ...(scope && { drillScope: scope }) } as const;
  return orderCommand(order, { ...options, stage: options.stage ?? 'live' }, streams, reach);
}

async function readTemplate(file: string): Promise<Template> {
  try {
    const template = JSON.parse(await readFile(file, 'utf8')) as Template;
    if (typeof template.Resources !== 'object') throw new TypeError('it is no CloudFormation template');
    return template;
  } catch (error) {
    throw new UsageError(`--template ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function repeatCommand(options: DrillOptions): string {
  const { plan, world, seed, faults: names, kind, scope, orders, bundles } = options;
  const others = [
    ...(world ? [`--world ${world}`] : []),
    ...names.map((name) => `--fault ${name}`),
    ...orders.map(({ text }) => `--then ${JSON.stringify(text)}`),
    ...(kind === 'drill' ? [] : [`--kind ${kind}`]),
    ...(scope ? [`--scope ${scope}`] : []),
    ...(bundles ? ['--bundles'] : []),
  ];
  return ['npm run -s lifeboat -- drill', plan, `--seed ${seed}`, ...others].join(' ');
}
