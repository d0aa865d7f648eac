import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecoveryKind } from '../../recovery/terms.ts';
import { root } from '../../stack/places.ts';

/** One mutant, and who catches it. */
export interface Row {
  /** Its name in `mutants.ts`. */
  readonly mutant: string;
  /** What was broken, in words. */
  readonly broken: string;
  /** A file of tests, and the first test in it that fails; null as long as it was not run. */
  readonly suite: { readonly file: string; readonly test: string | null };
  /** What must not be seen in moto: the scenario, a colon, its witness. Null: it is not played there. */
  readonly peers: string | null;
  /** Null as long as it was not run. */
  readonly storm: Caught | NotCaught | null;
  /** Null: no sweep is asked. */
  readonly sweep: Swept | null;
}

/** One run of a sweep, and what is objected to in it. */
export interface Swept {
  readonly kind: RecoveryKind;
  /** By the name that `lifeboat sweep --only` takes. */
  readonly run: string;
  /** What objects; null as long as it was not run, or where nobody does. */
  readonly checker: string | null;
}

/** The first of the seeds tried at which a storm objects, and the first checker that does. */
export type Caught = {
  readonly checker: string;
  readonly seed: number;
};

/** How many recoveries of a storm ended how. */
export type Outcomes = Readonly<Record<string, number>>;

/** The seeds of a storm that objected to nothing. */
export interface NotCaught {
  readonly seeds: string;
  readonly outcomes: Outcomes;
  /** Why a storm has nothing to see; written by hand. */
  readonly why: string;
}

const tableFile = join(root, 'test/mutants.json');
const pageFile = join(root, 'docs/mutants.md');

export function readTable(): readonly Row[] {
  return JSON.parse(readFileSync(tableFile, 'utf8')) as readonly Row[];
}

/** Keeps what was found of one mutant, whatever was kept of others meanwhile, and writes the page anew. */
export function keep(mutant: string, found: Partial<Pick<Row, 'suite' | 'storm' | 'sweep'>>): void {
  const rows = readTable().map((row) => (row.mutant === mutant ? { ...row, ...found } : row));
  writeFileSync(tableFile, `${JSON.stringify(rows, null, 2)}\n`);
  writeFileSync(pageFile, page(rows));
}

/** docs/mutants.md. */
export function page(rows: readonly Row[]): string {
  const head = [
    'Mutant',
    'What was broken',
    'Caught by the suite',
    'By the peers',
    'By the storm',
    'By a sweep',
  ];
  const lines = rows.map((row) => [
    row.mutant,
    row.broken,
    `\`${row.suite.file}\`: ${row.suite.test ?? 'not run'}`,
    row.peers ?? 'not played',
    stormInWords(row.storm),
    sweepInWords(row.sweep),
  ]);
  const all = [head, head.map(() => '---'), ...lines];
  return `${about(rows)}\n${all.map((cells) => `| ${cells.join(' | ')} |\n`).join('')}`;
}

function stormInWords(storm: Row['storm']): string {
  if (storm === null) return 'not run';
  if ('checker' in storm) return `\`${storm.checker}\` at seed ${storm.seed}`;
  const outcomes = Object.entries(storm.outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  const [first, last] = storm.seeds.split('..');
  const seeds = last === undefined || last === first ? `seed ${first}` : `seeds ${storm.seeds}`;
  return `not at ${seeds} (${outcomes.join(', ')}): ${storm.why || 'nobody knows why yet'}`;
}

function sweepInWords(sweep: Row['sweep']): string {
  if (sweep === null) return 'not asked';
  return `\`${sweep.kind} ${sweep.run}\`: ${sweep.checker === null ? 'nobody objects' : `\`${sweep.checker}\``}`;
}

/** Whether a storm or a sweep objects: judges that know nothing of the mutant, whatever tests there are of what it breaks. */
export function isJudged({ storm, sweep }: Row): boolean {
  return (storm !== null && 'checker' in storm) || (sweep !== null && sweep.checker !== null);
}

function about(rows: readonly Row[]): string {
  const byStorm = rows.filter(({ storm }) => storm !== null && 'checker' in storm).length;
  const byPeers = rows.filter(({ peers }) => peers !== null).length;
  return `# Mutants

\`\`\`
node test/mutants/run.ts --by suite [name…]
node test/mutants/run.ts --by storm [--seeds 1..40] [name…]
node test/mutants/run.ts --by sweep [name…]
npm run test:peer
\`\`\`

A test that cannot fail proves nothing. So the machine and the functions are broken on purpose, one thing at a time, and
each of the ${rows.length} mutants must be caught by a file of tests, and by judges that know nothing of it: ${byStorm} in the storm,
${rows.length - byStorm} more in a sweep. ${byPeers} are caught by the peers too.

- The suite: in a copy of the repository with the mutant in it, the named file of tests is run; the table names the first
  test that fails. The same file has passed there without the mutant.
- The peers: a scenario of \`test/peer/moto/scenarios/\` is played in moto with the mutant in it, and the same witnesses look
  at the end as without it; the table names the one that must fail (a colon parts the scenario from what it should have
  seen). \`npm run test:peer\` fails for a mutant that its witness does not catch.
- The storm: in such a copy, \`lifeboat storm\` lets one seed after another happen until it objects; the table names the first
  of the seeds tried at which it did, and the checker (\`unended\`: something did not come to an end; \`defect\`: the rehearsal
  broke). Without the mutant nobody objects at that seed. Not every search began at seed 1 or went to 40: the seeds of one
  without a find are in the table, with how its recoveries ended and why nobody objected. A seed draws another disaster when
  there are other scenarios to draw from: then the command is to be run again.
- A sweep: in such a copy, \`lifeboat sweep --only\` does the run that the table names, and the table names who objects; the
  same run has passed without the mutant.

The mutants are in \`test/mutants/mutants.ts\`: machines lose steps or retries, and sources have one piece of text replaced by
another. What was found is kept in \`test/mutants.json\`, and this page is made from it by the first three commands.
\`test/mutants.test.ts\` compares them, and proves that every mutant still applies.
`;
}
