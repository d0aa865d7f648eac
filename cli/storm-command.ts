import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { scenarios } from '../drill/scenarios/scenarios.ts';
import type { Disaster } from '../drill/storm/disaster.ts';
import { parseDisaster, printDisaster } from '../drill/storm/disaster-file.ts';
import { drawDisaster } from '../drill/storm/draw.ts';
import { type Ended, isDefect, Pool } from '../drill/storm/pool.ts';
import { failuresOf, shrink } from '../drill/storm/shrink.ts';
import { summaryOfStorm } from '../drill/storm/summary.ts';
import type { Ground, WeatherOptions } from '../drill/storm/weather.ts';
import { exitCodeOfStorm } from '../report/storm.ts';
import type { Template } from '../simulator/cloudformation/deploy.ts';
import { packagedTemplates } from '../stack/template.ts';
import { chooseWorld } from './chosen-world.ts';
import { prepareOut, writeResults } from './results.ts';
import { type StormView, showStorm } from './storm-progress.ts';
import type { Streams } from './streams.ts';
import { UsageError } from './usage-error.ts';

/** What `lifeboat storm` was asked for. */
export interface StormOptions {
  readonly seeds: readonly [first: number, last: number];
  readonly plans?: readonly string[];
  readonly world?: string;
  /** Names of scenarios. */
  readonly only?: readonly string[];
  /** A file. */
  readonly disaster?: string;
  readonly workers?: number;
  /** Whether calls of AWS go by the wire; the short way otherwise. */
  readonly wire?: boolean;
  /** Whether what matters of a failing disaster is looked for; it is where nobody says otherwise. */
  readonly shrink?: boolean;
  readonly json?: boolean;
  readonly out: string;
}

/** A storm under way. */
interface Storm {
  readonly options: StormOptions;
  readonly pool: Pool;
  readonly view: StormView;
}

/** How many failing disasters are made smaller: they mostly have causes in common. */
const shrunkMost = 3;

/** Lets many disasters happen and says what the judges found. Returns the exit code. */
export async function stormCommand(options: StormOptions, streams: Streams): Promise<number> {
  const plans = options.plans ?? ['shop'];
  const ground = await groundOf({ ...options, plans });
  const disasters = await disastersOf(options, ground);
  await prepareOut(options.out);
  const view = showStorm(options.json ? streams.stderr : streams.stdout, disasters.length);
  const size = Math.min(options.workers ?? availableParallelism(), disasters.length);
  const storm: Storm = { options, pool: new Pool(ground, size), view };
  try {
    const ended = await letHappen(storm, disasters);
    const summary = summaryOfStorm(ended, commandOf(options));
    view.close();
    if (options.json) streams.stdout.write(`${JSON.stringify(summary)}\n`);
    else view.say(`\n${inWords(summary, disasters.length)}`);
    return ended.length < disasters.length ? interrupted : exitCodeOfStorm(summary);
  } finally {
    await storm.pool.close();
  }
}

/** What shells give a command that was interrupted. */
const interrupted = 130;

async function groundOf(options: StormOptions): Promise<Ground> {
  const [chosen, templates] = await Promise.all([chooseWorld(options), packagedTemplates()]);
  return { ...chosen, templates: templates as { recovery: Template; witness: Template } };
}

async function disastersOf(options: StormOptions, { plans }: Ground): Promise<readonly Disaster[]> {
  const { only, disaster, seeds } = options;
  if (disaster !== undefined) return [await readDisaster(disaster)];
  const unknown = only?.find((name) => !Object.hasOwn(scenarios, name));
  if (unknown !== undefined) {
    const known = Object.entries(scenarios).map(([name, { says }]) => `  ${name.padEnd(22)} ${says}`);
    throw new UsageError(`--only: there is no scenario ${unknown}; there are\n${known.join('\n')}`);
  }
  const [first, last] = seeds;
  return Array.from({ length: last - first + 1 }, (_, place) => {
    const drawn = drawDisaster(
      first + place,
      plans.map(({ plan }) => plan),
    );
    return only
      ? { ...drawn, mishaps: drawn.mishaps.filter(({ scenario }) => only.includes(scenario)) }
      : drawn;
  });
}

async function readDisaster(file: string): Promise<Disaster> {
  try {
    return parseDisaster(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`--disaster ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Until every disaster has happened, or somebody interrupts: then what was done counts. */
async function letHappen(storm: Storm, disasters: readonly Disaster[]): Promise<readonly Ended[]> {
  const { pool, view, options } = storm;
  const ended: Ended[] = [];
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = () => resolve();
  });
  process.once('SIGINT', stop);
  // What a person wants to see of a single disaster costs time in a thousand of them.
  const watched = disasters.length === 1 ? { isWatched: true, repeat: commandOf(options) } : {};
  const weatherOptions = { ...watched, ...wayOf(options) };
  const all = disasters.map(async (disaster) => {
    const one = await pool.weather(disaster, weatherOptions);
    ended.push(one);
    view.ended(one, failuresOf(one), repeatOf(options, disaster));
    if (disasters.length === 1) await writeOne(options, one);
  });
  try {
    await Promise.race([Promise.all(all), stopped]);
    const failed = options.shrink === false ? [] : ended.filter((one) => failuresOf(one).length > 0);
    failed.sort((a, b) => a.disaster.seed - b.disaster.seed);
    await Promise.race([makeSmaller(storm, failed.slice(0, shrunkMost)), stopped]);
  } finally {
    process.off('SIGINT', stop);
  }
  return [...ended];
}

function wayOf({ wire = false }: StormOptions): WeatherOptions {
  return { isByWire: wire };
}

/** Finds what of a failing disaster matters, and writes that where it can be given back from. */
async function makeSmaller({ pool, view, options }: Storm, failed: readonly Ended[]): Promise<void> {
  for (const one of failed) {
    const [failure = ''] = failuresOf(one);
    const smaller = await shrink(one.disaster, failure, (disaster) => pool.weather(disaster, wayOf(options)));
    const file = join(options.out, `disaster-${smaller.seed}.json`);
    await writeFile(file, printDisaster(smaller));
    view.shrunk(smaller, failure, `${stormOf(options)} --disaster ${file}`);
  }
}

async function writeOne({ out }: StormOptions, ended: Ended): Promise<void> {
  if (isDefect(ended)) return;
  for (const evidence of ended.evidence) await writeResults(join(out, evidence.recovery), evidence);
}

/** The command that brings about one disaster of a storm again. */
function repeatOf(options: StormOptions, { seed }: Disaster): string {
  if (options.disaster !== undefined) return commandOf(options);
  return commandOf({ ...options, seeds: [seed, seed] });
}

function commandOf(options: StormOptions): string {
  const { seeds, only, disaster } = options;
  const [first, last] = seeds;
  if (disaster !== undefined) return `${stormOf(options)} --disaster ${disaster}`;
  const range = first === last ? String(first) : `${first}..${last}`;
  return `${stormOf(options)} --seeds ${range}${only ? ` --only ${only.join(',')}` : ''}`;
}

function stormOf({ plans = [], world, wire }: StormOptions): string {
  const chosen = [
    ...plans.map((name) => ` --plan ${name}`),
    ...(world ? [` --world ${world}`] : []),
    ...(wire ? [' --wire'] : []),
  ];
  return `npm run -s lifeboat -- storm${chosen.join('')}`;
}

function inWords(
  { seeds, outcomes, violations, unended }: ReturnType<typeof summaryOfStorm>,
  wanted: number,
): string {
  const counts = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  const all = wanted === 1 ? '1 disaster' : `${wanted} disasters`;
  const done = seeds === wanted ? all : `${seeds} of ${all}, then interrupted`;
  const found = [
    violations.length === 0 ? 'no violation' : `${violations.length} violations`,
    unended.length === 0 ? 'everything came to an end' : `${unended.length} did not come to an end`,
  ];
  return `${done}: ${counts.join(', ') || 'nothing was recovered'}\n${found.join(', ')}\n`;
}
