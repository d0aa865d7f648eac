import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { longestChain, type Step } from '../../simulator/world/chain.ts';

function step(id: string, seconds: number, ...after: string[]): Step {
  return { id, edge: id, subject: 'x', seconds, after };
}

test('the longest chain goes through the later of two predecessors', () => {
  const { seconds, chain } = longestChain([
    step('running', 20),
    step('available', 5),
    step('attached', 3, 'running', 'available'),
    step('online', 60, 'running'),
    step('mounted', 4, 'attached', 'online'),
  ]);
  assert.equal(seconds, 84);
  assert.deepEqual(
    chain.map(({ edge, seconds: own }) => [edge, own]),
    [
      ['running', 20],
      ['online', 60],
      ['mounted', 4],
    ],
  );
});

test('a predecessor that never happened holds nothing up', () => {
  assert.equal(longestChain([step('healthy', 10, 'reloaded')]).seconds, 10);
});

test('nothing takes no time', () => {
  assert.deepEqual(longestChain([]), { seconds: 0, chain: [] });
});

test('a step that waits for itself is a defect', () => {
  assert.throws(() => longestChain([step('a', 1, 'b'), step('b', 1, 'a')]), RangeError);
});

test('the length of the chain is the sum of its links, and no step alone is longer', () => {
  const graph = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.array(fc.nat(), { maxLength: 3 })), {
      maxLength: 12,
    })
    .map((rows) =>
      rows.map(([seconds, before], index) =>
        step(
          String(index),
          seconds,
          ...before.filter(() => index > 0).map((n) => String(n % Math.max(index, 1))),
        ),
      ),
    );
  fc.assert(
    fc.property(graph, (steps) => {
      const { seconds, chain } = longestChain(steps);
      assert.equal(
        seconds,
        chain.reduce((sum, link) => sum + link.seconds, 0),
      );
      assert.ok(steps.every((one) => one.seconds <= seconds));
    }),
    { seed: 7 },
  );
});
