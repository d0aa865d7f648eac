import { access, constants, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rehearse } from '../drill/rehearse.ts';
import type { RecoveryKind } from '../recovery/terms.ts';
import { type Evidence, summaryOf, writeEvidence } from '../report/evidence.ts';
import { exitCodeOf } from '../report/exit-code.ts';
import { htmlReport } from '../report/html.ts';
import { verdict } from '../report/verdict.ts';
import type { Template } from '../simulator/cloudformation/deploy.ts';
import { faults } from '../simulator/world/faults.ts';
import { packagedTemplate } from '../stack/template.ts';
import { loadPlan, loadWorld } from './files.ts';
import { showProgress } from './progress.ts';
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

/** Nothing is rehearsed whose result could not be written. Each level is made by itself, so that a wrong place is named. */
async function prepareOut(out: string): Promise<void> {
  try {
    await mkdir(out).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') await mkdir(out, { recursive: true });
      else if (error.code !== 'EEXIST') throw error;
    });
    await access(out, constants.W_OK | constants.X_OK);
    if (!(await stat(out)).isDirectory()) throw new Error('it is not a directory');
  } catch (error) {
    throw new UsageError(`--out ${out}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function writeResults(directory: string, evidence: Evidence): Promise<void> {
  await mkdir(directory, { recursive: true });
  await Promise.all([
    writeFile(join(directory, 'evidence.json'), writeEvidence(evidence)),
    writeFile(join(directory, 'report.html'), htmlReport(evidence)),
  ]);
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

function refuseUnknownFaults(names: readonly string[]): void {
  const unknown = names.find((name) => !Object.hasOwn(faults, name));
  if (unknown === undefined) return;
  const known = Object.entries(faults).map(([name, { says }]) => `  ${name.padEnd(20)} ${says}`);
  throw new UsageError(`there is no fault ${unknown}; the world knows\n${known.join('\n')}`);
}

function refuseForeignWorld(recoveryRegion: string, worldRegions: readonly string[]): void {
  if (worldRegions.includes(recoveryRegion)) return;
  throw new UsageError(
    `the plan recovers in ${recoveryRegion}, and the world has only ${worldRegions.join(', ')}; give --world a file that has it`,
  );
}

function repeatCommand({ plan, world, seed, faults: names, kind }: DrillOptions): string {
  const options = [
    ...(world ? [`--world ${world}`] : []),
    ...names.map((name) => `--fault ${name}`),
    ...(kind === 'drill' ? [] : [`--kind ${kind}`]),
  ];
  return ['npm run -s lifeboat -- drill', plan, `--seed ${seed}`, ...options].join(' ');
}
