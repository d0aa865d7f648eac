import assert from 'node:assert/strict';
import test from 'node:test';
import { tagKeys } from '../../recovery/identity.ts';
import type { ObservedVolume } from '../../recovery/observed.ts';
import { restoredAgeOf } from '../../recovery/steps/evidence.ts';
import { planRestoredVolumes } from '../../recovery/steps/restored-volumes.ts';
import { runCases } from '../cases.ts';
import { shopPlan } from './plans.ts';

const plan = shopPlan();
const times = { openedAt: '2026-03-02T09:00:00.000Z', now: '2026-03-02T09:01:00.000Z' };

interface Given {
  /** States of the volumes that were made, oldest first. */
  readonly volumes?: readonly ObservedVolume['state'][];
  /** They are of another item. */
  readonly others?: true;
  readonly created?: readonly { readonly id: string; readonly at: string }[];
  readonly zones?: readonly string[];
  readonly snapshots?: readonly { readonly id: string; readonly startedAt: string }[];
}

const newest = [
  { id: 'snap-old', startedAt: '2026-03-02T08:10:00.000Z' },
  { id: 'snap-new', startedAt: '2026-03-02T08:30:00.000Z' },
];

runCases<Given>(new URL('cases/restored-volumes.json', import.meta.url), (given) => {
  const { volumes = [], created = [], zones = ['zone-a', 'zone-c'], snapshots = newest } = given;
  const planned = planRestoredVolumes(
    plan,
    'shop-drill-1',
    {
      volumes: volumes.map((state, n) => ({
        id: `vol-${n}`,
        zone: 'zone-a',
        state,
        tags: { [tagKeys.item]: given.others ? 'volumes.logs' : 'volumes.data' },
      })),
      created: created.length > 0 ? { data: created } : {},
      zones,
      snapshots:
        snapshots.length > 0
          ? { data: snapshots.map((snapshot) => ({ ...snapshot, state: 'completed', tags: {} })) }
          : {},
    },
    times,
  );
  return { ...planned, count: planned.actions.length };
});

test('what a restore drill brought back is as old as what it was made from; what it did not bring back has no age', () => {
  const snapshots = { data: { id: 'snap-new', startedAt: '2026-03-02T08:30:00.000Z' } };
  const orders = { snapshot: 'shop-orders-daily', snapshotAt: '2026-03-02T06:00:00.000Z' };
  const ages = restoredAgeOf(plan, { databases: { orders }, snapshots }, times.openedAt);
  assert.deepEqual(
    ages.map(({ item, leastSeconds, mostSeconds, basis }) => [item, leastSeconds, mostSeconds, basis]),
    [
      ['databases.orders', 10_800, 10_800, 'snapshot shop-orders-daily of 2026-03-02T06:00:00.000Z'],
      ['volumes.data', 1800, 1800, 'snapshot snap-new of 2026-03-02T08:30:00.000Z'],
    ],
  );
  for (const half of [{ snapshot: 'shop-orders-daily' }, { snapshotAt: '2026-03-02T06:00:00.000Z' }]) {
    const [age] = restoredAgeOf(plan, { databases: { orders: half }, snapshots }, times.openedAt);
    assert.equal(age?.basis, 'no snapshot was restored');
  }
  const unknown = restoredAgeOf(plan, { databases: {}, snapshots: {} }, times.openedAt);
  assert.deepEqual(
    unknown.map(({ mostSeconds, basis }) => [mostSeconds, basis]),
    [
      [undefined, 'no snapshot was restored'],
      [undefined, 'no snapshot was chosen'],
    ],
  );
});
