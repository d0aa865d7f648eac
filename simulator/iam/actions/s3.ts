import type { GetObjectCommandInput, PutObjectCommandInput } from '@aws-sdk/client-s3';
import { permissionOf, type RequestAbout } from '../../s3/access.ts';
import type { ActionTable, Check, Place } from '../check.ts';

/** Actions and resources of Amazon S3 (S3 User Guide, Required permissions for Amazon S3 API operations). */
export const s3Actions: ActionTable = {
  ListObjectsV2: (input: RequestAbout) => [about('ListObjectsV2', input)],
  DeleteObject: (input: RequestAbout) => [about('DeleteObject', input)],
  GetObject: (input: GetObjectCommandInput, place) => reading('GetObject', input, place),
  HeadObject: (input: RequestAbout, place) => reading('HeadObject', input, place),
  PutObject: (input: PutObjectCommandInput) => [
    about('PutObject', input),
    // What is compared with an ETag is read (S3 User Guide, conditional requests).
    ...(input.IfMatch === undefined ? [] : [about('GetObject', { Bucket: input.Bucket, Key: input.Key })]),
  ],
};

function about(operation: string, input: RequestAbout): Check {
  const bucket = `arn:aws:s3:::${input.Bucket ?? ''}`;
  return {
    action: permissionOf(operation, input),
    resource: input.Key === undefined ? bucket : `${bucket}/${input.Key}`,
  };
}

/** Who may not list the bucket is not told that a key is absent: the answer is 403 (S3 API Reference, GetObject). */
function reading(operation: string, input: RequestAbout, { sim }: Place): readonly Check[] {
  const { Bucket = '', Key = '' } = input;
  const isThere = sim.s3.read(Bucket, Key) !== undefined;
  return [about(operation, input), ...(isThere ? [] : [about('ListObjectsV2', { Bucket })])];
}
