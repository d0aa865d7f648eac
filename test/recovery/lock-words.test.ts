/** What a run that may not act is told: why, and what a person can do. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { ActiveRecord } from '../../recovery/ledger.ts';
import { concludedBefore, mayNotAct } from '../../recovery/lock.ts';

const at = '2026-03-02T09:00:00.000Z';
const lock: ActiveRecord = { nonce: 'n', recovery: 'shop-1', kind: 'failover', at, run: 1 };
const asks = { plan: 'shop', recovery: 'shop-1', run: 1 };
const counts = { done: 0, total: 0 };
const lost = {
  status: 'failed',
  code: 'LockLost',
  unblock: 'see what holds the lock with lifeboat status; nothing more is done by this run',
  counts,
};
const abort = (by: string) => ({ by, at, reason: 'false alarm' });

test('an aborted failover is continued, an aborted drill is started anew', () => {
  assert.deepEqual(mayNotAct({ ...lock, abort: abort('kim') }, asks), {
    status: 'failed',
    code: 'Aborted',
    reason: `kim aborted shop-1 at ${at}: false alarm`,
    unblock: 'lifeboat continue shop-1 goes on with it',
    counts,
  });
  assert.deepEqual(mayNotAct({ ...lock, kind: 'drill', abort: abort('kim') }, asks), {
    status: 'failed',
    code: 'Aborted',
    reason: `kim aborted shop-1 at ${at}: false alarm`,
    unblock: 'start a new drill when it suits',
    counts,
  });
});

test('a failover that the janitor marked was interrupted, and is held; a drill that it marked is over', () => {
  assert.deepEqual(mayNotAct({ ...lock, abort: abort('janitor') }, asks), {
    status: 'held',
    code: 'Interrupted',
    reason: 'shop-1 was interrupted: false alarm',
    unblock: 'lifeboat continue shop-1 goes on with it, doing only what is missing',
    counts,
  });
  const drill = mayNotAct({ ...lock, kind: 'drill', abort: abort('janitor') }, asks);
  assert.equal(drill?.status === 'failed' && drill.code, 'Aborted');
});

test('a drill whose plan was taken is told by whom and when', () => {
  const preempted = {
    status: 'failed',
    code: 'Preempted',
    reason: `a failover took the plan shop from shop-1: shop-2, at ${at}`,
    unblock: 'drill again when the failover is over',
    counts,
  };
  assert.deepEqual(mayNotAct({ ...lock, recovery: 'shop-2' }, asks), preempted);
  const taken = [
    { recovery: 'shop-0', run: 1, takenBy: 'shop-9', takenAt: at },
    { recovery: 'shop-1', run: 1, takenBy: 'shop-2', takenAt: at },
  ];
  assert.deepEqual(mayNotAct({ ...lock, recovery: 'shop-3', preempted: taken }, asks), preempted);
});

test('a lock that is lost says who holds it', () => {
  const reason = (holder: string) => `shop-1 no longer holds the lock of the plan shop: ${holder}`;
  assert.deepEqual(mayNotAct(undefined, asks), { ...lost, reason: reason('nobody holds it') });
  assert.deepEqual(mayNotAct({ ...lock, releasedAt: at }, asks), {
    ...lost,
    reason: reason('nobody holds it'),
  });
  const drill = { ...lock, recovery: 'shop-2', kind: 'drill' } as const;
  assert.deepEqual(mayNotAct(drill, asks), { ...lost, reason: reason('shop-2 holds it') });
  assert.deepEqual(mayNotAct({ ...drill, releasedAt: at }, asks), {
    ...lost,
    reason: reason('nobody holds it'),
  });
});

test('a run that is over is told by which one', () => {
  assert.deepEqual(mayNotAct({ ...lock, run: 2 }, asks), {
    ...lost,
    reason: 'the run 1 of shop-1 is over: the run 2 has begun',
  });
  assert.deepEqual(concludedBefore(asks, 3), {
    ...lost,
    reason: 'the run 1 of shop-1 is over: the run 3 has been concluded',
  });
});

test('an execution beside another of its run is told its name', () => {
  assert.deepEqual(mayNotAct({ ...lock, execution: 'e-1' }, { ...asks, execution: 'e-2' }), {
    status: 'failed',
    code: 'BesideAnother',
    reason: 'the execution e-1 is the run 1 of shop-1: e-2 does nothing beside it',
    unblock: 'lifeboat status shop shows how that one stands',
    counts,
  });
  const { run: _, ...before } = lock;
  const first = mayNotAct({ ...before, execution: 'e-1' }, { ...asks, execution: 'e-2' });
  assert.equal(
    first?.status === 'failed' && first.code,
    'BesideAnother',
    'a lock without a run is of the first',
  );
  const second = mayNotAct({ ...before, execution: 'e-1' }, { ...asks, run: 2, execution: 'e-2' });
  assert.equal(second, undefined, 'a later run acts before it has written itself down');
  const other = mayNotAct({ ...lock, recovery: 'shop-2', execution: 'e-1' }, { ...asks, execution: 'e-2' });
  assert.equal(other?.status === 'failed' && other.code, 'Preempted', 'another recovery is not beside it');
});
