import { availableParallelism } from 'node:os';
import type { SweepCase, SweepPart } from '../drill/sweep/case.ts';
import { casesOf } from '../drill/sweep/cases.ts';
import { countsOf } from '../drill/sweep/record.ts';
import { record, type SweepEnd, type SweptRehearsal } from '../drill/sweep/run.ts';
import { runCases } from '../drill/sweep/threads.ts';
import type { RecoveryKind } from '../recovery/terms.ts';
import { exitCodeOfSweep, type SweepSummary } from '../report/sweep.ts';
import type { Template } from '../simulator/cloudformation/deploy.ts';
import { packagedTemplate } from '../stack/template.ts';
import { chooseWorld } from './chosen-world.ts';
import type { Streams } from './streams.ts';
import { type SweepView, showSweep } from './sweep-progress.ts';
import { UsageError } from './usage-error.ts';

/** What `lifeboat sweep` was asked for. */
export interface SweepOptions {
  readonly plan: string;
  readonly world?: string;
  readonly seed: number;
  readonly kind: RecoveryKind;
  readonly part?: SweepPart;
  /** The name of one run. */
  readonly only?: string;
  /** Of the chosen runs every nth, from the kth on. */
  readonly sample?: readonly [k: number, n: number];
  readonly all?: boolean;
  readonly workers?: number;
  /** Whether calls of AWS go by the wire; the short way otherwise. */
  readonly wire?: boolean;
  readonly json?: boolean;
}

/** What shells give a command that was interrupted. */
const interrupted = 130;

/** Records one recovery, runs it again with each thing that can go wrong, and says what the judges found. */
export async function sweepCommand(options: SweepOptions, streams: Streams): Promise<number> {
  const { kind, seed } = options;
  const [chosen, template] = await Promise.all([
    chooseWorld({ ...options, plans: [options.plan] }),
    packagedTemplate() as Promise<Template>,
  ]);
  const swept: SweptRehearsal = {
    plan: chosen.plans[0]!,
    world: chosen.world,
    kind,
    seed,
    template,
    isShort: options.wire !== true,
  };
  const recording = await record(swept);
  const cases = choose(
    options,
    casesOf(recording, { isAll: options.all === true || options.only !== undefined }),
  );
  const view = showSweep(options.json ? streams.stderr : streams.stdout, cases.length);
  const recorded = countsOf(recording);
  view.say(
    `${kind} of ${swept.plan.plan}, seed ${seed}: ${recorded.calls} calls in ${recorded.invocations} invocations, of which ${recorded.distinct} differ; ${runsOf(cases.length)}\n`,
  );
  const ended = await runAll(options, swept, cases, view);
  const summary = summaryOf(options, swept, { cases, ended, recorded });
  if (options.json) streams.stdout.write(`${JSON.stringify(summary)}\n`);
  else view.say(`\n${inWords(summary)}`);
  return summary.runs < summary.wanted ? interrupted : exitCodeOfSweep(summary);
}

function choose({ only, part, sample }: SweepOptions, all: readonly SweepCase[]): readonly SweepCase[] {
  if (only !== undefined) {
    const one = all.filter(({ name }) => name === only);
    if (one.length === 0) throw new UsageError(`--only: the sweep has no run ${only}`);
    return one;
  }
  const [k, n] = sample ?? [1, 1];
  return all
    .filter((each) => part === undefined || each.part === part)
    .filter((_, place) => place % n === k - 1);
}

/** Until every case has ended, or somebody interrupts: then what was done counts. */
async function runAll(
  options: SweepOptions,
  swept: SweptRehearsal,
  cases: readonly SweepCase[],
  view: SweepView,
): Promise<ReadonlyMap<string, SweepEnd>> {
  const ended = new Map<string, SweepEnd>();
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once('SIGINT', stop);
  try {
    const threads = options.workers ?? availableParallelism();
    await runCases(swept, cases, { threads, signal: stopping.signal }, (end) => {
      ended.set(end.name, end);
      view.ended(end.objections.length > 0 ? failureOf(options, end) : undefined);
    });
    return ended;
  } finally {
    process.off('SIGINT', stop);
    view.close();
  }
}

/** It depends on the cases alone, not on who was done first. */
function summaryOf(
  options: SweepOptions,
  { plan, kind, seed }: SweptRehearsal,
  found: {
    readonly cases: readonly SweepCase[];
    readonly ended: ReadonlyMap<string, SweepEnd>;
    readonly recorded: SweepSummary['recorded'];
  },
): SweepSummary {
  const { cases, ended, recorded } = found;
  const done = cases.filter(({ name }) => ended.has(name));
  const ends = done.map(({ name }) => ended.get(name)!);
  const inPart = (part: SweepPart) => done.filter((each) => each.part === part).length;
  const outcomes = [...new Set(ends.map(({ outcome }) => outcome))].sort();
  return {
    plan: plan.plan,
    kind,
    seed,
    recorded,
    wanted: cases.length,
    runs: done.length,
    parts: {
      calls: inPart('calls'),
      crashes: inPart('crashes'),
      timeOuts: inPart('timeOuts'),
      twice: inPart('twice'),
    },
    outcomes: Object.fromEntries(
      outcomes.map((outcome) => [outcome, ends.filter((end) => end.outcome === outcome).length]),
    ),
    failures: ends.filter(({ objections }) => objections.length > 0).map((end) => failureOf(options, end)),
    command: commandOf(options),
  };
}

function failureOf(
  options: SweepOptions,
  { name, outcome, objections }: SweepEnd,
): SweepSummary['failures'][number] {
  const { part: _, sample: __, all: ___, ...rest } = options;
  return { name, outcome, objections: [...objections], command: commandOf({ ...rest, only: name }) };
}

function commandOf({ plan, world, seed, kind, part, only, sample, all, wire }: SweepOptions): string {
  const words = [
    'npm run -s lifeboat -- sweep',
    plan,
    ...(world === undefined ? [] : [`--world ${world}`]),
    `--kind ${kind}`,
    ...(seed === 1 ? [] : [`--seed ${seed}`]),
    ...(part ? [`--part ${part}`] : []),
    ...(only === undefined ? [] : [`--only '${only}'`]),
    ...(sample ? [`--sample ${sample.join('/')}`] : []),
    ...(all ? ['--all'] : []),
    ...(wire ? ['--wire'] : []),
  ];
  return words.join(' ');
}

function runsOf(count: number): string {
  return count === 1 ? '1 run' : `${count} runs`;
}

function inWords({ runs, wanted, parts, outcomes, failures }: SweepSummary): string {
  const ends = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  const done = runs === wanted ? runsOf(runs) : `${runs} of ${runsOf(wanted)}, then interrupted`;
  const { calls, crashes, timeOuts, twice } = parts;
  return `${done}: ${calls} errors and time-outs of calls, ${crashes} deaths, ${timeOuts} own time-outs, ${twice} double invocations
${ends.join(', ') || 'nothing ended'}; ${failures.length === 0 ? 'no objection' : `${runsOf(failures.length)} with objections`}
`;
}
