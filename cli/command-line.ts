import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../recovery/plan/durations.ts';
import { recoveryKinds } from '../recovery/terms.ts';
import { drillCommand } from './drill-command.ts';
import { type EventOptions, eventCommand } from './event-command.ts';
import type { Streams } from './streams.ts';
import { UsageError } from './usage-error.ts';

/** Runs one command line and returns its exit code; never throws. */
export async function runCommandLine(args: readonly string[], streams: Streams): Promise<number> {
  let exitCode = 0;
  const program = new Command('lifeboat')
    .description('Disaster recovery for AWS, rehearsed in memory before it is needed')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      writeErr: (text) => streams.stderr.write(text),
    })
    .showHelpAfterError('(lifeboat --help shows the commands)');
  program
    .command('drill')
    .description('rehearse a recovery in a simulated account')
    .argument('[plan]', 'a name in plans/, or a file', 'shop')
    .option('--world <file>', 'the simulated account; worlds/<plan>.yaml otherwise')
    .option('--seed <n>', 'draws every duration and every chance', wholeNumber, 1)
    .option('--fault <name>', 'a fault that the world meets; may be given more than once', collect, [])
    .addOption(new Option('--kind <kind>', 'what is rehearsed').choices(recoveryKinds).default('drill'))
    .option('--template <file>', 'a packaged CloudFormation template, in place of packaging this checkout')
    .option('--json', 'print one JSON object on standard output, and nothing else there')
    .option('--out <directory>', 'where evidence.json and report.html go', 'out')
    .action(async (plan: string, options) => {
      exitCode = await drillCommand({ plan, ...options, faults: options.fault }, streams);
    });
  addEventCommand(program, async (options) => {
    exitCode = await eventCommand(options, streams);
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return exitCodeOfError(error, streams);
  }
}

function addEventCommand(program: Command, run: (options: EventOptions) => Promise<void>): void {
  program
    .command('event')
    .description('put events on the simulated buses and see what is decided and what follows')
    .argument('<file...>', 'events as JSON, one or an array of them in a file')
    .option('--world <file>', 'the simulated account; the one of the first plan otherwise')
    .option(
      '--plan <name>',
      'a name in plans/, or a file; may be given more than once; otherwise every plan of the world',
      collect,
    )
    .option('--fault <name>', 'a fault that the world meets; may be given more than once', collect, [])
    .option('--at <duration>', 'when the next event happens after the start, such as +90s', collectOffset, [])
    .option('--for <duration>', 'how long to look, such as 2h; until nothing more happens otherwise', span)
    .option('--seed <n>', 'draws every duration and every chance', wholeNumber, 1)
    .option('--json', 'print one JSON object on standard output, and nothing else there')
    .option('--out <directory>', 'where evidence.json and report.html of each recovery go', 'out')
    .action((files: readonly string[], options) =>
      run({ ...options, files, plans: options.plan, faults: options.fault, forSeconds: options.for }),
    );
}

function exitCodeOfError(error: unknown, streams: Streams): number {
  // commander has already said what is wrong; asking for help is no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
  if (error instanceof UsageError) {
    streams.stderr.write(`${error.message}\n`);
    return 1;
  }
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  streams.stderr.write(`lifeboat: internal error, please report it with this text\n${what}\n`);
  return 4;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new InvalidArgumentError('a whole number from 0 to 999999999 is expected.');
  return Number(text);
}

function collect(name: string, names: readonly string[] = []): readonly string[] {
  return [...names, name];
}

/** A duration longer than nothing, in seconds. */
function span(text: string): number {
  const seconds = parseDuration(text);
  if (!seconds) throw new InvalidArgumentError('a duration such as 90s, 10m or 2h is expected.');
  return seconds;
}

function collectOffset(text: string, offsets: readonly number[]): readonly number[] {
  const seconds = parseDuration(text.replace(/^\+/, ''));
  if (seconds === undefined)
    throw new InvalidArgumentError('a time after the start such as +90s is expected.');
  return [...offsets, seconds];
}
