import assert from 'node:assert/strict';
import test from 'node:test';
import {
  AddTagsToResourceCommand,
  CreateDBInstanceReadReplicaCommand,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  type DescribeDBInstancesCommandInput,
  DescribeDBSnapshotsCommand,
  DescribeDBSubnetGroupsCommand,
  ListTagsForResourceCommand,
  ModifyDBInstanceCommand,
  type ModifyDBInstanceCommandInput,
  RDSClient,
  RebootDBInstanceCommand,
  RemoveTagsFromResourceCommand,
  StartDBInstanceCommand,
  StopDBInstanceCommand,
} from '@aws-sdk/client-rds';
import type { DbInstanceSeed } from '../../simulator/rds/state.ts';
import { openAccount, primary, recordEvents, recovery, settings, startMs } from './data-account.ts';

const hourMs = 3_600_000;

function open(seed: Partial<DbInstanceSeed> = {}) {
  const sim = openAccount();
  const { ec2, rds } = sim.region(recovery);
  ec2.addVpc({ id: 'vpc-0a0a0a0a', cidr: '10.0.0.0/16' });
  ec2.addSubnet({ id: 'subnet-0a0a0a0a', vpcId: 'vpc-0a0a0a0a', zone: `${recovery}c`, cidr: '10.0.1.0/24' });
  ec2.addSecurityGroup({ id: 'sg-0aaaaaaa', name: 'open', vpcId: 'vpc-0a0a0a0a' });
  ec2.addSecurityGroup({ id: 'sg-0bbbbbbb', name: 'fence', vpcId: 'vpc-0a0a0a0a' });
  rds.addSubnetGroup({ name: 'apart', vpcId: 'vpc-0a0a0a0a', subnetIds: ['subnet-0a0a0a0a'] });
  const instance = rds.addInstance({
    id: 'orders',
    subnetGroup: 'apart',
    securityGroupIds: ['sg-0aaaaaaa'],
    ...seed,
  });
  const client = new RDSClient(settings(sim, recovery));
  const statuses: string[] = [];
  rds.onStatus((change) => statuses.push(change.instance.status));
  const modify = (input: Omit<ModifyDBInstanceCommandInput, 'DBInstanceIdentifier'>) =>
    sim.clock.drive(client.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: 'orders', ...input })));
  const settle = () => sim.clock.driveUntil(sim.clock.nowMs() + 4 * hourMs);
  return { sim, rds, instance, client, statuses, modify, settle };
}

test('instances are described page by page, by identifier, by ARN and by filter', async () => {
  const { sim, rds, client, instance } = open();
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

test('new security groups are being added until they hold, and the database stays writable meanwhile', async () => {
  const { rds, instance, modify, settle, statuses } = open();
  const { DBInstance } = await modify({ VpcSecurityGroupIds: ['sg-0bbbbbbb'], ApplyImmediately: false });
  assert.deepEqual(DBInstance?.VpcSecurityGroups, [
    { VpcSecurityGroupId: 'sg-0aaaaaaa', Status: 'removing' },
    { VpcSecurityGroupId: 'sg-0bbbbbbb', Status: 'adding' },
  ]);
  assert.deepEqual(instance.securityGroupIds, ['sg-0aaaaaaa']);
  assert.equal(rds.isWritable('orders'), true);
  await settle();
  assert.deepEqual(instance.securityGroupIds, ['sg-0bbbbbbb']);
  assert.deepEqual(statuses, ['modifying', 'available']);
});

test('a busy instance takes no further change, even before describes show it', async () => {
  const { modify, instance } = open();
  await modify({ VpcSecurityGroupIds: ['sg-0bbbbbbb'] });
  assert.equal(instance.status, 'available');
  await assert.rejects(modify({ MasterUserPassword: 'another-one' }), {
    name: 'InvalidDBInstanceStateFault',
  });
});

test('security groups must exist and be in the VPC of the instance', async () => {
  const { sim, modify } = open();
  sim.region(recovery).ec2.addSecurityGroup({ id: 'sg-0ccccccc', name: 'far', vpcId: 'vpc-0b0b0b0b' });
  await assert.rejects(modify({ VpcSecurityGroupIds: ['sg-0ddddddd'] }), { name: 'InvalidParameterValue' });
  await assert.rejects(modify({ VpcSecurityGroupIds: ['sg-0ccccccc'] }), {
    name: 'InvalidParameterCombination',
    message:
      'The DB instance and EC2 security group are in different VPCs. The DB instance is in vpc-0a0a0a0a and the EC2 security group is in vpc-0b0b0b0b',
  });
});

test('Multi-AZ waits for the maintenance window unless it is applied immediately', async () => {
  const { instance, modify, settle } = open();
  const { DBInstance } = await modify({ MultiAZ: true });
  assert.deepEqual(DBInstance?.PendingModifiedValues, { MultiAZ: true });
  await settle();
  assert.equal(instance.multiAz, false);
  await modify({ MultiAZ: true, ApplyImmediately: true });
  await settle();
  assert.equal(instance.multiAz, true);
  assert.deepEqual(instance.pending, {});
});

test('a new master password counts as another revision once it holds', async () => {
  const { instance, modify, settle, statuses } = open();
  await modify({ MasterUserPassword: 'another-one' });
  assert.equal(instance.masterPasswordRevision, 1);
  await settle();
  assert.equal(instance.masterPasswordRevision, 2);
  assert.deepEqual(statuses, ['resetting-master-credentials', 'available']);
});

test('a master password that RDS would not take is refused', async () => {
  const { instance, modify } = open();
  for (const MasterUserPassword of ['short', 'with space in it', 'with/slash', 'x'.repeat(129)]) {
    await assert.rejects(
      modify({ MasterUserPassword }),
      { name: 'InvalidParameterValue' },
      MasterUserPassword,
    );
  }
  assert.deepEqual(instance.pending, {});
});

test('switching backups on begins with a backup', async () => {
  const { instance, modify, settle, statuses } = open({ backupRetentionDays: 0 });
  await modify({ BackupRetentionPeriod: 7, ApplyImmediately: true });
  await settle();
  assert.equal(instance.backupRetentionDays, 7);
  assert.deepEqual(statuses, ['modifying', 'available', 'backing-up', 'available']);
});

test('a change that is not modelled stops the run', async () => {
  const { modify } = open();
  await assert.rejects(modify({ Iops: 3000 }), {
    name: 'NotSimulated',
    message: /rds:ModifyDBInstance with Iops/,
  });
});

test('a reboot, a stop and a start pass through their states, and are refused in others', async () => {
  const { sim, rds, client, settle, statuses } = open();
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
  const { sim, rds, client } = open();
  rds.addInstance({ id: 'orders-copy', replicaSource: 'orders' });
  for (const DBInstanceIdentifier of ['orders', 'orders-copy']) {
    const stop = client.send(new StopDBInstanceCommand({ DBInstanceIdentifier }));
    await assert.rejects(sim.clock.drive(stop), { name: 'InvalidDBInstanceStateFault' });
  }
});

test('a deletion needs either a last snapshot or its refusal, and no protection', async () => {
  const { sim, client, instance } = open({ deletionProtection: true });
  const attempt = (input: object) =>
    sim.clock.drive(client.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'orders', ...input })));
  const combination = { name: 'InvalidParameterCombination' };
  await assert.rejects(attempt({}), combination);
  await assert.rejects(attempt({ SkipFinalSnapshot: true, FinalDBSnapshotIdentifier: 'last' }), combination);
  await assert.rejects(attempt({ SkipFinalSnapshot: true }), {
    ...combination,
    message: 'Cannot delete protected DB Instance, please disable deletion protection and try again.',
  });
  assert.equal(instance.status, 'available');
});

test('a deleted instance leaves its last snapshot and loses its automated ones', async () => {
  const { sim, rds, client, settle } = open();
  rds.addSnapshot({ id: 'nightly', dbInstanceId: 'orders', type: 'automated' });
  const command = new DeleteDBInstanceCommand({
    DBInstanceIdentifier: 'orders',
    FinalDBSnapshotIdentifier: 'last',
  });
  await sim.clock.drive(client.send(command));
  await settle();
  assert.equal(rds.instances.size, 0);
  const { DBSnapshots } = await sim.clock.drive(client.send(new DescribeDBSnapshotsCommand({})));
  assert.deepEqual(
    DBSnapshots?.map(({ DBSnapshotIdentifier, Status }) => [DBSnapshotIdentifier, Status]),
    [['last', 'available']],
  );
});

test('a change that was under way when the deletion came does not bring the instance back', async () => {
  const { sim, rds, client, modify, settle, statuses } = open();
  await modify({ MultiAZ: true, ApplyImmediately: true });
  await sim.clock.driveUntil(startMs + 60_000);
  const command = new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'orders', SkipFinalSnapshot: true });
  await sim.clock.drive(client.send(command));
  await settle();
  assert.deepEqual(statuses, ['modifying', 'deleting']);
  assert.equal(rds.instances.has('orders'), false);
});

test('a last snapshot carries the tags of its instance where those are copied', async () => {
  const { sim, rds, client } = open({ tags: { App: 'shop' }, copyTagsToSnapshot: true });
  const input = { DBInstanceIdentifier: 'orders', FinalDBSnapshotIdentifier: 'last' };
  await sim.clock.drive(client.send(new DeleteDBInstanceCommand(input)));
  assert.deepEqual(rds.snapshots.get('last')?.tags, { App: 'shop' });
});

test('an instance that is being deleted cannot be deleted again', async () => {
  const { sim, client } = open();
  const command = new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'orders', SkipFinalSnapshot: true });
  await sim.clock.drive(client.send(command));
  await assert.rejects(sim.clock.drive(client.send(command)), {
    name: 'InvalidDBInstanceStateFault',
    message: 'Instance orders is already being deleted.',
  });
});

test('deleting a replica takes it out of the list of its source', async () => {
  const { sim, rds, client, instance, settle } = open();
  rds.addInstance({ id: 'orders-copy', replicaSource: 'orders' });
  assert.deepEqual(instance.replicaIds, ['orders-copy']);
  const command = new DeleteDBInstanceCommand({
    DBInstanceIdentifier: 'orders-copy',
    SkipFinalSnapshot: true,
  });
  await sim.clock.drive(client.send(command));
  await settle();
  assert.deepEqual(instance.replicaIds, []);
});

test('a replica that takes the name of a deleted one has a lag of its own', async () => {
  const { sim, rds, client, settle } = open();
  rds.addInstance({ id: 'orders-copy', replicaSource: 'orders' });
  rds.setLag('orders-copy', 'inactive');
  const command = new DeleteDBInstanceCommand({
    DBInstanceIdentifier: 'orders-copy',
    SkipFinalSnapshot: true,
  });
  await sim.clock.drive(client.send(command));
  await settle();
  const successor = rds.addInstance({ id: 'orders-copy', replicaSource: 'orders' });
  assert.notEqual(rds.lag.at(successor, sim.clock.nowMs()), -1);
  assert.equal(successor.backupRetentionDays, 0, 'replicas come without backups');
});

test('a new replica in another Region needs a key there, has no backups and replicates once it is available', async () => {
  const { sim, rds, settle } = open();
  sim.region(primary).rds.addInstance({ id: 'seoul', encrypted: true });
  const source = sim.region(primary).rds.arn('db', 'seoul');
  const client = new RDSClient(settings(sim, recovery));
  const create = (input: object) =>
    sim.clock.drive(
      client.send(
        new CreateDBInstanceReadReplicaCommand({
          DBInstanceIdentifier: 'copy',
          SourceDBInstanceIdentifier: source,
          DBSubnetGroupName: 'apart',
          ...input,
        }),
      ),
    );
  await assert.rejects(create({}), {
    name: 'InvalidParameterCombination',
    message: 'Cannot create a cross region unencrypted read replica from encrypted source.',
  });
  await create({ KmsKeyId: `arn:aws:kms:${recovery}:123456789012:key/1` });
  const copy = rds.instances.get('copy');
  assert.ok(copy);
  assert.equal(rds.lag.at(copy, sim.clock.nowMs()), undefined);
  await settle();
  await settle();
  assert.equal(copy.status, 'available');
  assert.equal(copy.backupRetentionDays, 0);
  assert.deepEqual(sim.region(primary).rds.instances.get('seoul')?.replicaIds, [copy.arn]);
  assert.notEqual(rds.lag.at(copy, sim.clock.nowMs()), undefined);
});

test('a source without backups can have no replica', async () => {
  const { sim, client } = open({ backupRetentionDays: 0 });
  const command = new CreateDBInstanceReadReplicaCommand({
    DBInstanceIdentifier: 'copy',
    SourceDBInstanceIdentifier: 'orders',
  });
  await assert.rejects(sim.clock.drive(client.send(command)), { name: 'InvalidDBInstanceStateFault' });
});

test('tags can be added, listed and removed', async () => {
  const { sim, client, instance } = open({ tags: { App: 'shop' } });
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
  const { sim, client } = open();
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
  const { sim, client } = open();
  const calls = Array.from({ length: 150 }, () => client.send(new DescribeDBInstancesCommand({})));
  const outcomes = await sim.clock.drive(Promise.allSettled(calls));
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  assert.ok(refused.length > 0 && refused.length < 50);
  assert.ok(refused.every(({ name }) => name === 'Throttling'));
});
