/** How long each step may work, for the shop and for a plan with nothing in it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { stepBoundSeconds } from '../../recovery/bounds.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { RecoveryKind, StepName } from '../../recovery/terms.ts';
import { shopPlan } from './plans.ts';

const shop = shopPlan();
const bare: Plan = (({ reload: _reload, fence: _fence, ...rest }) => ({
  ...rest,
  servers: [],
  volumes: [],
  databases: [],
  verify: [],
}))(shop);
const longer = <Item extends { readonly boundSeconds: number }>(items: readonly Item[]) => [
  ...items.map((item) => ({ ...item, boundSeconds: item.boundSeconds / 2 })),
  ...items,
];

const rows: readonly (readonly [StepName, shop: number, bare: number])[] = [
  ['open', 600, 600],
  ['servers', 900, 300],
  ['volumes', 1500, 600],
  ['mounts', 2100, 1200],
  ['gate', 3600, 3600],
  ['fence', 120, 120],
  ['databases', 2700, 300],
  ['settings', 300, 300],
  ['reload', 600, 300],
  ['verify', 600, 300],
  ['traffic', 28_800, 28_800],
  ['settle', 900, 900],
  ['cleanup', 6300, 3600],
  ['sweep', 900, 900],
  ['conclude', 3600, 3600],
];

for (const [step, ofShop, ofBare] of rows) {
  test(`${step} may take ${ofShop} s in the shop, and ${ofBare} s where the plan has nothing for it`, () => {
    const bound = (plan: Plan, kind: RecoveryKind = 'failover') => stepBoundSeconds(step, plan, kind);
    assert.deepEqual([bound(shop), bound(bare)], [ofShop, ofBare]);
    const extra = step === 'databases' || step === 'cleanup' ? 7200 : 0;
    const ofBareDrill = step === 'cleanup' ? ofBare : ofBare + extra;
    assert.deepEqual([bound(shop, 'drill'), bound(bare, 'drill')], [ofShop + extra, ofBareDrill]);
  });
}

test('of several items the slowest counts', () => {
  const many: Plan = {
    ...shop,
    servers: longer(shop.servers),
    volumes: longer(shop.volumes),
    databases: longer(shop.databases),
    verify: longer(shop.verify),
  };
  for (const [step, ofShop] of rows) assert.equal(stepBoundSeconds(step, many, 'failover'), ofShop, step);
});

test('a reload may take as long as the plan says', () => {
  const { reload } = shop;
  assert.ok(reload);
  const longer: Plan = { ...shop, reload: { ...reload, boundSeconds: 450 } };
  assert.equal(stepBoundSeconds('reload', longer, 'failover'), 450);
});

test('a fence that is required waits as long as an approval, and a little longer', () => {
  const { fence } = shop;
  assert.ok(fence);
  const bound = (required: boolean) =>
    stepBoundSeconds('fence', { ...shop, fence: { ...fence, required } }, 'failover');
  assert.deepEqual([bound(true), bound(false)], [3900, 120]);
});

test('a step without a bound is a defect of ours', () => {
  assert.throws(() => stepBoundSeconds('rest' as StepName, shop, 'failover'), /no bound for the step rest/);
});
