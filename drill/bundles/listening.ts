/**
 * The thread that listens. The virtual clock of the thread that simulates would take an open connection for work under way,
 * and stand still.
 */
import { parentPort } from 'node:worker_threads';
import { listen, type PlainRequest, type PlainResponse } from '../../simulator/http/listener.ts';

/** Said by this thread. */
export type Heard =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'asked'; readonly id: number; readonly request: PlainRequest }
  /** Nobody waits for the answer any more, whether there was one or not. */
  | { readonly kind: 'gone'; readonly id: number };

/** Said to this thread. */
export interface Answered {
  readonly id: number;
  readonly response: PlainResponse;
}

const port = parentPort;
if (!port) throw new TypeError('this file is the body of a worker thread');

let ids = 0;
const waiting = new Map<number, (response: PlainResponse) => void>();

port.on('message', ({ id, response }: Answered) => {
  waiting.get(id)?.(response);
  waiting.delete(id);
});

const { url } = await listen(0, (request, gone) => {
  ids += 1;
  const id = ids;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    gone.addEventListener('abort', () => {
      waiting.delete(id);
      say({ kind: 'gone', id });
    });
    say({ kind: 'asked', id, request });
  });
});
say({ kind: 'listening', url });

function say(heard: Heard): void {
  port?.postMessage(heard);
}
