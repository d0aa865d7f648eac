import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { laws } from '../../drill/checkers.ts';
import { scenarios } from '../../drill/scenarios/scenarios.ts';
import { happen } from './ground.ts';

test('the scenarios are all of the known faults of AWS, F1 to F20', () => {
  const known = new Set(Object.values(scenarios).flatMap(({ facts = [] }) => facts));
  const all = Array.from({ length: 20 }, (_, n) => `F${n + 1}`);
  assert.deepEqual([...known].sort(), all.sort());
});

test('every scenario is shown by a test of its own', () => {
  const folder = new URL('./', import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('-scenarios.test.ts'));
  const text = files.map((file) => readFileSync(new URL(file, folder), 'utf8')).join('\n');
  const untested = Object.keys(scenarios).filter((name) => !text.includes(`'${name}'`));
  assert.deepEqual(untested, []);
});

test('the page of storms lists every law and every scenario, with its sentence and how likely it is', () => {
  const page = readFileSync(new URL('../../docs/storm.md', import.meta.url), 'utf8');
  const rows = Object.entries(scenarios).map(
    ([name, { says, probability }]) => `| \`${name}\` | ${says} | ${probability} |`,
  );
  assert.deepEqual(
    rows.filter((row) => !page.includes(row)),
    [],
  );
  assert.equal(page.match(/^\| `[a-z0-9-]+` \| [^|]+ \| [\d.]+ \|/gm)?.length, rows.length);
  assert.deepEqual(
    Object.keys(laws).filter((law) => !page.includes(`| \`${law}\` |`)),
    [],
  );
});

test('a lost Region is recovered though no event of EBS arrives and its servers come up with their data twice', async () => {
  const lasting = { atSeconds: 30, forSeconds: 3000, strength: 0.5 };
  const mishaps = ['primary-outage', 'restore-events-lost', 'copies-mounted'].map((scenario) => ({
    scenario,
    ...lasting,
  }));
  const { outcomes, violations } = await happen({ kind: 'outage', mishaps });
  assert.deepEqual([outcomes, violations], [['recovered'], []]);
});

test('a promotion that RDS gives up is asked for again, and the recovery goes on', async () => {
  const mishaps = [
    { scenario: 'primary-outage', atSeconds: 30, forSeconds: 5000, strength: 0.5 },
    { scenario: 'promotions-given-up', atSeconds: 0, forSeconds: 420, strength: 0.9 },
  ];
  const { outcomes, violations, unended } = await happen({ kind: 'outage', mishaps });
  assert.deepEqual([outcomes, violations, unended], [['recovered'], [], []]);
});
