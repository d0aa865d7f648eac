import { AwsError } from '../errors.ts';
import { errorByName, errorElements } from './errors.ts';
import type { Protocol } from './protocol.ts';
import { errorResponse } from './query.ts';
import { restXml } from './rest.ts';

/** Route 53: plain restXml. */
export const route53Rest: Protocol = restXml({
  locate: ({ path }) => ({ path, members: {} }),
  open: (_, request) => request,
  unknownOperation: new AwsError('UnknownOperationException', 'The path and method name no operation', 404),
  malformedBody: (reason) => new AwsError('MalformedInput', reason, 400),
  malformedParameter: (reason) => new AwsError('InvalidInput', reason, 400),
  idHeaders: (requestId) => ({ 'x-amzn-requestid': requestId }),
  unwrapped: undefined,
  statusOf: ({ http }) => http![2],
  encodeError(model, error, requestId) {
    const elements = errorElements(error, errorByName(model, error.code));
    return errorResponse(error, elements, model.xmlNamespace, requestId);
  },
});
