import type { PublicAccessBlockConfiguration, ServerSideEncryptionConfiguration } from '@aws-sdk/client-s3';
import type { Policy } from '../iam/policy.ts';
import type { RegionName } from '../service.ts';

/** One version of an object, or a delete marker where `body` is absent. */
export interface ObjectVersion {
  readonly key: string;
  /** `null` for what was written while the bucket had no versioning. */
  readonly versionId: string;
  readonly body?: Uint8Array;
  /** Quoted MD5 of the body. */
  readonly etag: string;
  readonly modifiedAtMs: number;
  readonly contentType: string;
  /** User metadata (`x-amz-meta-…`), names in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly headers: StoredHeaders;
}

/** System metadata that is given back as it came. */
export interface StoredHeaders {
  readonly CacheControl?: string;
  readonly ContentDisposition?: string;
  readonly ContentEncoding?: string;
  readonly ContentLanguage?: string;
}

/** One key of a bucket with everything that happened to it. */
export interface KeyRecord {
  /** Oldest first. */
  versions: ObjectVersion[];
  /** How often it was written and deleted: a conditional write sees by them what happened while it was under way. */
  writes: number;
  deletes: number;
}

export interface Bucket {
  readonly name: string;
  readonly region: RegionName;
  readonly createdAtMs: number;
  versioning: 'Enabled' | 'Suspended' | undefined;
  /** Bucket policy as it was put, and as it was read. */
  policy: { readonly text: string; readonly rules: Policy } | undefined;
  publicAccessBlock: PublicAccessBlockConfiguration;
  encryption: ServerSideEncryptionConfiguration;
  readonly keys: Map<string, KeyRecord>;
}

/** The newest version of a key, unless that is a delete marker. */
export function currentVersion(bucket: Bucket, key: string): ObjectVersion | undefined {
  const newest = bucket.keys.get(key)?.versions.at(-1);
  return newest?.body ? newest : undefined;
}

/** The record of a key, which begins when it is first asked for. */
export function keyRecord(bucket: Bucket, key: string): KeyRecord {
  const record = bucket.keys.get(key) ?? { versions: [], writes: 0, deletes: 0 };
  bucket.keys.set(key, record);
  return record;
}

/** Keys in the order of their UTF-8 bytes, as S3 lists them. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
