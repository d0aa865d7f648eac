/** What is true of every lock and everybody who asks: the laws that the rows of lock.test.ts are examples of. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type ActiveRecord, mayTakeLock } from '../../recovery/ledger.ts';
import { mayNotAct } from '../../recovery/lock.ts';

const runs = { seed: 20261121, numRuns: 500 };
const at = '2026-11-02T00:03:00.000Z';
const recoveries = fc.constantFrom('shop-1', 'shop-2', 'shop-3');
const kinds = fc.constantFrom('drill', 'failover');
const executions = fc.option(fc.constantFrom('e-1', 'e-2'), { nil: undefined });

const locks: fc.Arbitrary<ActiveRecord> = fc
  .record({
    recovery: recoveries,
    kind: kinds,
    run: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    execution: executions,
    isAborted: fc.boolean(),
    isReleased: fc.boolean(),
  })
  .map(({ recovery, kind, run, execution, isAborted, isReleased }) => ({
    nonce: 'n',
    recovery,
    kind,
    at,
    ...(run !== undefined && { run }),
    ...(execution !== undefined && { execution }),
    ...(isAborted && { abort: { by: 'kim', at, reason: 'a false alarm' } }),
    ...(isReleased && { releasedAt: at }),
  }));

const claimants = fc
  .record({ recovery: recoveries, run: fc.integer({ min: 1, max: 3 }), execution: executions })
  .map(({ execution, ...asks }) => ({
    plan: 'shop',
    ...asks,
    ...(execution !== undefined && { execution }),
  }));

const mayAct = (lock: ActiveRecord | undefined, asks: Parameters<typeof mayNotAct>[1]) =>
  mayNotAct(lock, asks) === undefined;

test('of two recoveries at most one may act, whatever the lock says', () => {
  fc.assert(
    fc.property(fc.option(locks, { nil: undefined }), claimants, claimants, (lock, one, other) => {
      if (one.recovery !== other.recovery) assert.ok(!mayAct(lock, one) || !mayAct(lock, other));
    }),
    runs,
  );
});

test('nobody acts but the recovery that holds the lock, and only while it neither was stopped nor let go', () => {
  let acted = 0;
  fc.assert(
    fc.property(locks, claimants, (lock, asks) => {
      if (!mayAct(lock, asks)) return;
      acted++;
      assert.equal(lock.recovery, asks.recovery);
      assert.deepEqual([lock.abort, lock.releasedAt], [undefined, undefined]);
      assert.ok((lock.run ?? 1) <= asks.run, 'a later run has begun');
    }),
    runs,
  );
  assert.ok(acted > 20, `${acted} acted`);
});

test('who may not act is told why and what to do, and never writes a record that says it works', () => {
  fc.assert(
    fc.property(fc.option(locks, { nil: undefined }), claimants, (lock, asks) => {
      const standing = mayNotAct(lock, asks);
      if (!standing) return;
      assert.ok(standing.status === 'failed' || standing.status === 'held');
      for (const words of [standing.code, standing.reason, standing.unblock]) {
        assert.ok(words.length > 0 && !/undefined|\[object/.test(words), words);
      }
    }),
    runs,
  );
});

test('a lock is taken only from nobody, from oneself, or by a failover from a drill', () => {
  fc.assert(
    fc.property(fc.option(locks, { nil: undefined }), recoveries, kinds, (lock, recovery, kind) => {
      const isFree = !lock || lock.releasedAt !== undefined || lock.recovery === recovery;
      const yields = lock?.kind === 'drill' && kind === 'failover';
      assert.equal(mayTakeLock(lock, { recovery, kind }), isFree || yields);
    }),
    runs,
  );
});

test('whoever took the lock may act, and whoever was refused may not', () => {
  fc.assert(
    fc.property(fc.option(locks, { nil: undefined }), recoveries, kinds, (lock, recovery, kind) => {
      const asks = { plan: 'shop', recovery, run: 1 };
      if (mayTakeLock(lock, { recovery, kind })) {
        assert.ok(mayAct({ nonce: 'n', recovery, kind, at, run: 1 }, asks));
      } else {
        assert.ok(!mayAct(lock, asks));
      }
    }),
    runs,
  );
});
