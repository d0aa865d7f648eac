import { join } from 'node:path';
import { type AwsEvent, type Staged, stageEvents } from '../drill/occurrences.ts';
import type { PlannedOrder } from '../drill/orders.ts';
import { type Responded, respond } from '../drill/respond.ts';
import { formatDuration } from '../recovery/plan/durations.ts';
import { type Decision, responseOf } from '../report/evidence.ts';
import { exitCodeOf } from '../report/exit-code.ts';
import { verdict } from '../report/verdict.ts';
import { sayInstant } from '../report/wording.ts';
import type { Template } from '../simulator/cloudformation/deploy.ts';
import type { World } from '../simulator/world/schema.ts';
import { packagedTemplates } from '../stack/template.ts';
import { chooseWorld } from './chosen-world.ts';
import { readEvents } from './event-files.ts';
import { sayOrder } from './order-text.ts';
import { lines } from './progress.ts';
import { refuseUnknownFaults } from './refusals.ts';
import { prepareOut, writeResults } from './results.ts';
import type { Streams } from './streams.ts';
import { UsageError } from './usage-error.ts';

/** What `lifeboat event` was asked for. */
export interface EventOptions {
  readonly files: readonly string[];
  readonly world?: string;
  readonly plans?: readonly string[];
  readonly faults: readonly string[];
  /** Seconds after the start at which the events happen, by their place; their own time where it is absent. */
  readonly at: readonly number[];
  /** What people order meanwhile. */
  readonly orders: readonly PlannedOrder[];
  readonly forSeconds?: number;
  readonly seed: number;
  readonly json?: boolean;
  readonly out: string;
}

/** Without `--for`, no event is waited for longer than this. */
const usualSeconds = 86_400;

/** Puts events on the simulated buses, shows what is decided and what follows. Returns the exit code. */
export async function eventCommand(options: EventOptions, streams: Streams): Promise<number> {
  const events = await readEvents(options.files);
  refuseUnknownFaults(options.faults);
  const { plans, world } = await chooseWorld(options);
  refuseStrangeRegions(events, world);
  const staged = stage(events, options, world);
  const templates = (await packagedTemplates()) as { recovery: Template; witness: Template };
  await prepareOut(options.out);
  const { forSeconds } = options;
  const responded = await respond({
    ...staged,
    plans,
    templates,
    seed: options.seed,
    faults: options.faults,
    orders: options.orders,
    repeat: repeatCommand(options),
    ...(forSeconds !== undefined && { forSeconds }),
    ...(options.json ? {} : { onProgress: lines(streams.stdout).onProgress }),
  });
  for (const evidence of responded.recoveries)
    await writeResults(join(options.out, evidence.recovery), evidence);
  for (const sentence of responded.unrecorded) streams.stderr.write(`${sentence}\n`);
  streams.stdout.write(
    options.json
      ? `${JSON.stringify(responseOf(responded.decisions, responded.recoveries, responded.orders))}\n`
      : inWords(responded, options.out, streams.stdout.isTTY === true),
  );
  return Math.max(responded.unrecorded.length > 0 ? 3 : 0, ...responded.recoveries.map(exitCodeOf));
}

function refuseStrangeRegions(events: readonly AwsEvent[], world: World): void {
  const strange = events.find(({ region }) => !Object.hasOwn(world.regions, region));
  if (!strange) return;
  const known = Object.keys(world.regions).join(', ');
  throw new UsageError(
    `the event ${strange.id} is of ${strange.region}, and the world has only ${known}; give --world a file that has it`,
  );
}

function stage(events: readonly AwsEvent[], options: EventOptions, world: World): Staged {
  if (options.at.length > events.length)
    throw new UsageError(`--at is given ${options.at.length} times, for ${events.length} events`);
  const staged = stageEvents(events, options.at, world);
  const seconds = options.forSeconds ?? usualSeconds;
  const late = staged.occurrences.find(({ atMs }) => atMs > staged.world.startsAtMs + seconds * 1000);
  if (!late) return staged;
  const start = new Date(staged.world.startsAtMs).toISOString();
  throw new UsageError(
    `the event ${late.event.id} happens at ${late.event.time}, later than ${formatDuration(seconds)} after the start at ${start}; give --at or a longer --for`,
  );
}

function inWords({ decisions, recoveries, orders }: Responded, out: string, colours: boolean): string {
  // Decisions and orders answer each other: they are read in the order in which they came.
  const told = [
    ...decisions.map((decision) => ({ at: decision.at, says: sayDecision(decision) })),
    ...orders.map((order) => ({ at: order.at, says: `${sayInstant(order.at)}  ${sayOrder(order)}` })),
  ].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const said = told.length === 0 ? ['nothing was to be decided'] : told.map(({ says }) => says);
  const verdicts = recoveries.map(
    (evidence) => `\n${verdict(evidence, { colours, evidenceDirectory: join(out, evidence.recovery) })}`,
  );
  return `\n${said.join('\n')}\n${verdicts.join('')}`;
}

function sayDecision({ at, plan, decision, analysis, blockedBy, reason, unblock }: Decision): string {
  const by = blockedBy === null || blockedBy === analysis ? '' : `, blocked by ${blockedBy}`;
  const wayOut = unblock === null ? '' : `; ${unblock}`;
  return `${sayInstant(at)}  ${plan}  ${decision} (${analysis}${by}): ${reason}${wayOut}`;
}

function repeatCommand(given: EventOptions): string {
  const { files, world, plans = [], faults, at, orders, forSeconds, seed } = given;
  const options = [
    ...(world ? [`--world ${world}`] : []),
    ...plans.map((name) => `--plan ${name}`),
    ...faults.map((name) => `--fault ${name}`),
    ...at.map((seconds) => `--at +${formatDuration(seconds)}`),
    ...orders.map(({ text }) => `--then ${JSON.stringify(text)}`),
    ...(forSeconds === undefined ? [] : [`--for ${formatDuration(forSeconds)}`]),
  ];
  return ['npm run -s lifeboat -- event', ...files, `--seed ${seed}`, ...options].join(' ');
}
