import { AwsError } from '../errors.ts';

/** S3's errors by their codes (S3 API Reference, Error responses). */

export function noSuchBucket(name: string): AwsError {
  return new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: name });
}

export function noSuchKey(key: string): AwsError {
  return new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
}

export function preconditionFailed(condition: 'If-Match' | 'If-None-Match'): AwsError {
  return new AwsError(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    412,
    {
      Condition: condition,
    },
  );
}

export function notModified(): AwsError {
  return new AwsError('NotModified', 'Not Modified', 304);
}

export function conflict(): AwsError {
  return new AwsError(
    'ConditionalRequestConflict',
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
    409,
  );
}

export function invalidArgument(message: string): AwsError {
  return new AwsError('InvalidArgument', message);
}
