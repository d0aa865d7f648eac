import assert from 'node:assert/strict';
import test from 'node:test';
import { buildWorld } from '../../simulator/world/build.ts';
import { criticalPath } from '../../simulator/world/model.ts';
import { worldOf } from '../../simulator/world/placed.ts';
import { watchLiveTraffic } from '../../simulator/world/traffic.ts';
import { openShop, putSwitch, readWorld, recoverInTokyo, switchTraffic, tokyo, webIds } from './shop.ts';

test('the chain of a failover goes from the promotion to the answer, each link as long as AWS took', async () => {
  const shop = await openShop();
  const { sim } = shop;
  const startMs = sim.clock.nowMs();
  const traffic = watchLiveTraffic(sim, { from: tokyo });
  await recoverInTokyo(shop);
  await switchTraffic(shop);
  await shop.until(() => traffic.answeredAtMs !== undefined);
  const { seconds, chain } = criticalPath(sim, { kind: 'failover', startMs });
  assert.deepEqual(
    chain.map(({ edge }) => edge),
    [
      'database promoted',
      'setting written',
      'application reloaded',
      'target healthy',
      'change in sync',
      'clients answered',
    ],
  );
  const lengths = Object.fromEntries(chain.map(({ edge, seconds: own }) => [edge, own]));
  const [database] = worldOf(sim).timeline.databases;
  assert.equal(lengths['database promoted'], (database!.toMs - database!.fromMs) / 1000);
  const { insyncAtMs } = sim.route53.zones.get('Z0123456789');
  assert.equal(lengths['clients answered'], (traffic.answeredAtMs! - insyncAtMs) / 1000);
  assert.ok(lengths['setting written']! < 3);
  assert.ok(lengths['target healthy']! <= 25, 'two checks, ten seconds apart, and the wait for the first');
  const whole = (traffic.answeredAtMs! - startMs) / 1000;
  assert.ok(seconds > 60 && seconds < whole, `${seconds} of ${whole}`);
});

test('a chain is never longer than the time that passed, also where a check counts a server while its reload ends', async () => {
  for (const seed of [5, 22, 29]) {
    const shop = await openShop(seed);
    const { sim } = shop;
    const startMs = sim.clock.nowMs();
    const traffic = watchLiveTraffic(sim, { from: tokyo });
    await recoverInTokyo(shop);
    await switchTraffic(shop);
    await shop.until(() => traffic.answeredAtMs !== undefined);
    const whole = (traffic.answeredAtMs! - startMs) / 1000;
    const { seconds, chain } = criticalPath(sim, { kind: 'failover', startMs });
    assert.ok(chain.some(({ edge }) => edge === 'application reloaded'));
    assert.ok(seconds > 60 && seconds <= whole, `seed ${seed}: ${seconds} of ${whole}`);
  }
});

test('traffic that a health check moves counts from the metric that was put to the health check that follows it', async () => {
  const shop = await openShop();
  const { sim } = shop;
  const [check = ''] = Object.keys(shop.world.healthChecks);
  const startMs = sim.clock.nowMs();
  const traffic = watchLiveTraffic(sim, { from: tokyo });
  await recoverInTokyo(shop);
  await putSwitch(shop, 'another.shop.example.com');
  await shop.wait(120);
  assert.equal(sim.route53.health.isHealthy(check), true, 'the alarm watches another name');
  const putMs = sim.clock.nowMs();
  await putSwitch(shop, 'app.shop.example.com');
  await shop.until(() => traffic.answeredAtMs !== undefined);
  assert.equal(sim.route53.health.isHealthy(check), false);
  const { chain } = criticalPath(sim, { kind: 'failover', startMs });
  const [turned, answered] = chain.slice(-2);
  assert.deepEqual(
    [turned?.edge, turned?.subject, answered?.edge],
    ['health check failed over', check, 'clients answered'],
  );
  assert.ok(turned!.seconds > 0 && turned!.seconds <= 60, `${turned!.seconds} s`);
  const whole = (traffic.answeredAtMs! - putMs) / 1000;
  assert.ok(
    turned!.seconds + answered!.seconds <= whole,
    `${turned!.seconds} + ${answered!.seconds} of ${whole}`,
  );
});

test('what nobody asked AWS for does not count: a wait between two requests leaves the chain as it is', async () => {
  const quick = await openShop();
  const quickMs = quick.sim.clock.nowMs();
  await recoverInTokyo(quick);
  const slow = await openShop();
  const slowMs = slow.sim.clock.nowMs();
  await slow.wait(3600);
  await recoverInTokyo(slow);
  const [a, b] = [
    criticalPath(quick.sim, { kind: 'drill', startMs: quickMs }),
    criticalPath(slow.sim, { kind: 'drill', startMs: slowMs }),
  ];
  assert.deepEqual(
    b.chain.map(({ edge }) => edge),
    a.chain.map(({ edge }) => edge),
  );
  // Checks of a target group come at their own phase, first when it registers and then when it is ready.
  assert.ok(Math.abs(b.seconds - a.seconds) <= 20, `${a.seconds} and ${b.seconds}`);
});

test('a server that others wait for decides: its boot, its agent, its volume and its mount', async () => {
  const shop = await openShop();
  const { sim } = shop;
  const startMs = sim.clock.nowMs();
  sim.region(tokyo).ssm.executionSeconds = ({ documentName }) => (documentName === 'test-mount' ? 300 : 1);
  const { workerId } = await recoverInTokyo(shop);
  // A promotion that was over before leaves the worker as the last.
  worldOf(sim).timeline.databases.splice(0);
  const { chain } = criticalPath(sim, { kind: 'failover', startMs, resources: [workerId] });
  const edges = chain.map(({ edge }) => edge);
  assert.deepEqual(edges, ['instance running', 'agent online', 'volume mounted', 'target healthy']);
  const life = worldOf(sim).timeline.lifeOf(tokyo, workerId)!;
  assert.equal(chain[0]?.seconds, (life.runningAtMs! - life.acceptedAtMs) / 1000);
  assert.equal(chain[1]?.seconds, (life.onlineAtMs! - life.runningAtMs!) / 1000);
});

test('only servers that became healthy since the start are looked at', async () => {
  const shop = await openShop();
  await recoverInTokyo(shop);
  const laterMs = shop.sim.clock.nowMs();
  assert.deepEqual(criticalPath(shop.sim, { kind: 'drill', startMs: laterMs }), { seconds: 0, chain: [] });
  const one = criticalPath(shop.sim, { kind: 'failover', startMs: 0, resources: [webIds[0]!] });
  assert.ok(one.chain.every(({ subject }) => subject !== webIds[1]));
});

test('without load balancers or commands the chain is the boot, the record and the cache', async () => {
  const world = readWorld('minimal');
  const sim = buildWorld(world, { seed: 1 });
  const wait = (seconds: number) => sim.clock.driveUntil(sim.clock.nowMs() + seconds * 1000);
  await wait(1);
  const startMs = sim.clock.nowMs();
  const traffic = watchLiveTraffic(sim, { from: 'eu-central-1' });
  const { ec2, guests } = sim.region('eu-central-1');
  const standing = ec2.instances.get('i-0a44c0ffee0000001')!;
  ec2.lifecycle.start(standing);
  while (!guests.isUp(standing.id)) await wait(1);
  assert.deepEqual(
    criticalPath(sim, { kind: 'drill', startMs }).chain.map(({ edge }) => edge),
    ['instance running', 'operating system up'],
    'nobody has asked the server yet',
  );
  const record = {
    ResourceRecordSet: {
      Name: 'minimal.example.com',
      Type: 'A',
      TTL: 60,
      ResourceRecords: [{ Value: '203.0.113.10' }],
    },
  };
  const batch = { HostedZoneId: 'Z0123456789', ChangeBatch: { Changes: [{ Action: 'UPSERT', ...record }] } };
  const caller = {
    accessKeyId: 'AKIAOPERATOR',
    arn: 'arn:aws:iam::123456789012:user/operator',
    userId: 'AIDA',
  };
  sim.addCaller(caller);
  const call = {
    service: 'route53',
    region: 'us-east-1',
    operation: 'ChangeResourceRecordSets',
    requestId: 'r',
    headers: {},
  } as const;
  await sim.clock.drive(sim.ask({ ...call, accessKeyId: caller.accessKeyId, input: batch }));
  while (traffic.answeredAtMs === undefined) await wait(1);
  assert.equal(traffic.target, '203.0.113.10');
  assert.deepEqual(
    criticalPath(sim, { kind: 'failover', startMs }).chain.map(({ edge }) => edge),
    ['instance running', 'operating system up', 'change in sync', 'clients answered'],
  );
});
