import type { Worker } from 'node:worker_threads';
import type { PlainRequest, PlainResponse } from '../../simulator/http/listener.ts';
import type { Invocation } from '../../simulator/lambda/function.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { clientsFrom } from '../../simulator/world/clients.ts';
import {
  type FromRuntime,
  type InvokeMessage,
  nowHeader,
  type QuietMessage,
  type Reached,
  sequenceHeader,
  type ToRuntime,
  type Wait,
} from './messages.ts';

/** A request of the function that has come in over HTTP. */
export interface Incoming {
  readonly id: number;
  readonly request: PlainRequest;
}

export interface SessionOptions {
  readonly sim: Simulator;
  readonly invocation: Invocation;
  readonly worker: Worker;
  /** Answers a request of the function as the account does. */
  readonly serve: (request: PlainRequest) => Promise<PlainResponse>;
  /** Carries the answer back. */
  readonly answer: (id: number, response: PlainResponse) => void;
  /** Called when the thread ends, whether it answered or not. */
  readonly over: () => void;
}

/** The function's process ended before it answered. */
class ExitError extends Error {
  override readonly name = 'Runtime.ExitError';
}

/**
 * One invocation in a thread of its own. The simulated clock stands while that thread computes; it goes on when the thread
 * says that it is quiet and everything that it sent has come in: only then do its requests and timers begin, in the order
 * in which it made them, all at the one instant at which it computed.
 */
export class Session {
  readonly ended: Promise<unknown>;
  readonly #options: SessionOptions;
  readonly #incoming = new Map<number, Incoming>();
  readonly #unanswered = new Set<number>();
  readonly #cancelled = new Set<number>();
  #release: () => void;
  #quiet: QuietMessage | undefined;
  #told = 0;
  #arrived = 0;
  #over = 0;
  #isOver = false;
  #settle: { resolve(value: unknown): void; reject(error: unknown): void };

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#release = options.sim.clock.hold();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.ended = promise;
    this.#settle = { resolve, reject };
    const { worker, invocation } = options;
    worker.on('message', (message: FromRuntime) => this.#hear(message));
    worker.on('error', (error) => this.#end(() => this.#settle.reject(error)));
    worker.on('exit', () =>
      this.#end(() => this.#settle.reject(new ExitError('the process of the function ended'))),
    );
    // Timed out or killed: nobody waits for what it would answer.
    invocation.connection.onClose(() => this.stop());
  }

  begin(what: Omit<InvokeMessage, 'kind' | 'nowMs'>): void {
    this.#tell({ kind: 'invoke', nowMs: this.#options.sim.clock.nowMs(), ...what });
  }

  /** Ends the thread; whoever waits for it waits on. */
  stop(): void {
    this.#end(() => {});
  }

  arrived(incoming: Incoming): void {
    this.#arrived += 1;
    this.#unanswered.add(incoming.id);
    this.#incoming.set(Number(incoming.request.headers[sequenceHeader]), incoming);
    this.#goOnIfQuiet();
  }

  /** The function has hung up. */
  gone(id: number): void {
    if (!this.#unanswered.delete(id)) return;
    this.#over += 1;
    this.#goOnIfQuiet();
  }

  #hear(message: FromRuntime): void {
    switch (message.kind) {
      case 'quiet':
        for (const id of message.cancelled) this.#cancelled.add(id);
        this.#quiet = { ...message, waits: [...(this.#quiet?.waits ?? []), ...message.waits] };
        this.#goOnIfQuiet();
        return;
      case 'returned':
        this.#end(() => this.#settle.resolve(message.payload && JSON.parse(message.payload)));
        return;
      case 'threw':
        this.#end(() => {
          const error = new Error(message.message);
          error.name = message.name;
          this.#settle.reject(error);
        });
        return;
      default:
        message satisfies never;
    }
  }

  /** What the thread last said holds only if nothing has been on its way since, to it or from it. */
  #goOnIfQuiet(): void {
    const quiet = this.#quiet;
    if (!quiet || this.#isOver) return;
    if (quiet.heard !== this.#told || quiet.sent !== this.#arrived || quiet.over !== this.#over) return;
    this.#quiet = undefined;
    for (const wait of quiet.waits) this.#start(wait);
    const requests = [...this.#incoming].sort(([one], [other]) => one - other);
    this.#incoming.clear();
    for (const [, { id, request }] of requests) {
      this.#options.serve(request).then(
        (response) => this.#answer(id, response),
        (error: unknown) => this.#options.sim.clock.abort(error),
      );
    }
    this.#release();
  }

  #answer(id: number, response: PlainResponse): void {
    if (this.#isOver || !this.#unanswered.delete(id)) return;
    this.#hold();
    this.#over += 1;
    const headers = { ...response.headers, [nowHeader]: String(this.#options.sim.clock.nowMs()) };
    this.#options.answer(id, { ...response, headers });
  }

  #start(wait: Wait): void {
    const { sim, invocation } = this.#options;
    const { clock, region, accessKeyId } = invocation;
    const wake = (answer?: Reached): void => {
      if (this.#isOver || this.#cancelled.delete(wait.id)) return;
      this.#hold();
      this.#tell({ kind: 'woken', nowMs: clock.nowMs(), id: wait.id, ...(answer && { answer }) });
    };
    const clients = clientsFrom(sim, region, accessKeyId);
    switch (wait.kind) {
      case 'timer':
        clock.sleep(wait.ms).then(() => wake());
        return;
      case 'get':
        clients.http.get(wait.url, { timeoutSeconds: wait.timeoutSeconds }).then(wake);
        return;
      case 'resolve':
        clients.dns.resolve(wait.name, wait.type).then(wake);
        return;
      default:
        wait satisfies never;
    }
  }

  #hold(): void {
    this.#release();
    this.#release = this.#options.sim.clock.hold();
  }

  #tell(message: ToRuntime): void {
    this.#told += 1;
    this.#options.worker.postMessage(message);
  }

  #end(settle: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    settle();
    this.#release();
    this.#options.over();
    this.#options.worker.terminate();
  }
}
