/** The query protocols: a form goes in, XML comes out. EC2 speaks a dialect of what RDS, SNS, STS and ELB speak. */
import { AwsError } from '../errors.ts';
import { errorByQueryCode, errorElements, faultOf } from './errors.ts';
import { ec2Dialect, type FormDialect, parseForm, queryDialect, readForm, UnknownParameter } from './form.ts';
import { answer, type Received, textOf, type WireResponse } from './message.ts';
import type { ServiceModel } from './model.ts';
import type { DecodedRequest, Protocol } from './protocol.ts';
import { Malformed } from './scalars.ts';
import { isUnit } from './schema.ts';
import { writeMembers, xmlns } from './xml.ts';

export const ec2Query: Protocol = {
  decode: (model, request) => decode(model, request, ec2Dialect),

  encode(model, { name, output: structure }, output, requestId) {
    // An action without output answers that it was done (EC2 API Reference, e.g. CreateTags).
    const members = isUnit(structure) ? '<return>true</return>' : writeMembers(structure, output);
    const content = `<requestId>${requestId}</requestId>${members}`;
    return document(
      200,
      requestId,
      `<${name}Response${xmlns(`${model.xmlNamespace}/`)}>${content}</${name}Response>`,
    );
  },

  encodeError(model, error, requestId) {
    const element = `<Error>${errorElements(error, errorByQueryCode(model, error.code))}</Error>`;
    const content = `<Errors>${element}</Errors><RequestID>${requestId}</RequestID>`;
    return document(error.httpStatus, requestId, `<Response>${content}</Response>`);
  },
};

export const awsQuery: Protocol = {
  decode: (model, request) => decode(model, request, queryDialect),

  encode(model, { name, output: structure }, output, requestId) {
    const result = isUnit(structure)
      ? ''
      : `<${name}Result>${writeMembers(structure, output)}</${name}Result>`;
    const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
    const namespace = xmlns(model.xmlNamespace);
    return document(200, requestId, `<${name}Response${namespace}>${result}${metadata}</${name}Response>`);
  },

  encodeError(model, error, requestId) {
    const elements = errorElements(error, errorByQueryCode(model, error.code));
    return errorResponse(error, elements, model.xmlNamespace, requestId);
  },
};

/** The error document of the query protocols, which Route 53 shares. */
export function errorResponse(
  error: AwsError,
  elements: string,
  namespace: string,
  requestId: string,
): WireResponse {
  const element = `<Error><Type>${faultOf(error)}</Type>${elements}</Error>`;
  const content = `${element}<RequestId>${requestId}</RequestId>`;
  const body = `<ErrorResponse${xmlns(namespace)}>${content}</ErrorResponse>`;
  return document(error.httpStatus, requestId, body);
}

function decode(model: ServiceModel, request: Received, dialect: FormDialect): DecodedRequest {
  const form = parseForm(textOf(request.body));
  const action = form.children.get('Action')?.text;
  if (action === undefined) throw new AwsError('MissingAction', 'The request does not name an action', 400);
  const operation = model.operation(action);
  if (!operation)
    throw new AwsError('InvalidAction', `The action ${action} is not valid for this web service.`, 400);
  form.children.delete('Action');
  form.children.delete('Version');
  try {
    return { operation, input: readForm(operation.input, form, dialect), headers: request.headers };
  } catch (error) {
    if (error instanceof UnknownParameter) {
      throw new AwsError('UnknownParameter', `The parameter ${error.message} is not recognized`, 400);
    }
    if (error instanceof Malformed) throw new AwsError('MalformedInput', error.message, 400);
    throw error;
  }
}

function document(statusCode: number, requestId: string, xml: string): WireResponse {
  const headers = { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId };
  return answer(statusCode, headers, `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`);
}
