import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a function answers, or the error that it ends with; its `name` is what a state machine matches. */
export type Invoke = (functionName: string, event: unknown) => Promise<unknown>;

/** Where moto's engine sends its calls. */
export interface Gateway {
  readonly port: number;
  /** Where what is not an invocation goes. */
  forwardTo(url: string): void;
  close(): void;
}

const invocation = /^\/2015-03-31\/functions\/([^/?]+)\/invocations/;

/**
 * Stands between moto's state machines and moto: invocations of functions are answered by `invoke`, since moto itself runs
 * functions in containers only; every other call goes to moto as it came.
 */
export async function openGateway(invoke: Invoke): Promise<Gateway> {
  let upstream: URL | undefined;
  const server = createServer((asked, answer) => {
    const [, named] = invocation.exec(asked.url ?? '') ?? [];
    if (named) runFunction(invoke, functionNameOf(decodeURIComponent(named)), asked, answer);
    else if (upstream) forward(upstream, asked, answer);
    else answer.writeHead(503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    forwardTo: (url) => {
      upstream = new URL(url);
    },
    close: () => {
      server.closeAllConnections();
      server.close();
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
  asked: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const headers = { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' };
  try {
    const event: unknown = JSON.parse((await textOf(asked)) || '{}');
    const result = await invoke(functionName, event);
    answer.writeHead(200, headers).end(JSON.stringify(result ?? null));
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    answer
      .writeHead(200, { ...headers, 'x-amz-function-error': 'Unhandled' })
      .end(JSON.stringify({ errorType: name, errorMessage: message, trace: [] }));
  }
}

async function textOf(asked: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of asked) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function forward({ hostname, port }: URL, asked: IncomingMessage, answer: ServerResponse): void {
  const { method, headers, url: path } = asked;
  const passed = request({ hostname, port, method, headers, path }, (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(answer);
  });
  passed.on('error', () => answer.destroy());
  asked.pipe(passed);
}
