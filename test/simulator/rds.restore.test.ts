import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CopyDBSnapshotCommand,
  CreateDBSnapshotCommand,
  DeleteDBInstanceCommand,
  DeleteDBSnapshotCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  type DescribeDBSnapshotsCommandInput,
  RDSClient,
  RestoreDBInstanceFromDBSnapshotCommand,
  type RestoreDBInstanceFromDBSnapshotCommandInput,
  RestoreDBInstanceToPointInTimeCommand,
} from '@aws-sdk/client-rds';
import { openAccount, primary, recovery, settings, startMs } from './data-account.ts';

const hourMs = 3_600_000;

function open() {
  const sim = openAccount();
  const { ec2, rds } = sim.region(recovery);
  const standard = ec2.addVpc({ id: 'vpc-0d0d0d0d', cidr: '172.31.0.0/16', isDefault: true });
  ec2.addSubnet({ id: 'subnet-0d0d0d0d', vpcId: standard.id, zone: `${recovery}a`, cidr: '172.31.0.0/20' });
  ec2.addVpc({ id: 'vpc-0a0a0a0a', cidr: '10.0.0.0/16' });
  ec2.addSubnet({ id: 'subnet-0a0a0a0a', vpcId: 'vpc-0a0a0a0a', zone: `${recovery}c`, cidr: '10.0.1.0/24' });
  ec2.addSecurityGroup({ id: 'sg-0aaaaaaa', name: 'drill', vpcId: 'vpc-0a0a0a0a' });
  rds.addSubnetGroup({ name: 'drill', vpcId: 'vpc-0a0a0a0a', subnetIds: ['subnet-0a0a0a0a'] });
  sim.region(primary).rds.addInstance({
    id: 'orders',
    engine: 'mysql',
    instanceClass: 'db.r7g.xlarge',
    kmsKeyId: 'arn:aws:kms:ap-northeast-2:123456789012:key/1',
  });
  rds.addSnapshot({
    id: 'orders-0600',
    dbInstanceId: 'orders',
    backupRetentionDays: 3,
    tags: { App: 'shop' },
    createdAtMs: startMs - hourMs,
    copiedFrom: sim.region(primary).rds.arn('snapshot', 'orders-0600'),
  });
  const client = new RDSClient(settings(sim, recovery));
  const restore = (input: Partial<RestoreDBInstanceFromDBSnapshotCommandInput> = {}) =>
    sim.clock.drive(
      client.send(
        new RestoreDBInstanceFromDBSnapshotCommand({
          DBInstanceIdentifier: 'copy',
          DBSnapshotIdentifier: 'orders-0600',
          ...input,
        }),
      ),
    );
  const statuses: string[] = [];
  rds.onStatus((change) => statuses.push(change.instance.status));
  const settle = () => sim.clock.driveUntil(sim.clock.nowMs() + 6 * hourMs);
  return { sim, rds, ec2, client, restore, statuses, settle };
}

test('a restore makes a new instance with an endpoint of its own, like the original, once it was created', async () => {
  const { sim, rds, client, restore, statuses, settle } = open();
  const { DBInstance } = await restore();
  assert.equal(DBInstance?.DBInstanceStatus, 'creating');
  assert.equal(DBInstance?.Endpoint, undefined);
  assert.equal(rds.isWritable('copy'), false);
  await settle();
  const describe = new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'copy' });
  const restored = (await sim.clock.drive(client.send(describe))).DBInstances?.[0];
  assert.equal(restored?.DBInstanceStatus, 'available');
  assert.match(
    restored?.Endpoint?.Address ?? '',
    /^copy\.c[0-9a-f]{11}\.ap-northeast-1\.rds\.amazonaws\.com$/,
  );
  assert.equal(restored?.Endpoint?.Port, 3306);
  assert.equal(restored?.Engine, 'mysql');
  assert.equal(restored?.DBInstanceClass, 'db.r7g.xlarge');
  assert.equal(restored?.MultiAZ, false);
  assert.equal(restored?.DeletionProtection, false);
  assert.equal(restored?.IAMDatabaseAuthenticationEnabled, false);
  assert.deepEqual(restored?.TagList, [{ Key: 'App', Value: 'shop' }]);
  assert.equal(rds.isWritable('copy'), true);
  assert.deepEqual(statuses, ['backing-up', 'available']);
});

test('a restore that names no network lands in the default VPC, and is public there', async () => {
  const { ec2, rds, restore } = open();
  await restore();
  const copy = rds.instances.get('copy');
  const group = ec2.securityGroups.get(copy?.securityGroupIds[0] ?? '');
  assert.deepEqual(
    [copy?.subnetGroup, copy?.vpcId, group?.name, copy?.publiclyAccessible, copy?.zone],
    ['default', 'vpc-0d0d0d0d', 'default', true, `${recovery}a`],
  );
});

test('a restore that names its network is private there, and is modified once more for its security groups', async () => {
  const { rds, restore, statuses, settle } = open();
  await restore({
    DBSubnetGroupName: 'drill',
    VpcSecurityGroupIds: ['sg-0aaaaaaa'],
    Tags: [{ Key: 'lifeboat:recovery', Value: 'drill-1' }],
  });
  await settle();
  const copy = rds.instances.get('copy');
  assert.deepEqual(
    [copy?.vpcId, copy?.securityGroupIds, copy?.publiclyAccessible, copy?.zone],
    ['vpc-0a0a0a0a', ['sg-0aaaaaaa'], false, `${recovery}c`],
  );
  assert.deepEqual(copy?.tags, { 'lifeboat:recovery': 'drill-1' }, 'new tags replace those of the snapshot');
  assert.deepEqual(statuses, ['backing-up', 'modifying', 'available']);
});

test('the security group of a named network does not fit the default VPC', async () => {
  const { restore } = open();
  await assert.rejects(restore({ VpcSecurityGroupIds: ['sg-0aaaaaaa'] }), {
    name: 'InvalidParameterCombination',
  });
});

test('a restore is refused for a taken name, an unknown snapshot or group, a lost key and no capacity', async () => {
  const { ec2, rds, restore } = open();
  await assert.rejects(restore({ DBSnapshotIdentifier: 'none' }), { name: 'DBSnapshotNotFoundFault' });
  await assert.rejects(restore({ DBSubnetGroupName: 'none' }), { name: 'DBSubnetGroupNotFoundFault' });
  await assert.rejects(restore({ DBInstanceIdentifier: '-copy' }), { name: 'InvalidParameterValue' });
  rds.exhaustedClasses.add('db.r7g.xlarge');
  await assert.rejects(restore(), { name: 'InsufficientDBInstanceCapacityFault' });
  await restore({ DBInstanceClass: 'db.m7g.large' });
  await assert.rejects(restore(), { name: 'DBInstanceAlreadyExistsFault' });
  ec2.keyProblems.set('lost', 'is disabled.');
  rds.addSnapshot({ id: 'locked', dbInstanceId: 'orders', kmsKeyId: 'lost' });
  await assert.rejects(restore({ DBInstanceIdentifier: 'other', DBSnapshotIdentifier: 'locked' }), {
    name: 'KMSKeyNotAccessibleFault',
  });
});

test('an instance that is being created cannot be deleted yet', async () => {
  const { sim, rds, client, restore, settle } = open();
  await restore();
  await sim.clock.driveUntil(startMs + 60_000);
  const command = new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'copy', SkipFinalSnapshot: true });
  await assert.rejects(sim.clock.drive(client.send(command)), { name: 'InvalidDBInstanceStateFault' });
  await settle();
  await sim.clock.drive(client.send(command));
  await settle();
  assert.equal(rds.instances.has('copy'), false);
});

test('a restore that fails ends in a status of failure, from which it can be deleted', async () => {
  const { sim, rds, client, restore, settle } = open();
  rds.creationFault = ({ id }) => (id === 'copy' ? 'incompatible-network' : undefined);
  await restore();
  await settle();
  assert.equal(rds.instances.get('copy')?.status, 'incompatible-network');
  assert.equal(rds.isWritable('copy'), false);
  const of = { DBInstanceIdentifier: 'copy' };
  const withSnapshot = new DeleteDBInstanceCommand({ ...of, FinalDBSnapshotIdentifier: 'last' });
  await assert.rejects(sim.clock.drive(client.send(withSnapshot)), { name: 'InvalidDBInstanceStateFault' });
  await sim.clock.drive(client.send(new DeleteDBInstanceCommand({ ...of, SkipFinalSnapshot: true })));
  await settle();
  assert.equal(rds.instances.has('copy'), false);
});

test('a new instance can be unknown to describes for a moment', async () => {
  let hidden = 0;
  for (let n = 0; n < 20; n++) {
    const { sim, client, restore } = open();
    await restore({ DBInstanceIdentifier: `copy-${n}` });
    const describe = new DescribeDBInstancesCommand({ DBInstanceIdentifier: `copy-${n}` });
    await sim.clock.drive(client.send(describe)).catch((error: Error) => {
      assert.equal(error.name, 'DBInstanceNotFoundFault');
      hidden += 1;
    });
  }
  assert.ok(hidden > 0 && hidden < 20);
});

test('a point in time restores what was there, at most to five minutes ago', async () => {
  const { sim, rds, client, settle } = open();
  rds.addInstance({ id: 'catalog', backupRetentionDays: 7 });
  rds.addInstance({ id: 'bare', backupRetentionDays: 0 });
  const restore = (input: object) =>
    sim.clock.drive(
      client.send(
        new RestoreDBInstanceToPointInTimeCommand({
          SourceDBInstanceIdentifier: 'catalog',
          TargetDBInstanceIdentifier: 'past',
          ...input,
        }),
      ),
    );
  await assert.rejects(restore({}), { name: 'InvalidParameterCombination' });
  await assert.rejects(restore({ RestoreTime: new Date(startMs + hourMs) }), {
    name: 'InvalidParameterValue',
  });
  await assert.rejects(restore({ RestoreTime: new Date(startMs - 8 * 24 * hourMs) }), {
    name: 'InvalidParameterValue',
  });
  await assert.rejects(restore({ SourceDBInstanceIdentifier: 'bare', UseLatestRestorableTime: true }), {
    name: 'PointInTimeRestoreNotEnabledFault',
  });
  await restore({ UseLatestRestorableTime: true });
  await settle();
  const past = rds.instances.get('past');
  assert.equal(past?.status, 'available');
  assert.equal(past?.replicaSource, undefined);
});

test('a snapshot by hand keeps its instance backing up and grows until it is available', async () => {
  const { sim, rds, client, settle } = open();
  const instance = rds.addInstance({ id: 'catalog' });
  const create = new CreateDBSnapshotCommand({
    DBInstanceIdentifier: 'catalog',
    DBSnapshotIdentifier: 'by-hand',
    Tags: [{ Key: 'By', Value: 'hand' }],
  });
  const { DBSnapshot } = await sim.clock.drive(client.send(create));
  assert.equal(DBSnapshot?.Status, 'creating');
  assert.equal(instance.status, 'backing-up');
  await assert.rejects(sim.clock.drive(client.send(create)), { name: 'DBSnapshotAlreadyExistsFault' });
  await sim.clock.driveUntil(sim.clock.nowMs() + 30_000);
  const progress = rds.snapshots.get('by-hand')?.percentProgress ?? 0;
  assert.ok(progress > 0 && progress < 100, `${progress} %`);
  await settle();
  assert.equal(instance.status, 'available');
  assert.equal(rds.snapshots.get('by-hand')?.status, 'available');
});

test('snapshots are described by instance, by type and by identifier; those of AWS Backup only when asked for', async () => {
  const { sim, rds, client } = open();
  rds.addSnapshot({ id: 'auto', dbInstanceId: 'catalog', type: 'automated' });
  rds.addSnapshot({ id: 'vault', dbInstanceId: 'orders', type: 'awsbackup' });
  const list = async (input: DescribeDBSnapshotsCommandInput) => {
    const { DBSnapshots = [] } = await sim.clock.drive(client.send(new DescribeDBSnapshotsCommand(input)));
    return DBSnapshots.map(({ DBSnapshotIdentifier }) => DBSnapshotIdentifier);
  };
  assert.deepEqual(await list({}), ['auto', 'orders-0600']);
  assert.deepEqual(await list({ DBInstanceIdentifier: 'orders' }), ['orders-0600']);
  assert.deepEqual(await list({ SnapshotType: 'awsbackup' }), ['vault']);
  assert.deepEqual(await list({ DBSnapshotIdentifier: 'vault' }), ['vault']);
  assert.deepEqual(await list({ DBInstanceIdentifier: 'nobody' }), []);
  await assert.rejects(list({ DBSnapshotIdentifier: 'nobody' }), { name: 'DBSnapshotNotFoundFault' });
});

test('a copy from another Region tells where it came from and of when its data is', async () => {
  const { sim, rds, client, settle } = open();
  const seoul = sim.region(primary).rds;
  const source = seoul.addSnapshot({
    id: 'hourly',
    dbInstanceId: 'orders',
    createdAtMs: startMs - 2 * hourMs,
  });
  const copy = (input: object) =>
    sim.clock.drive(
      client.send(
        new CopyDBSnapshotCommand({
          SourceDBSnapshotIdentifier: source.arn,
          TargetDBSnapshotIdentifier: 'hourly-tokyo',
          ...input,
        }),
      ),
    );
  await assert.rejects(copy({}), {
    name: 'InvalidParameterValue',
    message: 'Must specify new KMS key for cross region encrypted snapshot copy.',
  });
  const { DBSnapshot } = await copy({ KmsKeyId: 'tokyo-key' });
  assert.equal(DBSnapshot?.SourceRegion, primary);
  assert.equal(DBSnapshot?.SourceDBSnapshotIdentifier, source.arn);
  assert.equal(DBSnapshot?.OriginalSnapshotCreateTime?.getTime(), startMs - 2 * hourMs);
  await settle();
  assert.equal(rds.snapshots.get('hourly-tokyo')?.status, 'available');
});

test('only manual snapshots that are available can be deleted', async () => {
  const { sim, rds, client } = open();
  rds.addSnapshot({ id: 'auto', dbInstanceId: 'catalog', type: 'automated' });
  const remove = (DBSnapshotIdentifier: string) =>
    sim.clock.drive(client.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier })));
  await assert.rejects(remove('auto'), { name: 'InvalidDBSnapshotStateFault' });
  const { DBSnapshot } = await remove('orders-0600');
  assert.equal(DBSnapshot?.Status, 'deleted');
  await assert.rejects(remove('orders-0600'), { name: 'DBSnapshotNotFoundFault' });
});
