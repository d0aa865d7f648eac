/**
 * Changes `recovery/` in thousands of small ways and asks the tests of each (docs/mutation.md):
 * `npm run test:mutation -- [--page] [--force] [path below recovery/…]`.
 */
import assert from 'node:assert/strict';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../stack/places.ts';
import { mutatedFiles, parts } from './files.ts';
import { mutantsOf, percent, tableOf, writeTable } from './page.ts';
import { type Counts, foundIn, keepResults, type Report, score, survivorsIn, total } from './results.ts';
import { mutate } from './stryker.ts';

/** Below it, the command fails. */
const scoreMin = 0.9;

const { values, positionals } = parseArgs({
  options: { page: { type: 'boolean', default: false }, force: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const all = mutatedFiles();
const chosen = chosenFrom(all, positionals);

const files: Record<string, Report['files'][string]> = {};
for (const part of parts) {
  const own = chosen.filter(part.has);
  if (own.length > 0) Object.assign(files, (await mutate(part, own, values.force)).files);
}
const found = foundIn({ files });
const sum = total(found);
for (const survivor of survivorsIn({ files })) console.log(survivor);
for (const row of found) if (mutantsOf(row) > 0) console.log(line(row, row.file));
console.log(line(sum, 'in all'));
if (values.page) writeTable(tableOf(keepResults(found, all)));
if (score(sum) < scoreMin) process.exitCode = 1;

function line(counts: Counts, name: string): string {
  const { survived, uncovered } = counts;
  return `${percent(counts).padStart(7)}  ${name}: ${survived + uncovered} of ${mutantsOf(counts)} survived`;
}

function chosenFrom(known: readonly string[], paths: readonly string[]): readonly string[] {
  if (paths.length === 0) return known;
  return known.filter((file) =>
    paths
      .map((path) => relative(root, path))
      .some((name) => {
        assert.ok(
          known.some((one) => isBelow(one, name)),
          `${name} is nothing below recovery/`,
        );
        return isBelow(file, name);
      }),
  );
}

function isBelow(file: string, name: string): boolean {
  return file === name || file.startsWith(`${name}/`);
}
