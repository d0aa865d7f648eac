import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CreateDBSnapshotCommand,
  DescribeDBInstancesCommand,
  PromoteReadReplicaCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import fc from 'fast-check';
import type { StatusChange } from '../../simulator/rds/state.ts';
import { openAccount, primary, recovery, settings, startMs } from './data-account.ts';

const hourMs = 3_600_000;

function openReplicated(seed: string | number = 1) {
  const sim = openAccount(seed);
  const source = sim.region(primary).rds.addInstance({ id: 'shop-orders', engine: 'postgres' });
  const rds = sim.region(recovery).rds;
  const replica = rds.addInstance({
    id: 'shop-orders-replica',
    engine: 'postgres',
    replicaSource: source.arn,
  });
  const client = new RDSClient(settings(sim, recovery));
  const promote = (BackupRetentionPeriod?: number) =>
    client.send(
      new PromoteReadReplicaCommand({
        DBInstanceIdentifier: replica.id,
        ...(BackupRetentionPeriod !== undefined && { BackupRetentionPeriod }),
      }),
    );
  const describe = async (of = client, DBInstanceIdentifier = replica.id) => {
    const { DBInstances } = await of.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }));
    return DBInstances?.[0];
  };
  const changes: StatusChange[] = [];
  rds.onStatus((change) => changes.push(change));
  return { sim, rds, source, replica, client, promote, describe, changes };
}

test('a cross-Region replica names its source by ARN, and the source lists it by ARN', async () => {
  const { sim, source, replica, describe } = openReplicated();
  const seoul = new RDSClient(settings(sim, primary));
  const [here, there] = await sim.clock.drive(Promise.all([describe(), describe(seoul, 'shop-orders')]));
  assert.equal(here?.ReadReplicaSourceDBInstanceIdentifier, source.arn);
  assert.deepEqual(there?.ReadReplicaDBInstanceIdentifiers, [replica.arn]);
});

test('a replica is linked with its source even when the source comes into the world later', () => {
  const sim = openAccount();
  const arn = sim.region(primary).rds.arn('db', 'late');
  const replica = sim.region(recovery).rds.addInstance({ id: 'early', replicaSource: arn });
  const source = sim.region(primary).rds.addInstance({ id: 'late' });
  assert.deepEqual(source.replicaIds, [replica.arn]);
});

test('a promotion ends available, with no source, its endpoint unchanged and one day of backups', async () => {
  const { sim, source, replica, promote, describe } = openReplicated();
  const { endpoint } = replica;
  const { DBInstance: accepted } = await sim.clock.drive(promote());
  assert.equal(accepted?.DBInstanceStatus, 'available', 'describes go on saying available for a while');
  assert.equal(accepted?.PendingModifiedValues?.BackupRetentionPeriod, 1);
  await sim.clock.driveUntil(startMs + 3 * hourMs);
  const promoted = await sim.clock.drive(describe());
  assert.equal(promoted?.DBInstanceStatus, 'available');
  assert.equal(promoted?.ReadReplicaSourceDBInstanceIdentifier, undefined);
  assert.equal(promoted?.BackupRetentionPeriod, 1);
  assert.equal(promoted?.Endpoint?.Address, endpoint);
  assert.deepEqual(source.replicaIds, []);
});

test('a promotion passes modifying, rebooting and a first backup, and is writable only once it is available', () => {
  return fc.assert(
    fc.asyncProperty(fc.nat(10_000), fc.integer({ min: 0, max: 35 }), async (seed, retention) => {
      const { sim, rds, replica, promote, changes } = openReplicated(seed);
      const writable: boolean[] = [];
      rds.onStatus(() => writable.push(rds.isWritable(replica.id)));
      await sim.clock.drive(promote(retention));
      assert.equal(rds.isWritable(replica.id), false);
      await sim.clock.driveUntil(startMs + 4 * hourMs);
      const backup = retention > 0 ? ['backing-up', 'available'] : [];
      assert.deepEqual(
        changes.map(({ instance, previous }, index) => [
          previous,
          changes[index + 1]?.previous ?? instance.status,
        ]),
        pairs(['available', 'modifying', 'rebooting', 'available', ...backup]),
      );
      assert.deepEqual(writable, [false, false, ...writable.slice(2).map(() => true)]);
      const [modifying, , available] = changes.map(({ atMs }) => atMs - startMs);
      assert.ok(modifying !== undefined && modifying <= 64_000, `modifying after ${modifying} ms`);
      assert.ok(available !== undefined && available > modifying, `available after ${available} ms`);
    }),
    { seed: 7, numRuns: 25 },
  );
});

function pairs(statuses: readonly string[]): [string, string][] {
  return statuses.slice(1).map((status, index) => [statuses[index] ?? '', status]);
}

test('a promotion that RDS gives up is available again with its source, and can be asked for again', async () => {
  const { sim, rds, source, replica, promote, describe } = openReplicated(4);
  rds.promotionFault = ({ id }) => id === replica.id;
  await sim.clock.drive(promote(7));
  while (replica.status !== 'modifying') await sim.clock.driveUntil(sim.clock.nowMs() + 1000);
  const stoppedMs = sim.clock.nowMs();
  await sim.clock.driveUntil(startMs + 3 * hourMs);
  const seen = await sim.clock.drive(describe());
  assert.deepEqual(
    [seen?.DBInstanceStatus, seen?.ReadReplicaSourceDBInstanceIdentifier, seen?.BackupRetentionPeriod],
    ['available', source.arn, 0],
  );
  assert.deepEqual([source.replicaIds, rds.isWritable(replica.id)], [[replica.arn], false]);
  assert.equal(rds.lag.at(replica, stoppedMs + 60_000), undefined, 'nothing was replicated meanwhile');
  assert.ok((rds.lag.at(replica, sim.clock.nowMs() - 60_000) ?? -1) >= 0);
  rds.promotionFault = () => false;
  await sim.clock.drive(promote(7));
  await sim.clock.driveUntil(startMs + 6 * hourMs);
  assert.equal(rds.isWritable(replica.id), true);
});

test('the replica that describes show as available right after the call still has a source', async () => {
  const { sim, promote, describe } = openReplicated(3);
  await sim.clock.drive(promote());
  const seen = await sim.clock.drive(describe());
  assert.equal(seen?.DBInstanceStatus, 'available');
  assert.ok(seen?.ReadReplicaSourceDBInstanceIdentifier);
});

test('a second promotion is refused while the first runs, and afterwards because it is no replica', async () => {
  const { sim, promote } = openReplicated();
  await sim.clock.drive(promote());
  await assert.rejects(sim.clock.drive(promote()), {
    name: 'InvalidDBInstanceStateFault',
    message: 'Database instance is not in available state.',
  });
  await sim.clock.driveUntil(startMs + 3 * hourMs);
  await assert.rejects(sim.clock.drive(promote()), {
    name: 'InvalidDBInstanceStateFault',
    message: 'DB Instance is not a read replica.',
  });
});

test('a replica that is backing up cannot be promoted until the backup is over', async () => {
  const { sim, client, promote, changes } = openReplicated();
  await sim.clock.drive(
    client.send(
      new CreateDBSnapshotCommand({
        DBInstanceIdentifier: 'shop-orders-replica',
        DBSnapshotIdentifier: 'drill',
      }),
    ),
  );
  await assert.rejects(sim.clock.drive(promote()), { name: 'InvalidDBInstanceStateFault' });
  await sim.clock.driveUntil(startMs + 2 * hourMs);
  assert.equal(changes.at(-1)?.instance.status, 'available');
  await sim.clock.drive(promote());
});

test('an unknown instance and an impossible retention are refused', async () => {
  const { sim, client, promote } = openReplicated();
  const unknown = new PromoteReadReplicaCommand({ DBInstanceIdentifier: 'nobody' });
  await assert.rejects(sim.clock.drive(client.send(unknown)), { name: 'DBInstanceNotFoundFault' });
  await assert.rejects(sim.clock.drive(promote(36)), { name: 'InvalidParameterValue' });
});

test('a replica whose backup window is open cannot be promoted yet', async () => {
  const { sim, rds, promote } = openReplicated();
  rds.beginBackup('shop-orders-replica');
  await assert.rejects(sim.clock.drive(promote()), { name: 'InvalidDBInstanceStateFault' });
  await sim.clock.driveUntil(startMs + hourMs);
  await sim.clock.drive(promote());
});

test('describes say of a replica whether it replicates, as long as it does', async () => {
  const { sim, rds, promote, describe } = openReplicated();
  const status = async () => (await sim.clock.drive(describe()))?.StatusInfos?.map(({ Status }) => Status);
  assert.deepEqual(await status(), ['replicating']);
  rds.setLag('shop-orders-replica', 'inactive');
  assert.deepEqual(await status(), ['error']);
  await sim.clock.drive(promote());
  await sim.clock.driveUntil(startMs + 3 * hourMs);
  assert.equal(await status(), undefined);
});
