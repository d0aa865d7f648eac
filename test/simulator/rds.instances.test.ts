import assert from 'node:assert/strict';
import test from 'node:test';
import {
  AddTagsToResourceCommand,
  DescribeDBInstancesCommand,
  type DescribeDBInstancesCommandInput,
  DescribeDBSubnetGroupsCommand,
  ListTagsForResourceCommand,
  RDSClient,
  RebootDBInstanceCommand,
  RemoveTagsFromResourceCommand,
  StartDBInstanceCommand,
  StopDBInstanceCommand,
} from '@aws-sdk/client-rds';
import { openAccount, recordEvents, recovery, settings, startMs } from './data-account.ts';
import { openDatabase } from './data-database.ts';

const hourMs = 3_600_000;

test('instances are described page by page, by identifier, by ARN and by filter', async () => {
  const { sim, rds, client, instance } = openDatabase();
  for (let n = 0; n < 25; n++) rds.addInstance({ id: `db-${String(n).padStart(2, '0')}`, engine: 'mysql' });
  const describe = async (input: DescribeDBInstancesCommandInput) => {
    const { DBInstances = [], Marker } = await sim.clock.drive(
      client.send(new DescribeDBInstancesCommand(input)),
    );
    return { ids: DBInstances.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier), Marker };
  };
  const first = await describe({ MaxRecords: 20 });
  const second = await describe({ MaxRecords: 20, Marker: first.Marker });
  assert.equal(first.ids.length, 20);
  assert.equal(new Set([...first.ids, ...second.ids]).size, 26);
  assert.equal(second.Marker, undefined);
  assert.deepEqual((await describe({ DBInstanceIdentifier: instance.arn })).ids, ['orders']);
  assert.deepEqual((await describe({ DBInstanceIdentifier: 'ORDERS' })).ids, ['orders']);
  assert.deepEqual((await describe({ Filters: [{ Name: 'engine', Values: ['postgres'] }] })).ids, ['orders']);
  const refusals = [
    describe({ DBInstanceIdentifier: 'nobody' }),
    describe({ MaxRecords: 10 }),
    describe({ Filters: [{ Name: 'tag:App', Values: ['shop'] }] }),
  ];
  const outcomes = await Promise.allSettled(refusals);
  assert.deepEqual(
    outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.name : 'fulfilled')),
    ['DBInstanceNotFoundFault', 'InvalidParameterValue', 'InvalidParameterValue'],
  );
});

test('a reboot, a stop and a start pass through their states, and are refused in others', async () => {
  const { sim, rds, client, settle, statuses } = openDatabase();
  const of = { DBInstanceIdentifier: 'orders' };
  await sim.clock.drive(client.send(new RebootDBInstanceCommand(of)));
  assert.equal(rds.isWritable('orders'), false);
  await assert.rejects(sim.clock.drive(client.send(new StopDBInstanceCommand(of))), {
    name: 'InvalidDBInstanceStateFault',
    message: 'Instance orders is not in available state.',
  });
  await settle();
  await assert.rejects(sim.clock.drive(client.send(new StartDBInstanceCommand(of))), {
    name: 'InvalidDBInstanceStateFault',
  });
  await sim.clock.drive(client.send(new StopDBInstanceCommand(of)));
  await settle();
  assert.equal(rds.isWritable('orders'), false);
  await sim.clock.drive(client.send(new StartDBInstanceCommand(of)));
  await settle();
  assert.deepEqual(statuses, ['rebooting', 'available', 'stopping', 'stopped', 'starting', 'available']);
  assert.equal(rds.isWritable('orders'), true);
});

test('neither a replica nor the source of one can be stopped', async () => {
  const { sim, rds, client } = openDatabase();
  rds.addInstance({ id: 'orders-copy', replicaSource: 'orders' });
  for (const DBInstanceIdentifier of ['orders', 'orders-copy']) {
    const stop = client.send(new StopDBInstanceCommand({ DBInstanceIdentifier }));
    await assert.rejects(sim.clock.drive(stop), { name: 'InvalidDBInstanceStateFault' });
  }
});

test('tags can be added, listed and removed', async () => {
  const { sim, client, instance } = openDatabase({ tags: { App: 'shop' } });
  const ResourceName = instance.arn;
  const Tags = [{ Key: 'lifeboat:plan', Value: 'shop' }];
  await sim.clock.drive(client.send(new AddTagsToResourceCommand({ ResourceName, Tags })));
  await sim.clock.drive(client.send(new RemoveTagsFromResourceCommand({ ResourceName, TagKeys: ['App'] })));
  const { TagList } = await sim.clock.drive(client.send(new ListTagsForResourceCommand({ ResourceName })));
  assert.deepEqual(TagList, Tags);
  const reserved = new AddTagsToResourceCommand({ ResourceName, Tags: [{ Key: 'aws:x', Value: '' }] });
  await assert.rejects(sim.clock.drive(client.send(reserved)), { name: 'InvalidParameterValue' });
  const unknown = new ListTagsForResourceCommand({ ResourceName: `${ResourceName}-not` });
  await assert.rejects(sim.clock.drive(client.send(unknown)), { name: 'DBInstanceNotFoundFault' });
});

test('subnet groups are described with their zones, and an unknown one is refused', async () => {
  const { sim, client } = openDatabase();
  const { DBSubnetGroups } = await sim.clock.drive(client.send(new DescribeDBSubnetGroupsCommand({})));
  assert.deepEqual(
    DBSubnetGroups?.map(({ DBSubnetGroupName, VpcId, Subnets }) => [
      DBSubnetGroupName,
      VpcId,
      Subnets?.map(({ SubnetAvailabilityZone }) => SubnetAvailabilityZone?.Name),
    ]),
    [['apart', 'vpc-0a0a0a0a', [`${recovery}c`]]],
  );
  const unknown = client.send(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: 'none' }));
  await assert.rejects(sim.clock.drive(unknown), { name: 'DBSubnetGroupNotFoundFault' });
});

test('events of an instance come on the bus, late and sometimes never', async () => {
  let lost = 0;
  for (let seed = 0; seed < 60; seed++) {
    const sim = openAccount(seed);
    const events = recordEvents(sim, recovery);
    sim.region(recovery).rds.addInstance({ id: 'orders' });
    const client = new RDSClient(settings(sim, recovery));
    await sim.clock.drive(client.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: 'orders' })));
    await sim.clock.driveUntil(startMs + hourMs);
    if (events.length === 0) lost += 1;
    else assert.equal(events[0]?.detail.EventID, 'RDS-EVENT-0006');
  }
  assert.ok(lost > 0 && lost < 15, `${lost} of 60 lost`);
});

test('too many calls at once are throttled', async () => {
  const { sim, client } = openDatabase();
  const calls = Array.from({ length: 150 }, () => client.send(new DescribeDBInstancesCommand({})));
  const outcomes = await sim.clock.drive(Promise.allSettled(calls));
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  assert.ok(refused.length > 0 && refused.length < 50);
  assert.ok(refused.every(({ name }) => name === 'Throttling'));
});
