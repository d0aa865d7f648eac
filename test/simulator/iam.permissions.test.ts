import assert from 'node:assert/strict';
import test from 'node:test';
import { AutoScalingClient, SuspendProcessesCommand } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient, DescribeAlarmsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DescribeInstancesCommand,
  DetachVolumeCommand,
  EC2Client,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { ListHostedZonesCommand, Route53Client } from '@aws-sdk/client-route-53';
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  GetParametersCommand,
  PutParameterCommand,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { actions } from '../../simulator/iam/actions/actions.ts';
import type { JsonObject } from '../../simulator/json.ts';
import { recovery as region, settings } from './data-account.ts';
import { openEc2 } from './ec2-account.ts';

const roleArn = 'arn:aws:iam::123456789012:role/fn';
const me = 'arn:aws:sts::123456789012:assumed-role/fn/session';
const key = '5f0c2a1e-7b64-4a55-9a0e-3f1d2c4b5a60';

const allow = (Action: string | readonly string[], Resource: string, Condition?: JsonObject): JsonObject => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const everything = allow('*', '*');
const deny = (Action: string, Resource: string): JsonObject => ({ Effect: 'Deny', Action, Resource });

/** An account with a caller whose role may do what the statements say. */
function open(...Statement: readonly JsonObject[]) {
  const account = openEc2('permissions');
  const { sim } = account;
  sim.iam.permissions.put({
    arn: roleArn,
    policies: [{ name: 'own', document: { Version: '2012-10-17', Statement } }],
  });
  sim.addCaller({ accessKeyId: 'AKIAROLE', arn: me, userId: 'AROAFN:session', roleArn });
  const config = settings(sim, region, 'AKIAROLE');
  const ec2 = new EC2Client(config);
  /** `Code: message` of a refusal, or `allowed` for whatever else comes of it. */
  const ask = async (answer: Promise<unknown>): Promise<string> => {
    const before = sim.iam.permissions.denials.length;
    const said = await sim.clock.drive(
      answer.then(
        () => '',
        (error: Error) => `${error.name}: ${error.message}`,
      ),
    );
    return sim.iam.permissions.denials.length === before ? 'allowed' : said;
  };
  return { ...account, config, ec2: account.ec2, asRole: ec2, ask };
}

const reason = (action: string) => `because no identity-based policy allows the ${action} action`;
const own = (service: string, resource: string) => `arn:aws:${service}:${region}:123456789012:${resource}`;

test('each service refuses a role without permissions in its own words: who, what and on what', async () => {
  const { config, asRole, ask } = open();
  const s3 = new S3Client(config);
  const object = { Bucket: 'ledger', Key: 'a.json' };
  const topic = own('sns', 'news');
  const machine = own('states', 'stateMachine:m');
  const refusals: readonly (readonly [
    () => Promise<unknown>,
    code: string,
    action: string,
    resource?: string,
  ])[] = [
    [() => asRole.send(new DescribeInstancesCommand({})), 'UnauthorizedOperation', 'ec2:DescribeInstances'],
    [
      () => asRole.send(new TerminateInstancesCommand({ InstanceIds: ['i-1'] })),
      'UnauthorizedOperation',
      'ec2:TerminateInstances',
      own('ec2', 'instance/i-1'),
    ],
    [
      () => new RDSClient(config).send(new DescribeDBInstancesCommand({})),
      'AccessDenied',
      'rds:DescribeDBInstances',
      own('rds', 'db:*'),
    ],
    [
      () => s3.send(new PutObjectCommand({ ...object, Body: '' })),
      'AccessDenied',
      's3:PutObject',
      '"arn:aws:s3:::ledger/a.json"',
    ],
    [
      () => new SNSClient(config).send(new PublishCommand({ TopicArn: topic, Message: 'm' })),
      'AuthorizationErrorException',
      'sns:Publish',
      topic,
    ],
    [
      () => new SFNClient(config).send(new StartExecutionCommand({ stateMachineArn: machine })),
      'AccessDeniedException',
      'states:StartExecution',
      machine,
    ],
    [
      () => new SSMClient(config).send(new GetParametersCommand({ Names: ['/shop/a:3'] })),
      'AccessDeniedException',
      'ssm:GetParameters',
      own('ssm', 'parameter/shop/a'),
    ],
    [
      () =>
        new EventBridgeClient(config).send(
          new PutEventsCommand({ Entries: [{ Source: 's', DetailType: 't' }] }),
        ),
      'AccessDeniedException',
      'events:PutEvents',
      own('events', 'event-bus/default'),
    ],
    [
      () => new Route53Client(config).send(new ListHostedZonesCommand({})),
      'AccessDenied',
      'route53:ListHostedZones',
    ],
    [
      () => new AutoScalingClient(config).send(new SuspendProcessesCommand({ AutoScalingGroupName: 'web' })),
      'AccessDenied',
      'autoscaling:SuspendProcesses',
      own('autoscaling', 'autoScalingGroup:unknown:autoScalingGroupName/web'),
    ],
  ];
  for (const [answer, code, action, resource] of refusals) {
    const on = resource === undefined ? '' : ` on resource: ${resource}`;
    const said = await ask(answer());
    assert.ok(said.startsWith(`${code}: `), said);
    assert.ok(
      said.endsWith(`User: ${me} is not authorized to perform: ${action}${on} ${reason(action)}`),
      said,
    );
  }
  assert.match(await ask(s3.send(new HeadObjectCommand(object))), /^(Forbidden|403|Unknown)/);
  assert.equal(await ask(new STSClient(config).send(new GetCallerIdentityCommand({}))), 'allowed');
});

test('whoever has no role of its own here is an administrator, and an unknown operation is not simulated for a role', async () => {
  const { client, drive, asRole } = open(everything);
  await drive(client.send(new DescribeInstancesCommand({})));
  assert.equal('DetachVolume' in actions.ec2, false);
  await assert.rejects(
    drive(asRole.send(new DetachVolumeCommand({ VolumeId: 'vol-1' }))),
    /the permissions for ec2:DetachVolume is not simulated/,
  );
});

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

test('what was needed is known by statement, once for each action', async () => {
  const { sim, asRole, ask } = open(
    { Sid: 'Unneeded', ...allow('ec2:DescribeVolumes', '*') },
    allow('ec2:Describe*', '*'),
  );
  for (let i = 0; i < 2; i += 1)
    assert.equal(await ask(asRole.send(new DescribeInstancesCommand({}))), 'allowed');
  assert.deepEqual(sim.iam.permissions.uses, [
    { roleArn, policy: 'own', statement: '#2', action: 'ec2:DescribeInstances' },
  ]);
});
