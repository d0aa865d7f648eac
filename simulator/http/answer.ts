import type { Readable } from 'node:stream';
import { AwsError } from '../errors.ts';
import type { Simulator } from '../simulator.ts';
import { scopeOf } from '../wire/identity.ts';
import { receive, type WireResponse } from '../wire/message.ts';
import { refusal } from '../wire/strangers.ts';
import type { PlainRequest, PlainResponse } from './listener.ts';

/**
 * Answers a request that came over HTTP. Whoever signs with a key that the account does not have is refused as by AWS, each
 * protocol with its own code.
 */
export async function answerPlain(sim: Simulator, request: PlainRequest): Promise<PlainResponse> {
  const scope = scopeOf(request.headers);
  const response =
    scope && !sim.knows(scope.accessKeyId)
      ? refusal(unknownKey(scope.service, request), await receive(request))
      : await sim.dispatch(request);
  return { statusCode: response.statusCode, headers: response.headers, body: await bytesOf(response.body) };
}

/** Sources: the common errors of each service's API reference; for EC2 its list of client error codes. */
function unknownKey(service: string, { headers }: PlainRequest): AwsError {
  const message = 'The security token included in the request is invalid.';
  if (service === 's3') {
    const says = 'The AWS Access Key Id you provided does not exist in our records.';
    return new AwsError('InvalidAccessKeyId', says, 403);
  }
  if (service === 'ec2') {
    const says = 'AWS was not able to validate the provided access credentials';
    return new AwsError('AuthFailure', says, 401);
  }
  if ('x-amz-target' in headers) return new AwsError('UnrecognizedClientException', message, 400);
  return new AwsError('InvalidClientTokenId', message, 403);
}

async function bytesOf(body: WireResponse['body']): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  const parts: Uint8Array[] = [];
  for await (const part of body as Readable) parts.push(part as Uint8Array);
  return Buffer.concat(parts);
}
