/**
 * What AWS says of every resource, whether a recovery asks for it or not: callers that others write, and callers of ours that
 * are yet to come, find what AWS's own examples show. moto showed that it was missing (`docs/peers.md`).
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { isolateFromMachine } from '../../drill/isolation.ts';
import { buildWorld } from '../../simulator/world/build.ts';
import { shopWorld } from '../drill/shop.ts';
import type { Question } from '../peer/world/clients.ts';
import { OurSide } from '../peer/world/sides.ts';

isolateFromMachine(process.env);
const sim = buildWorld(shopWorld(), { seed: 7 });
const side = new OurSide(sim);
const tokyo = 'ap-northeast-1';

type Members = Readonly<Record<string, unknown>>;

async function ask(service: Question['service'], operation: string, input: Members): Promise<Members> {
  const answer = await side.ask({ service, region: tokyo, operation, input });
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.output;
}

/** The first of a list in an answer, or of a list in that. */
async function first(
  service: Question['service'],
  operation: string,
  input: Members,
  ...path: readonly string[]
): Promise<Members> {
  const output = await ask(service, operation, input);
  return path.reduce<Members>((at, name) => (at[name] as readonly Members[])[0]!, output);
}

function assertHas(value: Members, expected: Members): void {
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, value[name]])), expected);
}

const instance = (id: string) =>
  first('ec2', 'DescribeInstances', { InstanceIds: [id] }, 'Reservations', 'Instances');

test('an instance tells its network, its options and what it costs', async () => {
  const found = await instance('i-0b11b0000000000b1');
  assertHas(found, {
    AmiLaunchIndex: 0,
    EbsOptimized: false,
    HibernationOptions: { Configured: false },
    Monitoring: { State: 'disabled' },
    PlatformDetails: 'Linux/UNIX',
    PrivateDnsName: `ip-${String(found['PrivateIpAddress']).replaceAll('.', '-')}.${tokyo}.compute.internal`,
    ProductCodes: [],
    PublicDnsName: '',
    SourceDestCheck: true,
    StateReason: undefined,
    StateTransitionReason: '',
    UsageOperation: 'RunInstances',
  });
  const [card, ...others] = found['NetworkInterfaces'] as readonly Members[];
  assert.deepEqual(others, []);
  assertHas(card!, {
    Groups: [{ GroupId: 'sg-0b11b0000000000b1', GroupName: 'catalog' }],
    PrivateIpAddress: found['PrivateIpAddress'],
    Status: 'in-use',
    SubnetId: 'subnet-0b11b0000000000b1',
    VpcId: 'vpc-0b11b0000000000b1',
  });
});

test('an instance that somebody stopped says so, also when that was before the world began', async () => {
  const found = await instance('i-0a11c0ffee0000001');
  assertHas(found, {
    StateReason: {
      Code: 'Client.UserInitiatedShutdown',
      Message: 'Client.UserInitiatedShutdown: User initiated shutdown',
    },
  });
  assert.match(
    String(found['StateTransitionReason']),
    /^User initiated \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d GMT\)$/,
  );
});

const template = { LaunchTemplateName: 'shop-worker-dr', Version: '$Latest' };
const launch = {
  LaunchTemplate: template,
  ImageId: 'ami-0a11c0ffee0000010',
  SubnetId: 'subnet-0a11c0ffee0000001',
  MinCount: 2,
  MaxCount: 2,
  ClientToken: 'two',
};

test('instances of one launch are counted, wait for a reason, and carry the tags of their template', async () => {
  const { Instances } = (await ask('ec2', 'RunInstances', launch)) as {
    readonly Instances: readonly Members[];
  };
  assert.deepEqual(
    Instances.map(({ AmiLaunchIndex }) => AmiLaunchIndex),
    [0, 1],
  );
  for (const { StateReason, MetadataOptions, Tags } of Instances) {
    assert.deepEqual(StateReason, { Code: 'pending', Message: 'pending' });
    assertHas(MetadataOptions as Members, { State: 'pending', HttpEndpoint: 'enabled' });
    const tags = (Tags as readonly { Key: string; Value: string }[]).map(
      ({ Key, Value }) => `${Key}=${Value}`,
    );
    assert.ok(tags.includes('aws:ec2launchtemplate:id=lt-0a11c0ffee0000001'), tags.join());
    assert.ok(tags.includes('aws:ec2launchtemplate:version=1'), tags.join());
  }
  await sim.clock.driveUntil(sim.clock.nowMs() + 300_000);
  assertHas(await instance(String(Instances[0]!['InstanceId'])), { StateReason: undefined });
});

test('the id of a profile is one, at the instance and at IAM, however often it is asked', async () => {
  const { IamInstanceProfile } = await instance('i-0a11c0ffee0000001');
  const { Id } = IamInstanceProfile as { readonly Id: string };
  for (const _ of ['once', 'twice']) {
    const { InstanceProfile } = await ask('iam', 'GetInstanceProfile', { InstanceProfileName: 'shop' });
    assertHas(InstanceProfile as Members, { InstanceProfileId: Id });
  }
});

test('what is encrypted without a named key is under the key that AWS keeps for the service', async () => {
  const volume = await first('ec2', 'DescribeVolumes', { VolumeIds: ['vol-0b11b0000000000b2'] }, 'Volumes');
  const database = await first(
    'rds',
    'DescribeDBInstances',
    { DBInstanceIdentifier: 'catalog' },
    'DBInstances',
  );
  assert.notEqual(volume['KmsKeyId'], database['KmsKeyId']);
  for (const KeyId of [volume['KmsKeyId'], database['KmsKeyId']]) {
    const { KeyMetadata } = await ask('kms', 'DescribeKey', { KeyId });
    assertHas(KeyMetadata as Members, { Arn: KeyId, KeyManager: 'AWS', KeyState: 'Enabled' });
  }
});

test('a volume tells what it gives, and nothing of tags that it does not have', async () => {
  const made = await ask('ec2', 'CreateVolume', {
    AvailabilityZone: `${tokyo}a`,
    Size: 8,
    ClientToken: 'bare',
  });
  assertHas(made, { Iops: 100, SnapshotId: '', Tags: undefined });
  const volume = await first('ec2', 'DescribeVolumes', { VolumeIds: ['vol-0b11b0000000000b2'] }, 'Volumes');
  assertHas(volume, { Iops: 3000, Throughput: 125 });
});

test('subnets, groups, zones and types say what they are like', async () => {
  const subnets = { SubnetIds: ['subnet-0b11b0000000000b3'] };
  assertHas(await first('ec2', 'DescribeSubnets', subnets, 'Subnets'), {
    AssignIpv6AddressOnCreation: false,
    AvailabilityZoneId: 'apne1-az3',
    Ipv6CidrBlockAssociationSet: [],
    MapPublicIpOnLaunch: false,
    Tags: undefined,
  });
  const groups = { GroupIds: ['sg-0a11c0ffee0000001'] };
  const rule = await first('ec2', 'DescribeSecurityGroups', groups, 'SecurityGroups', 'IpPermissions');
  assertHas(rule, { Ipv6Ranges: [], PrefixListIds: [], UserIdGroupPairs: [] });
  assertHas(await first('ec2', 'DescribeAvailabilityZones', {}, 'AvailabilityZones'), {
    GroupName: tokyo,
    ZoneId: 'apne1-az1',
  });
  const types = { InstanceTypes: ['m6a.large'] };
  assertHas(await first('ec2', 'DescribeInstanceTypes', types, 'InstanceTypes'), {
    Hypervisor: 'nitro',
    ProcessorInfo: { Manufacturer: 'AMD', SupportedArchitectures: ['x86_64'] },
    VCpuInfo: { DefaultCores: 1, DefaultThreadsPerCore: 2, DefaultVCpus: 2 },
  });
});

test('a database and its snapshots tell their groups, their license and where they come from', async () => {
  const database = await first(
    'rds',
    'DescribeDBInstances',
    { DBInstanceIdentifier: 'shop-orders-replica' },
    'DBInstances',
  );
  assertHas(database, {
    AssociatedRoles: [],
    DBParameterGroups: [{ DBParameterGroupName: 'default.postgres16', ParameterApplyStatus: 'in-sync' }],
    DbInstancePort: 0,
    DomainMemberships: [],
    LicenseModel: 'postgresql-license',
    MonitoringInterval: 0,
    OptionGroupMemberships: [{ OptionGroupName: 'default:postgres-16', Status: 'in-sync' }],
  });
  const catalog = await first(
    'rds',
    'DescribeDBInstances',
    { DBInstanceIdentifier: 'catalog' },
    'DBInstances',
  );
  assertHas(
    await first('rds', 'DescribeDBSnapshots', { DBSnapshotIdentifier: 'catalog-0800' }, 'DBSnapshots'),
    {
      DbiResourceId: catalog['DbiResourceId'],
      IAMDatabaseAuthenticationEnabled: false,
      InstanceCreateTime: catalog['InstanceCreateTime'],
      KmsKeyId: catalog['KmsKeyId'],
      LicenseModel: 'general-public-license',
      OptionGroupName: 'default:mysql-8-0',
      VpcId: 'vpc-0b11b0000000000b1',
    },
  );
});

test('a command says that nobody is notified, a topic who may do what', async () => {
  const { Command } = await ask('ssm', 'SendCommand', {
    DocumentName: 'shop-reload',
    InstanceIds: ['i-0b11b0000000000b1'],
  });
  assertHas(Command as Members, {
    NotificationConfig: { NotificationArn: '', NotificationEvents: [], NotificationType: '' },
    OutputS3BucketName: '',
    ServiceRole: '',
  });
  const { Attributes } = await ask('sns', 'GetTopicAttributes', {
    TopicArn: `arn:aws:sns:${tokyo}:123456789012:shop-dr`,
  });
  const { Policy, EffectiveDeliveryPolicy } = Attributes as Readonly<Record<string, string>>;
  assert.equal(JSON.parse(Policy!).Statement[0].Effect, 'Allow');
  assert.equal(JSON.parse(EffectiveDeliveryPolicy!).http.defaultHealthyRetryPolicy.numRetries, 3);
});
