import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stepNames } from '../../recovery/terms.ts';
import { archive } from '../../stack/archive.ts';
import { type Bundle, bundle } from '../../stack/bundle.ts';
import { compilePlans } from '../../stack/plans.ts';
import { responseFunctionNames } from '../../stack/response.ts';

const megabyte = 1_000_000;
const scratch = mkdtempSync(join(tmpdir(), 'lifeboat-bundle-'));
let bundles: readonly Bundle[] = [];

before(async () => {
  bundles = await bundle({ outDirectory: join(scratch, 'dist') });
});
after(() => rmSync(scratch, { recursive: true, force: true }));

test('every function becomes one module of at most 1.5 MB', () => {
  assert.deepEqual(
    bundles.map(({ name }) => name),
    [...stepNames, ...responseFunctionNames].sort(),
  );
  for (const { name, bytes, directory } of bundles) {
    assert.equal(readFileSync(join(directory, 'index.mjs')).length, bytes);
    assert.ok(bytes <= 1.5 * megabyte, `${name} has ${bytes} bytes`);
  }
});

test('the compiled plans lie beside every bundle', async () => {
  const plans = await compilePlans(join(import.meta.dirname, '../../plans'));
  assert.ok(plans.some(({ plan }) => plan === 'shop'));
  for (const { directory } of bundles) {
    assert.deepEqual(
      JSON.parse(readFileSync(join(directory, 'plans.json'), 'utf8')),
      JSON.parse(JSON.stringify(plans)),
    );
  }
});

test('a bundle runs on its own, finds its plans, and keeps the names that the machine catches', async (t) => {
  // The one line that a function logs about a defect.
  t.mock.method(process.stdout, 'write', () => true);
  for (const { directory } of bundles) {
    const { handler } = (await import(join(directory, 'index.mjs'))) as {
      handler: (event: unknown, context: object) => Promise<unknown>;
    };
    await assert.rejects(handler({ recovery: 'x' }, {}), { name: 'InvalidInput' });
  }
});

test('the same bundle makes the same archive, byte for byte', async () => {
  const [first] = bundles;
  const [one, two] = [join(scratch, 'one.zip'), join(scratch, 'two.zip')];
  for (const path of [one, two]) await archive(first?.directory ?? '', 'dist/first', path);
  assert.deepEqual(readFileSync(one), readFileSync(two));
  const names = readFileSync(one)
    .toString('latin1')
    .match(/dist\/first\/[a-z.]+/g);
  assert.deepEqual([...new Set(names)], ['dist/first/index.mjs', 'dist/first/plans.json']);
});

test('a plan with an error stops the build and says where and how to go on', async () => {
  const plans = mkdtempSync(join(scratch, 'plans-'));
  writeFileSync(join(plans, 'broken.yaml'), 'plan: broken\nregion: x\n');
  await assert.rejects(bundle({ outDirectory: join(scratch, 'none'), planDirectory: plans }), {
    name: 'InvalidPlans',
    message: /broken\.yaml:2: region: /,
  });
});

test('two plans of one name stop the build', async () => {
  const plans = mkdtempSync(join(scratch, 'plans-'));
  const text = readFileSync(join(import.meta.dirname, '../../plans/minimal.yaml'), 'utf8');
  for (const file of ['a.yaml', 'b.yaml']) writeFileSync(join(plans, file), text);
  await assert.rejects(compilePlans(plans), {
    name: 'InvalidPlans',
    message: /b\.yaml: another file has a plan named/,
  });
});
