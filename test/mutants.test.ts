import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { root } from '../stack/places.ts';
import { brokenFiles, brokenText } from './mutants/breaking.ts';
import { mutants } from './mutants/mutants.ts';
import { isJudged, page, readTable } from './mutants/table.ts';
import { scenarios } from './peer/moto/mutants.ts';

const table = readTable();

test('docs/mutants.md is what test/mutants.json says', async () => {
  const found = await readFile(join(root, 'docs/mutants.md'), 'utf8');
  assert.equal(found, page(table), 'node test/mutants/run.ts writes it');
});

test('the table has every mutant, at least twenty-four, and at least ten of them are played by the peers', () => {
  assert.deepEqual(table.map(({ mutant }) => mutant).sort(), Object.keys(mutants).sort());
  assert.ok(table.length >= 24);
  assert.ok(table.filter(({ peers }) => peers !== null).length >= 10);
});

for (const row of table) {
  const { mutant, suite, peers, storm } = row;
  test(`the mutant "${mutant}" can still be made, and those who catch it are there`, async () => {
    const breakage = mutants[mutant] ?? assert.fail('there is none');
    for (const file of brokenFiles(breakage)) {
      const text = await readFile(join(root, file), 'utf8');
      assert.notEqual(brokenText(breakage, file, text), text);
    }
    assert.ok(existsSync(join(root, suite.file)), `there is no ${suite.file}`);
    assert.notEqual(suite.test, null, 'no test of the suite is known to fail with it');
    if (peers !== null) {
      const [name = ''] = peers.split(':');
      const witnesses = scenarios.get(name)?.witnesses ?? [];
      assert.ok(witnesses.map((says) => `${name}: ${says}`).includes(peers), `nobody sees "${peers}"`);
    }
    assert.ok(isJudged(row), 'neither a storm nor a sweep objects to it');
    if (storm !== null && 'why' in storm) assert.notEqual(storm.why, '', 'why does no storm see it?');
  });
}
