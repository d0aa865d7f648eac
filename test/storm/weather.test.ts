import assert from 'node:assert/strict';
import test from 'node:test';
import { openInstallation } from '../../drill/installation.ts';
import { calm } from '../../drill/storm/calm.ts';
import { drawDisaster } from '../../drill/storm/draw.ts';
import { Pool } from '../../drill/storm/pool.ts';
import { failuresOf } from '../../drill/storm/shrink.ts';
import { summaryOfStorm } from '../../drill/storm/summary.ts';
import { disaster, ground, happen } from './ground.ts';

test('where nothing happens nothing is recovered', async () => {
  const weathered = await happen({});
  assert.deepEqual(weathered.outcomes, []);
  assert.deepEqual(failuresOf(weathered), []);
});

test('a lost Region is recovered, and nobody has to be asked', async () => {
  const outage = { scenario: 'primary-outage', atSeconds: 60, forSeconds: 3000, strength: 0.5 };
  const weathered = await happen({ kind: 'outage', mishaps: [outage] });
  assert.deepEqual(weathered.outcomes, ['recovered']);
  assert.deepEqual(weathered.unended, []);
  assert.deepEqual(weathered.orders, []);
});

test('what waits for a person comes to its end by the ways out that it names', async () => {
  const outage = { scenario: 'primary-outage', atSeconds: 60, forSeconds: 1500, strength: 0.5 };
  const weathered = await happen({ kind: 'outage', setting: 'approveTwice', mishaps: [outage] });
  assert.deepEqual(weathered.unended, []);
  assert.ok(weathered.orders.length > 0 && weathered.orders.every(({ isDone }) => isDone));
});

test('what does not end within its bound is told, with what holds it', async () => {
  const { plans, templates, world } = ground;
  const account = openInstallation({ plans, templates }, { world, seed: 1 });
  const { lambda, states } = account.sim.region('ap-northeast-1');
  lambda.faults.push(() => ({ kind: 'refuse' }));
  const recovery = 'shop-drill-1';
  const input = { plan: 'shop', recovery, run: 1 };
  states.start({ machineArn: account.machineArns.drill, name: `${recovery}-r1`, input });
  const { unended } = await calm(account, 'ap-northeast-1', ['shop'], 60);
  assert.deepEqual(unended, [`the execution ${recovery}-r1 does not end`]);
});

test('a drill that a schedule begins is weathered as well', async () => {
  const weathered = await happen({ kind: 'practice', seed: 2 });
  assert.deepEqual(weathered.outcomes, ['drilled']);
  assert.deepEqual(weathered.unended, []);
});

test('a storm is the same whatever number of threads it has, and again', async () => {
  const seeds = [19, 16, 20];
  const storm = async (threads: number, order: readonly number[]) => {
    const pool = new Pool(ground, threads);
    const ended = await Promise.all(order.map((seed) => pool.weather(drawDisaster(seed, ['shop']))));
    await pool.close();
    const sorted = ended.toSorted((a, b) => a.disaster.seed - b.disaster.seed);
    return JSON.stringify([summaryOfStorm(ended, 'again'), sorted]);
  };
  assert.equal(await storm(2, seeds), await storm(1, seeds.toSorted()));
});

test('what breaks in the rehearsal itself is a defect that names its disaster', async () => {
  const pool = new Pool(ground, 1);
  const nothingSuch = { scenario: 'no-such-thing', atSeconds: 1, forSeconds: 1, strength: 0 };
  const [broken, whole] = await Promise.all([
    pool.weather(disaster({ seed: 8, mishaps: [nothingSuch] })),
    pool.weather(disaster({ seed: 9 })),
  ]);
  await pool.close();
  assert.deepEqual(failuresOf(broken), ['defect']);
  assert.deepEqual(failuresOf(whole), [], 'the thread goes on with the next one');
  const { violations } = summaryOfStorm([broken, whole], 'again');
  assert.deepEqual(violations, [
    { seed: 8, checker: 'defect', message: 'TypeError: there is no scenario no-such-thing' },
  ]);
});
