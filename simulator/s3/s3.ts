import type { GetBucketPolicyCommandInput, HeadBucketCommandInput } from '@aws-sdk/client-s3';
import { AwsError } from '../errors.ts';
import type { Policy } from '../iam/policy.ts';
import type { Call, Operations, RegionName, Service } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { type RequestAbout, requireAccess } from './access.ts';
import {
  createBucket,
  getPolicy,
  putEncryption,
  putPolicy,
  putPublicAccessBlock,
  putVersioning,
} from './buckets.ts';
import { listObjects, listVersions } from './listing.ts';
import { getObject, headObject } from './reads.ts';
import { noSuchBucket } from './refusals.ts';
import { type Bucket, byBytes, currentVersion, type ObjectVersion } from './state.ts';
import { deleteObject, putObject } from './writes.ts';

/** A bucket of the world at its start. */
export interface BucketSeed {
  readonly name: string;
  readonly region: RegionName;
  readonly versioned?: boolean;
}

type OfBucket = { readonly Bucket: string | undefined };

/** S3: names are global, each bucket lives in one Region and answers there only. */
export class S3 implements Service {
  readonly name = 's3';
  readonly sim: Simulator;
  readonly buckets = new Map<string, Bucket>();
  readonly operations: Operations = {
    CreateBucket: (input, call) => createBucket(this, input, call),
    HeadBucket: (input: HeadBucketCommandInput, call) => this.#headBucket(input, call),
    PutBucketVersioning: (input, call) => putVersioning(this, input, call),
    GetBucketVersioning: (input: OfBucket, call) => {
      const { versioning } = this.bucketOf(input.Bucket, call);
      return versioning === undefined ? {} : { Status: versioning };
    },
    PutBucketPolicy: (input, call) => putPolicy(this, input, call),
    GetBucketPolicy: (input: GetBucketPolicyCommandInput, call) => getPolicy(this, input.Bucket, call),
    PutPublicAccessBlock: (input, call) => putPublicAccessBlock(this, input, call),
    GetPublicAccessBlock: (input: OfBucket, call) => ({
      PublicAccessBlockConfiguration: this.bucketOf(input.Bucket, call).publicAccessBlock,
    }),
    PutBucketEncryption: (input, call) => putEncryption(this, input, call),
    GetBucketEncryption: (input: OfBucket, call) => ({
      ServerSideEncryptionConfiguration: this.bucketOf(input.Bucket, call).encryption,
    }),
    PutObject: (input, call) => putObject(this, input, call),
    GetObject: (input, call) => getObject(this, input, call),
    HeadObject: (input, call) => headObject(this, input, call),
    DeleteObject: (input, call) => deleteObject(this, input, call),
    ListObjectsV2: (input, call) => listObjects(this, input, call),
    ListObjectVersions: (input, call) => listVersions(this, input, call),
  };

  constructor(sim: Simulator) {
    this.sim = sim;
  }

  /** @throws AwsError AccessDenied for what the policy of the bucket denies */
  authorize(call: Call, input: unknown): void {
    const about = input as RequestAbout;
    const bucket = this.buckets.get(about.Bucket ?? '');
    if (bucket?.region === call.region) requireAccess(bucket, about, call, this.sim);
  }

  policyFor(call: Call, input: unknown): Policy | undefined {
    const bucket = this.buckets.get((input as RequestAbout).Bucket ?? '');
    return bucket?.region === call.region ? bucket.policy?.rules : undefined;
  }

  latency(): string {
    return 's3.latency';
  }

  /** Puts a bucket into the world. New buckets block public access and encrypt (S3 User Guide, since 2023). */
  createBucket(seed: BucketSeed): Bucket {
    const bucket: Bucket = {
      name: seed.name,
      region: seed.region,
      createdAtMs: this.sim.clock.nowMs(),
      versioning: seed.versioned ? 'Enabled' : undefined,
      policy: undefined,
      publicAccessBlock: {
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: true,
        RestrictPublicBuckets: true,
      },
      encryption: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
      },
      keys: new Map(),
    };
    this.buckets.set(seed.name, bucket);
    return bucket;
  }

  /** The truth: what a reader of this key would get now. */
  read(bucket: string, key: string): ObjectVersion | undefined {
    const known = this.buckets.get(bucket);
    return known && currentVersion(known, key);
  }

  /** The truth: what is under a prefix now, in S3's order. */
  list(bucket: string, prefix = ''): ObjectVersion[] {
    const known = this.buckets.get(bucket);
    if (!known) return [];
    const keys = [...known.keys.keys()].filter((key) => key.startsWith(prefix)).sort(byBytes);
    return keys.flatMap((key) => currentVersion(known, key) ?? []);
  }

  /** The truth: all versions of a key and its delete markers, oldest first. */
  versions(bucket: string, key: string): readonly ObjectVersion[] {
    return this.buckets.get(bucket)?.keys.get(key)?.versions ?? [];
  }

  /**
   * The bucket that a request is for.
   * @throws AwsError NoSuchBucket; PermanentRedirect where the request went to another Region than the bucket's
   */
  bucketOf(name: string | undefined, call: Call): Bucket {
    const bucket = this.buckets.get(name ?? '');
    if (!bucket) throw noSuchBucket(name ?? '');
    if (bucket.region !== call.region) {
      throw new AwsError(
        'PermanentRedirect',
        'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
        301,
        { Bucket: bucket.name, Endpoint: `${bucket.name}.s3.${bucket.region}.amazonaws.com` },
      );
    }
    return bucket;
  }

  #headBucket(input: HeadBucketCommandInput, call: Call): object {
    if (!this.buckets.has(input.Bucket ?? '')) throw new AwsError('NotFound', 'Not Found', 404);
    return { BucketRegion: this.bucketOf(input.Bucket, call).region };
  }
}
