import assert from 'node:assert/strict';
import test from 'node:test';
import { openAccount } from '../../drill/account.ts';
import { type Judged, judge, leaksOf } from '../../drill/checkers.ts';
import { exitCodeOf } from '../../report/exit-code.ts';
import type { InventoryDifference } from '../../simulator/world/inventory.ts';
import {
  hurry,
  rehearseShop,
  replica,
  shopPlan,
  shopWorld,
  standingServers,
  template,
  tokyo,
} from './shop.ts';

const plan = shopPlan();
const world = shopWorld();
const nothing: InventoryDifference = { created: [], changed: [], deleted: [] };

/** The judges' objections to an account in which nothing was done but what is given. */
function judgeFresh(
  given: Pick<Judged, 'kind' | 'outcome'> & Partial<Judged>,
  calls: readonly string[] = [],
): readonly string[] {
  const { sim } = openAccount({ plan, world, template, seed: 7 });
  for (const operation of calls) {
    const call = {
      requestId: 'a',
      atMs: 0,
      service: 'rds',
      region: tokyo,
      operation,
      callerArn: '',
    } as const;
    sim.transcript.push({ ...call, outcome: 'ok' });
  }
  const judged = { sim, plan, recovery: 'shop-x-1', difference: nothing, ...given };
  return judge(judged).map(({ checker }) => checker);
}

test('a recovery that is called recovered in a Region that does not serve is a violation', () => {
  const found = judgeFresh({ kind: 'failover', outcome: 'recovered' });
  assert.ok(found.includes('recoveredServes'));
  assert.ok(found.includes('recoveredWrites'));
  assert.deepEqual(judgeFresh({ kind: 'failover', outcome: 'failed' }), []);
});

test('a drill that makes a call which it may never make is a violation', () => {
  for (const operation of [
    'PromoteReadReplica',
    'StartInstances',
    'ChangeResourceRecordSets',
    'RegisterTargets',
  ]) {
    const found = judgeFresh({ kind: 'drill', outcome: 'drilled' }, [operation]);
    assert.deepEqual(found, ['drillCallsNothingLive'], operation);
  }
  assert.deepEqual(judgeFresh({ kind: 'drill', outcome: 'drilled' }, ['RunInstances']), []);
});

test('whatever is gone or changed after a drill is a violation, whatever is new is a leak', () => {
  const resource = { region: tokyo, type: 'instance', id: standingServers[0]! };
  const change = { resource, path: 'state', before: 'stopped', after: 'running' };
  const given = { kind: 'drill', outcome: 'drilled' } as const;
  assert.deepEqual(judgeFresh({ ...given, difference: { ...nothing, deleted: [resource] } }), [
    'drillHurtsNothing',
  ]);
  assert.deepEqual(judgeFresh({ ...given, difference: { ...nothing, changed: [change] } }), [
    'drillHurtsNothing',
  ]);
  const { sim } = openAccount({ plan, world, template, seed: 7 });
  const judged = {
    ...given,
    sim,
    plan,
    recovery: 'shop-x-1',
    difference: { ...nothing, created: [resource] },
  };
  assert.deepEqual(leaksOf(judged), [resource]);
});

test('a live server that somebody tags during a drill is found by its own sweep and by the judges', async () => {
  const { evidence } = await rehearseShop({
    kind: 'drill',
    seed: 45,
    sabotage: (sim) => {
      hurry(sim);
      sim.clock.after(30_000, () => {
        sim.region(tokyo).ec2.instances.get(standingServers[0]!)!.tags['Owner'] = 'somebody else';
      });
    },
  });
  assert.equal(evidence.outcome, 'failed');
  assert.match(
    evidence.reason ?? '',
    new RegExp(`${standingServers[0]} tags was .* and is .*Owner=somebody else`),
  );
  assert.deepEqual(
    evidence.violations.map(({ checker }) => checker),
    ['drillHurtsNothing'],
  );
  assert.match(evidence.violations[0]?.message ?? '', /tags\.Owner/);
  assert.equal(exitCodeOf(evidence), 3);
});

test('a replica that somebody promotes during a drill is found', async () => {
  const { evidence } = await rehearseShop({
    kind: 'drill',
    seed: 45,
    sabotage: (sim) => {
      hurry(sim);
      const { rds } = sim.region(tokyo);
      sim.clock.after(30_000, () => {
        delete rds.instances.get(replica)!.replicaSource;
      });
    },
  });
  assert.equal(evidence.outcome, 'failed');
  assert.ok(evidence.violations.some(({ message }) => message.includes(replica)));
});
