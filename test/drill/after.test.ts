import assert from 'node:assert/strict';
import test from 'node:test';
import { type Responded, respond } from '../../drill/respond.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { Template } from '../../simulator/cloudformation/deploy.ts';
import { AwsError } from '../../simulator/errors.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { faults as worldFaults } from '../../simulator/world/faults.ts';
import { packagedTemplates } from '../../stack/template.ts';
import { assertPhases, assertReadable, hurry, shopPlan, shopWorld, tokyo } from './shop.ts';

const templates = (await packagedTemplates()) as { recovery: Template; witness: Template };
const shop: Plan = { ...shopPlan(), after: ['orders'] };

/** A service that the shop needs, with the same probes: nothing but a setting to write. */
function ordersPlan(mode: Plan['trigger']['mode'] = 'automatic'): Plan {
  const { reload: _, fence: __, ...rest } = shopPlan();
  return {
    ...rest,
    plan: 'orders',
    trigger: { ...rest.trigger, mode },
    databases: [],
    servers: [],
    volumes: [],
    verify: [],
    traffic: [],
    settings: [{ parameter: '/orders/region', value: tokyo }],
  };
}

const hurried = 'an AWS that takes a tenth of its time';
Object.assign(worldFaults, { [hurried]: { says: hurried, apply: hurry } });

function outage(orders: Plan, forSeconds?: number, ...faults: readonly string[]): Promise<Responded> {
  return respond({
    plans: [shop, orders],
    world: shopWorld(),
    seed: 7,
    faults: ['primary-outage', ...faults],
    templates,
    occurrences: [],
    ...(forSeconds !== undefined && { forSeconds }),
  });
}

test('a plan begins only once the one that it comes after has been recovered, and loses no more than a minute', async () => {
  const { recoveries, decisions, unrecorded } = await outage(ordersPlan(), undefined, hurried);
  assert.deepEqual(unrecorded, []);
  assert.deepEqual(
    recoveries.map(({ plan, outcome }) => [plan, outcome]),
    [
      ['orders', 'recovered'],
      ['shop', 'recovered'],
    ],
  );
  const [first = assert.fail(), second = assert.fail()] = recoveries;
  const gapSeconds = (Date.parse(second.startedAt) - Date.parse(first.endedAt ?? '')) / 1000;
  assert.ok(gapSeconds > 0 && gapSeconds <= 75, `${gapSeconds} s`);
  // Users see the shop; the setting of the other plan is answered by nobody.
  assertPhases(second);
  const waits = decisions.filter(({ blockedBy }) => blockedBy === 'After');
  assert.ok(waits.length > 0);
  for (const { plan, reason, unblock } of waits) {
    assert.deepEqual([plan, unblock], ['shop', null], 'nobody is needed for what passes by itself');
    assertReadable(reason.replace(/: the probe .*$/, ''));
    assert.match(reason, /but it waits for orders \(orders/);
  }
});

test('one whose predecessor is not recovered waits, and says once how to go on', async () => {
  const { recoveries, decisions, account } = await outage(ordersPlan('observe'), 600);
  assert.deepEqual(recoveries, []);
  const [stuck = assert.fail(), ...more] = decisions.filter(
    ({ blockedBy, unblock }) => blockedBy === 'After' && unblock !== null,
  );
  assert.deepEqual(more, []);
  assertReadable(stuck.reason.replace(/: the probe .*$/, ''));
  assert.match(stuck.reason, /waits for orders \(orders is held itself \(Observe\)\)/);
  assert.match(stuck.unblock ?? '', /lifeboat failover shop goes without it/);
  const told = account.sim.region(tokyo).sns.published.map(({ message }) => message);
  assert.equal(told.filter((message) => message.includes('held itself')).length, 1);
});

const unreadable = 'records of orders that cannot be read';

test('nobody goes first because it could not be seen who comes before', async () => {
  const apply = (sim: Simulator) => {
    sim.faults.push(({ operation }, input) => {
      const { Key = '' } = input as { readonly Key?: string };
      const isHidden = operation === 'GetObject' && Key === ledgerKeys.lastDecision('orders');
      return isHidden ? { kind: 'error', error: new AwsError('AccessDenied', 'no', 403) } : undefined;
    });
  };
  Object.assign(worldFaults, { [unreadable]: { says: 'what a test does to the world', apply } });
  const { recoveries, decisions } = await outage(ordersPlan('observe'), 300, unreadable);
  assert.deepEqual(recoveries, []);
  const ofShop = decisions.filter(({ plan }) => plan === 'shop').map(({ analysis }) => analysis);
  assert.deepEqual([...new Set(ofShop)], ['LedgerUnreadable']);
});
