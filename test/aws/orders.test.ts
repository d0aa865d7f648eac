import assert from 'node:assert/strict';
import test from 'node:test';
import { type Ledger, openLedger } from '../../aws/ledger.ts';
import {
  abort,
  acknowledge,
  approve,
  giveUp,
  nextRun,
  type Order,
  pause,
  unpause,
} from '../../aws/operator/orders.ts';
import { type ActiveRecord, ledgerKeys, type PauseRecord } from '../../recovery/ledger.ts';
import { emptyAccount } from './account.ts';

const order: Order = {
  by: 'ana',
  at: '2026-03-02T09:00:00.000Z',
  comment: 'a test of the grid',
  nonce: 'n1',
};
const active: ActiveRecord = {
  nonce: 'opened',
  recovery: 'shop-failover-1',
  kind: 'failover',
  at: '2026-03-02T08:00:00.000Z',
  run: 1,
};

/** Runs against a ledger in memory and gives back what its work found. */
function withLedger<T>(work: (ledger: Ledger) => Promise<T>): Promise<T> {
  const { sim, access } = emptyAccount();
  sim.s3.createBucket({ name: 'ledger', region: 'ap-northeast-1', versioned: true });
  return sim.clock.drive(work(openLedger(access(), 'ledger')));
}

async function valueAt(ledger: Ledger, key: string): Promise<unknown> {
  const found = await ledger.read(key);
  assert.ok(found.ok);
  return found.value?.value;
}

test('a pause says who, when and why; a second one is refused with the first; lifting it keeps the record', async () => {
  await withLedger(async (ledger) => {
    assert.ok((await pause(ledger, { plan: 'shop' }, order)).ok);
    const again = await pause(ledger, { plan: 'shop' }, { ...order, by: 'ben', nonce: 'n2' });
    assert.ok(!again.ok && again.kind === 'notNow');
    assert.match(again.reason, /paused by ana .* a test of the grid/);
    const lift = { ...order, by: 'ben', comment: 'the grid holds', nonce: 'n3' };
    assert.ok((await unpause(ledger, { plan: 'shop' }, lift)).ok);
    const { by, liftedAt, lifted } = (await valueAt(ledger, ledgerKeys.pause('shop'))) as PauseRecord;
    assert.deepEqual([by, liftedAt, lifted], ['ana', order.at, { by: 'ben', comment: 'the grid holds' }]);
    assert.ok(!(await unpause(ledger, { plan: 'shop' }, { ...order, nonce: 'n4' })).ok);
  });
});

test('the brake is another record than any plan’s pause', async () => {
  await withLedger(async (ledger) => {
    assert.ok((await pause(ledger, 'all', order)).ok);
    assert.equal(await valueAt(ledger, ledgerKeys.pause('shop')), undefined);
    assert.equal(((await valueAt(ledger, ledgerKeys.brake)) as { by: string }).by, 'ana');
  });
});

/** It recovered, and nobody holds the lock. */
const over = { ...active, releasedAt: order.at };

test('only a recovery that there was can be acknowledged, and the first acknowledgement stays', async () => {
  await withLedger(async (ledger) => {
    assert.ok(!(await acknowledge(ledger, 'shop', order, undefined)).ok);
    const drill = { ...active, recovery: 'shop-drill-1', kind: 'drill' } as const;
    assert.ok(!(await acknowledge(ledger, 'shop', order, drill)).ok);
    const period = {
      nonce: 'p',
      recovery: active.recovery,
      from: order.at,
      until: '2026-03-02T15:00:00.000Z',
    };
    await ledger.write(ledgerKeys.period('shop'), period);
    const early = await acknowledge(ledger, 'shop', order, active);
    assert.match(!early.ok && early.kind === 'notNow' ? early.reason : '', /still holds the plan shop/);
    await acknowledge(ledger, 'shop', order, over);
    const second = await acknowledge(ledger, 'shop', { ...order, by: 'ben', nonce: 'n2' }, over);
    assert.equal(second.ok && second.value.acknowledged?.by, 'ana');
    assert.equal(second.ok && second.value.until, period.until);
  });
});

test('a failover that a person started is acknowledged too, and not in the place of an automatic one after it', async () => {
  await withLedger(async (ledger) => {
    const done = await acknowledge(ledger, 'shop', order, over);
    assert.deepEqual(done.ok && [done.value.recovery, done.value.until, done.value.acknowledged?.by], [
      active.recovery,
      order.at,
      'ana',
    ]);
    // Decided, and not open yet: the lock still names the one before it.
    const until = '2026-03-02T15:00:00.000Z';
    const period = { nonce: 'p', recovery: 'shop-failover-2', from: order.at, until };
    await ledger.write(ledgerKeys.period('shop'), period);
    const next = await acknowledge(ledger, 'shop', { ...order, nonce: 'n2' }, over);
    assert.deepEqual(next.ok && [next.value.recovery, next.value.until], ['shop-failover-2', until]);
  });
});

test('an abort marks the recovery that holds the plan and no other', async () => {
  await withLedger(async (ledger) => {
    assert.ok(!(await abort(ledger, 'shop', active.recovery, order)).ok);
    await ledger.write(ledgerKeys.active('shop'), active);
    const other = await abort(ledger, 'shop', 'shop-failover-2', order);
    assert.ok(!other.ok && other.kind === 'notNow' && /shop-failover-1 holds/.test(other.reason));
    assert.ok((await abort(ledger, 'shop', active.recovery, order)).ok);
    const marked = (await valueAt(ledger, ledgerKeys.active('shop'))) as ActiveRecord;
    assert.deepEqual(marked.abort, { by: 'ana', at: order.at, reason: 'a test of the grid' });
    await ledger.write(ledgerKeys.active('shop'), { ...active, releasedAt: order.at });
    assert.ok(!(await abort(ledger, 'shop', active.recovery, { ...order, nonce: 'n9' })).ok);
  });
});

test('of two who abort a recovery the second is told who was first; the first may say it again', async () => {
  await withLedger(async (ledger) => {
    await ledger.write(ledgerKeys.active('shop'), active);
    assert.ok((await abort(ledger, 'shop', active.recovery, order)).ok);
    assert.ok((await abort(ledger, 'shop', active.recovery, { ...order, nonce: 'n7' })).ok);
    const second = await abort(ledger, 'shop', active.recovery, { ...order, by: 'bob', nonce: 'n8' });
    assert.match(
      'reason' in second ? second.reason : '',
      /^ana has asked .* to stop already, at .*: a test of the grid$/,
    );
    const marked = (await valueAt(ledger, ledgerKeys.active('shop'))) as ActiveRecord;
    assert.equal(marked.abort?.by, 'ana');
  });
});

test('a next run lifts the abort, counts on, and of two people who continue at once one is told so', async () => {
  await withLedger(async (ledger) => {
    await ledger.write(ledgerKeys.active('shop'), {
      ...active,
      abort: { by: 'x', at: order.at, reason: 'y' },
    });
    const runs = await Promise.all([
      nextRun(ledger, 'shop', active.recovery, 1, order),
      nextRun(ledger, 'shop', active.recovery, 1, { ...order, nonce: 'n2' }),
    ]);
    assert.deepEqual(runs.map((run) => run.ok && run.value).sort(), [2, false]);
    const late = runs.find((run) => !run.ok);
    assert.ok(late && !late.ok && late.kind === 'notNow');
    assert.equal(((await valueAt(ledger, ledgerKeys.active('shop'))) as ActiveRecord).abort, undefined);
  });
});

test('an ended recovery is given up with its record kept, and not once somebody has continued it', async () => {
  await withLedger(async (ledger) => {
    await ledger.write(ledgerKeys.active('shop'), active);
    await nextRun(ledger, 'shop', active.recovery, 1, order, { acceptsChangedPlan: true });
    const run2 = (await valueAt(ledger, ledgerKeys.active('shop'))) as ActiveRecord;
    assert.deepEqual([run2.run, run2.planAcceptedBy], [2, 'ana']);
    const late = await giveUp(ledger, 'shop', active.recovery, 1, { ...order, nonce: 'n2' });
    assert.ok(!late.ok && late.kind === 'notNow' && /run 2 .* since/.test(late.reason));
    assert.ok((await giveUp(ledger, 'shop', active.recovery, 2, { ...order, nonce: 'n3' })).ok);
    const over = (await valueAt(ledger, ledgerKeys.active('shop'))) as ActiveRecord;
    assert.deepEqual([over.releasedAt, over.abort?.reason], [order.at, order.comment]);
    const again = await nextRun(ledger, 'shop', active.recovery, 2, { ...order, nonce: 'n4' });
    assert.ok(!again.ok && again.kind === 'notNow');
  });
});

test('an approval lies under its writer’s name and gathers what it overrides', async () => {
  await withLedger(async (ledger) => {
    const where = { plan: 'shop', recovery: active.recovery };
    await approve(ledger, { ...where, overrides: ['LagTooHigh'] }, order);
    await approve(ledger, { ...where, overrides: ['FenceUnconfirmed'] }, { ...order, nonce: 'n2' });
    await approve(ledger, { ...where, overrides: [] }, { ...order, by: 'ben', nonce: 'n3' });
    const mine = await valueAt(ledger, ledgerKeys.approval('shop', active.recovery, 'ana'));
    assert.deepEqual((mine as { overrides: string[] }).overrides, ['FenceUnconfirmed', 'LagTooHigh']);
    const his = await valueAt(ledger, ledgerKeys.approval('shop', active.recovery, 'ben'));
    assert.deepEqual((his as { overrides: string[] }).overrides, []);
  });
});
