import { createHash } from 'node:crypto';
import type {
  DeleteObjectCommandInput,
  DeleteObjectCommandOutput,
  PutObjectCommandInput,
  PutObjectCommandOutput,
} from '@aws-sdk/client-s3';
import defaults from '../defaults.json' with { type: 'json' };
import { AwsError, NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { Call } from '../service.ts';
import { conflict, noSuchKey, preconditionFailed } from './refusals.ts';
import type { S3 } from './s3.ts';
import { type Bucket, currentVersion, keyRecord, type ObjectVersion } from './state.ts';

type Body<Output> = Omit<Output, '$metadata'>;
type Condition = { readonly kind: 'If-None-Match' } | { readonly kind: 'If-Match'; readonly etag: string };

/** What a delete marker has of an object. */
const deletion = { contentType: '', metadata: {}, headers: {}, etag: '' };
const keyBytesMax = 1024;
const metadataBytesMax = 2048;

/**
 * Writes an object. Without a condition the write is one step. With one it is under way for a moment, and the condition is
 * judged at its end, against the object that is there then: of any number of writers that race for a new key exactly one
 * wins. A loser that another write overtook while it was under way gets 409 or 412, as chance has it; one that came later
 * gets 412; a write that a delete overtook gets 409 (S3 User Guide, conditional-writes).
 * @throws AwsError NoSuchBucket, NoSuchKey, PreconditionFailed, ConditionalRequestConflict, KeyTooLongError
 */
export async function putObject(
  s3: S3,
  input: PutObjectCommandInput,
  call: Call,
): Promise<Body<PutObjectCommandOutput>> {
  refuseUnmodelled('s3:PutObject', input, [
    'Bucket',
    'Key',
    'Body',
    'ContentType',
    'ContentLength',
    'ContentMD5',
    'CacheControl',
    'ContentDisposition',
    'ContentEncoding',
    'ContentLanguage',
    'Metadata',
    'IfMatch',
    'IfNoneMatch',
    'ChecksumAlgorithm',
    'ChecksumCRC32',
    'ChecksumCRC32C',
    'ChecksumCRC64NVME',
    'ChecksumSHA1',
    'ChecksumSHA256',
    'ServerSideEncryption',
    'SSEKMSKeyId',
    'BucketKeyEnabled',
    'ExpectedBucketOwner',
  ]);
  const bucket = s3.bucketOf(input.Bucket, call);
  const key = requireKey(input.Key);
  const body = readBody(input.Body);
  requireDigest(body, input.ContentMD5);
  const condition = readCondition(input);
  if (condition) await judge(s3, bucket, key, condition, call);
  const version = append(s3, bucket, key, { ...describe(input), body, etag: etagOf(body) }, call);
  return {
    ETag: version.etag,
    ServerSideEncryption: input.ServerSideEncryption ?? 'AES256',
    ...(bucket.versioning === 'Enabled' && { VersionId: version.versionId }),
  };
}

/**
 * Deletes an object or one of its versions. Without a version, a bucket with versioning puts a delete marker on top.
 * @throws AwsError NoSuchBucket; deleting what does not exist succeeds
 */
export function deleteObject(
  s3: S3,
  input: DeleteObjectCommandInput,
  call: Call,
): Body<DeleteObjectCommandOutput> {
  refuseUnmodelled('s3:DeleteObject', input, ['Bucket', 'Key', 'VersionId', 'ExpectedBucketOwner']);
  const bucket = s3.bucketOf(input.Bucket, call);
  const key = requireKey(input.Key);
  const record = keyRecord(bucket, key);
  record.deletes += 1;
  if (input.VersionId !== undefined) {
    const doomed = record.versions.find(({ versionId }) => versionId === input.VersionId);
    record.versions = record.versions.filter((version) => version !== doomed);
    return { VersionId: input.VersionId, ...(doomed && !doomed.body && { DeleteMarker: true }) };
  }
  if (bucket.versioning === undefined) {
    record.versions = [];
    return {};
  }
  const { versionId } = append(s3, bucket, key, deletion, call);
  return { DeleteMarker: true, VersionId: versionId };
}

async function judge(s3: S3, bucket: Bucket, key: string, condition: Condition, call: Call): Promise<void> {
  const { clock, draws } = s3.sim;
  const subject = subjectOf(bucket, key, call);
  const record = keyRecord(bucket, key);
  const { writes, deletes } = record;
  await clock.sleep(draws.sample('s3.conditionalWrite', subject) * 1000);
  const current = currentVersion(bucket, key);
  const overtaken = record.writes > writes;
  const refuse = (): AwsError => {
    const probability = overtaken ? defaults.s3.raceAnswersConflict.probability : 0;
    return draws.chance(probability, 's3.raceAnswersConflict', subject)
      ? conflict()
      : preconditionFailed(condition.kind);
  };
  if (condition.kind === 'If-None-Match') {
    if (current) throw refuse();
  } else {
    if (!current) throw record.deletes > deletes ? conflict() : noSuchKey(key);
    if (unquoted(current.etag) !== unquoted(condition.etag)) throw refuse();
  }
  if (record.deletes > deletes) throw conflict();
}

function append(
  s3: S3,
  bucket: Bucket,
  key: string,
  content: Omit<ObjectVersion, 'key' | 'versionId' | 'modifiedAtMs'>,
  call: Call,
): ObjectVersion {
  const record = keyRecord(bucket, key);
  const versioned = bucket.versioning === 'Enabled';
  const version: ObjectVersion = {
    ...content,
    key,
    versionId: versioned ? s3.sim.draws.hex('s3.versionId', subjectOf(bucket, key, call), 32) : 'null',
    modifiedAtMs: s3.sim.clock.nowMs(),
  };
  const kept = versioned ? record.versions : record.versions.filter(({ versionId }) => versionId !== 'null');
  record.versions = [...kept, version];
  if (version.body) record.writes += 1;
  return version;
}

/** Draws are the writer's own: who else writes the key does not change them. */
function subjectOf(bucket: Bucket, key: string, { caller }: Call): string {
  return `${caller.accessKeyId}/${bucket.name}/${key}`;
}

function describe(input: PutObjectCommandInput): Pick<ObjectVersion, 'contentType' | 'metadata' | 'headers'> {
  const { CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, Metadata = {} } = input;
  const metadata = Object.fromEntries(
    Object.entries(Metadata).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const bytes = Object.entries(metadata).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name + value),
    0,
  );
  if (bytes > metadataBytesMax) {
    throw new AwsError('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size');
  }
  return {
    contentType: input.ContentType ?? 'application/octet-stream',
    metadata,
    headers: {
      ...(CacheControl !== undefined && { CacheControl }),
      ...(ContentDisposition !== undefined && { ContentDisposition }),
      ...(ContentEncoding !== undefined && { ContentEncoding }),
      ...(ContentLanguage !== undefined && { ContentLanguage }),
    },
  };
}

function readCondition({ IfMatch, IfNoneMatch }: PutObjectCommandInput): Condition | undefined {
  if (IfMatch !== undefined && IfNoneMatch !== undefined)
    throw new NotSimulated('s3:PutObject with two conditions');
  if (IfMatch !== undefined) return { kind: 'If-Match', etag: IfMatch };
  if (IfNoneMatch === undefined) return undefined;
  if (IfNoneMatch !== '*') {
    throw new AwsError(
      'NotImplemented',
      'A header you provided implies functionality that is not implemented',
      501,
    );
  }
  return { kind: 'If-None-Match' };
}

function requireKey(key: string | undefined): string {
  if (!key) throw new AwsError('InvalidRequest', 'A key must be specified');
  if (Buffer.byteLength(key) > keyBytesMax) throw new AwsError('KeyTooLongError', 'Your key is too long');
  return key;
}

function requireDigest(body: Uint8Array, contentMd5: string | undefined): void {
  if (contentMd5 === undefined || createHash('md5').update(body).digest('base64') === contentMd5) return;
  throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
}

function readBody(body: unknown): Uint8Array {
  if (body === undefined) return new Uint8Array();
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  throw new NotSimulated('s3:PutObject with a stream');
}

function etagOf(body: Uint8Array): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

function unquoted(etag: string): string {
  return etag.replaceAll('"', '');
}
