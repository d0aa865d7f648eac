/** Where a drill runs, what it asks its copies, and the settings that it writes. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Plan } from '../../recovery/plan/plan.ts';
import { isolationProblem } from '../../recovery/steps/preflight.ts';
import { resolveSettings } from '../../recovery/steps/settings.ts';
import { insidePath, throughName } from '../../recovery/steps/verify.ts';
import { shopPlan } from './plans.ts';

const one = ['subnet-1'];
const two = ['subnet-1', 'subnet-2'];
const out = (subnet: string, what: string) => ({ subnet, what });

test('subnets that nothing leads out of are a place for a drill', () => {
  assert.equal(isolationProblem(two, { found: [], absent: [] }), undefined);
});

test('subnets that are not there fail the drill, whatever is known of the others', () => {
  assert.deepEqual(isolationProblem(two, { found: [out('subnet-1', 'igw-1')], absent: two }), {
    status: 'failed',
    code: 'DrillSubnetAbsent',
    reason: 'drill.network names subnet-1, subnet-2, which the recovery Region does not have',
    unblock: 'create the subnets, or correct the plan',
  });
});

test('a way out fails the drill, and says how many more there are', () => {
  const open = (subnets: readonly string[], ...found: readonly ReturnType<typeof out>[]) =>
    isolationProblem(subnets, { found, absent: [] });
  assert.deepEqual(open(one, out('subnet-1', 'igw-1')), {
    status: 'failed',
    code: 'DrillNetworkOpen',
    reason: 'drill subnet subnet-1 leads out by igw-1; a drill runs only in a subnet that leads nowhere',
    unblock: 'remove the route, or name other subnets under drill.network',
  });
  assert.equal(
    open(two, out('subnet-1', 'igw-1'), out('subnet-2', 'pcx-1'))?.reason,
    'drill subnet subnet-1 leads out by igw-1 (and 1 more); a drill runs only in subnets that lead nowhere',
  );
});

test('a check asks the same path and query from inside, and the live name in place of its own', () => {
  const url = 'https://recovery.shop.example.com:8443/healthz?deep=1';
  assert.equal(insidePath(url), '/healthz?deep=1');
  assert.equal(throughName(url, 'app.shop.example.com.'), 'https://app.shop.example.com:8443/healthz?deep=1');
  assert.equal(throughName(url, 'a.b'), 'https://a.b:8443/healthz?deep=1');
});

test('settings get their references filled in, below the prefix of a drill; what has no value yet is named once', () => {
  const plan: Plan = {
    ...shopPlan(),
    settings: [
      { parameter: '/shop/db', value: 'pg://${ databases.orders.endpoint }/${databases.orders.endpoint}' },
      { parameter: '/shop/cache', value: '${servers.cache.ip} or ${ servers.cache.ip }' },
    ],
  };
  assert.deepEqual(resolveSettings(plan, '/lifeboat/drill/d', { 'databases.orders.endpoint': 'db' }), {
    settings: [
      { parameter: '/lifeboat/drill/d/shop/db', value: 'pg://db/db' },
      { parameter: '/lifeboat/drill/d/shop/cache', value: '${servers.cache.ip} or ${ servers.cache.ip }' },
    ],
    missing: ['servers.cache.ip'],
  });
});
