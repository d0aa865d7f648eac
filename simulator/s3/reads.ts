import type {
  GetObjectCommandInput,
  GetObjectCommandOutput,
  HeadObjectCommandInput,
  HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { AwsError } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { Call } from '../service.ts';
import { noSuchKey, notModified, preconditionFailed } from './refusals.ts';
import type { S3 } from './s3.ts';
import { type Bucket, currentVersion, type ObjectVersion } from './state.ts';

type Stored = ObjectVersion & { readonly body: Uint8Array };
/** The body goes onto the wire as bytes, where the SDK makes a stream of it. */
export type GetObjectAnswer = Omit<GetObjectCommandOutput, '$metadata' | 'Body'> & {
  readonly Body: Uint8Array;
};

/**
 * Reads an object; what was written is there at once (S3 User Guide, consistency model).
 * @throws AwsError NoSuchBucket, NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker, PreconditionFailed, and
 * NotModified (HTTP 304) when If-None-Match names what is there
 */
export function getObject(s3: S3, input: GetObjectCommandInput, call: Call): GetObjectAnswer {
  refuseUnmodelled('s3:GetObject', input, [
    'Bucket',
    'Key',
    'VersionId',
    'IfMatch',
    'IfNoneMatch',
    'ChecksumMode',
    'ExpectedBucketOwner',
  ]);
  const bucket = s3.bucketOf(input.Bucket, call);
  const version = find(bucket, input.Key ?? '', input.VersionId);
  requireConditions(version, input);
  return { ...facts(bucket, version), Body: version.body };
}

/**
 * Tells about an object. Its errors have no body, so that a caller learns the status alone: 404 is `NotFound`.
 * @throws AwsError NotFound, MethodNotAllowed, PreconditionFailed, NotModified
 */
export function headObject(
  s3: S3,
  input: HeadObjectCommandInput,
  call: Call,
): Omit<HeadObjectCommandOutput, '$metadata'> {
  refuseUnmodelled('s3:HeadObject', input, [
    'Bucket',
    'Key',
    'VersionId',
    'IfMatch',
    'IfNoneMatch',
    'ChecksumMode',
    'ExpectedBucketOwner',
  ]);
  try {
    const bucket = s3.bucketOf(input.Bucket, call);
    const version = find(bucket, input.Key ?? '', input.VersionId);
    requireConditions(version, input);
    return facts(bucket, version);
  } catch (error) {
    throw error instanceof AwsError && error.httpStatus === 404
      ? new AwsError('NotFound', 'Not Found', 404)
      : error;
  }
}

function find(bucket: Bucket, key: string, versionId: string | undefined): Stored {
  if (versionId === undefined) {
    const current = currentVersion(bucket, key);
    if (!current) throw noSuchKey(key);
    return stored(current);
  }
  const version = bucket.keys.get(key)?.versions.find((candidate) => candidate.versionId === versionId);
  if (!version) {
    throw new AwsError('NoSuchVersion', 'The specified version does not exist.', 404, {
      Key: key,
      VersionId: versionId,
    });
  }
  return stored(version);
}

function stored(version: ObjectVersion): Stored {
  const { body } = version;
  if (!body) {
    throw new AwsError(
      'MethodNotAllowed',
      'The specified method is not allowed against this resource.',
      405,
      {
        ResourceType: 'DeleteMarker',
      },
    );
  }
  return { ...version, body };
}

function requireConditions(
  { etag }: ObjectVersion,
  {
    IfMatch,
    IfNoneMatch,
  }: { readonly IfMatch?: string | undefined; readonly IfNoneMatch?: string | undefined },
): void {
  if (IfMatch !== undefined && !names(IfMatch, etag)) throw preconditionFailed('If-Match');
  if (IfNoneMatch !== undefined && names(IfNoneMatch, etag)) throw notModified();
}

function names(condition: string, etag: string): boolean {
  return condition === '*' || condition.replaceAll('"', '') === etag.replaceAll('"', '');
}

function facts(bucket: Bucket, version: Stored): Omit<HeadObjectCommandOutput, '$metadata'> {
  return {
    ...version.headers,
    AcceptRanges: 'bytes',
    LastModified: new Date(version.modifiedAtMs),
    ContentLength: version.body.byteLength,
    ETag: version.etag,
    ContentType: version.contentType,
    Metadata: { ...version.metadata },
    ServerSideEncryption: 'AES256',
    ...(bucket.versioning !== undefined && { VersionId: version.versionId }),
  };
}
