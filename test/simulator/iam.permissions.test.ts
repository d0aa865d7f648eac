import assert from 'node:assert/strict';
import test from 'node:test';
import { CloudWatchClient, DescribeAlarmsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { GetObjectCommand, PutBucketPolicyCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SendCommandCommand, SSMClient } from '@aws-sdk/client-ssm';
import { recovery as region, settings } from './data-account.ts';

import { allow, deny, everything, key, open, own, roleArn } from './iam-account.ts';

/** A launch that makes, uses and passes on everything that a launch can. */
function launchOf(account: ReturnType<typeof open>): RunInstancesCommandInput {
  const { ec2, image, subnetA } = account;
  ec2.keyPairs.add('ops');
  ec2.instanceProfiles.add('arn:aws:iam::123456789012:instance-profile/web');
  const group = ec2.addSecurityGroup({ name: 'web', vpcId: subnetA.vpcId });
  const template = ec2.addLaunchTemplate({
    name: 'web',
    versions: [{ securityGroupIds: [group.id], keyName: 'ops', networkInterfaceTags: { A: 'b' } }],
  });
  Object.assign(ec2.snapshots.get(image.rootSnapshotId) ?? {}, { encrypted: true, kmsKeyId: key });
  return {
    ImageId: image.id,
    InstanceType: 'm6i.large',
    SubnetId: subnetA.id,
    MinCount: 1,
    MaxCount: 1,
    LaunchTemplate: { LaunchTemplateName: template.name },
    IamInstanceProfile: { Name: 'web' },
    TagSpecifications: (['instance', 'volume'] as const).map((ResourceType) => ({
      ResourceType,
      Tags: [{ Key: 'lifeboat:plan', Value: 'shop' }],
    })),
  };
}

test('a launch asks for everything that it makes, uses, tags, passes on and encrypts, each by itself', async () => {
  const questions = [
    ['ec2:RunInstances', own('ec2', 'instance/*')],
    ['ec2:RunInstances', own('ec2', 'volume/*')],
    ['ec2:RunInstances', own('ec2', 'network-interface/*')],
    ['ec2:RunInstances', `arn:aws:ec2:${region}::image/ami-*`],
    ['ec2:RunInstances', own('ec2', 'subnet/subnet-*')],
    ['ec2:RunInstances', own('ec2', 'security-group/sg-*')],
    ['ec2:RunInstances', own('ec2', 'key-pair/ops')],
    ['ec2:RunInstances', own('ec2', 'launch-template/lt-*')],
    ['ec2:CreateTags', own('ec2', 'instance/*')],
    ['ec2:CreateTags', own('ec2', 'volume/*')],
    ['ec2:CreateTags', own('ec2', 'network-interface/*')],
    ['iam:PassRole', 'arn:aws:iam::123456789012:role/web'],
    ['kms:CreateGrant', own('kms', `key/${key}`)],
    ['kms:GenerateDataKeyWithoutPlaintext', own('kms', `key/${key}`)],
  ] as const;
  for (const [action, resource] of questions) {
    const account = open(everything, deny(action, resource));
    const said = await account.ask(account.asRole.send(new RunInstancesCommand(launchOf(account))));
    assert.match(
      said,
      /^UnauthorizedOperation: .*with an explicit deny in an identity-based policy$/,
      resource,
    );
    assert.ok(said.includes(`perform: ${action} on resource: arn:aws:`), said);
  }
  const account = open(everything);
  assert.equal(await account.ask(account.asRole.send(new RunInstancesCommand(launchOf(account)))), 'allowed');
});

test('conditions see the tags of what there is and of what is asked for, and what a key is used for', async () => {
  const onlyTagged = { Null: { 'aws:RequestTag/lifeboat:plan': 'false' } };
  const account = open(
    allow('ec2:CreateVolume', own('ec2', 'volume/*'), onlyTagged),
    allow('ec2:CreateVolume', `arn:aws:ec2:${region}::snapshot/*`, {
      Null: { 'aws:ResourceTag/App': 'false' },
    }),
    allow('ec2:CreateTags', own('ec2', '*/*'), { StringEquals: { 'ec2:CreateAction': 'CreateVolume' } }),
    allow('kms:*', own('kms', 'key/*'), {
      StringEquals: { 'kms:ViaService': `ec2.${region}.amazonaws.com` },
    }),
    allow('ec2:AttachVolume', own('ec2', 'volume/*'), { Null: { 'ec2:ResourceTag/lifeboat:plan': 'false' } }),
    allow('ec2:AttachVolume', own('ec2', 'instance/*'), { StringEquals: { 'aws:ResourceTag/App': 'shop' } }),
  );
  const { ec2, asRole, ask } = account;
  const [shop, other] = [{ App: 'shop' }, {}].map((tags) =>
    ec2.addSnapshot({ volumeId: 'vol-0', sizeGiB: 1, tags, encrypted: true, kmsKeyId: key }),
  );
  const create = (SnapshotId: string, Key: string) =>
    asRole.send(
      new CreateVolumeCommand({
        AvailabilityZone: `${region}a`,
        SnapshotId,
        TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key, Value: 'shop' }] }],
      }),
    );
  assert.equal(await ask(create(shop!.id, 'lifeboat:plan')), 'allowed');
  assert.match(
    await ask(create(other!.id, 'lifeboat:plan')),
    /ec2:CreateVolume on resource: arn:aws:ec2:[^:]+::snapshot/,
  );
  assert.match(
    await ask(create(shop!.id, 'Name')),
    /ec2:CreateVolume on resource: arn:aws:ec2:\S+:volume\/\*/,
  );
  const [volume] = [...ec2.volumes.values()];
  const [server] = await account.launch();
  const attach = () =>
    asRole.send(
      new AttachVolumeCommand({ VolumeId: volume!.id, InstanceId: server!.InstanceId!, Device: '/dev/sdf' }),
    );
  assert.match(await ask(attach()), /ec2:AttachVolume on resource: \S+instance\/i-/);
  ec2.instances.get(server!.InstanceId!)!.tags = { App: 'shop' };
  assert.equal(await ask(attach()), 'allowed');
});

test('a command asks for its document and for each of its servers', async () => {
  const tagged = { Null: { 'ssm:resourceTag/lifeboat:plan': 'false' } };
  const account = open(
    allow('ssm:SendCommand', own('ssm', 'document/ours')),
    allow('ssm:SendCommand', own('ec2', 'instance/*'), tagged),
  );
  const [bare, ours] = await account.launch({ MinCount: 2, MaxCount: 2 });
  account.ec2.instances.get(ours!.InstanceId!)!.tags = { 'lifeboat:plan': 'shop' };
  const ssm = new SSMClient(account.config);
  const send = (DocumentName: string, ...InstanceIds: string[]) =>
    account.ask(ssm.send(new SendCommandCommand({ DocumentName, InstanceIds })));
  assert.equal(await send('ours', ours!.InstanceId!), 'allowed');
  assert.match(await send('theirs', ours!.InstanceId!), /on resource: \S+document\/theirs/);
  assert.match(
    await send('AWS-RunShellScript', ours!.InstanceId!),
    /:ssm:ap-northeast-1::document\/AWS-RunShellScript/,
  );
  assert.match(
    await send('ours', ours!.InstanceId!, bare!.InstanceId!),
    new RegExp(`instance/${bare!.InstanceId}`),
  );
});

test('a secret asks for its key, a metric for its namespace, and composite alarms for everything', async () => {
  const account = open(
    allow(['ssm:PutParameter', 'ssm:GetParameters'], own('ssm', 'parameter/shop/*')),
    allow('cloudwatch:PutMetricData', '*', { StringEquals: { 'cloudwatch:namespace': 'Shop' } }),
    allow('cloudwatch:DescribeAlarms', own('cloudwatch', 'alarm:*')),
  );
  const { ask, config } = account;
  const ssm = new SSMClient(config);
  const put = (more: object) =>
    ask(ssm.send(new PutParameterCommand({ Name: '/shop/a', Value: 'v', Overwrite: true, ...more })));
  assert.equal(await put({ Type: 'String' }), 'allowed');
  assert.equal(await put({ Type: 'SecureString' }), 'allowed', 'its own key lets the account in');
  assert.match(await put({ Type: 'SecureString', KeyId: key }), /kms:Encrypt on resource: \S+key\//);
  assert.match(await put({ Type: 'SecureString', KeyId: key, Tier: 'Advanced' }), /kms:GenerateDataKey on/);
  assert.match(await put({ Overwrite: false, Tags: [{ Key: 'a', Value: 'b' }] }), /ssm:AddTagsToResource on/);
  const cloudwatch = new CloudWatchClient(config);
  const measure = (Namespace: string) =>
    ask(
      cloudwatch.send(new PutMetricDataCommand({ Namespace, MetricData: [{ MetricName: 'm', Value: 1 }] })),
    );
  assert.deepEqual(
    [await measure('Shop'), (await measure('Else')).split(':')[0]],
    ['allowed', 'AccessDenied'],
  );
  const describe = (...AlarmTypes: ('MetricAlarm' | 'CompositeAlarm')[]) =>
    ask(cloudwatch.send(new DescribeAlarmsCommand({ AlarmTypes })));
  assert.equal(await describe('MetricAlarm'), 'allowed');
  assert.match(await describe('MetricAlarm', 'CompositeAlarm'), /^AccessDenied: .*cloudwatch:DescribeAlarms/);
});

test('an object that is not there is 403 without the permission to list, and what a bucket allows a role needs no permission', async () => {
  const { sim, config, drive, ask } = open(allow('s3:GetObject', 'arn:aws:s3:::ledger/*'));
  sim.s3.createBucket({ name: 'ledger', region });
  const s3 = new S3Client(config);
  const administrator = new S3Client(settings(sim, region));
  await drive(administrator.send(new PutObjectCommand({ Bucket: 'ledger', Key: 'there', Body: 'x' })));
  const read = (Key: string) => s3.send(new GetObjectCommand({ Bucket: 'ledger', Key }));
  const write = (more: object) =>
    s3.send(new PutObjectCommand({ Bucket: 'ledger', Key: 'mine', Body: 'x', ...more }));
  assert.equal(await ask(read('there')), 'allowed');
  assert.match(
    await ask(read('absent')),
    /^AccessDenied: .*s3:ListBucket on resource: "arn:aws:s3:::ledger"/,
  );
  assert.match(await ask(write({})), /s3:PutObject/);
  const Statement = [
    {
      Effect: 'Allow',
      Principal: { AWS: roleArn },
      Action: ['s3:ListBucket', 's3:PutObject'],
      Resource: ['arn:aws:s3:::ledger', 'arn:aws:s3:::ledger/*'],
    },
  ];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await drive(administrator.send(new PutBucketPolicyCommand({ Bucket: 'ledger', Policy })));
  await assert.rejects(drive(read('absent')), { name: 'NoSuchKey' });
  assert.equal(await ask(write({})), 'allowed');
});

test('what allowed something is known by statement, once for each action, and whether anything else would have', async () => {
  const { sim, asRole, ask } = open(
    { Sid: 'Unneeded', ...allow('ec2:DescribeVolumes', '*') },
    allow('ec2:Describe*', '*'),
  );
  for (let i = 0; i < 2; i += 1)
    assert.equal(await ask(asRole.send(new DescribeInstancesCommand({}))), 'allowed');
  const only = { roleArn, policy: 'own', statement: '#2', action: 'ec2:DescribeInstances', isOnly: true };
  assert.deepEqual(sim.iam.permissions.uses, [only]);
  assert.equal(await ask(asRole.send(new DescribeVolumesCommand({}))), 'allowed');
  const action = 'ec2:DescribeVolumes';
  assert.deepEqual(sim.iam.permissions.uses, [
    only,
    { ...only, statement: 'Unneeded', action, isOnly: false },
    { ...only, action, isOnly: false },
  ]);
});
