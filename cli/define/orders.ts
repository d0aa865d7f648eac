import type { Command } from 'commander';
import type { OperatorOrder } from '../../aws/operator/carry-out.ts';
import type { Scope } from '../../aws/operator/orders.ts';
import { UsageError } from '../usage-error.ts';
import { code, comment } from './values.ts';

/** Takes an order as it was typed, with the other options of its command. */
export type TakeOrder = (
  order: OperatorOrder,
  options: Readonly<Record<string, unknown>>,
) => Promise<void> | void;

const why = ['--comment <text>', 'why, for whoever reads it afterwards'] as const;

/** The commands by which a person gives orders: the same on a deployed stack and in a rehearsal (`--then`). */
export function addOrderCommands(
  program: Command,
  withOptions: (command: Command) => Command,
  take: TakeOrder,
): void {
  addOrdersToRecoveries(program, withOptions, take);
  withOptions(
    program
      .command('acknowledge')
      .description('after a failover: an automatic one may follow, and traffic is held no longer')
      .argument('<plan>', 'a name in plans/, or a file')
      .requiredOption(...why, comment),
  ).action((plan: string, options) =>
    take({ command: 'acknowledge', plan, comment: options.comment }, options),
  );
  withOptions(
    program
      .command('failover')
      .description('start a failover by hand; whoever starts it has approved it')
      .argument('<plan>', 'a name in plans/, or a file')
      .option(...why, comment, ''),
  ).action((plan: string, options) => take({ command: 'failover', plan, comment: options.comment }, options));
  for (const command of ['pause', 'unpause'] as const) {
    const says = command === 'pause' ? 'no automatic recovery' : 'automatic recoveries again';
    const defined = program
      .command(command)
      .description(`${says}, of one plan or, with --all, of every plan`)
      .argument('[plan]', 'a name in plans/, or a file')
      .option('--all', 'every plan: the brake');
    if (command === 'pause') defined.requiredOption(...why, comment);
    else defined.option(...why, comment, '');
    withOptions(defined).action((plan: string | undefined, options) =>
      take({ command, scope: scopeOf(plan, options.all), comment: options.comment }, options),
    );
  }
}

function addOrdersToRecoveries(
  program: Command,
  withOptions: (command: Command) => Command,
  take: TakeOrder,
): void {
  const id = ['<recovery>', 'the id of a recovery, as status shows it'] as const;
  withOptions(
    program
      .command('approve')
      .description('let a recovery that waits at its gate go on')
      .argument(...id)
      .option(
        '--override <code>',
        'a problem that is seen and accepted, such as LagTooHigh; repeatable',
        code,
        [],
      )
      .requiredOption(...why, comment),
  ).action((recovery: string, options) =>
    take({ command: 'approve', recovery, overrides: options.override, comment: options.comment }, options),
  );
  withOptions(
    program
      .command('abort')
      .description('stop a recovery at its next call; one that has ended without recovering is given up')
      .argument(...id)
      .requiredOption(...why, comment),
  ).action((recovery: string, options) =>
    take({ command: 'abort', recovery, comment: options.comment }, options),
  );
  withOptions(
    program
      .command('continue')
      .description(
        'go on with a recovery that was held, failed, aborted or interrupted, doing only what is missing',
      )
      .argument(...id)
      .option(
        '--accept-changed-plan',
        'go by the plan as it is deployed now, where it is not the one it began with',
      )
      .option(...why, comment, ''),
  ).action((recovery: string, options) => {
    const acceptsChangedPlan = options.acceptChangedPlan === true;
    return take({ command: 'continue', recovery, acceptsChangedPlan, comment: options.comment }, options);
  });
}

/** @throws UsageError unless exactly one of a plan and `--all` is given */
function scopeOf(plan: string | undefined, all: boolean | undefined): Scope {
  if (plan !== undefined && all !== true) return { plan };
  if (plan === undefined && all === true) return 'all';
  throw new UsageError('name one plan, or give --all for every plan');
}
