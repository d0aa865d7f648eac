import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Disaster } from '../../drill/storm/disaster.ts';
import { drawDisaster } from '../../drill/storm/draw.ts';
import type { Ended } from '../../drill/storm/pool.ts';
import { failuresOf, shrink } from '../../drill/storm/shrink.ts';

/** What a world would answer that breaks exactly when all of `needed` are in a disaster. */
function world(needed: ReadonlySet<string>, count: { runs: number }) {
  return (disaster: Disaster): Promise<Ended> => {
    count.runs += 1;
    const parts = partsOf(disaster);
    const fails = [...needed].every((part) => parts.includes(part));
    const violations = fails ? [{ checker: 'someLaw', message: 'it is broken' }] : [];
    return Promise.resolve({
      disaster,
      outcomes: [],
      violations,
      unended: [],
      seconds: 0,
      calls: 0,
      evidence: [],
      orders: [],
    });
  };
}

function partsOf({ mishaps, orders }: Disaster): readonly string[] {
  return [...mishaps.map((one) => JSON.stringify(one)), ...orders.map((one) => JSON.stringify(one))];
}

test('a failing disaster is shrunk to exactly what it needs to fail', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(2000), fc.array(fc.nat(40), { maxLength: 4 }), async (seed, places) => {
      const drawn = drawDisaster(seed, ['shop']);
      const parts = partsOf(drawn);
      const needed = new Set(places.flatMap((place) => parts[place] ?? []));
      const count = { runs: 0 };
      const smallest = await shrink(drawn, 'someLaw', world(needed, count));
      assert.deepEqual([...partsOf(smallest)].sort(), [...needed].sort());
      assert.equal(smallest.setting, 'usual');
      assert.equal(smallest.seed, drawn.seed, 'chance stays what it was');
      assert.ok(count.runs <= 2 + parts.length ** 2, `${count.runs} runs for ${parts.length} parts`);
    }),
    { seed: 7, numRuns: 150 },
  );
});

test('what is shrunk fails in the same way, not in another', async () => {
  const drawn = drawDisaster(3, ['shop']);
  const parts = partsOf(drawn);
  const happen = (disaster: Disaster): Promise<Ended> =>
    Promise.resolve(
      partsOf(disaster).length === parts.length
        ? { disaster, defect: 'it broke' }
        : { ...weathered, disaster },
    );
  const weathered = {
    outcomes: [],
    violations: [{ checker: 'another', message: 'also broken' }],
    unended: [],
    seconds: 0,
    calls: 0,
    evidence: [],
    orders: [],
  };
  assert.deepEqual(await shrink({ ...drawn, setting: 'usual' }, 'defect', happen), {
    ...drawn,
    setting: 'usual',
  });
  assert.deepEqual(failuresOf(await happen({ ...drawn, mishaps: [] })), ['another']);
});
