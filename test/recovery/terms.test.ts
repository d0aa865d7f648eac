import assert from 'node:assert/strict';
import test from 'node:test';
import { laterOf } from '../../recovery/terms.ts';

const early = '2026-11-02T00:00:59.500Z';
const late = '2026-11-02T00:01:00Z';

test('of two instants the later one counts, in whatever precision, and one alone is the later', () => {
  assert.equal(laterOf(early, late), late);
  assert.equal(laterOf(late, early), late);
  assert.equal(laterOf(late, late), late);
  assert.equal(laterOf(early, undefined), early);
});
