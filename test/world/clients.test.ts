import assert from 'node:assert/strict';
import test from 'node:test';
import { StopInstancesCommand } from '@aws-sdk/client-ec2';
import { buildWorld } from '../../simulator/world/build.ts';
import { clientsFrom } from '../../simulator/world/clients.ts';
import { worldOf } from '../../simulator/world/placed.ts';
import { watchLiveTraffic } from '../../simulator/world/traffic.ts';
import {
  ec2In,
  openShop,
  readWorld,
  recoverInTokyo,
  type Shop,
  seoul,
  switchTraffic,
  tokyo,
} from './shop.ts';

const live = 'https://app.shop.example.com/healthz';
const recovery = 'https://recovery.shop.example.com/healthz';

function get(shop: Shop, url: string, from = 'us-west-2', timeoutSeconds = 5) {
  return shop.drive(clientsFrom(shop.sim, from, 'test').http.get(url, { timeoutSeconds }));
}

test('the live name leads to the healthy application, at the cost of some time', async () => {
  const shop = await openShop();
  const beginMs = shop.sim.clock.nowMs();
  assert.deepEqual(await get(shop, live), { status: 200, body: '{"healthy":true,"missing":[]}' });
  const tookMs = shop.sim.clock.nowMs() - beginMs;
  assert.ok(tookMs > 0 && tookMs < 5000);
});

test('a load balancer without targets answers 503', async () => {
  const shop = await openShop();
  const answer = await get(shop, recovery);
  assert.ok('status' in answer);
  assert.equal(answer.status, 503);
  assert.match(answer.body, /has no registered targets/);
});

test('a load balancer whose targets all are down answers 504', async () => {
  const shop = await openShop();
  const { elbv2 } = shop.sim.region(seoul);
  for (const { id } of elbv2.targets('shop-web')) {
    await shop.drive(ec2In(shop, seoul).send(new StopInstancesCommand({ InstanceIds: [id] })));
  }
  const answer = await get(shop, live);
  assert.equal('status' in answer && answer.status, 504);
});

test('an unhealthy application answers 503 and says what it lacks', async () => {
  const shop = await openShop();
  shop.sim.region(seoul).guests.of('i-0a22c0ffee0000003').mounts.clear();
  await shop.wait(30);
  const answer = await get(shop, live);
  assert.ok('status' in answer);
  assert.equal(answer.status, 503);
  assert.match(answer.body, /\/srv\/data is not mounted/);
});

test('another path than the health check is not found', async () => {
  const shop = await openShop();
  const answer = await get(shop, 'https://app.shop.example.com/cart');
  assert.equal('status' in answer && answer.status, 404);
});

test('a name that nobody has does not resolve', async () => {
  const shop = await openShop();
  assert.deepEqual(await get(shop, 'https://shop.example.net/healthz'), {
    failed: 'shop.example.net does not resolve (NXDOMAIN)',
  });
});

test('a Region that is down never answers: the whole time-out passes', async () => {
  const shop = await openShop();
  worldOf(shop.sim).silentRegions.add(seoul);
  const beginMs = shop.sim.clock.nowMs();
  assert.deepEqual(await get(shop, live), { failed: 'no answer within 5 s' });
  assert.equal(shop.sim.clock.nowMs() - beginMs, 5000);
});

test('from a Region that is down nobody is reached', async () => {
  const shop = await openShop();
  worldOf(shop.sim).silentRegions.add('us-west-2');
  assert.deepEqual(await get(shop, live), { failed: 'no answer within 5 s' });
  const { dns } = clientsFrom(shop.sim, 'us-west-2', 'test');
  assert.deepEqual(await shop.drive(dns.resolve('app.shop.example.com', 'A')), {
    failed: 'us-west-2 is cut off',
  });
});

test('an answer that comes after the time-out is none', async () => {
  const shop = await openShop();
  assert.deepEqual(await get(shop, live, 'us-west-2', 0.000001), { failed: 'no answer within 0.000001 s' });
});

test('a port without a listener is silent', async () => {
  const shop = await openShop();
  assert.deepEqual(await get(shop, 'https://app.shop.example.com:9000/healthz'), {
    failed: 'no answer within 5 s',
  });
});

test('a resolver says the old answer until its time to live has passed', async () => {
  const shop = await openShop();
  const { dns } = clientsFrom(shop.sim, tokyo, 'test');
  const ask = () => shop.drive(dns.resolve('app.shop.example.com', 'CNAME'));
  const old = { values: ['shop-prod-0987654321.ap-northeast-2.elb.amazonaws.com'], ttlSeconds: 60 };
  await switchTraffic(shop);
  const { zones } = shop.sim.route53;
  await shop.until(() => zones.get('Z0123456789').insyncAtMs - shop.sim.clock.nowMs() < 2000);
  assert.deepEqual(await ask(), old);
  await shop.wait(50);
  assert.deepEqual(await ask(), old, 'the change is in sync, the cache is not over');
  await shop.wait(10);
  assert.deepEqual(await ask(), {
    values: ['shop-dr-1234567890.ap-northeast-1.elb.amazonaws.com'],
    ttlSeconds: 60,
  });
});

test('a type that nobody asks for, and a record that is not there, are failures', async () => {
  const shop = await openShop();
  const { dns } = clientsFrom(shop.sim, tokyo, 'test');
  assert.deepEqual(await shop.drive(dns.resolve('app.shop.example.com', 'SPF')), {
    failed: 'no resolver asks for SPF',
  });
  assert.deepEqual(await shop.drive(dns.resolve('app.shop.example.com', 'AAAA')), {
    failed: 'app.shop.example.com has no AAAA record (NOERROR)',
  });
});

test('users are answered from Tokyo when the change is in sync and their caches have ended, not before', async () => {
  const shop = await openShop();
  const traffic = watchLiveTraffic(shop.sim, { from: tokyo });
  await recoverInTokyo(shop);
  assert.equal(traffic.firstAnsweredAtMs, undefined, 'healthy, but the name still leads to Seoul');
  await switchTraffic(shop);
  await shop.until(() => traffic.answeredAtMs !== undefined);
  const { insyncAtMs } = shop.sim.route53.zones.get('Z0123456789');
  assert.ok(traffic.firstAnsweredAtMs! >= insyncAtMs);
  assert.ok(traffic.answeredAtMs! > traffic.firstAnsweredAtMs!, 'caches end at different times');
  assert.ok(traffic.answeredAtMs! <= insyncAtMs + 62_000, 'and none is kept beyond its time to live');
  assert.equal(traffic.target, 'shop-dr-1234567890.ap-northeast-1.elb.amazonaws.com');
});

test('a record that leads to an unhealthy application is not an answer', async () => {
  const shop = await openShop();
  const traffic = watchLiveTraffic(shop.sim, { from: tokyo });
  await switchTraffic(shop);
  await shop.wait(600);
  assert.equal(traffic.answeredAtMs, undefined);
});

test('watching ends when it is told to, and after its time', async () => {
  const shop = await openShop();
  const stopped = watchLiveTraffic(shop.sim, { from: tokyo });
  const short = watchLiveTraffic(shop.sim, { from: tokyo, forSeconds: 30 });
  stopped.stop();
  await recoverInTokyo(shop);
  await switchTraffic(shop);
  await shop.wait(300);
  assert.equal(stopped.answeredAtMs, undefined);
  assert.equal(short.answeredAtMs, undefined);
});

test('a server without a load balancer refuses what it does not listen to, and is silent while it is off', async () => {
  const sim = buildWorld(readWorld('minimal'), { seed: 1 });
  await sim.clock.driveUntil(sim.clock.nowMs() + 1000);
  const ask = (url: string) =>
    sim.clock.drive(clientsFrom(sim, 'eu-north-1', 'test').http.get(url, { timeoutSeconds: 5 }));
  assert.deepEqual(await ask('http://minimal.example.com/healthz'), {
    status: 200,
    body: '{"healthy":true,"missing":[]}',
  });
  assert.deepEqual(await ask('http://minimal.example.com:9000/healthz'), { failed: 'connection refused' });
  assert.deepEqual(await ask('http://recovery.minimal.example.com/healthz'), {
    failed: 'no answer within 5 s',
  });
});
