import assert from 'node:assert/strict';
import test from 'node:test';
import { Resolver } from '../../simulator/dns/resolver.ts';
import { openZone, zoneId } from './route53-zone.ts';

function openResolver(clientTtlTail: 'never' | 'always' = 'never') {
  const account = openZone();
  const { sim } = account;
  const point = (name: string, value: string, ttlSeconds: number, type: 'A' | 'CNAME' = 'CNAME') =>
    sim.route53.addRecord(zoneId, { name, type, data: { kind: 'values', ttlSeconds, values: [value] } });
  const resolver = new Resolver(sim, { name: 'clients', clientTtlTail });
  const address = () => resolver.resolve('app.shop.example.com', 'A').records.at(-1)?.value;
  return { ...account, point, resolver, address };
}

test('an answer is kept for its TTL and asked for again after', async () => {
  const { point, resolver, address, wait, sim } = openResolver();
  point('app.shop.example.com', '10.0.0.1', 60, 'A');
  const first = resolver.resolve('app.shop.example.com', 'A');
  assert.equal(first.fromCache, false);
  assert.equal(first.expiresAtMs, sim.clock.nowMs() + 60_000);
  point('app.shop.example.com', '10.0.0.2', 60, 'A');
  await wait(59);
  assert.equal(address(), '10.0.0.1');
  assert.equal(resolver.resolve('App.Shop.example.com.', 'A').fromCache, true);
  await wait(1);
  assert.equal(address(), '10.0.0.2');
});

test('a long TTL of a CNAME holds the old target although the target’s own TTL is short', async () => {
  const { point, address, wait } = openResolver();
  point('old.shop.example.com', '10.0.0.1', 60, 'A');
  point('new.shop.example.com', '10.0.0.2', 60, 'A');
  point('app.shop.example.com', 'old.shop.example.com', 3600);
  assert.equal(address(), '10.0.0.1');
  point('app.shop.example.com', 'new.shop.example.com', 60);
  await wait(3599);
  assert.equal(address(), '10.0.0.1');
  await wait(1);
  assert.equal(address(), '10.0.0.2');
});

test('the absence of a name is remembered for 15 minutes', async () => {
  const { point, resolver, wait } = openResolver();
  const ask = () => resolver.resolve('app.shop.example.com', 'A');
  assert.equal(ask().status, 'NXDOMAIN');
  point('app.shop.example.com', '10.0.0.1', 60, 'A');
  await wait(899);
  assert.equal(ask().status, 'NXDOMAIN');
  await wait(1);
  assert.equal(ask().status, 'NOERROR');
});

test('clients that ignore TTLs keep an answer ten times as long, until they start anew', async () => {
  const { point, resolver, address, wait } = openResolver('always');
  point('app.shop.example.com', '10.0.0.1', 60, 'A');
  assert.equal(address(), '10.0.0.1');
  point('app.shop.example.com', '10.0.0.2', 60, 'A');
  await wait(599);
  assert.equal(address(), '10.0.0.1');
  resolver.flush();
  assert.equal(address(), '10.0.0.2');
});

test('one resolver in ten ignores TTLs, and always the same ones', () => {
  const factors = () => {
    const { sim } = openZone();
    return Array.from(
      { length: 400 },
      (_, index) => new Resolver(sim, { name: `client-${index}` }).ttlFactor,
    );
  };
  const share = factors().filter((factor) => factor > 1).length / 400;
  assert.ok(share > 0.06 && share < 0.15, `${share}`);
  assert.deepEqual(factors(), factors());
});
