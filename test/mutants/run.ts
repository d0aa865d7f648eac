/** Breaks the product in a copy of the repository, one mutant after another, and keeps who catches it (docs/mutants.md). */
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { ByStorm, isCaught } from './by-storm.ts';
import { BySuite } from './by-suite.ts';
import { BySweep } from './by-sweep.ts';
import { Checkout } from './checkout.ts';
import { mutants } from './mutants.ts';
import { keep, type Row, readTable } from './table.ts';

const { values, positionals } = parseArgs({
  options: { by: { type: 'string' }, seeds: { type: 'string', default: '1..40' } },
  allowPositionals: true,
});
const { by, seeds } = values;
assert.ok(by === 'suite' || by === 'storm' || by === 'sweep', '--by suite, --by storm or --by sweep');
const [first = 0, last = first] = seeds.split('..').map(Number);
assert.ok(first > 0 && last >= first, '--seeds: from one to another, such as 1..40');
const rows = readTable()
  .filter(({ mutant }) => positionals.length === 0 || positionals.includes(mutant))
  .filter(({ sweep }) => by !== 'sweep' || sweep !== null);
assert.ok(rows.length >= Math.max(1, positionals.length), 'the names are in test/mutants.json');

const names = positionals.map((name) => ` '${name}'`).join('');
console.log(`again: node test/mutants/run.ts --by ${by}${by === 'storm' ? ` --seeds ${seeds}` : ''}${names}`);
const checkout = await Checkout.open();
const asking = { suite: inSuite, storm: inStorm, sweep: inSweep }[by];
try {
  const catchers: Catchers = {
    suite: new BySuite(checkout),
    storm: new ByStorm(checkout),
    sweep: new BySweep(checkout),
  };
  for (const row of rows) console.log(`${row.mutant}: ${await asking(row, catchers)}`);
} finally {
  await checkout.close();
}

interface Catchers {
  readonly suite: BySuite;
  readonly storm: ByStorm;
  readonly sweep: BySweep;
}

async function inSuite({ mutant, suite: { file } }: Row, { suite }: Catchers): Promise<string> {
  const test = (await suite.catches(mutants[mutant]!, file)) ?? null;
  keep(mutant, { suite: { file, test } });
  if (test === null) process.exitCode = 1;
  return test ?? `no test of ${file} fails`;
}

async function inStorm({ mutant, storm: known }: Row, { storm }: Catchers): Promise<string> {
  const found = await storm.catches(mutants[mutant]!, [first, last]);
  if (isCaught(found)) {
    keep(mutant, { storm: found });
    return `${found.checker} at seed ${found.seed}`;
  }
  const why = known && 'why' in known ? known.why : '';
  keep(mutant, { storm: { seeds, outcomes: found, why } });
  return `not at seeds ${seeds}: ${JSON.stringify(found)}`;
}

async function inSweep({ mutant, sweep: asked }: Row, { sweep }: Catchers): Promise<string> {
  assert.ok(asked);
  const checker = (await sweep.catches(mutants[mutant]!, asked)) ?? null;
  keep(mutant, { sweep: { ...asked, checker } });
  if (checker === null) process.exitCode = 1;
  return checker === null ? `nobody objects to ${asked.run}` : `${checker} at ${asked.run}`;
}
