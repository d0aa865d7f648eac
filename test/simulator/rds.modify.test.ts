import assert from 'node:assert/strict';
import test from 'node:test';
import { recovery } from './data-account.ts';
import { openDatabase } from './data-database.ts';

test('new security groups are being added until they hold, and the database stays writable meanwhile', async () => {
  const { rds, instance, modify, settle, statuses } = openDatabase();
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
  const { modify, instance } = openDatabase();
  await modify({ VpcSecurityGroupIds: ['sg-0bbbbbbb'] });
  assert.equal(instance.status, 'available');
  await assert.rejects(modify({ MasterUserPassword: 'another-one' }), {
    name: 'InvalidDBInstanceStateFault',
  });
});

test('security groups must exist and be in the VPC of the instance', async () => {
  const { sim, modify } = openDatabase();
  sim.region(recovery).ec2.addSecurityGroup({ id: 'sg-0ccccccc', name: 'far', vpcId: 'vpc-0b0b0b0b' });
  await assert.rejects(modify({ VpcSecurityGroupIds: ['sg-0ddddddd'] }), { name: 'InvalidParameterValue' });
  await assert.rejects(modify({ VpcSecurityGroupIds: ['sg-0ccccccc'] }), {
    name: 'InvalidParameterCombination',
    message:
      'The DB instance and EC2 security group are in different VPCs. The DB instance is in vpc-0a0a0a0a and the EC2 security group is in vpc-0b0b0b0b',
  });
});

test('Multi-AZ waits for the maintenance window unless it is applied immediately', async () => {
  const { instance, modify, settle } = openDatabase();
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
  const { instance, modify, settle, statuses } = openDatabase();
  await modify({ MasterUserPassword: 'another-one' });
  assert.equal(instance.masterPasswordRevision, 1);
  await settle();
  assert.equal(instance.masterPasswordRevision, 2);
  assert.deepEqual(statuses, ['resetting-master-credentials', 'available']);
});

test('a master password that RDS would not take is refused', async () => {
  const { instance, modify } = openDatabase();
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
  const { instance, modify, settle, statuses } = openDatabase({ backupRetentionDays: 0 });
  await modify({ BackupRetentionPeriod: 7, ApplyImmediately: true });
  await settle();
  assert.equal(instance.backupRetentionDays, 7);
  assert.deepEqual(statuses, ['modifying', 'available', 'backing-up', 'available']);
});

test('a change that is not modelled stops the run', async () => {
  const { modify } = openDatabase();
  await assert.rejects(modify({ Iops: 3000 }), {
    name: 'NotSimulated',
    message: /rds:ModifyDBInstance with Iops/,
  });
});
