import type { Command } from 'commander';
import type { SimulateOptions } from '../simulate-command.ts';
import { factor, portNumber, wholeNumber } from './values.ts';
import { addWorldOptions } from './world.ts';

/** `lifeboat simulate`. */
export function addSimulateCommand(program: Command, run: (options: SimulateOptions) => Promise<void>): void {
  addWorldOptions(
    program
      .command('simulate')
      .description('serve the simulated AWS, with the stack deployed, on a loopback address')
      .option('--port <n>', 'where it listens; 0 for any port that is free', portNumber, 4600),
  )
    .option('--seed <n>', 'draws every duration and every chance', wholeNumber, 1)
    .option(
      '--speed <n>',
      'simulated seconds a second; 0: time moves only for calls and when told to',
      factor,
      1,
    )
    .option('--asleep', 'without the schedules of the stack: nothing probes or decides by itself')
    .option('--json', 'print one JSON object on standard output, and nothing else there')
    .action((options) =>
      run({ ...options, plans: options.plan, faults: options.fault, awake: !options.asleep }),
    );
}
