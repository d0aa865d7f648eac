/** The customs of S3: the bucket in the host, payloads in envelopes, checksums, errors of its own form. */
import { createHash, hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsError, NotSimulated } from '../errors.ts';
import { unchunk } from './chunked.ts';
import { errorByName, errorElements } from './errors.ts';
import { answer, type Received } from './message.ts';
import type { OperationModel } from './model.ts';
import type { Protocol } from './protocol.ts';
import { restXml } from './rest.ts';
import { Malformed, percentDecoded } from './scalars.ts';

export const s3Rest: Protocol = restXml({
  locate,
  open,
  unknownOperation: new AwsError(
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    405,
  ),
  malformedBody: () =>
    new AwsError(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
      400,
    ),
  malformedParameter: (reason) => new AwsError('InvalidArgument', reason, 400),
  idHeaders,
  unwrapped: 'GetBucketLocation',
  // GetObject answers 206 when it returns a range (Amazon S3 API Reference, GetObject).
  statusOf: ({ http }, headers) => (headers['content-range'] === undefined ? http![2] : 206),
  encodeError(model, error, requestId, request) {
    const headers = idHeaders(requestId);
    // Answers to HEAD and 304 have no body, so a client learns no more than the status.
    if (request.method === 'HEAD' || error.httpStatus === 304) return answer(error.httpStatus, headers, '');
    const elements = errorElements(error, errorByName(model, error.code));
    const ids = `<RequestId>${requestId}</RequestId><HostId>${headers['x-amz-id-2']}</HostId>`;
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${elements}${ids}</Error>`;
    return answer(error.httpStatus, { ...headers, 'content-type': 'application/xml' }, body);
  },
});

function idHeaders(requestId: string): Record<string, string> {
  return { 'x-amz-request-id': requestId, 'x-amz-id-2': extendedIdOf(requestId) };
}

/** The second id that S3 gives a request (Amazon S3 User Guide, "Getting Amazon S3 request IDs"). */
export function extendedIdOf(requestId: string): string {
  return hash('sha512', requestId, 'base64');
}

/** Hosts of S3 itself: `s3.<region>.amazonaws.com`, its dual-stack and FIPS forms, and `s3.amazonaws.com`. */
const s3Host =
  /^(?:(?<bucket>.+)\.)?s3(?:-fips|-accelerate)?(?:\.dualstack)?(?:\.[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$/;

/**
 * The bucket is the first part of the host (virtual-host style) or the first segment of the path (Amazon S3 User Guide,
 * "Virtual hosting of buckets"); a server on `localhost` is addressed in the same two ways.
 */
function locate({ hostname, path }: Received): { path: string; members: Record<string, string> } {
  const inHost = s3Host.exec(hostname)?.groups?.['bucket'] ?? /^(.+)\.localhost$/.exec(hostname)?.[1];
  if (inHost !== undefined) return { path, members: { Bucket: inHost } };
  const [, bucket = '', rest = ''] = /^\/([^/]*)(.*)$/s.exec(path) ?? [];
  if (bucket === '') return { path, members: {} };
  return { path: rest, members: { Bucket: percentDecoded(bucket) } };
}

function open(operation: OperationModel, request: Received): Received {
  const opened = unwrapChunks(request);
  if (operation.hasPayloadChecksum && opened.method !== 'GET') checkPayload(operation, opened);
  return opened;
}

function unwrapChunks(request: Received): Received {
  const encodings = (request.headers['content-encoding'] ?? '').split(',').map((encoding) => encoding.trim());
  const isStreamed = request.headers['x-amz-content-sha256']?.startsWith('STREAMING-');
  if (!isStreamed && !encodings.includes('aws-chunked')) return request;
  try {
    const { body, trailers } = unchunk(request.body);
    const { 'content-encoding': _, ...headers } = { ...request.headers, ...trailers };
    const kept = encodings.filter((encoding) => encoding !== 'aws-chunked' && encoding !== '');
    if (kept.length > 0) Object.assign(headers, { 'content-encoding': kept.join(',') });
    return { ...request, headers: { ...headers, 'content-length': String(body.length) }, body };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new AwsError('IncompleteBody', 'The request body terminated unexpectedly', 400);
  }
}

const checksums: Readonly<Record<string, (body: Uint8Array) => string>> = {
  crc32: (body) => crc32Base64(body),
  sha1: (body) => createHash('sha1').update(body).digest('base64'),
  sha256: (body) => createHash('sha256').update(body).digest('base64'),
};

/** S3 refuses a payload that is not what its checksums say (Amazon S3 User Guide, "Checking object integrity"). */
function checkPayload({ name }: OperationModel, { headers, body }: Received): void {
  const md5 = headers['content-md5'];
  if (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64')) {
    throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.', 400);
  }
  for (const [header, sent] of Object.entries(headers)) {
    const [, algorithm] = /^x-amz-checksum-(?!algorithm$|type$|mode$)(.+)$/.exec(header) ?? [];
    if (algorithm === undefined) continue;
    const compute = checksums[algorithm];
    if (!compute) throw new NotSimulated(`s3:${name} with ${header}`);
    if (compute(body) !== sent) {
      const message = `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`;
      throw new AwsError('BadDigest', message, 400);
    }
  }
}

function crc32Base64(body: Uint8Array): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}
