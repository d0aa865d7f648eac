import assert from 'node:assert/strict';
import test from 'node:test';
import type { DnsAnswer, NameEntry } from '../../simulator/route53/answers.ts';
import { a, cname, create, openZone, weighted, zoneId } from './route53-zone.ts';

const balancerZone = 'Z0BALANCER';

function openNames() {
  const account = openZone();
  const balancers = new Map<string, NameEntry>([
    [
      'dr-alb.example.amazonaws.com.',
      { ttlSeconds: 60, values: { A: ['10.1.0.1', '10.1.0.2'] }, healthy: true },
    ],
  ]);
  account.sim.route53.addNames({ zoneIds: [balancerZone], lookup: (name) => balancers.get(name) });
  const answer = (name: string, id = 'client'): DnsAnswer => account.sim.route53.answer(name, 'A', { id });
  const values = (name: string, id?: string) => answer(name, id).records.map((record) => record.value);
  return { ...account, balancers, answer, values };
}

function alias(Name: string, DNSName: string, HostedZoneId = balancerZone, EvaluateTargetHealth = true) {
  return { Name, Type: 'A', AliasTarget: { HostedZoneId, DNSName, EvaluateTargetHealth } } as const;
}

test('CNAMEs are followed through the zone to a name of AWS', async () => {
  const { change, wait, answer } = openNames();
  await change(
    create(cname('app.shop.example.com', 'dr.shop.example.com')),
    create(cname('dr.shop.example.com', 'DR-alb.example.amazonaws.com', 300)),
  );
  await wait(181);
  const { status, records } = answer('APP.shop.example.com');
  assert.equal(status, 'NOERROR');
  assert.deepEqual(
    records.map(({ name, type, ttlSeconds }) => `${name} ${type} ${ttlSeconds}`),
    [
      'app.shop.example.com. CNAME 60',
      'dr.shop.example.com. CNAME 300',
      'dr-alb.example.amazonaws.com. A 60',
      'dr-alb.example.amazonaws.com. A 60',
    ],
  );
});

test('a CNAME to a name that nothing has ends in NXDOMAIN, and so does a loop', async () => {
  const { change, wait, answer } = openNames();
  await change(
    create(cname('gone.shop.example.com', 'gone.example.amazonaws.com')),
    create(cname('one.shop.example.com', 'two.shop.example.com')),
    create(cname('two.shop.example.com', 'one.shop.example.com')),
  );
  await wait(181);
  assert.equal(answer('gone.shop.example.com').status, 'NXDOMAIN');
  assert.equal(answer('one.shop.example.com').status, 'NXDOMAIN');
});

test('an alias answers under its own name with the addresses and the TTL of its target, also at the apex', async () => {
  const { change, wait, answer } = openNames();
  await change(create(alias('shop.example.com', 'dualstack.dr-alb.example.amazonaws.com')));
  await wait(181);
  assert.deepEqual(answer('shop.example.com').records[0], {
    name: 'shop.example.com.',
    type: 'A',
    ttlSeconds: 60,
    value: '10.1.0.1',
  });
});

test('an alias to a record of the zone answers what that record does', async () => {
  const { change, wait, values } = openNames();
  await change(
    create(a('x.shop.example.com', '10.0.0.1')),
    create(alias('y.shop.example.com', 'x.shop.example.com', zoneId)),
  );
  await wait(181);
  assert.deepEqual(values('y.shop.example.com'), ['10.0.0.1']);
});

test('an alias to a load balancer that is not there is refused', async () => {
  const { send, refusal } = openNames();
  const message = await refusal(send([create(alias('y.shop.example.com', 'none.example.amazonaws.com'))]));
  assert.match(message, /^InvalidChangeBatch: .*but that target was not found/);
});

test('an alias that looks at its target gives way when the targets are unhealthy', async () => {
  const { balancers, change, wait, values } = openNames();
  const entry = { ttlSeconds: 60, values: { A: ['10.2.0.1'] }, healthy: true };
  balancers.set('main-alb.example.amazonaws.com.', entry);
  const pair = [
    {
      ...alias('x.shop.example.com', 'main-alb.example.amazonaws.com'),
      SetIdentifier: 'main',
      Failover: 'PRIMARY' as const,
    },
    {
      ...alias('x.shop.example.com', 'dr-alb.example.amazonaws.com'),
      SetIdentifier: 'dr',
      Failover: 'SECONDARY' as const,
    },
  ];
  await change(...pair.map(create));
  await wait(181);
  assert.deepEqual(values('x.shop.example.com'), ['10.2.0.1']);
  balancers.set('main-alb.example.amazonaws.com.', { ...entry, healthy: false });
  assert.deepEqual(values('x.shop.example.com'), ['10.1.0.1', '10.1.0.2']);
});

test('weights share the answers, and nothing of weight 0 is answered while another is there', async () => {
  const { change, wait, values } = openNames();
  const sets = [
    weighted(a('x.shop.example.com', '10.0.0.1'), 'one', 3),
    weighted(a('x.shop.example.com', '10.0.0.2'), 'two', 1),
    weighted(a('x.shop.example.com', '10.0.0.3'), 'none', 0),
  ];
  await change(...sets.map(create));
  await wait(181);
  const counts = new Map<string, number>();
  for (let query = 0; query < 2000; query += 1) {
    const [value = ''] = values('x.shop.example.com', `client-${query % 20}`);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const share = (counts.get('10.0.0.1') ?? 0) / 2000;
  assert.ok(share > 0.71 && share < 0.79, `${share}`);
  assert.equal(counts.has('10.0.0.3'), false);
});

test('records that all weigh 0 are answered alike', async () => {
  const { change, wait, values } = openNames();
  await change(
    create(weighted(a('x.shop.example.com', '10.0.0.1'), 'one', 0)),
    create(weighted(a('x.shop.example.com', '10.0.0.2'), 'two', 0)),
  );
  await wait(181);
  const seen = new Set(Array.from({ length: 50 }, () => values('x.shop.example.com')[0]));
  assert.deepEqual([...seen].toSorted(), ['10.0.0.1', '10.0.0.2']);
});

test('the draws of one asker do not move those of another', async () => {
  const queries = async (others: number) => {
    const { change, wait, values } = openNames();
    await change(
      create(weighted(a('x.shop.example.com', '10.0.0.1'), 'one', 1)),
      create(weighted(a('x.shop.example.com', '10.0.0.2'), 'two', 1)),
    );
    await wait(181);
    return Array.from({ length: 20 }, () => {
      for (let other = 0; other < others; other += 1) values('x.shop.example.com', 'other');
      return values('x.shop.example.com', 'mine')[0];
    });
  };
  assert.deepEqual(await queries(3), await queries(0));
});

test('a wildcard answers for names that do not exist, and not below one that does', async () => {
  const { change, wait, values, answer } = openNames();
  await change(create(a('*.shop.example.com', '10.0.0.9')), create(a('b.shop.example.com', '10.0.0.1')));
  await wait(181);
  assert.deepEqual(values('new.shop.example.com'), ['10.0.0.9']);
  assert.deepEqual(values('deep.new.shop.example.com'), ['10.0.0.9']);
  assert.deepEqual(values('b.shop.example.com'), ['10.0.0.1']);
  assert.equal(answer('a.b.shop.example.com').status, 'NXDOMAIN');
});

test('a private zone is seen from inside the VPC only', () => {
  const { sim } = openNames();
  sim.route53.addHostedZone({ id: 'Z0INSIDE', name: 'shop.example.com', private: true });
  for (const [id, value] of [
    [zoneId, '203.0.113.1'],
    ['Z0INSIDE', '10.0.0.1'],
  ] as const) {
    sim.route53.addRecord(id, {
      name: 'x.shop.example.com',
      type: 'A',
      data: { kind: 'values', ttlSeconds: 60, values: [value] },
    });
  }
  const ask = (insideVpc: boolean) =>
    sim.route53.answer('x.shop.example.com', 'A', { id: 'client', insideVpc }).records[0]?.value;
  assert.equal(ask(false), '203.0.113.1');
  assert.equal(ask(true), '10.0.0.1');
});

test('a routing policy or a type that is not modelled stops the run', async () => {
  const { drive, send } = openNames();
  const latency = send([
    create({ ...a('x.shop.example.com', '10.0.0.1'), SetIdentifier: 'one', Region: 'eu-west-1' }),
  ]);
  await assert.rejects(drive(latency), /ChangeResourceRecordSets with Region is not simulated/);
});
