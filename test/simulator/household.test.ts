import assert from 'node:assert/strict';
import test from 'node:test';
import { DescribeTagsCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetInstanceProfileCommand, IAMClient } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { openAccount, recovery, settings, startMs } from './data-account.ts';

/** An account with a snapshot under a key of its own. */
function open() {
  const sim = openAccount();
  const { ec2 } = sim.region(recovery);
  ec2.addSnapshot({ id: 'snap-00000001', sizeGiB: 8, startedAtMs: startMs, kmsKeyId: 'key-1' });
  const kms = new KMSClient(settings(sim, recovery));
  const describe = (KeyId: string) => sim.clock.drive(kms.send(new DescribeKeyCommand({ KeyId })));
  return { sim, ec2, describe };
}

test('a key that something is encrypted with is there, by its id and by its ARN', async () => {
  const { describe } = open();
  const { KeyMetadata } = await describe('key-1');
  assert.deepEqual(
    [KeyMetadata?.KeyId, KeyMetadata?.KeyState, KeyMetadata?.Enabled],
    ['key-1', 'Enabled', true],
  );
  assert.equal(KeyMetadata?.Arn, `arn:aws:kms:${recovery}:123456789012:key/key-1`);
  assert.deepEqual((await describe(KeyMetadata?.Arn ?? '')).KeyMetadata, KeyMetadata);
});

test('a key that EBS cannot use says why', async () => {
  const { ec2, describe } = open();
  for (const [problem, state] of [
    ['is disabled.', 'Disabled'],
    ['is pending import.', 'PendingImport'],
    ['is pending deletion.', 'PendingDeletion'],
  ] as const) {
    ec2.keyProblems.set('key-1', problem);
    const { KeyMetadata } = await describe('key-1');
    assert.deepEqual([KeyMetadata?.KeyState, KeyMetadata?.Enabled], [state, false]);
  }
});

test('a key that nothing uses does not exist, and aliases are not modelled', async () => {
  const { describe } = open();
  await assert.rejects(describe('key-2'), { name: 'NotFoundException' });
  await assert.rejects(open().describe('alias/aws/ebs'), /alias is not simulated/);
});

test('the quota of running vCPUs is the one that launches are counted against', async () => {
  const { sim, ec2 } = open();
  ec2.capacity.vcpuQuota = 48;
  const client = new ServiceQuotasClient(settings(sim, recovery));
  const ask = (QuotaCode: string) =>
    sim.clock.drive(client.send(new GetServiceQuotaCommand({ ServiceCode: 'ec2', QuotaCode })));
  assert.equal((await ask('L-1216C47A')).Quota?.Value, 48);
  await assert.rejects(ask('L-00000000'), /GetServiceQuota of ec2 L-00000000 is not simulated/);
});

test('IAM knows the instance profiles of every Region, whichever one asks', async () => {
  const { sim, ec2 } = open();
  ec2.addInstanceProfile('shop');
  const client = new IAMClient({ ...settings(sim, recovery), region: 'us-east-1' });
  const ask = (InstanceProfileName: string) =>
    sim.clock.drive(client.send(new GetInstanceProfileCommand({ InstanceProfileName })));
  assert.equal((await ask('shop')).InstanceProfile?.Arn, 'arn:aws:iam::123456789012:instance-profile/shop');
  await assert.rejects(ask('other'), { name: 'NoSuchEntityException' });
});

test('tags of target groups are told by ARN, and one that is not there refuses all', async () => {
  const { sim, ec2 } = open();
  const { elbv2 } = sim.region(recovery);
  ec2.addVpc({ id: 'vpc-00000001', cidr: '10.0.0.0/16' });
  const check = { path: '/', intervalSeconds: 10, healthyThreshold: 3, unhealthyThreshold: 2 };
  const tags = { 'lifeboat:plan': 'shop' };
  const { arn } = elbv2.addTargetGroup({ name: 'web', vpcId: 'vpc-00000001', port: 80, check, tags });
  const client = new ElasticLoadBalancingV2Client(settings(sim, recovery));
  const ask = (...ResourceArns: string[]) =>
    sim.clock.drive(client.send(new DescribeTagsCommand({ ResourceArns })));
  assert.deepEqual((await ask(arn)).TagDescriptions, [
    { ResourceArn: arn, Tags: [{ Key: 'lifeboat:plan', Value: 'shop' }] },
  ]);
  await assert.rejects(ask(arn, arn.replace('web', 'gone')), { name: 'TargetGroupNotFoundException' });
  await assert.rejects(ask(...Array(21).fill(arn)), { name: 'ValidationError' });
});
