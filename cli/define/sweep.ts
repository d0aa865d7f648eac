import { type Command, InvalidArgumentError, Option } from 'commander';
import { sweepParts } from '../../drill/sweep/case.ts';
import { recoveryKinds } from '../../recovery/terms.ts';
import type { SweepOptions } from '../sweep-command.ts';
import { wholeNumber, workerCount } from './values.ts';

/** `lifeboat sweep`. */
export function addSweepCommand(program: Command, run: (options: SweepOptions) => Promise<void>): void {
  program
    .command('sweep')
    .description(
      'one recovery, again and again: each call refused once in each way, each function killed, each twice',
    )
    .argument('[plan]', 'a name in plans/, or a file', 'shop')
    .option('--world <file>', 'the simulated account; worlds/<plan>.yaml otherwise')
    .option('--seed <n>', 'draws every duration and every chance', wholeNumber, 1)
    .addOption(new Option('--kind <kind>', 'what is swept').choices(recoveryKinds).default('failover'))
    .addOption(new Option('--part <part>', 'only one part of it').choices(sweepParts))
    .option('--only <name>', 'one run, by its name')
    .option('--sample <k/n>', 'of the runs in their order every nth, from the kth on', sample)
    .option('--all', 'also calls of invocations that saw and did the same as one before')
    .option('--workers <n>', 'how many run side by side; one for each core otherwise', workerCount)
    .option('--wire', 'calls go by the wire, as requests and responses; the same at more than twice the cost')
    .option('--json', 'print one JSON object on standard output, and nothing else there')
    .action((plan: string, options) => run({ ...options, plan }));
}

function sample(text: string): readonly [number, number] {
  const [, k = '', n = ''] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  if (k === '' || Number(k) < 1 || Number(k) > Number(n))
    throw new InvalidArgumentError('a share such as 1/50 is expected.');
  return [Number(k), Number(n)];
}
