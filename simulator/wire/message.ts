import { Readable } from 'node:stream';

/** What carries bytes in a request: SDK clients hand over text, bytes or a stream; `node:http` a stream. */
export type WireBody = string | Uint8Array | AsyncIterable<string | Uint8Array>;

/** An HTTP request as SDK v3 hands it to its request handler. The path is percent-encoded, the query is not. */
export interface WireRequest {
  readonly method: string;
  readonly hostname: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: WireBody | undefined;
}

/** An HTTP response. The body is a stream only where the model says so, as in S3's GetObject. */
export interface WireResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | Readable;
}

/** A request whose body has arrived and whose header names are lower-case. */
export interface Received {
  readonly method: string;
  readonly hostname: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Reads the body to its end. */
export async function receive(request: WireRequest): Promise<Received> {
  const { method, hostname, path, query = {} } = request;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = value;
  return { method, hostname, path, query, headers, body: await readBody(request.body) };
}

async function readBody(body: WireBody | null | undefined): Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(typeof part === 'string' ? Buffer.from(part) : part);
  return Buffer.concat(parts);
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/**
 * A response in one piece. There is no `date` header, from which a client would correct its clock by the distance to
 * simulated time.
 */
export function answer(
  statusCode: number,
  headers: Record<string, string>,
  body: string | Uint8Array,
): WireResponse {
  return { statusCode, headers, body: typeof body === 'string' ? new TextEncoder().encode(body) : body };
}

/** A response whose body the client reads as a stream. */
export function answerStream(
  statusCode: number,
  headers: Record<string, string>,
  body: Uint8Array,
): WireResponse {
  return { statusCode, headers, body: Readable.from([Buffer.from(body)], { objectMode: false }) };
}
