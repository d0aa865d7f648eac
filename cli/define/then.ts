import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { OperatorOrder } from '../../aws/operator/carry-out.ts';
import type { PlannedOrder } from '../../drill/orders.ts';
import { type Person, people } from '../../drill/simulate/people.ts';
import { parseDuration } from '../../recovery/plan/durations.ts';
import { UsageError } from '../usage-error.ts';
import { addOrderCommands } from './orders.ts';
import { comment } from './values.ts';

/**
 * An order of a rehearsal: when after the start, then the command line that a person would type, such as
 * `+12m approve latest --override LagTooHigh --comment 'fifteen minutes are lost'`. Nothing is carried out here.
 */
export function collectThen(text: string, orders: readonly PlannedOrder[]): readonly PlannedOrder[] {
  const [offset = '', ...words] = split(text);
  const afterSeconds = /^\+/.test(offset) ? parseDuration(offset.slice(1)) : undefined;
  if (afterSeconds === undefined)
    throw new InvalidArgumentError('it begins with a time after the start such as +12m.');
  return [...orders, { afterSeconds, text: text.trim(), ...parse(words) }];
}

function parse(words: readonly string[]): Pick<PlannedOrder, 'order' | 'by'> {
  let taken: Pick<PlannedOrder, 'order' | 'by'> | undefined;
  let said = '';
  const take = (order: OperatorOrder, options: Readonly<Record<string, unknown>>) => {
    taken = { order, by: options['as'] as Person };
  };
  const withName = (command: Command) =>
    command.addOption(new Option('--as <person>', 'who gives the order').choices(people).default(people[0]));
  const parser = new Command('--then').exitOverride().configureOutput({
    writeOut: () => {},
    writeErr: (line) => {
      said += line;
    },
  });
  addOrderCommands(parser, withName, take);
  withName(parser.command('drill').argument('<plan>').option('--comment <text>', 'why', comment, '')).action(
    (plan: string, options) => take({ command: 'drill', plan, comment: options.comment }, options),
  );
  const nothing = 'an order such as approve, abort or continue is expected.';
  if (words.length === 0) throw new InvalidArgumentError(nothing);
  try {
    parser.parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError) && !(error instanceof UsageError)) throw error;
    throw new InvalidArgumentError((said.split('\n')[0] || error.message).replace(/^error: /, ''));
  }
  if (!taken) throw new InvalidArgumentError(nothing);
  return taken;
}

/** Words as a shell makes them: quotes of either kind hold together what is between them. */
function split(text: string): readonly string[] {
  if (/^(?:[^'"]|'[^']*'|"[^"]*")*$/.test(text) === false)
    throw new InvalidArgumentError('a quote in it is not closed.');
  return [...text.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
  );
}
