import assert from 'node:assert/strict';
import test from 'node:test';
import { CreateTagsCommand, StartInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { buildWorld } from '../../simulator/world/build.ts';
import { diffInventories, type InventoryItem, inventory } from '../../simulator/world/inventory.ts';
import {
  createData,
  openShop,
  parameter,
  readWorld,
  recoverInTokyo,
  type Shop,
  switchTraffic,
  tokyo,
  webIds,
} from './shop.ts';

async function changesOf(shop: Shop, act: () => Promise<unknown>): Promise<string[]> {
  const before = inventory(shop.sim);
  await act();
  const { created, deleted, changed } = diffInventories(before, inventory(shop.sim));
  return [
    ...created.map(({ type, id }) => `+ ${type} ${id}`),
    ...deleted.map(({ type, id }) => `- ${type} ${id}`),
    ...changed.map(({ resource, path }) => `~ ${resource.type} ${resource.id} ${path}`),
  ];
}

test('a night in which nobody does anything changes nothing', async () => {
  const sim = buildWorld(readWorld('shop'), { seed: 1 });
  const before = inventory(sim);
  await sim.clock.driveUntil(sim.clock.nowMs() + 8 * 3_600_000);
  assert.deepEqual(diffInventories(before, inventory(sim)), { created: [], deleted: [], changed: [] });
});

test('an inventory is JSON and the same for the same world', () => {
  const [one, two] = [1, 1].map((seed) => inventory(buildWorld(readWorld('shop'), { seed })));
  assert.deepEqual(JSON.parse(JSON.stringify(one)), one);
  assert.deepEqual(one, two);
});

test('it has everything that the world file names', () => {
  const world = readWorld('shop');
  const items: readonly InventoryItem[] = inventory(buildWorld(world, { seed: 1 }));
  const has = new Set(items.map(({ region, id }) => `${region} ${id}`));
  const kinds = [
    'vpcs',
    'subnets',
    'securityGroups',
    'routeTables',
    'endpoints',
    'peerings',
    'images',
    'instances',
    'volumes',
    'snapshots',
    'databases',
    'databaseSnapshots',
    'databaseSubnetGroups',
    'targetGroups',
    'loadBalancers',
    'parameters',
    'documents',
    'alarms',
  ] as const;
  const absent = Object.entries(world.regions).flatMap(([region, own]) =>
    kinds.flatMap((kind) => Object.keys(own[kind]).filter((id) => !has.has(`${region} ${id}`))),
  );
  assert.deepEqual(absent, []);
});

test('a changed tag, a started instance and a written parameter are seen', async () => {
  const shop = await openShop();
  const changes = await changesOf(shop, async () => {
    const tags = [{ Key: 'Owner', Value: 'somebody' }];
    await shop.drive(
      shop.ec2.send(new CreateTagsCommand({ Resources: ['vol-0b11b0000000000b3'], Tags: tags })),
    );
    await shop.drive(shop.ec2.send(new StartInstancesCommand({ InstanceIds: [webIds[0]!] })));
    await shop.drive(
      shop.ssm.send(new PutParameterCommand({ Name: parameter, Value: 'x', Overwrite: true })),
    );
  });
  assert.ok(changes.includes('~ volume vol-0b11b0000000000b3 tags.Owner'));
  assert.ok(changes.includes(`~ instance ${webIds[0]} state`));
  assert.ok(changes.includes(`~ parameter ${parameter} value`));
});

test('what an application read and what is mounted are seen', async () => {
  const shop = await openShop();
  const guest = shop.sim.region(tokyo).guests.of('i-0b11b0000000000b1');
  const changes = await changesOf(shop, async () => guest.mounts.clear());
  assert.deepEqual(changes, ['~ instance i-0b11b0000000000b1 mounts']);
});

test('a recovery by hand touches what it is for, and nobody else', async () => {
  const shop = await openShop();
  const before = inventory(shop.sim);
  const { workerId, volumeId } = await recoverInTokyo(shop);
  await switchTraffic(shop);
  const { created, deleted, changed } = diffInventories(before, inventory(shop.sim));
  assert.deepEqual(deleted, []);
  const made = created.filter(({ type }) => type !== 'document').map(({ id }) => id);
  assert.ok(made.includes(workerId) && made.includes(volumeId));
  assert.deepEqual(
    [...new Set(changed.map(({ resource }) => resource.id))].sort(),
    [
      parameter,
      'Z0123456789|app.shop.example.com.|CNAME|primary',
      'shop-orders',
      'shop-orders-replica',
      'shop-web',
      'shop-worker',
      ...webIds,
    ].sort(),
  );
});

test('a terminated instance and its deleted disks are gone at once', async () => {
  const shop = await openShop();
  const before = inventory(shop.sim);
  const { workerId, volumeId } = await recoverInTokyo(shop);
  await shop.drive(shop.ec2.send(new TerminateInstancesCommand({ InstanceIds: [workerId] })));
  const { instances } = shop.sim.region(tokyo).ec2;
  await shop.until(() => instances.get(workerId)?.state === 'terminated');
  const { created } = diffInventories(before, inventory(shop.sim));
  const left = created.filter(({ type }) => type !== 'document').map(({ id }) => id);
  assert.deepEqual(left, [volumeId], 'a data volume outlives its instance');
});

test('a database that backs itself up is as it was', async () => {
  const shop = await openShop();
  const { rds } = shop.sim.region(tokyo);
  const changes = await changesOf(shop, async () =>
    rds.setStatus(rds.instances.get('catalog')!, 'backing-up'),
  );
  assert.deepEqual(changes, []);
});

test('buckets that are left out are not looked into', async () => {
  const shop = await openShop();
  const before = inventory(shop.sim);
  shop.sim.s3.createBucket({ name: 'ledger', region: tokyo });
  await createData(shop);
  const after = inventory(shop.sim, { withoutBuckets: ['ledger'] });
  assert.deepEqual(
    diffInventories(before, after).created.map(({ type }) => type),
    ['volume'],
  );
});
