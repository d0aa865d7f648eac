import type {
  ListObjectsV2CommandInput,
  ListObjectsV2CommandOutput,
  ListObjectVersionsCommandInput,
  ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3';
import { refuseUnmodelled } from '../modelled.ts';
import type { Call } from '../service.ts';
import { invalidArgument } from './refusals.ts';
import type { S3 } from './s3.ts';
import { byBytes, currentVersion, type ObjectVersion } from './state.ts';

type Body<Output> = Omit<Output, '$metadata'>;

const pageMax = 1000;

/** A key, or what several keys have in common up to a delimiter. */
type Entry =
  | { readonly kind: 'object'; readonly name: string; readonly version: ObjectVersion }
  | { readonly kind: 'prefix'; readonly name: string };

/** @throws AwsError NoSuchBucket, InvalidArgument for a token that is none */
export function listObjects(
  s3: S3,
  input: ListObjectsV2CommandInput,
  call: Call,
): Body<ListObjectsV2CommandOutput> {
  refuseUnmodelled('s3:ListObjectsV2', input, [
    'Bucket',
    'Prefix',
    'Delimiter',
    'MaxKeys',
    'ContinuationToken',
    'StartAfter',
    'EncodingType',
    'ExpectedBucketOwner',
  ]);
  const bucket = s3.bucketOf(input.Bucket, call);
  const { Prefix: prefix = '', Delimiter: delimiter } = input;
  const limit = pageSize(input.MaxKeys);
  const after =
    input.ContinuationToken === undefined ? (input.StartAfter ?? '') : readToken(input.ContinuationToken);
  const current = [...bucket.keys.keys()]
    .filter((key) => key.startsWith(prefix))
    .sort(byBytes)
    .flatMap((key) => currentVersion(bucket, key) ?? []);
  const rest = rollUp(current, prefix, delimiter).filter(({ name }) => byBytes(name, after) > 0);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const encode = encoder(input.EncodingType);
  return {
    Name: bucket.name,
    Prefix: encode(prefix),
    ...(delimiter !== undefined && { Delimiter: encode(delimiter) }),
    ...(input.StartAfter !== undefined && { StartAfter: encode(input.StartAfter) }),
    ...(input.EncodingType !== undefined && { EncodingType: input.EncodingType }),
    ...(input.ContinuationToken !== undefined && { ContinuationToken: input.ContinuationToken }),
    MaxKeys: limit,
    KeyCount: page.length,
    IsTruncated: rest.length > page.length,
    ...(rest.length > page.length && last && { NextContinuationToken: writeToken(last.name) }),
    Contents: page.flatMap((entry) => (entry.kind === 'object' ? [content(entry.version, encode)] : [])),
    CommonPrefixes: page.flatMap((entry) =>
      entry.kind === 'prefix' ? [{ Prefix: encode(entry.name) }] : [],
    ),
  };
}

/**
 * All versions of all keys, newest first within a key.
 * @throws AwsError NoSuchBucket, InvalidArgument for a version marker without a key marker
 */
export function listVersions(
  s3: S3,
  input: ListObjectVersionsCommandInput,
  call: Call,
): Body<ListObjectVersionsCommandOutput> {
  refuseUnmodelled('s3:ListObjectVersions', input, [
    'Bucket',
    'Prefix',
    'MaxKeys',
    'KeyMarker',
    'VersionIdMarker',
    'EncodingType',
    'ExpectedBucketOwner',
  ]);
  const bucket = s3.bucketOf(input.Bucket, call);
  const { Prefix: prefix = '', KeyMarker: keyMarker, VersionIdMarker: versionMarker } = input;
  if (versionMarker !== undefined && keyMarker === undefined) {
    throw invalidArgument('A version-id marker cannot be specified without a key marker.');
  }
  const limit = pageSize(input.MaxKeys);
  const all = [...bucket.keys]
    .filter(([key]) => key.startsWith(prefix))
    .sort(([a], [b]) => byBytes(a, b))
    .flatMap(([, { versions }]) => versions.toReversed());
  const rest = all.slice(startOf(all, keyMarker, versionMarker));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const encode = encoder(input.EncodingType);
  const newest = (version: ObjectVersion): boolean =>
    bucket.keys.get(version.key)?.versions.at(-1) === version;
  const entry = (version: ObjectVersion) => ({
    Key: encode(version.key),
    VersionId: version.versionId,
    IsLatest: newest(version),
    LastModified: new Date(version.modifiedAtMs),
  });
  return {
    Name: bucket.name,
    Prefix: encode(prefix),
    KeyMarker: keyMarker ?? '',
    VersionIdMarker: versionMarker ?? '',
    MaxKeys: limit,
    IsTruncated: rest.length > page.length,
    ...(rest.length > page.length &&
      last && { NextKeyMarker: encode(last.key), NextVersionIdMarker: last.versionId }),
    Versions: page.flatMap((version) =>
      version.body
        ? [
            {
              ...entry(version),
              ETag: version.etag,
              Size: version.body.byteLength,
              StorageClass: 'STANDARD' as const,
            },
          ]
        : [],
    ),
    DeleteMarkers: page.filter(({ body }) => !body).map(entry),
  };
}

/** Where the page after the markers begins: after one version, or after all versions of one key. */
function startOf(
  all: readonly ObjectVersion[],
  keyMarker: string | undefined,
  versionMarker: string | undefined,
): number {
  if (keyMarker === undefined) return 0;
  if (versionMarker !== undefined) {
    const at = all.findIndex(({ key, versionId }) => key === keyMarker && versionId === versionMarker);
    if (at >= 0) return at + 1;
  }
  const next = all.findIndex(({ key }) => byBytes(key, keyMarker) > 0);
  return next < 0 ? all.length : next;
}

function rollUp(versions: readonly ObjectVersion[], prefix: string, delimiter: string | undefined): Entry[] {
  const entries: Entry[] = [];
  for (const version of versions) {
    const end = delimiter ? version.key.indexOf(delimiter, prefix.length) : -1;
    const name = end < 0 ? version.key : version.key.slice(0, end + (delimiter?.length ?? 0));
    if (end < 0) entries.push({ kind: 'object', name, version });
    else if (entries.at(-1)?.name !== name) entries.push({ kind: 'prefix', name });
  }
  return entries;
}

function content(version: ObjectVersion, encode: (text: string) => string) {
  return {
    Key: encode(version.key),
    LastModified: new Date(version.modifiedAtMs),
    ETag: version.etag,
    Size: version.body?.byteLength ?? 0,
    StorageClass: 'STANDARD' as const,
  };
}

function pageSize(asked: number | undefined): number {
  const size = asked ?? pageMax;
  if (size < 0) throw invalidArgument('Argument maxKeys must be an integer between 0 and 2147483647');
  return Math.min(size, pageMax);
}

function encoder(type: string | undefined): (text: string) => string {
  if (type === undefined) return (text) => text;
  if (type === 'url') return (text) => text.split('/').map(encodeURIComponent).join('/');
  throw invalidArgument('Invalid Encoding Method specified in Request');
}

const tokenPrefix = 'after:';

function writeToken(name: string): string {
  return Buffer.from(tokenPrefix + name).toString('base64');
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (!text.startsWith(tokenPrefix)) throw invalidArgument('The continuation token provided is incorrect');
  return text.slice(tokenPrefix.length);
}
