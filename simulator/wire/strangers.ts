import type { AwsError } from '../errors.ts';
import { errorElements, errorJson } from './errors.ts';
import { answer, type Received, type WireResponse } from './message.ts';
import { errorResponse } from './query.ts';

/** An error for a request that reached no service, in a form that a client of the likeliest protocol understands. */
export function refusal(error: AwsError, { headers }: Received): WireResponse {
  const requestId = '00000000-0000-4000-a000-000000000000';
  if ('x-amz-target' in headers) {
    const type = {
      'content-type': headers['content-type'] ?? 'application/x-amz-json-1.1',
      'x-amzn-requestid': requestId,
    };
    return answer(error.httpStatus, type, JSON.stringify(errorJson(error, error.code, undefined)));
  }
  return errorResponse(
    error,
    errorElements(error, undefined),
    'http://webservices.amazon.com/AWSFault/2005-15-09',
    requestId,
  );
}
