import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../stack/places.ts';
import { type Counts, type Found, type NotRun, score, total, wasRun } from './results.ts';

const pageFile = join(root, 'docs/mutation.md');
const [first, last] = ['<!-- what `npm run test:mutation -- --page` found -->', '<!-- until here -->'];

/** The part of docs/mutation.md that is made from what was found. @throws Error where the page has none */
export function writtenTable(): string {
  const page = readFileSync(pageFile, 'utf8');
  const [from, to] = [page.indexOf(first), page.indexOf(last)];
  if (from < 0 || to < from) throw new Error(`docs/mutation.md has no place between ${first} and ${last}`);
  return page.slice(from + first.length, to).trim();
}

/** Writes that part anew. */
export function writeTable(table: string): void {
  const written = writtenTable();
  const page = readFileSync(pageFile, 'utf8');
  writeFileSync(
    pageFile,
    page.replace(`${first}\n\n${written}\n\n${last}`, () => `${first}\n\n${table}\n\n${last}`),
  );
}

/** What was found, file by file, and which files were not run. */
export function tableOf(rows: readonly (Found | NotRun)[]): string {
  const head = ['File', 'Mutants', 'Killed', 'Timed out', 'Survived', 'Not covered', 'Score'];
  const run = rows.filter(wasRun);
  const lines = rows.flatMap((row) => {
    const file = `\`${row.file}\``;
    if (!wasRun(row)) return [[file, 'not run', '', '', '', '', '']];
    return mutantsOf(row) === 0 ? [] : [[file, ...cellsOf(row)]];
  });
  const sum = ['all that were run', ...cellsOf(total(run))].map((cell) => `**${cell}**`);
  const table = [head, head.map((_, i) => (i === 0 ? '---' : '--:')), ...lines, sum];
  const which = run.length === rows.length ? `All ${rows.length}` : `${run.length} of the ${rows.length}`;
  return [
    `${which} files of \`recovery/\` were run; one without a row has types alone, and nothing to change.`,
    '',
    ...table.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
}

/** `97.8 %`. */
export function percent(counts: Counts): string {
  // Rounded down, so that what is told is never more than what was found.
  return `${(Math.floor(score(counts) * 1000) / 10).toFixed(1)} %`;
}

/** How many mutants count. */
export function mutantsOf({ killed, timeout, survived, uncovered }: Counts): number {
  return killed + timeout + survived + uncovered;
}

function cellsOf(counts: Counts): readonly string[] {
  const { killed, timeout, survived, uncovered } = counts;
  return [...[mutantsOf(counts), killed, timeout, survived, uncovered].map(String), percent(counts)];
}
