import assert from 'node:assert/strict';
import test from 'node:test';
import { openAccount } from '../../drill/account.ts';
import type { SceneGiven, Span } from '../../drill/checkers/scene.ts';
import { type Judged, judge, judgeScene, leaksOf, sceneOf } from '../../drill/checkers.ts';
import { exitCodeOf } from '../../report/exit-code.ts';
import { singleSample } from '../../simulator/cloudwatch/metric.ts';
import type { InventoryDifference } from '../../simulator/world/inventory.ts';
import { worldOf } from '../../simulator/world/placed.ts';
import {
  hurry,
  rehearseShop,
  replica,
  seoul,
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

test('a drill that puts a metric which moves traffic is a violation', () => {
  const { sim } = openAccount({ plan, world, template, seed: 7 });
  const [nowMs, dimensions] = [sim.clock.nowMs(), { Plan: 'shop', Name: 'app.shop.example.com' }];
  const put = (namespace: string) =>
    sim
      .region(tokyo)
      .cloudwatch.metrics.put({ namespace, name: 'Recovered', dimensions }, singleSample(nowMs, nowMs, 1));
  const found = (kind: 'drill' | 'failover') =>
    judge({ sim, plan, recovery: 'shop-x-1', difference: nothing, kind, outcome: 'failed' }).map(
      ({ checker }) => checker,
    );
  put('Lifeboat/Probe');
  assert.deepEqual(found('drill'), []);
  put('Lifeboat/Traffic');
  assert.deepEqual(found('drill'), ['drillMovesNoTraffic']);
  assert.deepEqual(found('failover'), []);
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

/** The judges' objections to one call in the primary Region. */
function judgeCall(kind: Judged['kind'], operation: string, by = plan): readonly string[] {
  const { sim } = openAccount({ plan, world, template, seed: 7 });
  const call = {
    requestId: 'a',
    atMs: 0,
    service: 'ec2',
    region: seoul,
    callerArn: '',
    outcome: 'ok',
  } as const;
  sim.transcript.push({ ...call, operation });
  return judge({ sim, plan: by, kind, recovery: 'shop-x-1', outcome: 'failed', difference: nothing }).map(
    ({ checker }) => checker,
  );
}

test('in the primary Region a failover may call what its fence calls, and a drill nothing of it', () => {
  const { fence: _none, ...unfenced } = plan;
  for (const operation of ['DescribeInstances', 'DescribeSecurityGroups', 'ModifyDBInstance']) {
    assert.deepEqual(judgeCall('failover', operation), [], operation);
    assert.deepEqual(judgeCall('drill', operation), ['primaryLeftAlone'], operation);
    assert.deepEqual(judgeCall('failover', operation, unfenced), ['primaryLeftAlone'], operation);
  }
  assert.deepEqual(judgeCall('failover', 'StopInstances'), []);
  assert.deepEqual(judgeCall('drill', 'DescribeAlarms'), []);
  for (const operation of ['TerminateInstances', 'DeleteDBInstance', 'StartInstances'])
    assert.deepEqual(judgeCall('failover', operation), ['primaryLeftAlone'], operation);
});

test("what changes in a failover and is not the plan's is a violation", () => {
  const given = { kind: 'failover', outcome: 'failed' } as const;
  const changedBy = (type: string, id: string, region = tokyo) => {
    const change = { resource: { region, type, id }, path: 'state', before: 'running', after: 'stopped' };
    return judgeFresh({ ...given, difference: { ...nothing, changed: [change] } });
  };
  assert.deepEqual(changedBy('instance', standingServers[0]!), []);
  assert.deepEqual(changedBy('dbInstance', 'shop-orders', seoul), []);
  for (const [type, id] of [
    ['instance', 'i-0b11b0000000000b1'],
    ['dbInstance', 'catalog'],
    ['parameter', '/catalog/endpoint'],
    ['record', 'Z0123456789|shop.example.com.|TXT|'],
  ] as const)
    assert.deepEqual(changedBy(type, id), ['onlyWhatIsOurs'], id);
});

test('an old primary that takes writes for minutes beside the promoted replica is a violation', () => {
  const judgeSplit = (seconds: number, ...silenced: readonly Span[]) => judgeIn(seconds, { silenced });
  const judgeIn = (seconds: number, given: Pick<SceneGiven, 'silenced' | 'struck'>) => {
    const { sim } = openAccount({ plan, world, template, seed: 7 });
    const split = { fromMs: 0, toMs: seconds * 1000, says: 'i-1 can write to shop-orders' };
    worldOf(sim).splits.splits.push(split);
    const failover = { plan, kind: 'failover', recovery: 'shop-x-1', outcome: 'failed' } as const;
    return judgeScene(sceneOf({ sim, difference: nothing, recoveries: [failover], ...given })).map(
      ({ checker }) => checker,
    );
  };
  const span = (fromSeconds: number, toSeconds: number): Span => ({
    fromMs: fromSeconds * 1000,
    toMs: toSeconds * 1000,
  });
  assert.deepEqual(judgeSplit(240), ['nobodysWritesSplit']);
  assert.deepEqual(judgeSplit(150), []);
  assert.deepEqual(judgeSplit(240, span(30, 100)), [], 'while Lifeboat could not act, it is not asked to');
  assert.deepEqual(judgeSplit(240, span(60, 110), span(30, 100)), [], 'of whatever overlaps, once');
  assert.deepEqual(
    judgeSplit(240, span(30, 50), span(30, 50)),
    ['nobodysWritesSplit'],
    'and no more than that',
  );
  assert.deepEqual(judgeSplit(240, span(-900, 30), span(230, 900)), ['nobodysWritesSplit']);
  const struck = [span(100, 200)];
  assert.deepEqual(judgeIn(350, { struck }), [], 'where calls fail, a try or three come to nothing');
  assert.deepEqual(judgeIn(370, { struck }), ['nobodysWritesSplit']);
  assert.deepEqual(
    judgeIn(350, { struck: [span(400, 500)] }),
    ['nobodysWritesSplit'],
    'later is another matter',
  );
});
