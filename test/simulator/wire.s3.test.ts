import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import test from 'node:test';
import { crc32 } from 'node:zlib';
import {
  CopyObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  SelectObjectContentCommand,
} from '@aws-sdk/client-s3';
import { AwsError, NotSimulated } from '../../simulator/errors.ts';
import { Bench, throwing } from './wire-bench.ts';

const Bucket = 'drill-ledger';
const Key = 'plans/shop/active.json';

function client(bench: Bench, config: object = {}): S3Client {
  return new S3Client({ ...bench.config(), ...config });
}

function crc32Base64(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return bytes.toString('base64');
}

test('a bucket is found in the host or in the path, with or without dots', async () => {
  const keys = ['a b/é+', 'with/slash/', '/leading', 'a//b', '%2F?#&='];
  const addresses = [
    [Bucket, {}, /^drill-ledger\.s3\.eu-west-1\.amazonaws\.com$/],
    [Bucket, { forcePathStyle: true }, /^s3\.eu-west-1\.amazonaws\.com$/],
    [Bucket, { useDualstackEndpoint: true }, /^drill-ledger\.s3\.dualstack\./],
    [Bucket, { endpoint: 'http://127.0.0.1:4566' }, /^127\.0\.0\.1$/],
    [Bucket, { endpoint: 'http://localhost:4566' }, /localhost$/],
    [Bucket, { region: 'us-east-1' }, /^drill-ledger\.s3/],
    ['dotted.name', {}, /^s3\.eu-west-1\.amazonaws\.com$/],
  ] as const;
  for (const [bucket, config, host] of addresses) {
    for (const key of keys) {
      const bench = new Bench();
      await client(bench, config).send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      assert.match(bench.requests[0]!.hostname, host);
      assert.deepEqual([bench.input['Bucket'], bench.input['Key']], [bucket, key]);
    }
    const bench = new Bench();
    await client(bench, config).send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'a b' }));
    assert.equal(bench.call.operation, 'ListObjectsV2');
    assert.deepEqual(bench.input, { Bucket: bucket, Prefix: 'a b' });
  }
  const bench = new Bench(() => ({ Buckets: [{ Name: Bucket }] }));
  assert.deepEqual((await client(bench).send(new ListBucketsCommand({}))).Buckets, [{ Name: Bucket }]);
});

test('operations are told apart by what they require, without the x-id of the SDK', async () => {
  const cases: [string, string, string[], Record<string, string>?][] = [
    ['ListBuckets', 'GET /', []],
    ['ListObjects', 'GET /bucket', []],
    ['ListObjects', 'GET /bucket/', ['prefix=a']],
    ['ListObjects', 'GET /bucket', ['list-type=1']],
    ['ListObjectsV2', 'GET /bucket', ['list-type=2']],
    ['GetBucketVersioning', 'GET /bucket', ['versioning']],
    ['ListObjectVersions', 'GET /bucket', ['versions']],
    ['GetBucketInventoryConfiguration', 'GET /bucket', ['inventory', 'id=1']],
    ['ListBucketInventoryConfigurations', 'GET /bucket', ['inventory']],
    ['GetObject', 'GET /bucket/key', []],
    ['GetObject', 'GET /bucket/key', ['versionId=1']],
    ['GetObjectTagging', 'GET /bucket/key', ['tagging']],
    ['GetObjectAttributes', 'GET /bucket/key', ['attributes'], { 'x-amz-object-attributes': 'ETag' }],
    ['ListParts', 'GET /bucket/key', ['uploadId=1']],
    ['HeadBucket', 'HEAD /bucket', []],
    ['HeadObject', 'HEAD /bucket/key', []],
    ['CreateBucket', 'PUT /bucket', []],
    ['PutObject', 'PUT /bucket/key', []],
    ['CopyObject', 'PUT /bucket/key', [], { 'x-amz-copy-source': 'a/b' }],
    ['UploadPart', 'PUT /bucket/key', ['partNumber=1', 'uploadId=1']],
    ['UploadPartCopy', 'PUT /bucket/key', ['partNumber=1', 'uploadId=1'], { 'x-amz-copy-source': 'a/b' }],
    ['PutObjectRetention', 'PUT /bucket/key', ['retention']],
    ['CreateMultipartUpload', 'POST /bucket/key', ['uploads']],
    ['CompleteMultipartUpload', 'POST /bucket/key', ['uploadId=1']],
    ['DeleteObject', 'DELETE /bucket/key', []],
    ['AbortMultipartUpload', 'DELETE /bucket/key', ['uploadId=1']],
  ];
  for (const [operation, line, query, headers = {}] of cases) {
    const bench = new Bench();
    const [method = '', path = ''] = line.split(' ');
    const parsed = Object.fromEntries(
      query.map((part) => part.split('=')).map(([name, value = '']) => [name, value]),
    );
    await bench.dispatch('s3', { method, path, query: parsed, headers });
    assert.equal(bench.call.operation, operation, `${line} ${query.join('&')}`);
  }
});

test('a put object arrives as bytes with its headers, metadata and checksum', async () => {
  const bench = new Bench(() => ({ ETag: '"abc"', VersionId: 'v1', ChecksumCRC32: crc32Base64('née') }));
  const output = await client(bench).send(
    new PutObjectCommand({
      Bucket,
      Key,
      Body: 'née',
      IfNoneMatch: '*',
      ContentType: 'application/json',
      ContentEncoding: 'gzip',
      Metadata: { Nonce: 'n-1', by: 'test' },
      ObjectLockRetainUntilDate: new Date('2026-02-01T00:00:00Z'),
      Expires: new Date('2026-03-01T00:00:00Z'),
    }),
  );
  const { Body, ...rest } = bench.input;
  assert.equal(Buffer.from(Body as Uint8Array).toString(), 'née');
  assert.deepEqual(rest, {
    Bucket,
    Key,
    IfNoneMatch: '*',
    ChecksumAlgorithm: 'CRC32',
    ChecksumCRC32: crc32Base64('née'),
    ContentEncoding: 'gzip',
    ContentLength: 4,
    ContentType: 'application/json',
    Metadata: { nonce: 'n-1', by: 'test' },
    ObjectLockRetainUntilDate: new Date('2026-02-01T00:00:00Z'),
    Expires: new Date('2026-03-01T00:00:00Z'),
  });
  assert.equal(bench.call.headers['if-none-match'], '*');
  assert.deepEqual(
    [output.ETag, output.VersionId, output.ChecksumCRC32],
    ['"abc"', 'v1', crc32Base64('née')],
  );
  assert.match(String(output.$metadata.requestId), /^[0-9A-F]{16}$/);
  assert.equal(output.$metadata.requestId, bench.call.requestId);
  assert.ok(output.$metadata.extendedRequestId);
});

test('an empty body is no body', async () => {
  const bench = new Bench();
  await client(bench).send(new PutObjectCommand({ Bucket, Key, Body: '', ContentLength: 0 }));
  assert.equal(bench.input['Body'], undefined);
  assert.equal(bench.input['ContentLength'], 0);
});

test('a streamed body arrives without its chunks, and the checksum in its trailer as a member', async () => {
  const bench = new Bench();
  const parts = ['one\r\n', '0\r\n\r\n', 'x'.repeat(100_000)];
  const body = Readable.from(parts.map((part) => Buffer.from(part)));
  const ContentLength = parts.join('').length;
  await client(bench).send(
    new PutObjectCommand({ Bucket, Key, Body: body, ContentLength, ContentEncoding: 'gzip' }),
  );
  assert.match(bench.requests[0]!.headers['content-encoding']!, /aws-chunked/);
  assert.equal(Buffer.from(bench.input['Body'] as Uint8Array).toString(), parts.join(''));
  assert.equal(bench.input['ContentEncoding'], 'gzip');
  assert.equal(bench.input['ContentLength'], ContentLength);
  assert.equal(bench.input['ChecksumCRC32'], crc32Base64(parts.join('')));
});

test('a payload that is not what its checksums say is refused', async () => {
  const bench = new Bench();
  const wrong = [
    { ChecksumCRC32: crc32Base64('other') },
    { ChecksumSHA256: createHash('sha256').update('other').digest('base64') },
    { ChecksumSHA1: createHash('sha1').update('other').digest('base64') },
    { ContentMD5: createHash('md5').update('other').digest('base64') },
  ];
  for (const members of wrong) {
    const put = new PutObjectCommand({ Bucket, Key, Body: 'this', ...members });
    await assert.rejects(client(bench).send(put), { name: 'BadDigest' });
  }
  const request = { method: 'PUT', path: '/bucket/key', headers: { 'content-encoding': 'aws-chunked' } };
  for (const body of ['5\r\nab\r\n0\r\n\r\n', 'ab', '']) {
    const { status, body: answer } = await bench.dispatch('s3', { ...request, body });
    assert.equal(status, 400);
    assert.match(answer, /<Code>IncompleteBody<\/Code>/);
  }
  assert.deepEqual(bench.calls, []);
  for (const ChecksumAlgorithm of ['CRC32', 'SHA1', 'SHA256'] as const) {
    await client(bench).send(new PutObjectCommand({ Bucket, Key, Body: 'this', ChecksumAlgorithm }));
  }
  assert.equal(bench.calls.length, 3);
});

test('a checksum that cannot be verified is not simulated', async () => {
  const bench = new Bench();
  const put = new PutObjectCommand({ Bucket, Key, Body: 'this', ChecksumAlgorithm: 'CRC32C' });
  await assert.rejects(client(bench).send(put), { name: 'NotSimulated' });
  assert.ok(bench.defects[0] instanceof NotSimulated);
  assert.match(bench.defects[0].message, /s3:PutObject with x-amz-checksum-crc32c/);
});

test('a got object is a stream with headers, and the client checks its checksum', async () => {
  const bench = new Bench(() => ({
    Body: Buffer.from('née'),
    ETag: '"abc"',
    LastModified: new Date('2026-01-01T00:00:00.900Z'),
    Metadata: { nonce: 'n-1' },
    ChecksumCRC32: crc32Base64('née'),
  }));
  const output = await client(bench).send(new GetObjectCommand({ Bucket, Key }));
  assert.equal(await output.Body!.transformToString(), 'née');
  assert.equal(output.ContentLength, 4);
  assert.deepEqual(output.LastModified, new Date('2026-01-01T00:00:00Z'));
  assert.deepEqual(output.Metadata, { nonce: 'n-1' });
  assert.equal(bench.input['ChecksumMode'], 'ENABLED');
  const corrupt = new Bench(() => ({ Body: Buffer.from('née'), ChecksumCRC32: crc32Base64('other') }));
  const got = await client(corrupt).send(new GetObjectCommand({ Bucket, Key }));
  await assert.rejects(got.Body!.transformToString(), /Checksum mismatch/);
});

test('a range of an object is answered with 206', async () => {
  const bench = new Bench(() => ({ Body: 'b', ContentRange: 'bytes 1-1/3' }));
  const output = await client(bench).send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=1-1' }));
  assert.equal(output.$metadata.httpStatusCode, 206);
  assert.equal(await output.Body!.transformToString(), 'b');
});

test('errors of S3 have their own document, with members', async () => {
  const missing = new Bench(
    throwing(new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key })),
  );
  await assert.rejects(client(missing).send(new GetObjectCommand({ Bucket, Key })), {
    name: 'NoSuchKey',
    message: 'The specified key does not exist.',
    Key,
    $fault: 'client',
  });
  const { body } = await missing.dispatch('s3', { method: 'GET', path: `/${Bucket}/${Key}` });
  assert.match(
    body,
    /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code>.*<RequestId>[0-9A-F]{16}<\/RequestId><HostId>/,
  );
  const message = 'At least one of the pre-conditions you specified did not hold';
  const lost = new Bench(
    throwing(new AwsError('PreconditionFailed', message, 412, { Condition: 'If-None-Match' })),
  );
  await assert.rejects(
    client(lost).send(new PutObjectCommand({ Bucket, Key, Body: 'x', IfNoneMatch: '*' })),
    (error) => {
      const {
        name,
        message: got,
        Condition,
        $metadata,
      } = error as Error & { Condition: string; $metadata: { httpStatusCode: number } };
      assert.deepEqual(
        [name, got, Condition, $metadata.httpStatusCode],
        ['PreconditionFailed', message, 'If-None-Match', 412],
      );
      return true;
    },
  );
});

test('answers to HEAD and 304 have no body, so a client knows 404 as NotFound and no other code', async () => {
  const notFound = new Bench(throwing(new AwsError('NoSuchKey', 'The specified key does not exist.', 404)));
  await assert.rejects(client(notFound).send(new HeadObjectCommand({ Bucket, Key })), { name: 'NotFound' });
  await assert.rejects(client(notFound).send(new HeadBucketCommand({ Bucket })), { name: 'NotFound' });
  assert.deepEqual(await notFound.dispatch('s3', { method: 'HEAD', path: '/b/k' }), {
    status: 404,
    body: '',
  });
  const unchanged = new Bench(throwing(new AwsError('NotModified', 'Not Modified', 304)));
  assert.deepEqual(await unchanged.dispatch('s3', { method: 'GET', path: '/b/k' }), {
    status: 304,
    body: '',
  });
  await assert.rejects(
    client(unchanged).send(new GetObjectCommand({ Bucket, Key, IfNoneMatch: '"a"' })),
    (error) => {
      assert.equal((error as { $metadata: { httpStatusCode: number } }).$metadata.httpStatusCode, 304);
      return true;
    },
  );
});

test('the location of a bucket is an element without a wrapper, and empty in us-east-1', async () => {
  const far = new Bench(() => ({ LocationConstraint: 'ap-northeast-1' }));
  const answer = await client(far).send(new GetBucketLocationCommand({ Bucket }));
  assert.equal(answer.LocationConstraint, 'ap-northeast-1');
  const { body } = await far.dispatch('s3', { method: 'GET', path: '/b', query: { location: '' } });
  assert.match(body, /<LocationConstraint xmlns="[^"]+">ap-northeast-1<\/LocationConstraint>$/);
  const near = new Bench();
  assert.equal(
    (await client(near).send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint,
    undefined,
  );
});

test('a copy carries its source in a header and its result in the body', async () => {
  const bench = new Bench(() => ({ CopyObjectResult: { ETag: '"e"', LastModified: new Date(0) } }));
  const output = await client(bench).send(new CopyObjectCommand({ Bucket, Key, CopySource: 'a/b%20c' }));
  assert.equal(bench.input['CopySource'], 'a/b%20c');
  assert.deepEqual(output.CopyObjectResult, { ETag: '"e"', LastModified: new Date(0) });
});

test('what is not an address, a parameter or a document of S3 is refused', async () => {
  const bench = new Bench();
  const answers = [
    await bench.dispatch('s3', {
      method: 'PUT',
      path: '/b',
      query: { versioning: '' },
      body: '<VersioningConfiguration><Odd/></VersioningConfiguration>',
    }),
    await bench.dispatch('s3', {
      method: 'PUT',
      path: '/b',
      query: { versioning: '' },
      body: '<VersioningConfiguration>',
    }),
    await bench.dispatch('s3', { method: 'GET', path: '/b', query: { 'list-type': '2', 'max-keys': 'all' } }),
    await bench.dispatch('s3', { method: 'GET', path: '/b/%zz' }),
    await bench.dispatch('s3', { method: 'GET', path: '/%zz/k' }),
  ];
  assert.deepEqual(
    answers.map(({ status, body }) => [status, /<Code>(.*)<\/Code>/.exec(body)?.[1]]),
    [
      [400, 'MalformedXML'],
      [400, 'MalformedXML'],
      [400, 'InvalidArgument'],
      [400, 'InvalidArgument'],
      [400, 'InvalidArgument'],
    ],
  );
  assert.deepEqual(bench.calls, []);
});

test('an event stream is not simulated', async () => {
  const bench = new Bench();
  const select = new SelectObjectContentCommand({
    Bucket,
    Key,
    Expression: 'select *',
    ExpressionType: 'SQL',
    InputSerialization: {},
    OutputSerialization: {},
  });
  await assert.rejects(client(bench).send(select), { name: 'NotSimulated' });
  assert.ok(bench.defects[0] instanceof NotSimulated);
});
