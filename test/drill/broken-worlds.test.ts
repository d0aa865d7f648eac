import assert from 'node:assert/strict';
import test from 'node:test';
import { type RecoveryKind, recoveryKinds } from '../../recovery/terms.ts';
import { exitCodeOf } from '../../report/exit-code.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import {
  assertNothingLeft,
  assertSaysWhy,
  hurry,
  impatientPlan,
  rehearseShop,
  type ShopRehearsal,
  shopWorld,
  tokyo,
} from './shop.ts';
import { planOfRecord, worldOfRecord } from './simple-record.ts';

interface Broken extends Omit<ShopRehearsal, 'kind' | 'sabotage'> {
  readonly name: string;
  readonly sabotage?: (sim: Simulator) => void;
  /** What the reason must name, so that a person knows where to look. */
  readonly says: RegExp;
  /** Both where absent. */
  readonly kinds?: readonly RecoveryKind[];
}

const emptyRouteTable = '{ vpc: vpc-0d1111a0000000001, main: true } # nothing but the VPC itself';
const openRouteTable =
  '{ vpc: vpc-0d1111a0000000001, main: true, routes: { 10.1.0.0/16: pcx-0a11c0ffee0000001 } }';

const worlds: readonly Broken[] = [
  { name: 'without the replica', faults: ['no-replica'], says: /no DB instance shop-orders-replica/ },
  {
    name: 'without an image of the worker',
    faults: ['no-image'],
    says: /servers\.worker: no available image/,
  },
  { name: 'without a snapshot of the data', faults: ['no-snapshot'], says: /volumes\.data: no .*snapshot/ },
  {
    name: 'whose newest snapshot is older than the plan allows',
    faults: ['stale-snapshot'],
    says: /volumes\.data: .* is 24h25m old and the plan allows 1h/,
  },
  {
    name: 'in which the key of the data is disabled',
    faults: ['key-disabled'],
    says: /volumes\.data: .*snap-0a11c0ffee0000020/,
  },
  { name: 'without any capacity', faults: ['no-capacity-at-all'], says: /[Cc]apacity/ },
  {
    name: 'in which no agent comes online',
    faults: ['agent-offline-always'],
    says: /agent of i-[0-9a-f]+ is not online/,
  },
  {
    name: 'without a copied snapshot of the database',
    faults: ['no-database-snapshot'],
    kinds: ['drill'],
    says: /databases\.orders: no available snapshot/,
  },
  {
    name: 'whose drill subnets lead to production',
    world: shopWorld({ from: emptyRouteTable, to: openRouteTable }),
    kinds: ['drill'],
    says: /subnet-0d1111a0000000001 leads out by .*10\.1\.0\.0\/16 through pcx-0a11c0ffee0000001/,
  },
  {
    name: 'without one of the drill subnets',
    sabotage: (sim) => sim.region(tokyo).ec2.subnets.delete('subnet-0d1111a0000000003'),
    kinds: ['drill'],
    says: /subnet-0d1111a0000000003/,
  },
  {
    name: 'without the target group',
    plan: impatientPlan({ from: 'targetGroup: shop-web', to: 'targetGroup: shop-gone' }),
    says: /shop-gone/,
  },
  {
    name: 'without the hosted zone',
    plan: impatientPlan(planOfRecord, { from: 'zone: Z0123456789', to: 'zone: Z0999999999' }),
    world: shopWorld(worldOfRecord),
    says: /Z0999999999/,
  },
  {
    name: 'without the launch template',
    plan: impatientPlan({ from: 'template: shop-worker-dr', to: 'template: shop-worker-gone' }),
    kinds: ['failover'],
    says: /shop-worker-gone/,
  },
  {
    name: "without the drill's instance profile",
    plan: impatientPlan({ from: 'instanceProfile: shop-drill', to: 'instanceProfile: shop-gone' }),
    kinds: ['drill'],
    says: /shop-gone/,
  },
  {
    name: 'without the standing web servers',
    plan: impatientPlan({
      from: 'Environment: DR, App: shop, Role: web }',
      to: 'Environment: DR, App: shop, Role: gone }',
    }),
    kinds: ['failover'],
    says: /servers\.web: no instance .*Role=gone/,
  },
  {
    name: "without the shop's own document",
    plan: impatientPlan({ from: 'document: shop-reload', to: 'document: shop-gone' }),
    kinds: ['drill'],
    says: /reload: .*shop-gone/,
  },
];

for (const { name, says, kinds, sabotage, ...options } of worlds) {
  for (const kind of kinds ?? recoveryKinds) {
    test(`a ${kind} in a world ${name} ends 3 and says why${kind === 'drill' ? ', with everything taken away' : ''}`, async () => {
      const rehearsed = await rehearseShop({
        plan: impatientPlan(),
        ...options,
        kind,
        seed: 45,
        sabotage: (sim) => {
          hurry(sim);
          sabotage?.(sim);
        },
      });
      const { evidence } = rehearsed;
      assert.match(evidence.outcome, /^(held|failed)$/);
      assert.equal(exitCodeOf(evidence), 3);
      assert.equal(evidence.objectives.met, false);
      assertSaysWhy(evidence);
      assert.match(evidence.reason ?? '', says);
      assertNothingLeft(rehearsed);
      const unlocked = evidence.steps.find((step) => step.name === 'conclude');
      assert.ok(unlocked?.endedAt, 'it came to its conclusion');
    });
  }
}
