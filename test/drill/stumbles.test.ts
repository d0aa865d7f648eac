import assert from 'node:assert/strict';
import test from 'node:test';
import { worldOf } from '../../simulator/world/placed.ts';
import { happenInShop } from './respond.ts';
import { shopPlan, tokyo } from './shop.ts';

const minutes = 60_000;

test('an application that stumbles where it was recovered to is not recovered beside itself once the active period is over', async () => {
  const { decisions, recoveries } = await happenInShop({
    plan: shopPlan({ from: 'activePeriod: 6h', to: 'activePeriod: 30m' }),
    faults: ['primary-outage'],
    seed: 2,
    forSeconds: 62 * 60,
    sabotage: (sim) => {
      const { silentRegions } = worldOf(sim);
      sim.clock.after(50 * minutes, () => silentRegions.add(tokyo));
      sim.clock.after(58 * minutes, () => silentRegions.delete(tokyo));
    },
  });
  assert.deepEqual(
    recoveries.map(({ outcome }) => outcome),
    ['recovered'],
  );
  const held = decisions.filter(({ blockedBy }) => blockedBy === 'Unacknowledged');
  assert.equal(held.length, 1, 'it is told once');
  assert.match(held[0]?.reason ?? '', /has brought shop to ap-northeast-1, and nobody has taken it over/);
  assert.match(held[0]?.unblock ?? '', /lifeboat acknowledge shop/);
});
