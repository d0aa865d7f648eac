/** Puts a simulated AWS on a loopback address: HTTP requests in, and out again. What answers them is not its business. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request whose body has arrived; the form in which it can be handed to another thread. */
export interface PlainRequest {
  readonly method: string;
  readonly hostname: string;
  /** Percent-encoded. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface PlainResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** `gone` is aborted when the asker has hung up, answered or not. */
export type Answerer = (request: PlainRequest, gone: AbortSignal) => Promise<PlainResponse>;

export interface Listening {
  /** Such as `http://127.0.0.1:4600`. */
  readonly url: string;
  /** Refuses new requests and ends the open ones. */
  close(): Promise<void>;
}

/** The most that one request of the services that are simulated may carry; S3 would take more. */
const bodyBytesMax = 16 * 1024 * 1024;
/**
 * Names by which this machine may be asked, with a bucket before them. A page in a browser that had its own name point
 * here would ask by that name, and is refused.
 */
const ownNames = /(^|\.)(localhost|127\.0\.0\.1)$/;

/**
 * Listens on loopback only.
 * @param port 0 for any that is free
 * @throws Error with the system's code where the port is taken (`EADDRINUSE`) or not allowed (`EACCES`)
 */
export async function listen(port: number, answer: Answerer): Promise<Listening> {
  // An idle connection that was closed from here just as its client used it again would be a call without an answer, and
  // whether that happens would hang on how fast this machine is.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    serve(request, response, answer).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1' }, resolve);
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function serve(request: IncomingMessage, response: ServerResponse, answer: Answerer): Promise<void> {
  // Clients would set their clocks by the date of this machine, and sign for another day than the world's.
  response.sendDate = false;
  const hostname = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  if (!ownNames.test(hostname)) return refuse(response, 421, `this is no server of ${hostname}`);
  const body = await readBody(request);
  if (!body) return refuse(response, 413, `a request may carry ${bodyBytesMax} bytes`);
  const { pathname, searchParams } = splitTarget(request.url ?? '/');
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const asked = {
    method: request.method ?? 'GET',
    hostname,
    path: pathname,
    query: queryOf(searchParams),
    headers: headersOf(request),
    body,
  };
  const { statusCode, headers, body: answered } = await answer(asked, gone.signal);
  // A reader that sees its answer end without a length would wait for more on a connection that is kept open.
  response.writeHead(statusCode, { ...headers, 'content-length': lengthOf(headers, answered) });
  response.end(answered);
}

/** The answer to HEAD has the length of what GET would carry, and carries nothing. */
function lengthOf(headers: Readonly<Record<string, string>>, body: Uint8Array): string {
  return headers['content-length'] ?? String(body.byteLength);
}

function refuse(response: ServerResponse, statusCode: number, why: string): void {
  response.writeHead(statusCode, { 'content-type': 'text/plain', connection: 'close' });
  response.end(`${why}\n`);
}

async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of request) {
    parts.push(part as Uint8Array);
    bytes += (part as Uint8Array).byteLength;
    if (bytes > bodyBytesMax) return undefined;
  }
  return Buffer.concat(parts);
}

/** The path stays as it was sent: a `%2F` in a key is no slash. */
function splitTarget(target: string): { readonly pathname: string; readonly searchParams: URLSearchParams } {
  const at = target.indexOf('?');
  if (at < 0) return { pathname: target, searchParams: new URLSearchParams() };
  return { pathname: target.slice(0, at), searchParams: new URLSearchParams(target.slice(at + 1)) };
}

function queryOf(params: URLSearchParams): Record<string, string | readonly string[]> {
  const query: Record<string, string | readonly string[]> = {};
  for (const name of new Set(params.keys())) {
    const [first = '', ...others] = params.getAll(name);
    query[name] = others.length > 0 ? [first, ...others] : first;
  }
  return query;
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
