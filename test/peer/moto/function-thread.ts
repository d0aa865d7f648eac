/**
 * Stands for Lambda's runtime: keeps one bundle warm, byte for byte as it is deployed, and runs its invocations. Its calls of
 * AWS leave it over HTTP, to where AWS_ENDPOINT_URL points; names and addresses of the world outside are asked of the thread
 * that tests, which knows the truth in moto. Time is the real one.
 */
import { Resolver } from 'node:dns/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { FromFunction, Reached, ToFunction } from './functions.ts';

const port = parentPort;
if (!port) throw new TypeError('this file is the body of a worker thread');
const { module } = workerData as { readonly module: string };

let questions = 0;
const waiting = new Map<number, (answer: Reached) => void>();

function say(message: FromFunction): void {
  port?.postMessage(message);
}

function ask(question: { readonly url: string } | { readonly name: string; readonly type: string }) {
  questions += 1;
  const id = questions;
  return new Promise<Reached>((resolve) => {
    waiting.set(id, resolve);
    say({ kind: 'asks', id, question });
  });
}

async function get(url: string | URL): Promise<object> {
  const answer = await ask({ url: String(url) });
  if ('status' in answer) return { status: answer.status, text: async () => answer.body };
  throw new Error('failed' in answer ? answer.failed : 'no answer');
}

async function resolveName(name: string, type = 'A'): Promise<readonly string[]> {
  const answer = await ask({ name, type });
  if ('values' in answer) return answer.values;
  throw new Error('failed' in answer ? answer.failed : 'no answer');
}

Object.assign(globalThis, { fetch: get });
Object.assign(Resolver.prototype, { resolve: resolveName });

type Handler = (event: unknown, context: object) => Promise<unknown>;
const loaded = import(module) as Promise<{ readonly handler: Handler }>;

port.on('message', async (message: ToFunction) => {
  if (message.kind === 'answers') {
    waiting.get(message.id)?.(message.answer);
    waiting.delete(message.id);
    return;
  }
  const { id, functionName, timeoutSeconds } = message;
  const endsAt = Date.now() + timeoutSeconds * 1000;
  try {
    const { handler } = await loaded;
    const result = await handler(JSON.parse(message.event), {
      functionName,
      awsRequestId: `${functionName}-${id}`,
      getRemainingTimeInMillis: () => endsAt - Date.now(),
    });
    say({ kind: 'returned', id, payload: JSON.stringify(result) });
  } catch (error) {
    const { name, message: text } = error instanceof Error ? error : new Error(String(error));
    say({ kind: 'threw', id, name, message: text });
  }
});
