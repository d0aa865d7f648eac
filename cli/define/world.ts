import type { Command } from 'commander';
import { collect } from './values.ts';

/** What says which simulated account is meant, and what is installed in it. */
export function addWorldOptions(command: Command): Command {
  return command
    .option('--world <file>', 'the simulated account; the one of the first plan otherwise')
    .option(
      '--plan <name>',
      'a name in plans/, or a file; may be given more than once; otherwise every plan of the world',
      collect,
    )
    .option('--fault <name>', 'a fault that the world meets; may be given more than once', collect, []);
}
