import type {
  CreateBucketCommandInput,
  PutBucketEncryptionCommandInput,
  PutBucketPolicyCommandInput,
  PutBucketVersioningCommandInput,
  PutPublicAccessBlockCommandInput,
} from '@aws-sdk/client-s3';
import { AwsError, NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { Call } from '../service.ts';
import { readBucketPolicy } from './access.ts';
import type { S3 } from './s3.ts';

/**
 * Creates a bucket in the Region that the request was sent to, which must be the one it names.
 * @throws AwsError InvalidBucketName, BucketAlreadyOwnedByYou, IllegalLocationConstraintException, InvalidLocationConstraint
 */
export function createBucket(s3: S3, input: CreateBucketCommandInput, call: Call): object {
  refuseUnmodelled('s3:CreateBucket', input, ['Bucket', 'CreateBucketConfiguration', 'ObjectOwnership']);
  const name = input.Bucket ?? '';
  const region = input.CreateBucketConfiguration?.LocationConstraint ?? 'us-east-1';
  if (region !== call.region) {
    throw new AwsError(
      'IllegalLocationConstraintException',
      `The ${region} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    );
  }
  if (!/^(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) || name.includes('..')) {
    throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.');
  }
  if (s3.buckets.has(name)) {
    // In us-east-1 alone a second creation succeeds (S3 API Reference, CreateBucket).
    if (region === 'us-east-1') return { Location: `/${name}` };
    throw new AwsError(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      409,
    );
  }
  s3.createBucket({ name, region });
  return { Location: region === 'us-east-1' ? `/${name}` : `http://${name}.s3.amazonaws.com/` };
}

export function putVersioning(s3: S3, input: PutBucketVersioningCommandInput, call: Call): object {
  refuseUnmodelled('s3:PutBucketVersioning', input, [
    'Bucket',
    'VersioningConfiguration',
    'ChecksumAlgorithm',
    'ContentMD5',
  ]);
  const bucket = s3.bucketOf(input.Bucket, call);
  const { Status: status, MFADelete: mfa } = input.VersioningConfiguration ?? {};
  if (mfa !== undefined) throw new NotSimulated('s3:PutBucketVersioning with MFADelete');
  if (status !== 'Enabled' && status !== 'Suspended') {
    throw new AwsError('IllegalVersioningConfigurationException', 'The Versioning element must be specified');
  }
  bucket.versioning = status;
  return {};
}

/** Stores a policy, which holds from this instant on. @throws AwsError MalformedPolicy */
export function putPolicy(s3: S3, input: PutBucketPolicyCommandInput, call: Call): object {
  refuseUnmodelled('s3:PutBucketPolicy', input, ['Bucket', 'Policy', 'ChecksumAlgorithm', 'ContentMD5']);
  const bucket = s3.bucketOf(input.Bucket, call);
  const text = input.Policy ?? '';
  bucket.policy = { text, rules: readBucketPolicy(bucket.name, text) };
  return {};
}

export function getPolicy(s3: S3, name: string | undefined, call: Call): object {
  const { policy } = s3.bucketOf(name, call);
  if (policy === undefined) throw new AwsError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404);
  return { Policy: policy.text };
}

export function putPublicAccessBlock(s3: S3, input: PutPublicAccessBlockCommandInput, call: Call): object {
  s3.bucketOf(input.Bucket, call).publicAccessBlock = input.PublicAccessBlockConfiguration ?? {};
  return {};
}

export function putEncryption(s3: S3, input: PutBucketEncryptionCommandInput, call: Call): object {
  const bucket = s3.bucketOf(input.Bucket, call);
  const configuration = input.ServerSideEncryptionConfiguration;
  if (!configuration?.Rules?.length)
    throw new AwsError('MalformedXML', 'The XML you provided was not well-formed');
  bucket.encryption = configuration;
  return {};
}
