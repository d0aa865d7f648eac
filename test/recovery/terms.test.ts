import assert from 'node:assert/strict';
import test from 'node:test';
import { laterOf, newestOf } from '../../recovery/terms.ts';

const early = '2026-11-02T00:00:59.500Z';
const late = '2026-11-02T00:01:00Z';

test('of two instants the later one counts, in whatever precision, and one alone is the later', () => {
  assert.equal(laterOf(early, late), late);
  assert.equal(laterOf(late, early), late);
  assert.equal(laterOf(late, '2026-11-02T00:01:00.000Z'), late, 'of equals the first');
  assert.equal(laterOf(early, undefined), early);
});

test('of several with the same newest instant the last one is taken', () => {
  const items = [
    { id: 'a', at: late },
    { id: 'b', at: early },
    { id: 'c', at: late },
  ];
  assert.equal(newestOf(items, ({ at }) => at)?.id, 'c');
  assert.equal(
    newestOf([], () => late),
    undefined,
  );
});
