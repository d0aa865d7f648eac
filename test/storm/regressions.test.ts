/** Disasters that once broke something, as a storm has shrunk them: `disaster-<seed>.json` under the name of what it was. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { parseDisaster } from '../../drill/storm/disaster-file.ts';
import { failuresOf } from '../../drill/storm/shrink.ts';
import { happen } from './ground.ts';

const folder = new URL('./regressions/', import.meta.url);

for (const file of readdirSync(folder).sort()) {
  const name = file.replace(/\.json$/, '').replaceAll('-', ' ');
  test(`${name}`, async () => {
    const weathered = await happen(parseDisaster(readFileSync(new URL(file, folder), 'utf8')));
    const { violations, unended } = weathered;
    assert.deepEqual({ violations, unended }, { violations: [], unended: [] });
    assert.deepEqual(failuresOf(weathered), []);
  });
}
