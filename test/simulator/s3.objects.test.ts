import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  ListObjectVersionsCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { openAccount, primary, recovery, settings, startMs } from './data-account.ts';

const Bucket = 'lifeboat-ledger';

function open(versioned = true) {
  const sim = openAccount();
  sim.s3.createBucket({ name: Bucket, region: recovery, versioned });
  const client = new S3Client(settings(sim, recovery));
  const put = (Key: string, Body: string, input: Partial<PutObjectCommandInput> = {}) =>
    sim.clock.drive(client.send(new PutObjectCommand({ Bucket, Key, Body, ...input })));
  const get = async (Key: string, input: Partial<GetObjectCommandInput> = {}) => {
    const answer = await sim.clock.drive(client.send(new GetObjectCommand({ Bucket, Key, ...input })));
    return { ...answer, text: await answer.Body?.transformToString() };
  };
  const remove = (Key: string, VersionId?: string) =>
    sim.clock.drive(client.send(new DeleteObjectCommand({ Bucket, Key, ...(VersionId && { VersionId }) })));
  return { sim, client, put, get, remove };
}

test('what was written is read back at once, with its metadata and the MD5 as its tag', async () => {
  const { sim, client, put, get } = open();
  const { ETag, VersionId } = await put('plans/shop/active.json', '{"a":"é"}', {
    ContentType: 'application/json',
    Metadata: { Nonce: 'n-1' },
  });
  assert.equal(ETag, `"${createHash('md5').update('{"a":"é"}').digest('hex')}"`);
  const answer = await get('plans/shop/active.json');
  assert.equal(answer.text, '{"a":"é"}');
  assert.equal(answer.ETag, ETag);
  assert.equal(answer.VersionId, VersionId);
  assert.equal(answer.ContentType, 'application/json');
  assert.deepEqual(answer.Metadata, { nonce: 'n-1' });
  const head = await sim.clock.drive(
    client.send(new HeadObjectCommand({ Bucket, Key: 'plans/shop/active.json' })),
  );
  assert.deepEqual([head.ContentLength, head.ETag, head.Metadata], [10, ETag, { nonce: 'n-1' }]);
  assert.ok(head.LastModified && head.LastModified.getTime() >= startMs);
  assert.equal(new TextDecoder().decode(sim.s3.read(Bucket, 'plans/shop/active.json')?.body), '{"a":"é"}');
});

test('bytes of any value survive the way there and back', async () => {
  const { sim, client } = open();
  const Body = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
  await sim.clock.drive(client.send(new PutObjectCommand({ Bucket, Key: 'bytes', Body })));
  const answer = await sim.clock.drive(client.send(new GetObjectCommand({ Bucket, Key: 'bytes' })));
  assert.deepEqual(await answer.Body?.transformToByteArray(), Body);
});

test('what is not there is refused by its own name', async () => {
  const { sim, client, get } = open();
  await assert.rejects(get('none'), { name: 'NoSuchKey' });
  await assert.rejects(get('none', { Bucket: 'nobody' }), { name: 'NoSuchBucket' });
  await assert.rejects(sim.clock.drive(client.send(new HeadObjectCommand({ Bucket, Key: 'none' }))), {
    name: 'NotFound',
  });
  await assert.rejects(sim.clock.drive(client.send(new HeadBucketCommand({ Bucket: 'nobody' }))), {
    name: 'NotFound',
  });
});

test('a bucket answers in its own Region only', async () => {
  const { sim } = open();
  const stranger = new S3Client(settings(sim, primary));
  await assert.rejects(sim.clock.drive(stranger.send(new GetObjectCommand({ Bucket, Key: 'a' }))), {
    name: 'PermanentRedirect',
  });
});

test('a read can ask for what it does not have yet, or for what it knows', async () => {
  const { put, get } = open();
  const { ETag } = await put('a', 'one');
  await assert.rejects(
    get('a', { IfNoneMatch: ETag }),
    (error: { $metadata: { httpStatusCode: number } }) => {
      assert.equal(error.$metadata.httpStatusCode, 304);
      return true;
    },
  );
  assert.equal((await get('a', { IfNoneMatch: '"other"' })).text, 'one');
  assert.equal((await get('a', { IfMatch: ETag })).text, 'one');
  await assert.rejects(get('a', { IfMatch: '"other"' }), { name: 'PreconditionFailed' });
});

test('a bucket with versioning keeps what was overwritten and deleted', async () => {
  const { sim, client, put, get, remove } = open();
  const { VersionId: first } = await put('a', 'one');
  const { VersionId: second } = await put('a', 'two');
  assert.equal((await get('a', { VersionId: first })).text, 'one');
  const { DeleteMarker, VersionId: marker } = await remove('a');
  assert.equal(DeleteMarker, true);
  await assert.rejects(get('a'), { name: 'NoSuchKey' });
  await assert.rejects(get('a', { VersionId: marker }), { name: 'MethodNotAllowed' });
  await assert.rejects(get('a', { VersionId: 'none' }), { name: 'NoSuchVersion' });
  const list = new ListObjectVersionsCommand({ Bucket });
  const { Versions, DeleteMarkers } = await sim.clock.drive(client.send(list));
  assert.deepEqual(
    Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest]),
    [
      [second, false],
      [first, false],
    ],
  );
  assert.deepEqual(
    DeleteMarkers?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest]),
    [[marker, true]],
  );
  await remove('a', marker);
  assert.equal((await get('a')).text, 'two', 'without its marker the object is back');
  assert.equal(sim.s3.versions(Bucket, 'a').length, 2);
});

test('a bucket without versioning forgets, and deleting nothing succeeds', async () => {
  const { sim, put, get, remove } = open(false);
  const { VersionId } = await put('a', 'one');
  assert.equal(VersionId, undefined);
  await put('a', 'two');
  assert.equal(sim.s3.versions(Bucket, 'a').length, 1);
  await remove('a');
  await remove('a');
  await assert.rejects(get('a'), { name: 'NoSuchKey' });
  assert.deepEqual(sim.s3.list(Bucket), []);
});

test('versions are listed page by page', async () => {
  const { sim, client, put } = open();
  for (const body of ['1', '2', '3']) {
    await put('a', body);
    await put('b', body);
  }
  const seen: string[] = [];
  let markers: { KeyMarker?: string; VersionIdMarker?: string } = {};
  for (;;) {
    const answer = await sim.clock.drive(
      client.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 4, ...markers })),
    );
    seen.push(...(answer.Versions ?? []).map(({ Key, VersionId }) => `${Key}/${VersionId}`));
    if (!answer.IsTruncated) break;
    markers = {
      ...(answer.NextKeyMarker && { KeyMarker: answer.NextKeyMarker }),
      ...(answer.NextVersionIdMarker && { VersionIdMarker: answer.NextVersionIdMarker }),
    };
  }
  assert.equal(seen.length, 6);
  assert.equal(new Set(seen).size, 6);
});

test('keys are listed in the order of their bytes, by prefix, page by page and folded at a delimiter', async () => {
  const { sim, client, put } = open();
  const keys = ['a/1', 'a/2', 'a/b/3', 'a/é', 'b', 'a/😀', 'a/\uff5e'];
  for (const key of keys) await put(key, key);
  const list = (input: Partial<ListObjectsV2CommandInput>) =>
    sim.clock.drive(client.send(new ListObjectsV2Command({ Bucket, ...input })));
  const names = async (input: Partial<ListObjectsV2CommandInput>) =>
    (await list(input)).Contents?.map(({ Key }) => Key) ?? [];
  assert.deepEqual(await names({ Prefix: 'a/' }), ['a/1', 'a/2', 'a/b/3', 'a/é', 'a/\uff5e', 'a/😀']);
  const folded = await list({ Prefix: 'a/', Delimiter: '/' });
  assert.deepEqual(folded.CommonPrefixes, [{ Prefix: 'a/b/' }]);
  assert.equal(folded.KeyCount, 6);
  assert.deepEqual(await names({ StartAfter: 'a/b/3', Prefix: 'a/' }), ['a/é', 'a/\uff5e', 'a/😀']);
  const paged: (string | undefined)[] = [];
  let token: string | undefined;
  do {
    const answer = await list({
      MaxKeys: 2,
      Delimiter: '/',
      Prefix: 'a/',
      ...(token && { ContinuationToken: token }),
    });
    paged.push(...(answer.Contents ?? []).map(({ Key }) => Key));
    paged.push(...(answer.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
    token = answer.NextContinuationToken;
  } while (token);
  assert.deepEqual(paged.sort(), ['a/1', 'a/2', 'a/b/', 'a/é', 'a/\uff5e', 'a/😀'].sort());
  await assert.rejects(list({ ContinuationToken: 'nonsense' }), { name: 'InvalidArgument' });
});

test('a bucket is created in the Region that is asked, once, under a valid name', async () => {
  const { sim, client } = open();
  const create = (name: string, region = recovery) =>
    sim.clock.drive(
      client.send(
        new CreateBucketCommand({
          Bucket: name,
          CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' },
        }),
      ),
    );
  await create('another');
  assert.equal(sim.s3.buckets.get('another')?.region, recovery);
  await assert.rejects(create('another'), { name: 'BucketAlreadyOwnedByYou' });
  await assert.rejects(create('far', primary), { name: 'IllegalLocationConstraintException' });
  await assert.rejects(create('Upper'), { name: 'InvalidBucketName' });
  const head = await sim.clock.drive(client.send(new HeadBucketCommand({ Bucket: 'another' })));
  assert.equal(head.BucketRegion, recovery);
});

test('the settings of a bucket are given back as they were put', async () => {
  const { sim, client } = open(false);
  const send = client.send.bind(client) as S3Client['send'];
  const drive = sim.clock.drive.bind(sim.clock) as typeof sim.clock.drive;
  assert.equal((await drive(send(new GetBucketVersioningCommand({ Bucket })))).Status, undefined);
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await drive(send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration })));
  assert.equal((await drive(send(new GetBucketVersioningCommand({ Bucket })))).Status, 'Enabled');

  await assert.rejects(drive(send(new GetBucketPolicyCommand({ Bucket }))), { name: 'NoSuchBucketPolicy' });
  await assert.rejects(drive(send(new PutBucketPolicyCommand({ Bucket, Policy: 'no' }))), {
    name: 'MalformedPolicy',
  });
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  await drive(send(new PutBucketPolicyCommand({ Bucket, Policy })));
  assert.equal((await drive(send(new GetBucketPolicyCommand({ Bucket })))).Policy, Policy);

  const PublicAccessBlockConfiguration = { BlockPublicAcls: true, BlockPublicPolicy: false };
  await drive(send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration })));
  const block = await drive(send(new GetPublicAccessBlockCommand({ Bucket })));
  assert.equal(block.PublicAccessBlockConfiguration?.BlockPublicPolicy, false);

  const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const } }];
  const ServerSideEncryptionConfiguration = { Rules };
  await drive(send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration })));
  const encryption = await drive(send(new GetBucketEncryptionCommand({ Bucket })));
  assert.deepEqual(encryption.ServerSideEncryptionConfiguration?.Rules, Rules);
});

test('what is not modelled stops the run', async () => {
  await assert.rejects(open().put('a', 'one', { StorageClass: 'GLACIER' }), { name: 'NotSimulated' });
  await assert.rejects(open().get('a', { Range: 'bytes=0-1' }), { name: 'NotSimulated' });
});
