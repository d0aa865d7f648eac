import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Asked, askedOf } from './asked.ts';

/** What a function answers, or the error that it ends with; its `name` is what a state machine matches. */
export type Invoke = (functionName: string, event: unknown) => Promise<unknown>;

/** An answer of AWS, as bytes on the wire. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Who may speak before moto, and after it; both see every call but the invocations. */
export interface Between {
  /** Answers in moto's place, or leaves it to moto. */
  readonly before?: (asked: Asked) => Promise<Reply | undefined>;
  /** Members of a query or JSON request that moto must be told besides, since it does not find them out as AWS does. */
  readonly besides?: (asked: Asked) => Promise<Readonly<Record<string, unknown>>>;
  /** What of moto's answer must not be passed on as it is. */
  readonly after?: (asked: Asked, reply: Reply) => Promise<Reply>;
}

/** Where moto's engine and the functions send their calls. */
export interface Gateway {
  readonly port: number;
  /** Where what is not an invocation goes. */
  forwardTo(url: string): void;
  close(): Promise<void>;
}

const invocation = /^\/2015-03-31\/functions\/([^/?]+)\/invocations/;

/**
 * Stands between moto, its state machines and the functions: invocations of functions are answered by `invoke`, since moto
 * itself runs functions in containers only; every other call goes to moto as it came, unless somebody speaks between.
 */
export async function openGateway(invoke: Invoke, between: Between = {}): Promise<Gateway> {
  let upstream: URL | undefined;
  const server = createServer(async (incoming, answer) => {
    const body = await bytesOf(incoming);
    const [, named] = invocation.exec(incoming.url ?? '') ?? [];
    if (named) await runFunction(invoke, functionNameOf(decodeURIComponent(named)), body, answer);
    else if (upstream) await pass(upstream, between, incoming, body, answer);
    else answer.writeHead(503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    forwardTo: (url) => {
      upstream = new URL(url);
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Of `arn:aws:lambda:<region>:<account>:function:<name>[:<version>]`, or of `<name>[:<version>]`. */
function functionNameOf(named: string): string {
  return (named.split(':function:')[1] ?? named).split(':')[0] ?? named;
}

/** As Lambda's Invoke answers: an error of the function is a 200 with a header that says so (Lambda API Reference, Invoke). */
async function runFunction(
  invoke: Invoke,
  functionName: string,
  body: Buffer,
  answer: ServerResponse,
): Promise<void> {
  const headers = { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' };
  try {
    const event: unknown = JSON.parse(body.toString('utf8') || '{}');
    const result = await invoke(functionName, event);
    answer.writeHead(200, headers).end(JSON.stringify(result ?? null));
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    answer
      .writeHead(200, { ...headers, 'x-amz-function-error': 'Unhandled' })
      .end(JSON.stringify({ errorType: name, errorMessage: message, trace: [] }));
  }
}

async function pass(
  upstream: URL,
  { before, besides, after }: Between,
  incoming: IncomingMessage,
  body: Buffer,
  answer: ServerResponse,
): Promise<void> {
  try {
    const asked = askedOf(incoming, body);
    const reply = await before?.(asked);
    if (reply) {
      answer.writeHead(reply.status, reply.headers).end(reply.body);
      return;
    }
    const more = (await besides?.(asked)) ?? {};
    const whole = Object.keys(more).length === 0 ? body : bodyWith(incoming, { ...asked.members, ...more });
    await forward(upstream, incoming, whole, answer, after && ((given) => after(asked, given)));
  } catch {
    answer.destroy();
  }
}

function bodyWith({ headers }: IncomingMessage, members: Readonly<Record<string, unknown>>): Buffer {
  const isJson = headers['content-type']?.includes('json') ?? false;
  return Buffer.from(
    isJson
      ? JSON.stringify(members)
      : new URLSearchParams(Object.entries(members) as [string, string][]).toString(),
  );
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function forward(
  { hostname, port }: URL,
  { method, headers, url: path }: IncomingMessage,
  body: Buffer,
  answer: ServerResponse,
  amend: ((reply: Reply) => Promise<Reply>) | undefined,
): Promise<void> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const length = { 'content-length': String(body.length) };
    request({ hostname, port, method, headers: { ...headers, ...length }, path }, resolve)
      .on('error', reject)
      .end(body);
  });
  const { statusCode = 502, headers: given } = response;
  const bytes = await bytesOf(response);
  const isText = /xml|json|html/.test(String(given['content-type'] ?? ''));
  if (!amend || !isText) {
    answer.writeHead(statusCode, given).end(bytes);
    return;
  }
  const { 'content-length': _length, 'transfer-encoding': _encoding, ...rest } = given;
  const asGiven = {
    status: statusCode,
    headers: rest as Record<string, string>,
    body: bytes.toString('utf8'),
  };
  const reply = await amend(asGiven);
  answer.writeHead(reply.status, reply.headers).end(reply.body);
}
