import { AwsError, NotSimulated } from '../errors.ts';
import { contextOf, principalOf } from '../iam/caller.ts';
import { evaluate } from '../iam/evaluate.ts';
import { matchesAll, partsOf } from '../iam/pattern.ts';
import { MalformedPolicy, type Policy, readPolicy } from '../iam/policy.ts';
import { type Json, parseJson } from '../json.ts';
import type { Call } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import type { Bucket } from './state.ts';

/** What a request of S3 is about, where it is about a bucket. */
export interface RequestAbout {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
}

const ofBucket = (action: string) => () => action;

/**
 * The permission that each operation asks for (S3 User Guide, Required permissions for Amazon S3 API operations). Creating a
 * bucket asks for none of its own policy: there is none yet.
 */
const permissions: Readonly<Record<string, (input: RequestAbout) => string>> = {
  HeadBucket: ofBucket('s3:ListBucket'),
  PutBucketVersioning: ofBucket('s3:PutBucketVersioning'),
  GetBucketVersioning: ofBucket('s3:GetBucketVersioning'),
  PutBucketPolicy: ofBucket('s3:PutBucketPolicy'),
  GetBucketPolicy: ofBucket('s3:GetBucketPolicy'),
  PutPublicAccessBlock: ofBucket('s3:PutBucketPublicAccessBlock'),
  GetPublicAccessBlock: ofBucket('s3:GetBucketPublicAccessBlock'),
  PutBucketEncryption: ofBucket('s3:PutEncryptionConfiguration'),
  GetBucketEncryption: ofBucket('s3:GetEncryptionConfiguration'),
  ListObjectsV2: ofBucket('s3:ListBucket'),
  ListObjectVersions: ofBucket('s3:ListBucketVersions'),
  PutObject: ofBucket('s3:PutObject'),
  GetObject: ({ VersionId }) => (VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion'),
  HeadObject: ({ VersionId }) => (VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion'),
  DeleteObject: ({ VersionId }) => (VersionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion'),
};

/** The action that an operation asks permission for. @throws NotSimulated where that is not known */
export function permissionOf(operation: string, input: RequestAbout): string {
  const action = permissions[operation]?.(input);
  if (action === undefined) throw new NotSimulated(`the permission for s3:${operation}`);
  return action;
}

/**
 * Sees that the bucket's own policy does not deny a request. What identities may do is another matter
 * (`Permissions`).
 * @throws AwsError AccessDenied
 */
export function requireAccess(
  { name, policy }: Bucket,
  input: RequestAbout,
  call: Call,
  { accountId, clock }: Pick<Simulator, 'accountId' | 'clock'>,
): void {
  if (!policy || call.operation === 'CreateBucket') return;
  const action = permissionOf(call.operation, input);
  const arn = `arn:aws:s3:::${name}`;
  const resource = input.Key === undefined ? arn : `${arn}/${input.Key}`;
  const principal = principalOf(call.caller);
  const context = contextOf(call, clock.nowMs(), { 'aws:resourceaccount': [accountId] });
  if (evaluate([policy.rules], { principal, action, resource, context }).decision !== 'explicitDeny') return;
  // The answer to HEAD has no body, so that a caller learns the status alone.
  if (call.operation.startsWith('Head')) throw new AwsError('Forbidden', 'Forbidden', 403);
  throw new AwsError(
    'AccessDenied',
    `User: ${call.caller.arn} is not authorized to perform: ${action} on resource: "${resource}" with an explicit deny in a resource-based policy`,
    403,
  );
}

/**
 * Reads what is put as a bucket's policy. Whether the principals that it names exist is not looked at.
 * @throws AwsError MalformedPolicy
 */
export function readBucketPolicy(bucket: string, text: string): Policy {
  const document = parseJson(text);
  if (document === undefined)
    throw new AwsError('MalformedPolicy', "Policies must be valid JSON and the first byte must be '{'");
  const policy = readAs(document);
  const { statements } = policy;
  const isActionOfS3 = (action: string) => action === '*' || action.toLowerCase().startsWith('s3:');
  if (!statements.every(({ actions }) => actions.these.every(isActionOfS3)))
    throw new AwsError('MalformedPolicy', 'Policy has invalid action');
  if (!statements.every(({ resources }) => resources.these.every((each) => isOf(bucket, each))))
    throw new AwsError('MalformedPolicy', 'Policy has invalid resource');
  return policy;
}

function readAs(document: Json): Policy {
  try {
    return readPolicy('bucket policy', 'resource', document);
  } catch (error) {
    throw error instanceof MalformedPolicy ? new AwsError('MalformedPolicy', error.message) : error;
  }
}

/** Whether a resource of a policy is this bucket or in it. */
function isOf(bucket: string, resource: string): boolean {
  if (resource === '*') return true;
  const [, name] = /^arn:aws:s3:::([^/]*)/.exec(resource) ?? [];
  const pattern = name === undefined ? undefined : partsOf(name, undefined);
  return pattern !== undefined && matchesAll(pattern, bucket);
}
