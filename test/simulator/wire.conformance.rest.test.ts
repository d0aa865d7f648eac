import { checkConformance, losses } from './wire-conformance.ts';
import type { Values } from './wire-values.ts';

checkConformance({
  packageName: '@aws-sdk/client-route-53',
  clientName: 'Route53Client',
  signingName: 'route53',
  signingRegion: 'us-east-1',
  inputLosses: losses.xml,
});

const buckets = ['drill-ledger', 'dotted.bucket.name'];
/** What S3 clients put into a request on their own: a checksum, and what HTTP wants to know of a body. */
const added = ['ChecksumCRC32', 'ChecksumAlgorithm', 'ContentLength', 'ContentType'];

checkConformance({
  packageName: '@aws-sdk/client-s3',
  clientName: 'S3Client',
  signingName: 's3',
  inputLosses: losses.xml,
  config: { requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' },
  exempt: {
    ListDirectoryBuckets: 'clients sign it as s3express',
    SelectObjectContent: 'answers with an event stream',
    WriteGetObjectResponse: 'clients sign it as s3-object-lambda and send it to a host of its own',
  },
  exemptErrors: {
    HeadBucket: 'answers to HEAD have no body that could hold an error',
    HeadObject: 'answers to HEAD have no body that could hold an error',
  },
  adjustInput(operation, input) {
    if ('Bucket' in input) input['Bucket'] = buckets[operation.length % 2];
    if ('ChecksumAlgorithm' in input) input['ChecksumAlgorithm'] = 'CRC32';
    const configuration = input['CreateBucketConfiguration'] as Values | undefined;
    if (operation === 'CreateBucket')
      input['CreateBucketConfiguration'] = { ...configuration, LocationConstraint: 'eu-west-1' };
    // Without a body the client warns on the console.
    if (operation === 'PutObject' || operation === 'UploadPart') input['Body'] ??= new Uint8Array([1]);
    for (const name of Object.keys(input)) {
      // Clients derive keys and digests from what they are given, and S3 refuses made-up checksums of a payload.
      const isDigest = /^Checksum(CRC|SHA|MD5|XXH)/.test(name) && operation !== 'CompleteMultipartUpload';
      if (isDigest || name === 'ContentMD5' || name === 'ContentLength' || /SSECustomerKey/.test(name))
        delete input[name];
    }
  },
  adjustOutput(operation, output) {
    // Clients take an answer without a body for a copy that broke off (their middleware throw200Exceptions).
    if (operation === 'CopyObject') output['CopyObjectResult'] ??= {};
    if (operation === 'UploadPartCopy') output['CopyPartResult'] ??= {};
  },
  reconcileInput(seen, sent) {
    for (const name of added) if (!(name in sent)) delete seen[name];
  },
  reconcileOutput(got, answered) {
    // The client offers the header as text, too.
    if ('ExpiresString' in got) got['ExpiresString'] = answered['ExpiresString'];
    if (!('ContentLength' in answered)) delete got['ContentLength'];
    // A streamed body is there even when it is empty.
    if (!('Body' in answered) && isEmpty(got['Body'])) delete got['Body'];
    if (!('AnnotationPayload' in answered) && isEmpty(got['AnnotationPayload']))
      delete got['AnnotationPayload'];
  },
});

function isEmpty(bytes: unknown): boolean {
  return bytes instanceof Uint8Array && bytes.length === 0;
}
