import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { VirtualClock } from '../../simulator/clock.ts';
import { TokenBucket } from '../../simulator/throttle.ts';

/** Requests on a bucket: how long before each one, and how many tokens it wants. */
const requests = fc.array(
  fc.record({ waitMs: fc.integer({ min: 0, max: 3000 }), count: fc.integer({ min: 1, max: 6 }) }),
  { minLength: 1, maxLength: 40 },
);
const shapes = fc.record({
  bucket: fc.integer({ min: 1, max: 20 }),
  refill: fc.integer({ min: 1, max: 10 }),
});

/** Makes the requests one after the other; tells for each when it was made, what it wanted and whether it got it. */
async function request(
  shape: { readonly bucket: number; readonly refill: number },
  given: readonly { readonly waitMs: number; readonly count: number }[],
) {
  const clock = new VirtualClock(0);
  const bucket = new TokenBucket(shape, clock);
  const results: { atMs: number; count: number; granted: boolean }[] = [];
  for (const { waitMs, count } of given) {
    await clock.driveUntil(clock.nowMs() + waitMs);
    results.push({ atMs: clock.nowMs(), count, granted: bucket.take(count) });
  }
  return results;
}

test('in any stretch of time a bucket gives at most its size and what was refilled meanwhile', async () => {
  const law = fc.asyncProperty(shapes, requests, async (shape, given) => {
    const granted = (await request(shape, given)).filter((each) => each.granted);
    for (const [from, first] of granted.entries()) {
      let given = 0;
      for (const { atMs, count } of granted.slice(from)) {
        given += count;
        const most = shape.bucket + ((atMs - first.atMs) / 1000) * shape.refill;
        assert.ok(given <= most + 1e-6, `${given} of at most ${most}`);
      }
    }
  });
  await fc.assert(law, { seed: 6, numRuns: 60 });
});

test('a bucket refuses only what it does not hold: it starts full, and a refusal takes nothing', async () => {
  const law = fc.asyncProperty(shapes, requests, async (shape, given) => {
    let held = shape.bucket;
    let lastMs = 0;
    for (const { atMs, count, granted } of await request(shape, given)) {
      held = Math.min(shape.bucket, held + ((atMs - lastMs) / 1000) * shape.refill);
      lastMs = atMs;
      // Where the two differ by a rounding, either answer is right.
      if (Math.abs(held - count) > 1e-6) assert.equal(granted, held >= count);
      if (granted) held -= count;
    }
  });
  await fc.assert(law, { seed: 7, numRuns: 60 });
});

test('a bucket that was left alone is full and no fuller', async () => {
  const clock = new VirtualClock(0);
  const bucket = new TokenBucket({ bucket: 3, refill: 0.5 }, clock);
  assert.deepEqual([bucket.take(3), bucket.take()], [true, false]);
  await clock.driveUntil(2000);
  assert.deepEqual([bucket.take(), bucket.take()], [true, false]);
  await clock.driveUntil(3_600_000);
  assert.deepEqual([bucket.take(4), bucket.take(3), bucket.take()], [false, true, false]);
});
