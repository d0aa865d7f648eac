import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { recoveryKinds } from '../recovery/terms.ts';
import { drillCommand } from './drill-command.ts';
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
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return exitCodeOfError(error, streams);
  }
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

function collect(name: string, names: readonly string[]): readonly string[] {
  return [...names, name];
}
