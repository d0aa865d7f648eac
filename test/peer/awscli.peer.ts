/** The AWS CLI against `lifeboat simulate`: what botocore reads, and what it makes of it, has nothing of the SDK for JavaScript. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { Aws } from './awscli/aws.ts';
import { type Served, serve } from './awscli/served.ts';

let served: Served;
let aws: Aws;

before(async () => {
  served = await serve();
  aws = await Aws.open(served);
});

after(async () => {
  served.stop();
  await aws.close();
});

test('the caller is who the printed credentials belong to', async () => {
  assert.deepEqual(await aws.json('sts', 'get-caller-identity'), {
    UserId: 'AIDASIMULATEDALICE',
    Account: served.account,
    Arn: `arn:aws:iam::${served.account}:user/alice`,
  });
});

test('instances are filtered by the account, shaped by a query and read page by page', async () => {
  const filters = ['--filters', 'Name=tag:App,Values=shop', 'Name=instance-state-name,Values=stopped'];
  const names = 'Reservations[].Instances[].[InstanceId,State.Name]';
  const read = ['ec2', 'describe-instances', '--query', 'Reservations[].Instances[].InstanceId'];
  const [stopped, all, paged, first] = await Promise.all([
    aws.json<string[][]>('ec2', 'describe-instances', ...filters, '--query', names),
    aws.json<string[]>(...read),
    aws.json<string[]>(...read, '--page-size', '5'),
    aws.json<{ NextToken: string }>('ec2', 'describe-instances', '--page-size', '5', '--max-items', '1'),
  ]);
  assert.deepEqual(stopped, [
    ['i-0a11c0ffee0000001', 'stopped'],
    ['i-0a11c0ffee0000002', 'stopped'],
    ['i-0b11b0000000000b3', 'stopped'],
  ]);
  assert.equal(all.length, 5);
  assert.deepEqual(paged, all);
  const rest = await aws.json<string[]>(...read, '--starting-token', first.NextToken);
  assert.deepEqual(rest, all.slice(1));
});

test('what is not there, or not given, is refused under its code', async () => {
  const alarm = [
    'cloudwatch',
    'set-alarm-state',
    '--alarm-name',
    'none',
    '--state-value',
    'OK',
    '--state-reason',
    'x',
  ];
  const machine = served.machineArns['drill']!;
  await Promise.all([
    aws.refused(
      'InvalidInstanceID.NotFound',
      'ec2',
      'describe-instances',
      '--instance-ids',
      'i-0123456789abcdef0',
    ),
    aws.refused('DBInstanceNotFound', 'rds', 'describe-db-instances', '--db-instance-identifier', 'none'),
    aws.refused('NoSuchHostedZone', 'route53', 'get-hosted-zone', '--id', 'Z0000000000'),
    aws.refused('ParameterNotFound', 'ssm', 'get-parameter', '--name', '/none'),
    aws.refused(
      'ExecutionDoesNotExist',
      ...['stepfunctions', 'describe-execution', '--execution-arn'],
      `${machine.replace(':stateMachine:', ':execution:')}:none`,
    ),
    aws.refused('NoSuchBucket', 's3api', 'list-objects-v2', '--bucket', 'none-of-these'),
    aws.refused('NotFound', 'sns', 'get-topic-attributes', '--topic-arn', `${topic('shop-dr')}-none`),
    aws.refused('ResourceNotFound', ...alarm),
    aws.refused('NotSimulated', 's3api', 'list-buckets'),
  ]);
});

test('a drill is started, followed to its end and read, and nobody writes into its ledger by hand', async () => {
  const input = JSON.stringify({ plan: 'shop', recovery: 'shop-served', run: 1 });
  const start = ['stepfunctions', 'start-execution', '--state-machine-arn', served.machineArns['drill']!];
  const named = [...start, '--name', 'shop-served-r1'];
  const { executionArn } = await aws.json<{ executionArn: string }>(...named, '--input', input);
  const of = ['--execution-arn', executionArn];
  assert.equal(await aws.json('stepfunctions', 'describe-execution', ...of, '--query', 'status'), 'RUNNING');
  await served.advance(7200);
  const history = ['stepfunctions', 'get-execution-history', ...of, '--page-size', '200', '--query'];
  const installation = ['ssm', 'get-parameter', '--name', '/lifeboat/live/installation'];
  const [execution, events, parameter] = await Promise.all([
    aws.json<{ status: string; output: string; input: string }>('stepfunctions', 'describe-execution', ...of),
    aws.json<[number, string][]>(...history, 'events[].[id,type]'),
    aws.json<string>(...installation, '--query', 'Parameter.Value'),
    aws.refused('ExecutionAlreadyExists', ...named, '--input', '{"plan":"shop"}'),
  ]);
  assert.equal(execution.status, 'SUCCEEDED', execution.output);
  assert.equal(execution.input, input);
  assert.equal((JSON.parse(execution.output) as { plan: string }).plan, 'shop');
  assert.deepEqual(
    events.map(([id]) => id),
    events.map((_, index) => index + 1),
  );
  assert.deepEqual([events[0]![1], events.at(-1)![1]], ['ExecutionStarted', 'ExecutionSucceeded']);
  const { ledgerBucket } = JSON.parse(parameter) as { ledgerBucket: string };
  const bucket = ['--bucket', ledgerBucket];
  const record = 'recoveries/shop/shop-served/before.json';
  const copy = join(aws.directory, 'record.json');
  await writeFile(join(aws.directory, 'forged.json'), '{}');
  const put = [
    's3api',
    'put-object',
    ...bucket,
    '--key',
    record,
    '--body',
    join(aws.directory, 'forged.json'),
  ];
  const [keys] = await Promise.all([
    aws.json<string[]>(
      's3api',
      'list-objects-v2',
      ...bucket,
      '--page-size',
      '3',
      '--query',
      'Contents[].Key',
    ),
    aws.says('s3api', 'get-object', ...bucket, '--key', record, copy),
    aws.refused('AccessDenied', ...put),
  ]);
  assert.ok(keys.includes(record));
  assert.deepEqual(keys, keys.toSorted());
  assert.equal(typeof JSON.parse(await readFile(copy, 'utf8')), 'object');
});

test('an instance is launched from a template, runs after a while and takes a volume', async () => {
  const launch = [
    ...['ec2', 'run-instances', '--launch-template', 'LaunchTemplateName=shop-worker-dr', '--count', '1'],
    ...['--subnet-id', 'subnet-0a11c0ffee0000001', '--client-token', 'one-launch'],
    ...['--tag-specifications', 'ResourceType=instance,Tags=[{Key=Made,Value=by hand: ünï <&>}]'],
  ];
  const made = ['--filters', 'Name=tag:Made,Values=by hand*'];
  const state = ['ec2', 'describe-instances', ...made, '--query', 'Reservations[].Instances[].State.Name'];
  const volume = ['ec2', 'create-volume', '--availability-zone', 'ap-northeast-1a', '--size', '10'];
  interface Launched {
    readonly Instances: readonly { InstanceId: string; Tags: readonly { Key: string; Value: string }[] }[];
  }
  const [{ Instances }, { VolumeId }] = await Promise.all([
    aws.json<Launched>(...launch),
    aws.json<{ VolumeId: string }>(...volume, '--volume-type', 'gp3', '--client-token', 'one-volume'),
  ]);
  const [{ InstanceId, Tags }] = Instances as readonly [Launched['Instances'][0]];
  assert.equal(Tags.find(({ Key }) => Key === 'Made')?.Value, 'by hand: ünï <&>');
  assert.deepEqual(await aws.json(...state), ['pending']);
  await served.advance(300);
  // A waiter of botocore asks at once, and then each quarter of a minute: all must be well at once.
  const running = aws.says('ec2', 'wait', 'instance-running', '--instance-ids', InstanceId);
  const available = aws.says('ec2', 'wait', 'volume-available', '--volume-ids', VolumeId);
  assert.deepEqual(await Promise.all([running, available, aws.json(...state)]), ['', '', ['running']]);
  const onto = ['--volume-id', VolumeId, '--instance-id', InstanceId, '--device', '/dev/sdg'];
  const attached = await aws.json<{ State: string }>('ec2', 'attach-volume', ...onto);
  assert.equal(attached.State, 'attaching');
  await served.advance(60);
  const of = ['--volume-ids', VolumeId, '--query', 'Volumes[].Attachments[].[InstanceId,Device,State]'];
  assert.deepEqual(await aws.json('ec2', 'describe-volumes', ...of), [[InstanceId, '/dev/sdg', 'attached']]);
});

test('a replica is promoted and can be written to when its source is gone from it', async () => {
  const replica = ['--db-instance-identifier', 'shop-orders-replica'];
  const seen = ['rds', 'describe-db-instances', ...replica, '--query'];
  const told = [...seen, 'DBInstances[0].[DBInstanceStatus,ReadReplicaSourceDBInstanceIdentifier]'];
  const names = [
    'rds',
    'describe-db-instances',
    '--query',
    'DBInstances[].DBInstanceIdentifier',
    '--page-size',
    '20',
  ];
  await aws.says('rds', 'promote-read-replica', ...replica, '--backup-retention-period', '7');
  const [[, source], all] = await Promise.all([aws.json<string[]>(...told), aws.json<string[]>(...names)]);
  assert.equal(source, `arn:aws:rds:ap-northeast-2:${served.account}:db:shop-orders`);
  assert.deepEqual(all, ['catalog', 'shop-orders-replica']);
  await served.advance(3600);
  await aws.says('rds', 'wait', 'db-instance-available', ...replica);
  assert.deepEqual(await aws.json(...told), ['available', null]);
  assert.equal(await aws.json(...seen, 'DBInstances[0].BackupRetentionPeriod'), 7);
});

test('a record is changed, is in sync after a while and cannot be made twice', async () => {
  const zone = ['--hosted-zone-id', 'Z0123456789'];
  const record = {
    Name: 'cli.shop.example.com',
    Type: 'TXT',
    TTL: 60,
    ResourceRecords: [{ Value: '"x & <y>"' }],
  };
  const batch = JSON.stringify({
    Comment: 'by hand',
    Changes: [{ Action: 'CREATE', ResourceRecordSet: record }],
  });
  const change = ['route53', 'change-resource-record-sets', ...zone, '--change-batch', batch];
  interface Change {
    readonly ChangeInfo: { Id: string; Status: string; Comment: string };
  }
  const { ChangeInfo } = await aws.json<Change>(...change);
  assert.deepEqual([ChangeInfo.Status, ChangeInfo.Comment], ['PENDING', 'by hand']);
  await served.advance(120);
  const [told, zones, records] = await Promise.all([
    aws.json<Change>('route53', 'get-change', '--id', ChangeInfo.Id),
    aws.json('route53', 'list-hosted-zones', '--query', 'HostedZones[].[Id,Name]'),
    aws.json<(typeof record)[]>(
      ...[
        'route53',
        'list-resource-record-sets',
        ...zone,
        '--page-size',
        '2',
        '--query',
        'ResourceRecordSets',
      ],
    ),
    aws.refused('InvalidChangeBatch', ...change),
  ]);
  assert.equal(told.ChangeInfo.Status, 'INSYNC');
  assert.deepEqual(zones, [['/hostedzone/Z0123456789', 'shop.example.com.']]);
  const made = records.find(({ Name }) => Name === 'cli.shop.example.com.');
  assert.deepEqual(made, { ...record, Name: 'cli.shop.example.com.' });
});

test('a parameter is written and read, whatever it says', async () => {
  const value = 'ünï "x" \\ <&> 復旧';
  const named = ['--name', '/by/hand'];
  const put = ['ssm', 'put-parameter', ...named, '--type', 'String', '--value'];
  assert.deepEqual(await aws.json(...put, 'first'), { Version: 1, Tier: 'Standard' });
  await aws.refused('ParameterAlreadyExists', ...put, value);
  assert.deepEqual(await aws.json(...put, value, '--overwrite'), { Version: 2, Tier: 'Standard' });
  assert.equal(await aws.json('ssm', 'get-parameter', ...named, '--query', 'Parameter.Value'), value);
  const by = ['ssm', 'get-parameters-by-path', '--path', '/', '--recursive', '--page-size', '1'];
  const names = await aws.json<string[]>(...by, '--query', 'Parameters[].Name');
  assert.deepEqual(names, [
    '/by/hand',
    '/catalog/endpoint',
    '/lifeboat/live/installation',
    '/shop/orders/endpoint',
  ]);
});

test('events are put, alarms are described, topics are listed and told', async () => {
  const entries = JSON.stringify([{ Source: 'by.hand', DetailType: 'Said', Detail: '{"a":1}' }]);
  const alarms = ['cloudwatch', 'describe-alarms', '--alarm-names', 'shop-canary'];
  const publish = ['sns', 'publish', '--topic-arn', topic('shop-dr'), '--subject', 's', '--message', 'ünï'];
  const [put, found, topics, { MessageId }] = await Promise.all([
    aws.json<{ FailedEntryCount: number; Entries: readonly object[] }>(
      'events',
      'put-events',
      '--entries',
      entries,
    ),
    aws.json(...alarms, '--query', 'MetricAlarms[].[AlarmName,MetricName,Threshold,Statistic]'),
    aws.json('sns', 'list-topics', '--query', 'Topics[].TopicArn'),
    aws.json<{ MessageId: string }>(...publish),
  ]);
  assert.equal(put.FailedEntryCount, 0);
  assert.equal(put.Entries.length, 1);
  assert.deepEqual(found, [['shop-canary', 'CanarySuccess', 1, 'Minimum']]);
  assert.deepEqual(topics, ['catalog-alerts', 'lifeboat-live', 'shop-dr'].map(topic));
  assert.match(MessageId, /^[0-9a-f-]{36}$/);
});

test("objects of a bucket of one's own come back as they were put", async () => {
  const bucket = ['--bucket', 'made-by-hand-bucket'];
  const key = 'ä b+c/ü?.json';
  const [from, to] = ['from.json', 'to.json'].map((file) => join(aws.directory, file)) as [string, string];
  const configuration = ['--create-bucket-configuration', `LocationConstraint=${served.region}`];
  await writeFile(from, '{"復":"旧"}');
  await aws.says('s3api', 'create-bucket', ...bucket, ...configuration);
  const put = ['s3api', 'put-object', ...bucket, '--key', key, '--body', from, '--if-none-match', '*'];
  await aws.says(...put, '--content-type', 'application/json', '--metadata', 'who=cli');
  await aws.refused('PreconditionFailed', ...put);
  await aws.says('s3', 'cp', from, `s3://${bucket[1]}/copied.json`, '--no-progress');
  const [got, listed, printed] = await Promise.all([
    aws.json<{ ContentType: string; Metadata: object }>('s3api', 'get-object', ...bucket, '--key', key, to),
    aws.json('s3api', 'list-objects-v2', ...bucket, '--page-size', '1', '--query', 'Contents[].[Key,Size]'),
    aws.says('s3', 'cp', `s3://${bucket[1]}/copied.json`, '-'),
    aws.refused('NoSuchKey', 's3api', 'get-object', ...bucket, '--key', 'none', `${to}.none`),
  ]);
  assert.deepEqual([got.ContentType, got.Metadata], ['application/json', { who: 'cli' }]);
  assert.deepEqual(await readFile(to), await readFile(from));
  assert.equal(printed, '{"復":"旧"}');
  const { length } = await readFile(from);
  assert.deepEqual(listed, [
    ['copied.json', length],
    [key, length],
  ]);
});

function topic(name: string): string {
  return `arn:aws:sns:${served.region}:${served.account}:${name}`;
}
