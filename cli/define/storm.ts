import { type Command, InvalidArgumentError } from 'commander';
import type { StormOptions } from '../storm-command.ts';
import { collect, workerCount } from './values.ts';

/** `lifeboat storm`. */
export function addStormCommand(program: Command, run: (options: StormOptions) => Promise<void>): void {
  program
    .command('storm')
    .description('let many disasters happen, each in a world of its own, and judge what becomes of it')
    .option('--seeds <range>', 'one seed, or from one to another such as 1..300', seedRange, [1, 20])
    .option('--plan <name>', 'a name in plans/, or a file; may be given more than once', collect)
    .option('--world <file>', 'the simulated account; the one of the first plan otherwise')
    .option('--only <scenarios>', 'of what goes wrong, only these scenarios, separated by commas', names)
    .option('--disaster <file>', 'one disaster, as a storm wrote it, in place of those that seeds draw')
    .option('--workers <n>', 'how many happen side by side; one for each core otherwise', workerCount)
    .option('--wire', 'calls go by the wire, as requests and responses; the same at more than twice the cost')
    .option('--no-shrink', 'do not look for what of a failing disaster matters')
    .option('--json', 'print one JSON object on standard output, and nothing else there')
    .option('--out <directory>', 'where what failed is written', 'out')
    .action((options) => run({ ...options, plans: options.plan }));
}

const seedsMost = 1_000_000;

function seedRange(text: string): readonly [number, number] {
  const [, first = '', last = first] = /^(\d{1,9})(?:\.\.(\d{1,9}))?$/.exec(text) ?? [];
  const range = [Number(first), Number(last)] as const;
  if (first === '' || range[1] < range[0])
    throw new InvalidArgumentError('a seed such as 17 or a range such as 1..300 is expected.');
  if (range[1] - range[0] >= seedsMost)
    throw new InvalidArgumentError(`at most ${seedsMost} seeds are expected.`);
  return range;
}

function names(text: string): readonly string[] {
  return text.split(',').map((name) => name.trim());
}
