import assert from 'node:assert/strict';
import test from 'node:test';
import type { DatabaseItem } from '../../recovery/plan/plan.ts';
import { answersAgain } from '../../recovery/steps/gate.ts';
import { judgeLag, lossOf } from '../../recovery/steps/lag.ts';
import { instantAfter } from '../../recovery/terms.ts';
import { runCases } from '../cases.ts';

const onset = '2026-03-02T09:00:10.000Z';
const minute = (before: number) => instantAfter('2026-03-02T09:00:00.000Z', -60 * before);
const item = (maxLagSeconds: number): DatabaseItem => ({
  name: 'orders',
  replica: 'shop-orders-replica',
  maxLagSeconds,
  backupRetentionDays: 7,
  boundSeconds: 2700,
  drill: { snapshot: 'newest' },
});

/** Samples by minutes before 09:00, ten seconds before the onset; negative minutes are after it. */
runCases<{ maxLagSeconds: number; samples: Readonly<Record<string, number>> }>(
  new URL('cases/lag.json', import.meta.url),
  ({ maxLagSeconds, samples }) => {
    const taken = Object.entries(samples).map(([before, value]) => ({ at: minute(Number(before)), value }));
    const { lag, problem } = judgeLag(item(maxLagSeconds), taken, onset);
    return { lag: lag ?? null, code: problem?.code ?? null, idle: lag?.idle ?? null };
  },
);

test('a problem names the database, the replica, the lag and its limit', () => {
  const { problem } = judgeLag(item(300), [{ at: minute(1), value: 900 }], onset);
  assert.equal(
    problem?.reason,
    'databases.orders: shop-orders-replica was 900 s behind at 2026-03-02T08:59:00.000Z, more than the 300 s that the plan allows',
  );
});

test('the loss counts from the sample to the onset, and is unknown where the sample is too old', () => {
  assert.deepEqual(lossOf({ seconds: 4, at: minute(1) }, onset), { leastSeconds: 4, mostSeconds: 74 });
  assert.deepEqual(lossOf({ seconds: 240, at: minute(0), idle: true }, onset), {
    leastSeconds: 0,
    mostSeconds: 250,
  });
  assert.equal(lossOf({ seconds: 4, at: minute(3) }, onset), undefined);
});

const up = (from: string, at: string, value = 1) => new Map([[from, [{ at, value }]]]);

test('the primary answers again where a fresh sample of any vantage point is up', () => {
  const now = minute(0);
  assert.deepEqual(answersAgain(up('us-west-2', minute(1)), now), ['us-west-2']);
  const mixed = new Map([...up('ap-northeast-1', minute(1), 0), ...up('us-west-2', minute(2))]);
  assert.deepEqual(answersAgain(mixed, now), ['us-west-2']);
});

test('old good news, a failed sample and silence are no answer', () => {
  const now = minute(0);
  assert.deepEqual(answersAgain(up('us-west-2', minute(3)), now), []);
  assert.deepEqual(answersAgain(up('us-west-2', minute(1), 0), now), []);
  assert.deepEqual(answersAgain(new Map([['us-west-2', []]]), now), []);
  const downSince = new Map([
    [
      'us-west-2',
      [
        { at: minute(2), value: 1 },
        { at: minute(1), value: 0 },
      ],
    ],
  ]);
  assert.deepEqual(answersAgain(downSince, now), [], 'the newest sample speaks');
});
