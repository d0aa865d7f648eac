import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CreateDBInstanceReadReplicaCommand,
  DeleteDBInstanceCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { primary, recovery, settings, startMs } from './data-account.ts';
import { openDatabase } from './data-database.ts';

test('a deletion needs either a last snapshot or its refusal, and no protection', async () => {
  const { sim, client, instance } = openDatabase({ deletionProtection: true });
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
  const { sim, rds, client, settle } = openDatabase();
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
  const { sim, rds, client, modify, settle, statuses } = openDatabase();
  await modify({ MultiAZ: true, ApplyImmediately: true });
  await sim.clock.driveUntil(startMs + 60_000);
  const command = new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'orders', SkipFinalSnapshot: true });
  await sim.clock.drive(client.send(command));
  await settle();
  assert.deepEqual(statuses, ['modifying', 'deleting']);
  assert.equal(rds.instances.has('orders'), false);
});

test('a last snapshot carries the tags of its instance where those are copied', async () => {
  const { sim, rds, client } = openDatabase({ tags: { App: 'shop' }, copyTagsToSnapshot: true });
  const input = { DBInstanceIdentifier: 'orders', FinalDBSnapshotIdentifier: 'last' };
  await sim.clock.drive(client.send(new DeleteDBInstanceCommand(input)));
  assert.deepEqual(rds.snapshots.get('last')?.tags, { App: 'shop' });
});

test('an instance that is being deleted cannot be deleted again', async () => {
  const { sim, client } = openDatabase();
  const command = new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'orders', SkipFinalSnapshot: true });
  await sim.clock.drive(client.send(command));
  await assert.rejects(sim.clock.drive(client.send(command)), {
    name: 'InvalidDBInstanceStateFault',
    message: 'Instance orders is already being deleted.',
  });
});

test('deleting a replica takes it out of the list of its source', async () => {
  const { sim, rds, client, instance, settle } = openDatabase();
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
  const { sim, rds, client, settle } = openDatabase();
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
  const { sim, rds, settle } = openDatabase();
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
  const { sim, client } = openDatabase({ backupRetentionDays: 0 });
  const command = new CreateDBInstanceReadReplicaCommand({
    DBInstanceIdentifier: 'copy',
    SourceDBInstanceIdentifier: 'orders',
  });
  await assert.rejects(sim.clock.drive(client.send(command)), { name: 'InvalidDBInstanceStateFault' });
});
