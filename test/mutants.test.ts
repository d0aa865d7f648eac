import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { root } from '../stack/places.ts';
import table from './mutants.json' with { type: 'json' };
import { mutants } from './peer/moto/mutants.ts';

const head = ['Mutant', 'What was broken', 'Caught by the suite', 'By the peers', 'By the storm'];

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

test('docs/mutants.md has the table of test/mutants.json', async () => {
  const text = await readFile(join(root, 'docs/mutants.md'), 'utf8');
  const rows = table.map(({ mutant, broken, suite, peers, storm }) =>
    row([mutant, broken, `\`${suite}\``, peers, storm ?? '–']),
  );
  const wanted = [row(head), row(head.map(() => '---')), ...rows].join('\n');
  const found = text.slice(text.indexOf('| Mutant')).trimEnd();
  assert.equal(found, wanted, `the table is to be:\n${wanted}`);
});

test('each mutant is made by the peer tests, and those who catch it are there', () => {
  assert.deepEqual(table.map(({ mutant }) => mutant).sort(), Object.keys(mutants).sort());
  for (const { mutant, suite, peers } of table) {
    assert.ok(existsSync(join(root, suite)), `${mutant}: there is no ${suite}`);
    const { name, witnesses } = mutants[mutant]!.scenario;
    assert.ok(
      witnesses.some((says) => peers === `${name}: ${says}`),
      `${mutant}: nobody sees "${peers}"`,
    );
  }
});
