import type { Command } from 'commander';
import type { HistoryOptions } from '../history-command.ts';
import { collect, wholeNumber } from './values.ts';

/** `lifeboat history`. */
export function addHistoryCommand(program: Command, run: (options: HistoryOptions) => Promise<void>): void {
  program
    .command('history')
    .description('replay outages of the past, and say of each plan whether it would have recovered')
    .argument('[outage]', 'such as october-2025; all of them otherwise')
    .option('--plan <name>', 'only this plan of an outage; may be given more than once', collect)
    .option('--seed <n>', 'draws every duration and every chance', wholeNumber, 1)
    .option('--page <file>', 'write the page of it, as docs/history.md is one')
    .option('--json', 'print one JSON object on standard output, and nothing else there')
    .action((outage: string | undefined, options) =>
      run({ ...options, ...(outage !== undefined && { outage }), plans: options.plan }),
    );
}
