import { Command, CommanderError } from 'commander';
import { liveOperatorDeps } from '../aws/live.ts';
import { checkCommand } from './check-command.ts';
import { addCheckCommand } from './define/check.ts';
import { addDeployedOptions, type DeployedOptions } from './define/deployed.ts';
import { addHistoryCommand } from './define/history.ts';
import { addOrderCommands } from './define/orders.ts';
import { addDrillCommand, addEventCommand } from './define/rehearsals.ts';
import { addSimulateCommand } from './define/simulate.ts';
import { addStormCommand } from './define/storm.ts';
import { addSweepCommand } from './define/sweep.ts';
import { drillCommand, drillOnAws } from './drill-command.ts';
import { eventCommand } from './event-command.ts';
import { historyCommand } from './history-command.ts';
import { orderCommand, type Reaching, statusCommand } from './operator-command.ts';
import { simulateCommand } from './simulate-command.ts';
import { stormCommand } from './storm-command.ts';
import type { Streams } from './streams.ts';
import { sweepCommand } from './sweep-command.ts';
import { UsageError } from './usage-error.ts';

/**
 * Runs one command line and returns its exit code; never throws.
 * @param reach how commands on a deployed stack reach it; a test gives a simulated account
 */
export async function runCommandLine(
  args: readonly string[],
  streams: Streams,
  reach: Reaching = liveOperatorDeps,
): Promise<number> {
  let exitCode = 0;
  const program = new Command('lifeboat')
    .description('Disaster recovery for AWS, rehearsed in memory before it is needed')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      writeErr: (text) => streams.stderr.write(text),
    })
    .showHelpAfterError('(lifeboat --help shows the commands)');
  addDrillCommand(program, async (options, typed) => {
    const isDeployed = options.aws === true || options.endpoint !== undefined;
    exitCode = isDeployed
      ? await drillOnAws(options, typed, streams, reach)
      : await drillCommand(options, streams);
  });
  addEventCommand(program, async (options) => {
    exitCode = await eventCommand(options, streams);
  });
  addCheckCommand(program, async (options) => {
    exitCode = await checkCommand(options, streams, reach);
  });
  addSimulateCommand(program, async (options) => {
    exitCode = await simulateCommand(options, streams);
  });
  addStormCommand(program, async (options) => {
    exitCode = await stormCommand(options, streams);
  });
  addSweepCommand(program, async (options) => {
    exitCode = await sweepCommand(options, streams);
  });
  addHistoryCommand(program, async (options) => {
    exitCode = await historyCommand(options, streams);
  });
  addStatusCommand(program, async (plan, options) => {
    exitCode = await statusCommand(plan, options, streams, reach);
  });
  addOrderCommands(program, addDeployedOptions, async (order, options) => {
    exitCode = await orderCommand(order, options as unknown as DeployedOptions, streams, reach);
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return exitCodeOfError(error, streams);
  }
}

function addStatusCommand(
  program: Command,
  run: (plan: string | undefined, options: DeployedOptions) => Promise<void>,
): void {
  const command = program
    .command('status')
    .description('how plans stand: what recovers, what it waits for, what keeps it, and the way out')
    .argument('[plan]', 'a name in plans/, or a file; every plan otherwise');
  addDeployedOptions(command).action(run);
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
