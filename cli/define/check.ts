import type { Command } from 'commander';
import type { CheckOptions } from '../check-command.ts';
import { httpUrl } from './values.ts';

/** `lifeboat check`. */
export function addCheckCommand(program: Command, run: (options: CheckOptions) => Promise<void>): void {
  program
    .command('check')
    .description('find mistakes in plans, and what is not ready for a recovery')
    .argument('[plan...]', 'names in plans/, or files; every plan otherwise')
    .option('--world <file>', 'the simulated account that is looked at; worlds/<plan>.yaml otherwise')
    .option('--aws', 'look at the account of the usual AWS credentials instead; nothing is changed')
    .option('--endpoint <url>', 'look at an AWS elsewhere, such as a simulated one', httpUrl)
    .option('--stage <name>', 'the stage whose topic is looked at too', 'live')
    .option('--json', 'print one JSON object on standard output, and nothing else there')
    .action((plans: readonly string[], options) => run({ ...options, plans }));
}
