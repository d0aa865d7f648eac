import assert from 'node:assert/strict';
import test from 'node:test';
import {
  DescribeInstancesCommand,
  EC2Client,
  ImportKeyPairCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { Connection } from '../../simulator/connection.ts';
import { AwsError } from '../../simulator/errors.ts';
import { WireServer } from '../../simulator/wire/server.ts';
import { BothWays } from './both-ways.ts';
import { oddValues } from './odd-values.ts';

const checksumsWhenRequired = {
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const;
const s3 = { packageName: '@aws-sdk/client-s3', clientName: 'S3Client', config: checksumsWhenRequired };
const Bucket = 'drill-ledger';
const Key = 'plans/shop/2026-11-21T10:00:00Z_1.json';

test('records of S3 are read, written and listed the same on the short way', async () => {
  const ways = new BothWays(s3);
  const full = {
    AcceptRanges: 'bytes',
    LastModified: new Date(1_893_553_445_120),
    ContentLength: 4,
    ETag: '"abc"',
    ContentType: 'application/json',
    Metadata: { nonce: 'n-1' },
    ServerSideEncryption: 'AES256',
    VersionId: 'v1',
    Body: Buffer.from('née'),
  };
  const listed = {
    IsTruncated: true,
    NextContinuationToken: 'next/1',
    Name: Bucket,
    KeyCount: 1,
    MaxKeys: 1000,
    Contents: [{ Key, Size: 0, LastModified: new Date(1_120), ETag: '"e"', StorageClass: 'STANDARD' }],
    CommonPrefixes: [],
  };
  const exchanges: readonly (readonly [operation: string, input: object, output: object])[] = [
    ['GetObject', { Bucket, Key }, full],
    ['GetObject', { Bucket, Key }, { Body: new Uint8Array() }],
    ['PutObject', { Bucket, Key, Body: '{"née":1}' }, { ETag: '"e"', VersionId: 'v1' }],
    ['PutObject', { Bucket, Key, Body: 'x', ContentType: 'application/json', IfMatch: '"e"' }, {}],
    [
      'PutObject',
      { Bucket, Key, Body: 'x', IfNoneMatch: '*' },
      { ETag: '"e"', BucketKeyEnabled: true, Size: 3 },
    ],
    ['ListObjectsV2', { Bucket }, {}],
    ['ListObjectsV2', { Bucket, Prefix: 'plans/', ContinuationToken: 'next/1' }, listed],
  ];
  for (const [operation, input, output] of exchanges)
    assert.ok(await ways.same(operation, input, () => output), `${operation} goes by the wire`);
});

test('what S3 refuses is thrown the same on the short way', async () => {
  const ways = new BothWays(s3);
  const errors = [
    new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key }),
    new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: 'another' }),
    new AwsError('PreconditionFailed', 'It did not hold', 412, { Condition: 'If-Match' }),
    new AwsError('SlowDown', 'Please reduce your request rate.', 503),
    new AwsError('InternalError', 'We encountered an internal error.', 500),
    new AwsError('NotModified', 'Not Modified', 304),
    new AwsError('AccessDenied', ' with spaces\n', 403, { Number: '7' }),
  ];
  for (const error of [...errors, ...errors]) {
    const thrown = () => {
      throw error;
    };
    assert.ok(await ways.same('GetObject', { Bucket, Key }, thrown));
    assert.ok(await ways.same('PutObject', { Bucket, Key, Body: 'x' }, thrown));
  }
});

test('what a client of S3 does besides sending goes by the wire', async () => {
  const ways = new BothWays(s3);
  const empty = () => ({});
  const body = () => ({ Body: new Uint8Array([1]), ETag: '"e"' });
  assert.equal(await ways.same('GetObject', { Bucket, Key: 'a b/é' }, body), false);
  assert.equal(await ways.same('GetObject', { Bucket, Key: './a/../b' }, body), false);
  assert.equal(await ways.same('GetObject', { Bucket: 'dotted.name', Key }, body), false);
  assert.equal(await ways.same('GetObject', { Bucket, Key, IfNoneMatch: '"e"' }, body), false);
  assert.equal(await ways.same('PutObject', { Bucket, Key, Body: new Uint8Array([1]) }, empty), false);
  assert.equal(await ways.same('HeadObject', { Bucket, Key }, empty), false);
  const checking = new BothWays({ ...s3, config: {} });
  assert.equal(await checking.same('PutObject', { Bucket, Key, Body: 'x' }, empty), false);
});

test('an answer of S3 that a client does more with than to read it is not simulated', async () => {
  const server = (output: object) => {
    const defects: unknown[] = [];
    const made = new WireServer(
      async () => output,
      (defect) => defects.push(defect),
    );
    return { made, defects };
  };
  const answers = [
    { Body: 'text' },
    { Body: new Uint8Array(), Expires: 'Wed, 21 Oct 2015 07:28:00 GMT' },
    { Body: new Uint8Array([1]), ContentRange: 'bytes 1-1/3' },
    { Body: new Uint8Array(), Metadata: { Upper: 'case' } },
  ];
  for (const answer of answers) {
    const { made, defects } = server(answer);
    const connection = new Connection((request) => made.dispatch(request), made);
    const credentials = { accessKeyId: 'AKIASHORT', secretAccessKey: 'secret' };
    const config = { region: 'eu-west-1', credentials, requestHandler: connection, ...checksumsWhenRequired };
    const client = connection.open(S3Client, config);
    await assert.rejects(client.send(new GetObjectCommand({ Bucket, Key })), { name: 'NotSimulated' });
    assert.match(String(defects[0]), /s3:GetObject with an answer that only the wire can carry/);
  }
});

const odd: readonly (readonly [packageName: string, clientName: string, operations: readonly string[]])[] = [
  ['@aws-sdk/client-ec2', 'EC2Client', ['CreateTags', 'DescribeInstances', 'DescribeVolumes']],
  ['@aws-sdk/client-rds', 'RDSClient', ['ModifyDBInstance', 'DescribeDBInstances']],
  ['@aws-sdk/client-sns', 'SNSClient', ['Publish', 'GetTopicAttributes']],
  ['@aws-sdk/client-ssm', 'SSMClient', ['SendCommand', 'GetParametersByPath']],
  ['@aws-sdk/client-cloudwatch', 'CloudWatchClient', ['PutMetricData', 'GetMetricData']],
  ['@aws-sdk/client-sfn', 'SFNClient', ['StartExecution', 'DescribeExecution']],
];

test('values that no model allows, and values that no wire carries, make no difference', async () => {
  let short = 0;
  for (const [packageName, clientName, operations] of odd) {
    const ways = new BothWays({ packageName, clientName });
    for (const operation of ways.operations.filter(({ name }) => operations.includes(name))) {
      await fc.assert(
        fc.asyncProperty(oddValues(operation.input), oddValues(operation.output), async (input, output) => {
          ways.anew();
          if (await ways.same(operation.name, input, () => output)) short += 1;
        }),
        { seed: 7, numRuns: 40 },
      );
    }
  }
  assert.ok(short > 100, `only ${short} took the short way`);
});

test('what is particular goes by the wire, and comes to the same', async () => {
  const sns = new BothWays({ packageName: '@aws-sdk/client-sns', clientName: 'SNSClient' });
  const blank = () => ({ Attributes: { blank: '\n', none: '' } });
  await sns.same('GetTopicAttributes', { TopicArn: 'arn:aws:sns:eu-west-1:1:t' }, blank);
  const events = new BothWays({
    packageName: '@aws-sdk/client-eventbridge',
    clientName: 'EventBridgeClient',
  });
  await events.same('PutEvents', { Entries: [], EndpointId: 'abc.def' }, () => ({}));
});

/** A client on the short way through a connection, and what the server behind it was asked. */
function shortened(answer: () => unknown = () => ({})) {
  const asked: string[] = [];
  const inputs: Readonly<Record<string, unknown>>[] = [];
  const server = new WireServer(async ({ operation, input }) => {
    asked.push(operation);
    inputs.push(input as Readonly<Record<string, unknown>>);
    return answer();
  });
  const requests: unknown[] = [];
  const connection = new Connection((request) => {
    requests.push(request);
    return server.dispatch(request);
  }, server);
  const region = 'eu-west-1';
  const credentials = { accessKeyId: 'AKIASHORT', secretAccessKey: 'secret' };
  const client = connection.open(EC2Client, {
    region,
    credentials,
    maxAttempts: 1,
    requestHandler: connection,
  });
  return { asked, inputs, requests, client, connection };
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const turn = new Promise((resolve) => setImmediate(() => setImmediate(() => resolve('later'))));
  const settled = promise.then(
    () => 'settled',
    () => 'settled',
  );
  return (await Promise.race([settled, turn])) === 'later';
}

test('a closed connection asks nothing, and gives nobody what comes afterwards', async () => {
  const before = shortened();
  before.connection.close();
  assert.ok(await isPending(before.client.send(new DescribeInstancesCommand({}))));
  assert.deepEqual(before.asked, []);
  for (const answer of [() => ({}), () => Promise.reject(new AwsError('Made.Up', 'no', 400))]) {
    const during = shortened(() => {
      during.connection.close();
      return answer();
    });
    assert.ok(await isPending(during.client.send(new DescribeInstancesCommand({}))));
    assert.deepEqual(during.asked, ['DescribeInstances']);
  }
});

test('nothing of an answer is shared with the service', async () => {
  const answer = { Reservations: [{ Instances: [{ InstanceId: 'i-1', LaunchTime: new Date(5) }] }] };
  const { client } = shortened(() => answer);
  const output = await client.send(new DescribeInstancesCommand({}));
  output.Reservations?.[0]?.Instances?.[0]?.LaunchTime?.setTime(0);
  output.Reservations?.pop();
  assert.deepEqual(answer, {
    Reservations: [{ Instances: [{ InstanceId: 'i-1', LaunchTime: new Date(5) }] }],
  });
});

test('nothing of a request is shared with the service', async () => {
  const { client, inputs } = shortened();
  const material = new Uint8Array([1]);
  const Filters = [{ Name: 'tag:a', Values: ['b'] }];
  await client.send(new DescribeInstancesCommand({ Filters }));
  Filters.pop();
  assert.deepEqual(inputs[0], { Filters: [{ Name: 'tag:a', Values: ['b'] }] });
  const publicKey = new ImportKeyPairCommand({ KeyName: 'a', PublicKeyMaterial: material });
  await client.send(publicKey);
  material[0] = 2;
  assert.deepEqual(inputs[1]?.['PublicKeyMaterial'], new Uint8Array([1]));
});

test('a token that nobody gives is made up by the client', async () => {
  const { client, inputs } = shortened();
  await client.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1 }));
  assert.match(String(inputs[0]?.['ClientToken']), /^[0-9a-f-]{36}$/);
});

test('callbacks, and signals that were aborted beforehand, are the business of the client', async () => {
  const { client, requests } = shortened(() => ({ Reservations: [] }));
  const { signal: abortSignal } = new AbortController();
  await client.send(new DescribeInstancesCommand({}), { abortSignal });
  assert.equal(requests.length, 0);
  const called = new Promise((resolve) => {
    client.send(new DescribeInstancesCommand({}), (_, output) => resolve(output?.Reservations));
  });
  assert.deepEqual(await called, []);
  await client.send(new DescribeInstancesCommand({}), { abortSignal: AbortSignal.abort() });
  assert.equal(requests.length, 2);
});
