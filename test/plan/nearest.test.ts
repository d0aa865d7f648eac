/** Which word was probably meant: the one that is a slip of the hand away, and none where none is. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { nearest } from '../../recovery/plan/nearest.ts';

const rows: readonly (readonly [written: string, known: readonly string[], meant: string | undefined])[] = [
  ['servers', ['servers'], 'servers'],
  ['Servers', ['servers'], 'servers'],
  ['servers', ['SERVERS'], 'SERVERS'],
  ['server', ['servers'], 'servers'],
  ['serverss', ['servers'], 'servers'],
  ['sarvers', ['servers'], 'servers'],
  ['esrvers', ['servers'], 'servers'],
  ['serversx', ['servers', 'serversy'], 'servers'],
  ['a', ['b'], 'b'],
  ['a', ['bc'], undefined],
  ['ab', ['cd'], undefined],
  ['ab', ['ba'], 'ba'],
  ['abc', ['axc'], 'axc'],
  ['xa', ['ay'], undefined],
  ['abc', ['xyc'], undefined],
  ['abcde', ['abxye'], undefined],
  ['abcdef', ['abxyef'], 'abxyef'],
  ['abcdef', ['badcef'], 'badcef'],
  ['abcdef', ['badcfe'], undefined],
  ['abcdefghi', ['xyzdefghi'], 'xyzdefghi'],
  ['abcdefghi', ['wxyzefghi'], undefined],
  ['abc', [], undefined],
  ['', ['a'], 'a'],
  ['', ['ab'], undefined],
  ['cat', ['bat', 'car'], 'bat'],
  ['cat', ['bats', 'car'], 'car'],
];

for (const [written, known, meant] of rows) {
  test(`of ${known.join(' and ') || 'nothing'}, "${written}" means ${meant ?? 'none'}`, () => {
    assert.equal(nearest(written, known), meant);
  });
}

/** Steps from one word to another, by the definition of optimal string alignment. */
function distance(from: string, to: string): number {
  if (from === '' || to === '') return from.length + to.length;
  const [a, b] = [from.slice(0, -1), to.slice(0, -1)];
  const steps = [
    distance(a, to) + 1,
    distance(from, b) + 1,
    distance(a, b) + (from.at(-1) === to.at(-1) ? 0 : 1),
  ];
  const isSwapped =
    from.length > 1 && to.length > 1 && from.at(-1) === to.at(-2) && from.at(-2) === to.at(-1);
  if (isSwapped) steps.push(distance(from.slice(0, -2), to.slice(0, -2)) + 1);
  return Math.min(...steps);
}

test('whatever is written, the word that is meant is the nearest, no further than a third of it', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
  fc.assert(
    fc.property(word, fc.uniqueArray(word, { maxLength: 4 }), (written, known) => {
      const allowed = Math.max(1, Math.floor(written.length / 3));
      const near = known.map((other) => distance(written, other));
      const best = Math.min(...near);
      assert.equal(nearest(written, known), best <= allowed ? known[near.indexOf(best)] : undefined);
    }),
    { seed: 20261121, numRuns: 150 },
  );
});
