/** REST with XML bodies (Smithy 2.0, "AWS restXml protocol"), for Route 53 and, with its own customs, S3. */
import { type AwsError, NotSimulated } from '../errors.ts';
import { joinHeader, splitHeader } from './headers.ts';
import { answer, answerStream, type Received, textOf, type WireResponse } from './message.ts';
import type { OperationModel, ServiceModel } from './model.ts';
import type { Output, Protocol } from './protocol.ts';
import { findRoute, type Route } from './routes.ts';
import { Malformed, percentDecoded, scalarOf, textOfScalar } from './scalars.ts';
import type { Member, Shape, Structure, TimestampFormat } from './schema.ts';
import { readMembers, writeStructure, xmlns } from './xml.ts';
import { escapeXml, parseXml, XmlSyntaxError } from './xmltext.ts';

/** What a service does in its own way. */
export interface RestCustoms {
  /** Members of the input that the address holds before the path, and the rest of the path. @throws Malformed */
  locate(request: Received): { readonly path: string; readonly members: Readonly<Record<string, string>> };
  /** Takes the payload out of its envelope. @throws AwsError */
  open(operation: OperationModel, request: Received): Received;
  readonly unknownOperation: AwsError;
  /** The error for a body, or another part of a request, that cannot be read. */
  malformedBody(reason: string): AwsError;
  malformedParameter(reason: string): AwsError;
  idHeaders(requestId: string): Record<string, string>;
  /** An operation whose output is not wrapped in an element of its own. */
  readonly unwrapped: string | undefined;
  statusOf(operation: OperationModel, headers: Readonly<Record<string, string>>): number;
  readonly encodeError: Protocol['encodeError'];
}

export function restXml(customs: RestCustoms): Protocol {
  return {
    decode(model, received) {
      const { path, members } = refusing(customs.malformedParameter, () => customs.locate(received));
      const { method, query, headers } = received;
      const hasBucket = Object.keys(members).length > 0;
      const route = findRoute(model, { method, path, query, headers, hasBucket });
      if (!route) throw customs.unknownOperation;
      refuseEventStream(model, route.operation);
      const request = customs.open(route.operation, received);
      const input = { ...members, ...readInput(route, path, request, customs) };
      return { operation: route.operation, input, headers: request.headers };
    },

    encode(model, operation, output, requestId) {
      const headers = { ...customs.idHeaders(requestId), ...writeHeaders(operation.output, output) };
      return writeBody(model, operation, output, customs, headers);
    },

    encodeError: customs.encodeError,
  };
}

function refuseEventStream(model: ServiceModel, operation: OperationModel): void {
  for (const { isStreaming, shape } of [
    ...operation.input.members.values(),
    ...operation.output.members.values(),
  ]) {
    if (isStreaming && shape.kind === 'structure')
      throw new NotSimulated(`${model.service}:${operation.name}`);
  }
}

function readInput(
  route: Route,
  path: string,
  request: Received,
  customs: RestCustoms,
): Record<string, unknown> {
  const { input } = route.operation;
  const parameters = refusing(customs.malformedParameter, () => readParameters(route, path, request));
  const body = refusing(customs.malformedBody, () => readBody(input, request.body));
  return { ...parameters, ...body };
}

function refusing<T>(refusal: (reason: string) => AwsError, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed || error instanceof XmlSyntaxError) throw refusal(error.message);
    throw error;
  }
}

function readParameters(route: Route, path: string, { query, headers }: Received): Record<string, unknown> {
  const labels = route.path.exec(path)!;
  const values: Record<string, unknown> = {};
  for (const member of route.operation.input.members.values()) {
    const { name, binding } = member;
    const label = route.labels.indexOf(name) + 1;
    if (label > 0) values[name] = scalar(member.shape, percentDecoded(labels[label]!), 'date-time');
    else if (binding.at === 'query' && binding.name in query)
      values[name] = readQuery(member.shape, query[binding.name]);
    else if (binding.at === 'header' && binding.name in headers) {
      values[name] = readHeader(member.shape, headers[binding.name]!);
    } else if (binding.at === 'prefixHeaders') {
      const found = Object.entries(headers).filter(([header]) => header.startsWith(binding.name));
      if (found.length > 0) {
        values[name] = Object.fromEntries(
          found.map(([header, text]) => [header.slice(binding.name.length), text]),
        );
      }
    }
  }
  return values;
}

function readQuery(shape: Shape, value: string | readonly string[] | null | undefined): unknown {
  const texts = [value ?? ''].flat();
  if (shape.kind === 'list') return texts.map((text) => scalar(shape.item.shape, text, 'date-time'));
  return scalar(shape, texts[0] ?? '', 'date-time');
}

function readHeader(shape: Shape, text: string): unknown {
  if (shape.kind === 'list')
    return splitHeader(text).map((item) => scalar(shape.item.shape, item, 'http-date'));
  return scalar(shape, text, 'http-date');
}

function scalar(shape: Shape, text: string, format: TimestampFormat): unknown {
  if (shape.kind === 'structure' || shape.kind === 'list' || shape.kind === 'map') {
    throw new Malformed(`'${text}' stands where only a body can hold a ${shape.kind}`);
  }
  return scalarOf(shape, text, format);
}

function readBody(input: Structure, body: Uint8Array): Record<string, unknown> {
  if (body.length === 0) return {};
  const payload = payloadOf(input);
  if (payload) return { [payload.name]: readPayload(payload, body) };
  if (!hasBodyMembers(input)) return {};
  return readRoot(input, input.xmlName ?? input.name, body);
}

function readPayload({ shape, xmlName, name }: Member, body: Uint8Array): unknown {
  if (shape.kind === 'structure') return readRoot(shape, xmlName ?? shape.xmlName ?? shape.name, body);
  if (shape.kind === 'string') return textOf(body);
  if (shape.kind === 'blob') return new Uint8Array(body);
  throw new Malformed(`${name} cannot be a payload`);
}

function readRoot(structure: Structure, name: string, body: Uint8Array): Record<string, unknown> {
  const root = parseXml(textOf(body));
  if (root.name !== name) throw new Malformed(`the document is <${root.name}>, not <${name}>`);
  return readMembers(structure, root);
}

function writeHeaders(structure: Structure, output: Output): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { name, binding, shape } of structure.members.values()) {
    const value = output[name];
    if (value === undefined) continue;
    if (binding.at === 'header') headers[binding.name] = headerText(shape, value);
    if (binding.at === 'prefixHeaders') {
      for (const [key, text] of Object.entries(value as Record<string, string>)) {
        headers[binding.name + key.toLowerCase()] = text;
      }
    }
  }
  return headers;
}

function headerText(shape: Shape, value: unknown): string {
  if (shape.kind === 'list')
    return joinHeader((value as unknown[]).map((item) => headerText(shape.item.shape, item)));
  if (shape.kind === 'structure' || shape.kind === 'map')
    throw new Error(`a header cannot hold a ${shape.kind}`);
  return textOfScalar(shape, value, 'http-date');
}

function writeBody(
  model: ServiceModel,
  operation: OperationModel,
  output: Output,
  customs: RestCustoms,
  headers: Record<string, string>,
): WireResponse {
  const statusCode = customs.statusOf(operation, headers);
  const payload = payloadOf(operation.output);
  const value = payload ? output[payload.name] : undefined;
  if (payload?.shape.kind === 'blob' || payload?.shape.kind === 'string') {
    const bytes = Buffer.from((value ?? '') as Uint8Array);
    headers['content-length'] ??= String(bytes.length);
    return payload.isStreaming
      ? answerStream(statusCode, headers, bytes)
      : answer(statusCode, headers, bytes);
  }
  const xml = documentOf(model, operation, output, customs);
  if (xml === undefined) return answer(statusCode, headers, '');
  const typed = { 'content-type': 'application/xml', ...headers };
  return answer(statusCode, typed, `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`);
}

/** The body's document, or `undefined` for a body without one. */
function documentOf(
  model: ServiceModel,
  { name, output: structure }: OperationModel,
  output: Output,
  customs: RestCustoms,
): string | undefined {
  const namespace = xmlns(model.xmlNamespace);
  const payload = payloadOf(structure);
  if (payload) {
    const { shape, xmlName } = payload;
    const value = output[payload.name];
    if (shape.kind !== 'structure' || value === undefined) return undefined;
    return writeStructure(xmlName ?? shape.xmlName ?? shape.name, shape, value as Output, namespace);
  }
  if (!hasBodyMembers(structure)) return undefined;
  if (name !== customs.unwrapped)
    return writeStructure(structure.xmlName ?? structure.name, structure, output, namespace);
  const text = Object.values(output).map((value) => escapeXml(String(value)));
  const element = structure.xmlName ?? structure.name;
  return `<${element}${namespace}>${text.join('')}</${element}>`;
}

function payloadOf(structure: Structure): Member | undefined {
  for (const member of structure.members.values()) if (member.binding.at === 'payload') return member;
  return undefined;
}

function hasBodyMembers(structure: Structure): boolean {
  for (const member of structure.members.values()) if (member.binding.at === 'body') return true;
  return false;
}
