import type { Question } from './clients.ts';
import type { Case } from './questions.ts';

const tokyo = 'ap-northeast-1';
const seoul = 'ap-northeast-2';
/** A bucket without a policy, on both sides. */
export const plainBucket = 'lifeboat-peer-plain';
const machine = `arn:aws:states:${tokyo}:123456789012:stateMachine:lifeboat-live-failover`;

function one(
  service: Question['service'],
  operation: string,
  about: string,
  input: Question['input'],
  region = tokyo,
): Case {
  return { service, region, operation, about, input };
}

const record = (value: string) => ({
  Name: 'recovery.shop.example.com',
  Type: 'CNAME',
  TTL: 60,
  ResourceRecords: [{ Value: value }],
});
const change = (Action: string, value: string) => ({
  HostedZoneId: 'Z0123456789',
  ChangeBatch: { Changes: [{ Action, ResourceRecordSet: record(value) }] },
});

/**
 * Changes as a recovery makes them, where AWS refuses, and the few that no recording of the shop makes. They are asked last:
 * a peer that refuses nothing has then done them.
 */
export const refusals: readonly Case[] = [
  one('ec2', 'RunInstances', 'an image that is not there', {
    ImageId: 'ami-0fffffffffffffff1',
    InstanceType: 'm7g.large',
    SubnetId: 'subnet-0a11c0ffee0000001',
    MinCount: 1,
    MaxCount: 1,
    ClientToken: 'peer-1',
  }),
  one('ec2', 'RunInstances', 'a subnet that is not there', {
    ImageId: 'ami-0a11c0ffee0000010',
    InstanceType: 'm7g.large',
    SubnetId: 'subnet-0fffffffffffffff1',
    MinCount: 1,
    MaxCount: 1,
    ClientToken: 'peer-2',
  }),
  one('ec2', 'RunInstances', 'as many as there is room for', {
    ImageId: 'ami-0a11c0ffee0000010',
    InstanceType: 'm7g.large',
    SubnetId: 'subnet-0a11c0ffee0000001',
    MinCount: 1,
    MaxCount: 2,
    ClientToken: 'peer-5',
  }),
  one('ec2', 'RunInstances', 'the same again, by its token', {
    ImageId: 'ami-0a11c0ffee0000010',
    InstanceType: 'm7g.large',
    SubnetId: 'subnet-0a11c0ffee0000001',
    MinCount: 1,
    MaxCount: 2,
    ClientToken: 'peer-5',
  }),
  one('ec2', 'StartInstances', 'an instance that is not there', { InstanceIds: ['i-0fffffffffffffff1'] }),
  one('ec2', 'StopInstances', 'an instance that is not there', { InstanceIds: ['i-0fffffffffffffff1'] }),
  one('ec2', 'TerminateInstances', 'an instance that is not there', { InstanceIds: ['i-0fffffffffffffff1'] }),
  one('ec2', 'CreateVolume', 'a snapshot that is not there', {
    AvailabilityZone: `${tokyo}a`,
    SnapshotId: 'snap-0fffffffffffffff1',
    ClientToken: 'peer-3',
  }),
  one('ec2', 'CreateVolume', 'a zone of another Region', {
    AvailabilityZone: `${seoul}a`,
    Size: 8,
    ClientToken: 'peer-4',
  }),
  one('ec2', 'AttachVolume', 'a volume that is not there', {
    VolumeId: 'vol-0fffffffffffffff1',
    InstanceId: 'i-0a11c0ffee0000001',
    Device: '/dev/sdg',
  }),
  one('ec2', 'AttachVolume', 'a volume of another zone', {
    VolumeId: 'vol-0b11b0000000000b3',
    InstanceId: 'i-0a11c0ffee0000001',
    Device: '/dev/sdg',
  }),
  one('ec2', 'AttachVolume', 'a volume that is attached already', {
    VolumeId: 'vol-0b11b0000000000b1',
    InstanceId: 'i-0a11c0ffee0000001',
    Device: '/dev/sdg',
  }),
  one('ec2', 'DeleteVolume', 'a volume that is attached', { VolumeId: 'vol-0b11b0000000000b1' }),
  one('ec2', 'DeleteVolume', 'a volume that is not there', { VolumeId: 'vol-0fffffffffffffff1' }),
  one('ec2', 'ModifyInstanceAttribute', 'what becomes of a volume with its instance', {
    InstanceId: 'i-0b11b0000000000b1',
    BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { DeleteOnTermination: true } }],
  }),
  one('ec2', 'ModifyInstanceAttribute', 'another type of a running instance', {
    InstanceId: 'i-0b11b0000000000b1',
    InstanceType: { Value: 'm7g.large' },
  }),
  one('rds', 'PromoteReadReplica', 'a database that is no replica', { DBInstanceIdentifier: 'catalog' }),
  one('rds', 'PromoteReadReplica', 'a database that is not there', { DBInstanceIdentifier: 'nobody' }),
  one('rds', 'ModifyDBInstance', 'a database that is not there', { DBInstanceIdentifier: 'nobody' }),
  one('rds', 'DeleteDBInstance', 'a database that is not there', {
    DBInstanceIdentifier: 'nobody',
    SkipFinalSnapshot: true,
  }),
  one(
    'rds',
    'DeleteDBInstance',
    'a database that is protected',
    {
      DBInstanceIdentifier: 'shop-orders',
      SkipFinalSnapshot: true,
    },
    seoul,
  ),
  one('rds', 'RestoreDBInstanceFromDBSnapshot', 'a name that is taken', {
    DBInstanceIdentifier: 'catalog',
    DBSnapshotIdentifier: 'shop-orders-0600-copy',
    DBSubnetGroupName: 'shop',
  }),
  one('rds', 'RestoreDBInstanceFromDBSnapshot', 'a snapshot that is not there', {
    DBInstanceIdentifier: 'another',
    DBSnapshotIdentifier: 'nobody',
    DBSubnetGroupName: 'shop',
  }),
  one('route53', 'ChangeResourceRecordSets', 'another value of a record', change('UPSERT', 'a.example.com')),
  one('route53', 'ChangeResourceRecordSets', 'a record that is there', change('CREATE', 'b.example.com')),
  one(
    'route53',
    'ChangeResourceRecordSets',
    'a value that it does not have',
    change('DELETE', 'c.example.com'),
  ),
  one('route53', 'ChangeResourceRecordSets', 'a zone that is not there', {
    ...change('UPSERT', 'a.example.com'),
    HostedZoneId: 'Z0000000000000000000X',
  }),
  one('ssm', 'PutParameter', 'a parameter that is there', {
    Name: '/shop/orders/endpoint',
    Value: 'x',
    Type: 'String',
    Overwrite: false,
  }),
  one('ssm', 'SendCommand', 'a document that is not there', {
    DocumentName: 'nobody',
    InstanceIds: ['i-0a11c0ffee0000001'],
  }),
  one('ssm', 'SendCommand', 'an instance that is not there', {
    DocumentName: 'shop-reload',
    InstanceIds: ['i-0fffffffffffffff1'],
  }),
  one('elasticloadbalancing', 'RegisterTargets', 'a group that is not there', {
    TargetGroupArn: `arn:aws:elasticloadbalancing:${tokyo}:123456789012:targetgroup/nobody/0123456789abcdef`,
    Targets: [{ Id: 'i-0a11c0ffee0000001' }],
  }),
  one('elasticloadbalancing', 'DeregisterTargets', 'a group that is not there', {
    TargetGroupArn: `arn:aws:elasticloadbalancing:${tokyo}:123456789012:targetgroup/nobody/0123456789abcdef`,
    Targets: [{ Id: 'i-0a11c0ffee0000001' }],
  }),
  one('autoscaling', 'SuspendProcesses', 'a group that is not there', { AutoScalingGroupName: 'nobody' }),
  one('sns', 'Publish', 'a topic that is not there', {
    TopicArn: `arn:aws:sns:${tokyo}:123456789012:nobody`,
    Message: 'x',
  }),
  one('s3', 'PutObject', 'a bucket that is not there', { Bucket: 'lifeboat-nobody', Key: 'x', Body: 'x' }),
  one('s3', 'PutObject', 'the first of a key', {
    Bucket: plainBucket,
    Key: 'a',
    Body: '{}',
    IfNoneMatch: '*',
  }),
  one('s3', 'PutObject', 'a second first', { Bucket: plainBucket, Key: 'a', Body: '[]', IfNoneMatch: '*' }),
  one('s3', 'PutObject', 'another version than the one that is there', {
    Bucket: plainBucket,
    Key: 'a',
    Body: '{}',
    IfMatch: '"00000000000000000000000000000000"',
  }),
  one('s3', 'PutObject', 'a next one of what is not there', {
    Bucket: plainBucket,
    Key: 'b',
    Body: '{}',
    IfMatch: '"00000000000000000000000000000000"',
  }),
  one('s3', 'GetObject', 'a key that is there', { Bucket: plainBucket, Key: 'a' }),
  one('s3', 'GetObject', 'a key that is not there', { Bucket: plainBucket, Key: 'b' }),
  one('s3', 'PutObject', 'a second key', { Bucket: plainBucket, Key: 'c', Body: '{}' }),
  one('s3', 'ListObjectsV2', 'a page of one', { Bucket: plainBucket, MaxKeys: 1 }),
  one('states', 'StartExecution', 'a new one', { stateMachineArn: machine, name: 'peer', input: '{}' }),
  one('states', 'StartExecution', 'the same again', { stateMachineArn: machine, name: 'peer', input: '{}' }),
  one('states', 'StartExecution', 'a name that is taken, with another input', {
    stateMachineArn: machine,
    name: 'shop-failover-7-r1',
    input: '{"another":true}',
  }),
  one('states', 'StartExecution', 'a machine that is not there', {
    stateMachineArn: machine.replace('failover', 'nobody'),
    name: 'x',
    input: '{}',
  }),
];
