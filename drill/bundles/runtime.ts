/**
 * Stands for Lambda's runtime and for the machine under it: runs one invocation of one bundle, byte for byte as it is
 * deployed, in a thread of its own. Requests to AWS leave it over HTTP, to where AWS_ENDPOINT_URL points. The time, timers,
 * names and the world's addresses are those of the simulation: the bundle asks the platform for them, as it does on AWS,
 * and the platform asks the thread that simulates. So no deployed code knows a variable that would lead it elsewhere.
 */
import { subscribe } from 'node:diagnostics_channel';
import { Resolver } from 'node:dns/promises';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { parentPort } from 'node:worker_threads';
import type { FromRuntime, InvokeMessage, Reached, ToRuntime, Wait } from './messages.ts';

const port = parentPort;
if (!port) throw new TypeError('this file is the body of a worker thread');

/** As in `messages.ts`, of which only types can be had here: this file is handed to a thread as one text. */
const sequenceHeader = 'x-lifeboat-sequence';
const nowHeader = 'x-lifeboat-now';

let nowMs = 0;
let ids = 0;
let heard = 0;
let sent = 0;
let over = 0;
let isWatching = false;
let quietFor = 0;
let waits: Wait[] = [];
let cancelled: number[] = [];
const woken = new Map<number, (answer: Reached | undefined) => void>();

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

function wait(what: WithoutId<Wait>, wake: (answer: Reached | undefined) => void): number {
  ids += 1;
  waits.push({ ...what, id: ids });
  woken.set(ids, wake);
  return ids;
}

function cancel(id: number): void {
  if (!woken.delete(id)) return;
  // What was never asked for need not be taken back: most timers are the deadlines of calls that were answered.
  if (waits.some((each) => each.id === id)) waits = waits.filter((each) => each.id !== id);
  else cancelled.push(id);
}

/** `now` keeps the fractions of simulated time, so that a time that is left comes out as it does in memory. */
class SimulatedDate extends Date {
  constructor(...given: readonly unknown[]) {
    super(...((given.length === 0 ? [nowMs] : given) as [number]));
  }

  static override now(): number {
    return nowMs;
  }
}

/** What `setTimeout` returns, as far as the SDK uses it. */
class Timer {
  readonly id: number;

  constructor(id: number) {
    this.id = id;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }
}

const timeouts = new WeakMap<AbortSignal, number>();

/** The way there, and how long the asker waits, are the simulation's; what comes back has what `aws/live.ts` reads of it. */
async function get(url: string, options: { readonly signal?: AbortSignal } = {}) {
  const timeoutSeconds = ((options.signal && timeouts.get(options.signal)) ?? 300_000) / 1000;
  const answer = await new Promise<Reached | undefined>((resolve) => {
    wait({ kind: 'get', url: String(url), timeoutSeconds }, resolve);
  });
  if (!answer || !('status' in answer)) throw new TypeError('fetch failed', { cause: failureOf(answer) });
  return { status: answer.status, text: async () => answer.body };
}

async function resolveName(name: string, type = 'A'): Promise<readonly string[]> {
  const answer = await new Promise<Reached | undefined>((resolve) => {
    wait({ kind: 'resolve', name, type }, resolve);
  });
  if (!answer || !('values' in answer)) throw failureOf(answer);
  return answer.values;
}

function failureOf(answer: Reached | undefined): Error {
  return new Error(answer && 'failed' in answer ? answer.failed : 'no answer');
}

Object.assign(globalThis, {
  Date: SimulatedDate,
  setTimeout: (fire: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) =>
    new Timer(wait({ kind: 'timer', ms: Math.max(0, ms) }, () => fire(...given))),
  clearTimeout: (timer: Timer | undefined) => {
    if (timer) cancel(timer.id);
  },
  setInterval: () => {
    throw new TypeError('no function of Lifeboat repeats anything inside one invocation');
  },
  fetch: get,
});
Object.assign(AbortSignal, {
  timeout: (ms: number) => {
    const { signal } = new AbortController();
    timeouts.set(signal, ms);
    return signal;
  },
});
Object.assign(Resolver.prototype, { resolve: resolveName });

subscribe('http.client.response.finish', (message) => {
  const { response } = message as { readonly response: IncomingMessage };
  nowMs = Number(response.headers[nowHeader]);
});

subscribe('http.client.request.created', (message) => {
  const { request } = message as { readonly request: ClientRequest };
  request.setHeader(sequenceHeader, String(sent));
  sent += 1;
  request.once('close', () => {
    over += 1;
    watch();
  });
});

/**
 * What the event loop may still wait for while only others can make anything happen: connections (what is under way on them
 * is counted) and the channels to other threads. Names are those of libuv's handles and requests in Node.
 */
const idle =
  /^(TTY|Pipe|PIPE|TCPSocketWrap|TCPSOCKETWRAP|MessagePort|MESSAGEPORT|Worker|WORKER|TCPWRAP|TCPWrap)/;

/** Quiet is said after two turns in which nothing was left to run: the end of a stream is told a turn after its last byte. */
const quietTurns = 2;

/** Something has happened: says when all that comes of it in this thread is done. */
function watch(): void {
  quietFor = 0;
  if (isWatching) return;
  isWatching = true;
  setImmediate(look);
}

function look(): void {
  const isBusy = process.getActiveResourcesInfo().some((kind) => !idle.test(kind));
  quietFor = isBusy ? 0 : quietFor + 1;
  if (quietFor < quietTurns) {
    setImmediate(look);
    return;
  }
  isWatching = false;
  say({ kind: 'quiet', heard, sent, over, waits, cancelled });
  waits = [];
  cancelled = [];
}

function say(message: FromRuntime): void {
  port?.postMessage(message);
}

port.on('message', (message: ToRuntime) => {
  heard += 1;
  nowMs = message.nowMs;
  if (message.kind === 'invoke') invoke(message);
  else {
    const wake = woken.get(message.id);
    woken.delete(message.id);
    wake?.(message.answer);
  }
  watch();
});

async function invoke(invocation: InvokeMessage): Promise<void> {
  Object.assign(process.env, invocation.environment);
  // What V8 made of the bundle's text is kept, nothing of what the bundle did.
  enableCompileCache(invocation.compileCache);
  try {
    const { [invocation.exported]: handler } = (await import(invocation.module)) as Record<
      string,
      (event: unknown, context: object) => Promise<unknown>
    >;
    if (!handler) throw new TypeError(`${invocation.module} exports no ${invocation.exported}`);
    const result = await handler(JSON.parse(invocation.event), {
      functionName: invocation.functionName,
      invokedFunctionArn: invocation.functionArn,
      awsRequestId: invocation.requestId,
      getRemainingTimeInMillis: () => invocation.deadlineMs - nowMs,
    });
    flushCompileCache();
    say({ kind: 'returned', payload: JSON.stringify(result) });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    say({ kind: 'threw', name, message });
  }
}
