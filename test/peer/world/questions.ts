import type { Question } from './clients.ts';

/** A question by hand, with what it is about. */
export interface Case extends Question {
  readonly about: string;
}

const tokyo = 'ap-northeast-1';
const unknown = {
  instance: 'i-0fffffffffffffff1',
  volume: 'vol-0fffffffffffffff1',
  snapshot: 'snap-0fffffffffffffff1',
  image: 'ami-0fffffffffffffff1',
  subnet: 'subnet-0fffffffffffffff1',
  group: 'sg-0fffffffffffffff1',
  table: 'rtb-0fffffffffffffff1',
  command: '00000000-0000-4000-8000-000000000001',
} as const;

type Service = Question['service'];

/** Cases of one operation: what each is about, with its input. */
function cases(
  service: Service,
  operation: string,
  inputs: Readonly<Record<string, Question['input']>>,
  region = tokyo,
): readonly Case[] {
  return Object.entries(inputs).map(([about, input]) => ({ service, region, operation, about, input }));
}

/** A name that must be there once, one that is not there, and none at all. */
const nowhere = [{ Name: 'tag:App', Values: ['nobody'] }];

/** What is read of EC2, beyond what the recordings read: what is not there, what is malformed, what is empty, other Regions. */
const ec2: readonly Case[] = [
  ...cases('ec2', 'DescribeInstances', {
    'an instance by its id': { InstanceIds: ['i-0a11c0ffee0000001'] },
    'one that is not there': { InstanceIds: [unknown.instance] },
    'an id that is none': { InstanceIds: ['i-nonsense'] },
    nothing: { Filters: nowhere },
    'a filter that EC2 does not have': { Filters: [{ Name: 'no-such-filter', Values: ['x'] }] },
    'a page of five': { MaxResults: 5 },
  }),
  ...cases('ec2', 'DescribeInstances', { nothing: { Filters: nowhere } }, 'us-west-2'),
  ...cases('ec2', 'DescribeVolumes', {
    'a volume by its id': { VolumeIds: ['vol-0b11b0000000000b2'] },
    'one that is not there': { VolumeIds: [unknown.volume] },
    'an id that is none': { VolumeIds: ['vol-nonsense'] },
    nothing: { Filters: nowhere },
  }),
  ...cases('ec2', 'DescribeSnapshots', {
    'a snapshot by its id': { SnapshotIds: ['snap-0a11c0ffee0000020'] },
    'one that is not there': { SnapshotIds: [unknown.snapshot] },
    'an id that is none': { SnapshotIds: ['snap-nonsense'] },
    nothing: { OwnerIds: ['self'], Filters: nowhere },
  }),
  ...cases('ec2', 'DescribeImages', {
    'an image by its id': { ImageIds: ['ami-0a11c0ffee0000010'] },
    'one that is not there': { ImageIds: [unknown.image] },
    'an id that is none': { ImageIds: ['ami-nonsense'] },
    nothing: { Owners: ['self'], Filters: nowhere },
  }),
  ...cases('ec2', 'DescribeSubnets', {
    'subnets by their ids': { SubnetIds: ['subnet-0a11c0ffee0000001', 'subnet-0d1111a0000000001'] },
    'one that is not there': { SubnetIds: [unknown.subnet] },
    nothing: { Filters: nowhere },
  }),
  ...cases('ec2', 'DescribeSecurityGroups', {
    'groups by their ids': { GroupIds: ['sg-0a11c0ffee0000001', 'sg-0a11c0ffee0000002'] },
    'one that is not there': { GroupIds: [unknown.group] },
    nothing: { Filters: nowhere },
  }),
  ...cases('ec2', 'DescribeRouteTables', {
    'a table by its id': { RouteTableIds: ['rtb-0a11c0ffee0000001'] },
    'one that is not there': { RouteTableIds: [unknown.table] },
    nothing: { Filters: nowhere },
  }),
  ...cases('ec2', 'DescribeLaunchTemplateVersions', {
    'the default version': { LaunchTemplateName: 'shop-worker-dr', Versions: ['$Default'] },
    'a name that is not there': { LaunchTemplateName: 'nobody', Versions: ['$Default'] },
  }),
  ...cases('ec2', 'DescribeInstanceTypes', {
    'a type': { InstanceTypes: ['m7g.large'] },
    'a type that EC2 does not have': { InstanceTypes: ['m99g.large'] },
  }),
  ...cases('ec2', 'DescribeInstanceTypeOfferings', {
    'where types are': {
      LocationType: 'availability-zone',
      Filters: [{ Name: 'instance-type', Values: ['m7g.large'] }],
    },
  }),
  ...cases('ec2', 'DescribeAvailabilityZones', { 'the zones of the Region': {} }),
];

const rds: readonly Case[] = [
  ...cases('rds', 'DescribeDBInstances', {
    'a database by its name': { DBInstanceIdentifier: 'catalog' },
    'one that is not there': { DBInstanceIdentifier: 'nobody' },
  }),
  ...cases('rds', 'DescribeDBInstances', { 'none in the Region': {} }, 'us-west-2'),
  ...cases('rds', 'DescribeDBSnapshots', {
    'a copied snapshot': { DBSnapshotIdentifier: 'shop-orders-0600-copy' },
    'those of a database': { DBInstanceIdentifier: 'catalog' },
    'one that is not there': { DBSnapshotIdentifier: 'nobody' },
    'those of a database that is not there': { DBInstanceIdentifier: 'nobody' },
  }),
];

const execution = (name: string) =>
  `arn:aws:states:${tokyo}:123456789012:execution:lifeboat-live-failover:${name}`;

const others: readonly Case[] = [
  ...cases('ssm', 'GetParameters', {
    'one that is there and one that is not': { Names: ['/shop/orders/endpoint', '/nobody'] },
  }),
  ...cases('ssm', 'GetParametersByPath', {
    'those of a path': { Path: '/shop', Recursive: true },
    nothing: { Path: '/nobody', Recursive: true },
  }),
  ...cases('ssm', 'DescribeParameters', {
    'one by its name': {
      ParameterFilters: [{ Key: 'Name', Option: 'Equals', Values: ['/shop/orders/endpoint'] }],
    },
    nothing: { ParameterFilters: [{ Key: 'Name', Option: 'Equals', Values: ['/nobody'] }] },
  }),
  ...cases('ssm', 'DescribeDocument', {
    'a document': { Name: 'shop-reload' },
    'one that is not there': { Name: 'nobody' },
  }),
  ...cases('ssm', 'ListTagsForResource', {
    'of a parameter': { ResourceType: 'Parameter', ResourceId: '/shop/orders/endpoint' },
    'of one that is not there': { ResourceType: 'Parameter', ResourceId: '/nobody' },
  }),
  ...cases('ssm', 'GetCommandInvocation', {
    'a command that is not there': { CommandId: unknown.command, InstanceId: 'i-0a11c0ffee0000001' },
  }),
  ...cases('ssm', 'DescribeInstanceInformation', { 'agents that are not there': { MaxResults: 50 } }),
  ...cases('ssm', 'ListCommandInvocations', {
    'a command that is not there': { CommandId: unknown.command },
  }),
  ...cases('elasticloadbalancing', 'DescribeTargetGroups', {
    'a group by its name': { Names: ['shop-web'] },
    'one that is not there': { Names: ['nobody'] },
  }),
  ...cases('elasticloadbalancing', 'DescribeTargetHealth', {
    'a group that is not there': {
      TargetGroupArn: `arn:aws:elasticloadbalancing:${tokyo}:123456789012:targetgroup/nobody/0123456789abcdef`,
    },
  }),
  ...cases('elasticloadbalancing', 'DescribeTags', {
    'a group that is not there': {
      ResourceArns: [
        `arn:aws:elasticloadbalancing:${tokyo}:123456789012:targetgroup/nobody/0123456789abcdef`,
      ],
    },
  }),
  ...cases('autoscaling', 'DescribeAutoScalingGroups', { nothing: { AutoScalingGroupNames: ['nobody'] } }),
  ...cases(
    'autoscaling',
    'DescribeAutoScalingGroups',
    { 'a group': { AutoScalingGroupNames: ['shop-web'] } },
    'ap-northeast-2',
  ),
  ...cases('monitoring', 'DescribeAlarms', {
    'an alarm on a metric': { AlarmNames: ['shop-canary'] },
    nothing: { AlarmNames: ['nobody'] },
  }),
  ...cases('route53', 'GetHealthCheck', {
    'one that is not there': { HealthCheckId: '00000000-0000-4000-8000-000000000001' },
  }),
  ...cases('route53', 'GetChange', { 'one that is not there': { Id: 'C0123456789ABCDEFGHIJ' } }),
  ...cases('route53', 'ListResourceRecordSets', {
    'records of a zone': { HostedZoneId: 'Z0123456789' },
    'two at a time': { HostedZoneId: 'Z0123456789', MaxItems: 2 },
    'a zone that is not there': { HostedZoneId: 'Z0000000000000000000X' },
  }),
  ...cases('s3', 'GetObject', {
    'a bucket that is not there': { Bucket: 'lifeboat-nobody', Key: 'nothing' },
  }),
  ...cases('s3', 'ListObjectsV2', { 'a bucket that is not there': { Bucket: 'lifeboat-nobody' } }),
  ...cases('sns', 'GetTopicAttributes', {
    'a topic': { TopicArn: `arn:aws:sns:${tokyo}:123456789012:shop-dr` },
    'one that is not there': { TopicArn: `arn:aws:sns:${tokyo}:123456789012:nobody` },
  }),
  ...cases('iam', 'GetInstanceProfile', { 'one that is not there': { InstanceProfileName: 'nobody' } }),
  ...cases('kms', 'DescribeKey', {
    'one that is not there': { KeyId: '00000000-0000-4000-8000-000000000001' },
  }),
  ...cases('states', 'DescribeExecution', {
    'one that has ended': { executionArn: execution('shop-failover-7-r1') },
    'one that is not there': { executionArn: execution('nobody') },
  }),
];

/** Asked of both sides after a failover. */
export const questions: readonly Case[] = [...ec2, ...rds, ...others];
