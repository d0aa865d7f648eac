import assert from 'node:assert/strict';
import test from 'node:test';
import { run, scratchFile, textOf } from './run.ts';

test('a drill through bundles that were not made with its plan is refused, and says what to do', async () => {
  const plan = scratchFile(
    'elsewhere.yaml',
    textOf('plans/shop.yaml').replace('plan: shop', 'plan: elsewhere'),
  );
  const { exitCode, stderr } = await run(
    'drill',
    plan,
    '--world',
    'shop',
    '--bundles',
    '--out',
    `${plan}.out`,
  );
  assert.equal(exitCode, 1);
  assert.match(
    stderr,
    /--bundles: (there are none in dist\/|those in dist\/ were made without the plan elsewhere); npm run bundle/,
  );
});

test('a deployed stack runs its own bundles', async () => {
  const { exitCode, stderr } = await run('drill', 'shop', '--aws', '--bundles');
  assert.equal(exitCode, 1);
  assert.match(stderr, /--bundles is for a rehearsal in memory/);
});
