import assert from 'node:assert/strict';
import test from 'node:test';
import { StopInstancesCommand } from '@aws-sdk/client-ec2';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { instanceHealth, regionHealth } from '../../simulator/world/health.ts';
import { worldOf } from '../../simulator/world/placed.ts';
import { ec2In, openShop, parameter, recoverInTokyo, type Shop, seoul, tokyo, webIds } from './shop.ts';

const web = 'i-0a22c0ffee0000001';
const worker = 'i-0a22c0ffee0000003';

test('the application is healthy where it runs, and nowhere else', async () => {
  const { sim } = await openShop();
  assert.deepEqual(regionHealth(sim, seoul), { healthy: true, missing: [] });
  assert.equal(regionHealth(sim, tokyo).healthy, false);
  assert.equal(regionHealth(sim, 'us-west-2').healthy, false);
});

test('a server that has just begun to run is not healthy before it has booted', async () => {
  const shop = await openShop();
  await recoverInTokyo(shop);
  await shop.drive(shop.ec2.send(new StopInstancesCommand({ InstanceIds: [webIds[0]!] })));
  const { instances, lifecycle } = shop.sim.region(tokyo).ec2;
  await shop.until(() => instances.get(webIds[0]!)?.state === 'stopped');
  assert.deepEqual(instanceHealth(shop.sim, tokyo, webIds[0]!).missing, [`${webIds[0]} is stopped`]);
  lifecycle.start(instances.get(webIds[0]!)!);
  await shop.until(() => instances.get(webIds[0]!)?.state === 'running');
  assert.deepEqual(instanceHealth(shop.sim, tokyo, webIds[0]!).missing, [`${webIds[0]} has not booted`]);
  await shop.until(() => instanceHealth(shop.sim, tokyo, webIds[0]!).healthy);
});

/** Each row takes one thing away from a healthy server. */
const lacks: readonly [what: string, id: string, spoil: (shop: Shop) => unknown, missing: string][] = [
  [
    'its mount',
    worker,
    ({ sim }) => sim.region(seoul).guests.of(worker).mounts.clear(),
    '/srv/data is not mounted',
  ],
  [
    'its own data under the mount',
    worker,
    ({ sim }) => {
      const { ec2, guests } = sim.region(seoul);
      const other = ec2.addVolume({ zone: `${seoul}a`, fileSystem: { type: 'xfs', uuid: 'another' } });
      guests.of(worker).mounts.set('/srv/data', { path: '/srv/data', volumeId: other.id, options: [] });
    },
    '/srv/data holds other data',
  ],
  [
    'its setting',
    web,
    ({ sim }) => sim.region(seoul).guests.of(web).settings.clear(),
    `the setting ${parameter} is absent`,
  ],
  [
    'a database of that name',
    web,
    ({ sim }) => sim.region(seoul).guests.of(web).settings.set(parameter, 'nowhere.example.com'),
    `${parameter}: there is no database nowhere.example.com`,
  ],
  [
    'a way to the database',
    web,
    ({ sim }) =>
      sim.region(seoul).guests.of(web).settings.set(parameter, sim.region(tokyo).rds.endpointOf('catalog')),
    `${parameter}: the network of catalog cannot be reached from vpc-0a22c0ffee0000001`,
  ],
  [
    'admission by the security group of the database',
    web,
    ({ sim }) => {
      sim.region(seoul).rds.instances.get('shop-orders')!.securityGroupIds = ['sg-0a22c0ffee0000009'];
    },
    `${parameter}: no security group of shop-orders lets ${web} in`,
  ],
  [
    'a database that is there for its clients',
    web,
    ({ sim }) => {
      const { rds } = sim.region(seoul);
      rds.setStatus(rds.instances.get('shop-orders')!, 'rebooting');
    },
    `${parameter}: shop-orders takes no writes: it is rebooting`,
  ],
  [
    'a database that takes writes',
    web,
    ({ sim }) => {
      sim.region(seoul).rds.instances.get('shop-orders')!.replicaSource = 'another';
    },
    `${parameter}: shop-orders takes no writes: it is a replica`,
  ],
  ['its Region', web, ({ sim }) => worldOf(sim).silentRegions.add(seoul), `${seoul} does not answer`],
];
for (const [what, id, spoil, missing] of lacks) {
  test(`a server without ${what} alone is not healthy and says so`, async () => {
    const shop = await openShop();
    assert.deepEqual(instanceHealth(shop.sim, seoul, id), { healthy: true, missing: [] });
    spoil(shop);
    assert.deepEqual(instanceHealth(shop.sim, seoul, id), { healthy: false, missing: [missing] });
  });
}

for (const [kind, ids] of [
  ['web', ['i-0a22c0ffee0000001', 'i-0a22c0ffee0000002']],
  ['worker', [worker]],
] as const) {
  test(`the application of a Region without a healthy ${kind} is not healthy`, async () => {
    const shop = await openShop();
    // Its Auto Scaling group would put the servers back.
    shop.sim.region(seoul).autoscaling.groups.get('shop-web')!.suspended.set('Launch', 0);
    await shop.drive(ec2In(shop, seoul).send(new StopInstancesCommand({ InstanceIds: [...ids] })));
    await shop.wait(60);
    const { healthy, missing } = regionHealth(shop.sim, seoul);
    assert.equal(healthy, false);
    assert.equal(missing[0], `no healthy ${kind} in the target group shop-${kind}`);
  });
}

test('servers that are stopped behind the back of their Auto Scaling group are replaced, and the new ones serve', async () => {
  const shop = await openShop();
  const stopped = ['i-0a22c0ffee0000001', 'i-0a22c0ffee0000002'];
  await shop.drive(ec2In(shop, seoul).send(new StopInstancesCommand({ InstanceIds: stopped })));
  await shop.wait(400);
  const { ec2, autoscaling } = shop.sim.region(seoul);
  for (const id of stopped) assert.equal(ec2.instances.get(id)?.state, 'terminated');
  assert.equal(autoscaling.groups.get('shop-web')?.members.size, 2);
  assert.deepEqual(regionHealth(shop.sim, seoul), { healthy: true, missing: [] });
});

test('one healthy web server of two is enough', async () => {
  const shop = await openShop();
  await shop.drive(ec2In(shop, seoul).send(new StopInstancesCommand({ InstanceIds: [web] })));
  await shop.wait(60);
  assert.deepEqual(regionHealth(shop.sim, seoul), { healthy: true, missing: [] });
});

test('a target group learns of a lack by its own checks, after its threshold', async () => {
  const shop = await openShop();
  shop.sim.region(seoul).guests.of(worker).mounts.clear();
  assert.equal(regionHealth(shop.sim, seoul).healthy, true, 'nobody has asked yet');
  await shop.wait(25);
  assert.deepEqual(regionHealth(shop.sim, seoul).missing, [
    'no healthy worker in the target group shop-worker',
    '/srv/data is not mounted',
  ]);
});

test('a changed setting counts from the next reload on, not before', async () => {
  const shop = await openShop();
  const { guests } = shop.sim.region(tokyo);
  await recoverInTokyo(shop);
  const change = new PutParameterCommand({ Name: parameter, Value: 'nowhere.example.com', Overwrite: true });
  await shop.drive(shop.ssm.send(change));
  assert.equal(instanceHealth(shop.sim, tokyo, webIds[0]!).healthy, true);
  guests.of(webIds[0]!).reloadSettings('');
  assert.equal(instanceHealth(shop.sim, tokyo, webIds[0]!).healthy, false);
});

test('an instance of another image is no server of the application, whatever its tags say', async () => {
  const { sim } = await openShop();
  const catalog = 'i-0b11b0000000000b1';
  sim.region(tokyo).ec2.instances.get(catalog)!.tags = { App: 'shop', Role: 'worker' };
  assert.deepEqual(instanceHealth(sim, tokyo, catalog).missing, [
    `${catalog} is no server of the application`,
  ]);
});

test('a copy without tags is a server, since the software is on its image', async () => {
  const shop = await openShop();
  await recoverInTokyo(shop);
  shop.sim.region(tokyo).ec2.instances.get(webIds[0]!)!.tags = {};
  assert.equal(instanceHealth(shop.sim, tokyo, webIds[0]!).healthy, true);
});

test('a server answers on its own port with its health as JSON', async () => {
  const { sim } = await openShop();
  const guest = sim.region(seoul).guests.of(worker);
  assert.deepEqual(guest.askApplication('/healthz'), { status: 200, body: '{"healthy":true,"missing":[]}' });
  guest.mounts.clear();
  assert.deepEqual(guest.askApplication('/healthz'), {
    status: 503,
    body: '{"healthy":false,"missing":["/srv/data is not mounted"]}',
  });
  assert.equal(guest.askApplication('/other').status, 404);
});

test('a peering leads to another network, and a security group may admit a block of addresses there', async () => {
  const shop = await openShop();
  await recoverInTokyo(shop);
  const { ec2, rds, guests } = shop.sim.region(tokyo);
  const missing = () => instanceHealth(shop.sim, tokyo, webIds[0]!).missing;
  guests.of(webIds[0]!).settings.set(parameter, rds.endpointOf('catalog'));
  assert.deepEqual(missing(), [`${parameter}: no security group of catalog lets ${webIds[0]} in`]);
  const group = ec2.securityGroups.get('sg-0b11b0000000000b1')!;
  const admit = (cidr: string, port: number) =>
    ec2.securityGroups.set(group.id, {
      ...group,
      ingress: [{ protocol: 'tcp', fromPort: port, toPort: port, cidrs: [cidr] }],
    });
  admit('10.2.0.0/16', 3306);
  assert.equal(missing().length, 1, 'another block');
  admit('10.1.0.0/16', 5432);
  assert.equal(missing().length, 1, 'another port');
  admit('10.1.0.0/16', 3306);
  assert.deepEqual(missing(), []);
  ec2.vpcPeerings.clear();
  assert.match(missing().join(), /the network of catalog cannot be reached/);
});
