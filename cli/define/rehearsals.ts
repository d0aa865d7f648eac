import { type Command, Option } from 'commander';
import { recoveryKinds, recoveryScopes } from '../../recovery/terms.ts';
import type { DrillOptions } from '../drill-command.ts';
import type { EventOptions } from '../event-command.ts';
import { addDeployedOptions, type DeployedOptions } from './deployed.ts';
import { collectThen } from './then.ts';
import { collect, collectOffset, comment, span, wholeNumber } from './values.ts';
import { addWorldOptions } from './world.ts';

/** `lifeboat drill`: in memory, or with `--aws` on the deployed stack. */
export function addDrillCommand(
  program: Command,
  run: (
    options: DrillOptions & Partial<DeployedOptions> & { readonly comment?: string },
    given: readonly string[],
  ) => Promise<void>,
): void {
  const command = program
    .command('drill')
    .description('rehearse a recovery in a simulated account')
    .argument('[plan]', 'a name in plans/, or a file', 'shop')
    .option('--world <file>', 'the simulated account; worlds/<plan>.yaml otherwise')
    .option('--seed <n>', 'draws every duration and every chance', wholeNumber, 1)
    .option('--fault <name>', 'a fault that the world meets; may be given more than once', collect, [])
    .addOption(new Option('--kind <kind>', 'what is rehearsed').choices(recoveryKinds).default('drill'))
    .addOption(
      new Option('--scope <scope>', 'how far a drill goes: restore only proves the backups').choices(
        recoveryScopes,
      ),
    )
    .addOption(thenOption())
    .option('--template <file>', 'a packaged CloudFormation template, in place of packaging this checkout')
    .option('--bundles', 'run the bundles of dist/ in threads of their own, with the account over HTTP')
    .option('--out <directory>', 'where evidence.json and report.html go', 'out')
    .option('--comment <text>', 'with --aws: why it is started', comment);
  addDeployedOptions(command).action((plan: string, options) =>
    run({ plan, ...options, faults: options.fault, orders: options.then }, rehearsalOptionsGiven(command)),
  );
}

/** Options of a rehearsal in memory that were typed: they mean nothing on a deployed stack. */
function rehearsalOptionsGiven(command: Command): readonly string[] {
  return ['world', 'seed', 'fault', 'kind', 'then', 'template', 'bundles', 'out'].filter(
    (name) => command.getOptionValueSource(name) === 'cli',
  );
}

function thenOption(): Option {
  const says =
    'what a person orders, and when after the start, such as "+12m approve latest --override LagTooHigh --comment \'seen\'"; may be given more than once';
  return new Option('--then <order>', says).argParser(collectThen).default([]);
}

/** `lifeboat event`. */
export function addEventCommand(program: Command, run: (options: EventOptions) => Promise<void>): void {
  addWorldOptions(
    program
      .command('event')
      .description('put events on the simulated buses and see what is decided and what follows')
      .argument('<file...>', 'events as JSON, one or an array of them in a file'),
  )
    .option('--at <duration>', 'when the next event happens after the start, such as +90s', collectOffset, [])
    .addOption(thenOption())
    .option('--for <duration>', 'how long to look, such as 2h; until nothing more happens otherwise', span)
    .option('--seed <n>', 'draws every duration and every chance', wholeNumber, 1)
    .option('--json', 'print one JSON object on standard output, and nothing else there')
    .option('--out <directory>', 'where evidence.json and report.html of each recovery go', 'out')
    .action((files: readonly string[], options) =>
      run({
        ...options,
        files,
        plans: options.plan,
        faults: options.fault,
        orders: options.then,
        forSeconds: options.for,
      }),
    );
}
