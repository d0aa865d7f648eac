import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { root } from '../stack/places.ts';
import { mutatedFiles, parts } from './mutation/files.ts';
import { percent, tableOf, writtenTable } from './mutation/page.ts';
import { foundIn, type Report, readResults, score, survivorsIn, total, wasRun } from './mutation/results.ts';

test('docs/mutation.md has the table of test/mutation/results.json', () => {
  assert.equal(writtenTable(), tableOf(readResults()), 'npm run test:mutation -- --page writes it');
});

test('what was found is of files that are there, and says which state of them it is of', () => {
  for (const row of readResults().filter(wasRun)) {
    assert.ok(existsSync(join(root, row.file)), `there is no ${row.file}: take it out of the results`);
    assert.match(row.source, /^[0-9a-f]{12}$/);
  }
});

test('every file of recovery/ is in exactly one part', () => {
  for (const file of mutatedFiles()) assert.equal(parts.filter((part) => part.has(file)).length, 1, file);
});

const report: Report = {
  files: {
    'recovery/a.ts': {
      source: 'const a = 1;\nif (a > 1 &&\n  a < 3) act();\n',
      mutants: [
        mutant('Killed'),
        mutant('Timeout'),
        { ...mutant('Survived'), replacement: 'true' },
        { ...mutant('NoCoverage'), replacement: 'false' },
        mutant('RuntimeError'),
      ],
    },
    'recovery/types.ts': { source: 'export type A = 1;\n', mutants: [] },
  },
};

function mutant(status: Report['files'][string]['mutants'][number]['status']) {
  const location = { start: { line: 2, column: 5 }, end: { line: 3, column: 8 } };
  return { mutatorName: 'ConditionalExpression', status, location };
}

test('a mutant that ends no test in time is noticed, one that no test runs has survived, and one that breaks counts for nothing', () => {
  const [found, types] = foundIn(report);
  assert.ok(found && types);
  const { file, killed, timeout, survived, uncovered } = found;
  assert.deepEqual([file, killed, timeout, survived, uncovered], ['recovery/a.ts', 1, 1, 1, 1]);
  assert.deepEqual([score(found), score(types)], [0.5, 1]);
  assert.equal(percent(total([found, types])), '50.0 %');
  assert.equal(
    percent({ killed: 1999, timeout: 0, survived: 1, uncovered: 0 }),
    '99.9 %',
    'never rounded up',
  );
});

test('a survivor is told by its place, what the code was, and what it became unnoticed', () => {
  assert.deepEqual(survivorsIn(report), [
    'recovery/a.ts:2:5 ConditionalExpression: a > 1 && a < 3 → true',
    'recovery/a.ts:2:5 ConditionalExpression (no test runs it): a > 1 && a < 3 → false',
  ]);
});

test('files that were not run are told as such, and count for nothing', () => {
  const [found] = foundIn(report);
  const table = tableOf([found!, { file: 'recovery/b.ts' }]).split('\n');
  assert.deepEqual(table.slice(4), [
    '| `recovery/a.ts` | 4 | 1 | 1 | 1 | 1 | 50.0 % |',
    '| `recovery/b.ts` | not run |  |  |  |  |  |',
    '| **all that were run** | **4** | **1** | **1** | **1** | **1** | **50.0 %** |',
  ]);
  assert.match(table[0] ?? '', /^1 of the 2 files/);
});
