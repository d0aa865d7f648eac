/** AWS JSON 1.0 and 1.1: the operation is in a header, everything else in one JSON document. */
import { AwsError } from '../errors.ts';
import { errorByName, errorByQueryCode, errorJson, faultOf } from './errors.ts';
import { jsonOf, valueOfJson } from './json.ts';
import { answer, type Received, textOf } from './message.ts';
import type { OperationModel } from './model.ts';
import type { Protocol } from './protocol.ts';
import { Malformed } from './scalars.ts';
import { isUnit } from './schema.ts';

export const awsJson1_0 = awsJson('application/x-amz-json-1.0');
export const awsJson1_1 = awsJson('application/x-amz-json-1.1');

function awsJson(contentType: string): Protocol {
  const headersOf = (requestId: string) => ({ 'content-type': contentType, 'x-amzn-requestid': requestId });
  return {
    decode(model, request) {
      const target = request.headers['x-amz-target'] ?? '';
      const operation = model.operation(target.slice(target.indexOf('.') + 1));
      if (!operation) throw new AwsError('UnknownOperationException', `'${target}' is not an operation`, 400);
      return { operation, input: readInput(operation, request), headers: request.headers };
    },

    encode(_, { output: structure }, output, requestId) {
      // An operation without output answers with an empty body (EventBridge API Reference, e.g. DeleteRule).
      const body = isUnit(structure) ? '' : JSON.stringify(jsonOf(structure, output));
      return answer(200, headersOf(requestId), body);
    },

    encodeError(model, error, requestId) {
      const headers: Record<string, string> = headersOf(requestId);
      const known = model.isQueryCompatible
        ? errorByQueryCode(model, error.code)
        : errorByName(model, error.code);
      // CloudWatch keeps the code of its query protocol for clients that knew it by that.
      if (model.isQueryCompatible) headers['x-amzn-query-error'] = `${error.code};${faultOf(error)}`;
      const body = errorJson(error, known?.shapeName ?? error.code, known);
      return answer(error.httpStatus, headers, JSON.stringify(body));
    },
  };
}

function readInput({ input }: OperationModel, request: Received): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(textOf(request.body) || '{}');
    return valueOfJson(input, json) as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof Malformed) && !(error instanceof SyntaxError)) throw error;
    throw new AwsError('SerializationException', error.message, 400);
  }
}
