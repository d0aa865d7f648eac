import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Notice, Question, Reply, ServedWorld } from './messages.ts';

type Asked = Question extends infer One ? (One extends Question ? Omit<One, 'id'> : never) : never;

/** A simulated account in a thread of its own. */
export interface Simulation {
  /** Simulated milliseconds since the epoch at its beginning. */
  readonly startMs: number;
  readonly machineArns: Readonly<Record<string, string>>;
  /** @throws Error when the thread has ended, with what ended it */
  ask(question: Asked): Promise<Reply>;
  close(): Promise<void>;
}

/**
 * Opens an account in a thread.
 * @param onDefect is told of what the simulator lacks, in a sentence or with its stack
 */
export async function openSimulation(
  served: ServedWorld,
  onDefect: (says: string) => void,
): Promise<Simulation> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: served });
  const waiting = new Map<number, { resolve(reply: Reply): void; reject(error: unknown): void }>();
  let ended: Error | undefined;
  const end = (error: Error) => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.on('error', end);
  worker.on('exit', () => end(new Error('the simulation has ended')));
  const [ready] = (await once(worker, 'message')) as [Notice];
  if (ready.kind !== 'ready') throw new TypeError(`the simulation began with ${ready.says}`);
  worker.on('message', (message: Notice | Reply) => {
    if ('id' in message) {
      waiting.get(message.id)?.resolve(message);
      waiting.delete(message.id);
    } else if (message.kind === 'defect') onDefect(message.says);
  });
  let ids = 0;
  return {
    startMs: ready.nowMs,
    machineArns: ready.machineArns,
    ask: (question) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        ids += 1;
        waiting.set(ids, { resolve, reject });
        worker.postMessage({ ...question, id: ids });
      }),
    close: async () => {
      await worker.terminate();
    },
  };
}
