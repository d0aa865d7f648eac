import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rehearse } from '../drill/rehearse.ts';
import type { RecoveryKind } from '../recovery/terms.ts';
import { summaryOf } from '../report/evidence.ts';
import { exitCodeOf } from '../report/exit-code.ts';
import { verdict } from '../report/verdict.ts';
import type { Template } from '../simulator/cloudformation/deploy.ts';
import { packagedTemplate } from '../stack/template.ts';
import { loadPlan, loadWorld } from './files.ts';
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
  readonly template?: string;
  readonly json?: boolean;
  readonly out: string;
}

/** Rehearses a plan, shows how it goes, and writes the evidence. Returns the exit code. */
export async function drillCommand(options: DrillOptions, streams: Streams): Promise<number> {
  const plan = await loadPlan(options.plan);
  const world = await loadWorld(options.world, plan);
  refuseUnknownFaults(options.faults);
  refuseForeignWorld(plan.regions.recovery, Object.keys(world.regions));
  const template = options.template
    ? await readTemplate(options.template)
    : ((await packagedTemplate()) as Template);
  await prepareOut(options.out);
  // With --json, standard output carries the object alone: whoever follows it reads standard error.
  const progress = showProgress(options.json ? streams.stderr : streams.stdout);
  const { evidence } = await rehearse({
    plan,
    world,
    kind: options.kind,
    seed: options.seed,
    faults: options.faults,
    template,
    repeat: repeatCommand(options),
    ...(options.json ? {} : { onProgress: progress.onProgress }),
  }).finally(progress.close);
  const directory = join(options.out, evidence.recovery);
  await writeResults(directory, evidence);
  if (options.json) streams.stdout.write(`${JSON.stringify(summaryOf(evidence))}\n`);
  else
    streams.stdout.write(
      `\n${verdict(evidence, { colours: streams.stdout.isTTY === true, evidenceDirectory: directory })}`,
    );
  return exitCodeOf(evidence);
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

function repeatCommand({ plan, world, seed, faults: names, kind }: DrillOptions): string {
  const options = [
    ...(world ? [`--world ${world}`] : []),
    ...names.map((name) => `--fault ${name}`),
    ...(kind === 'drill' ? [] : [`--kind ${kind}`]),
  ];
  return ['npm run -s lifeboat -- drill', plan, `--seed ${seed}`, ...options].join(' ');
}
