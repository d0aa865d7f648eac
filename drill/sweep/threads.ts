import { Worker } from 'node:worker_threads';
import type { SweepCase } from './case.ts';
import type { SweepEnd, SweptRehearsal } from './run.ts';

/** After so many worlds a thread makes room for a new one: what libraries keep of each adds up. */
const worldsMost = 250;

/**
 * Runs cases in threads, each in the order of the list, and tells each end; a thread that dies in the middle of a case is
 * replaced, and the case is named. Ends when all have ended, or soon after `signal` is aborted.
 */
export async function runCases(
  swept: SweptRehearsal,
  cases: readonly SweepCase[],
  options: { readonly threads: number; readonly signal?: AbortSignal },
  ended: (end: SweepEnd) => void,
): Promise<void> {
  const { threads, signal } = options;
  const waiting = cases.values();
  const work = async () => {
    let thread: Thread | undefined;
    for (const each of waiting) {
      if (signal?.aborted) break;
      thread ??= new Thread(swept);
      const end = await thread.run(each, signal);
      if (!end) break;
      ended(end);
      if (!thread.isWorn) continue;
      await thread.close();
      thread = undefined;
    }
    await thread?.close();
  };
  await Promise.all(Array.from({ length: Math.min(threads, cases.length) }, work));
}

class Thread {
  readonly #worker: Worker;
  #worlds = 0;
  #hasDied = false;

  constructor(swept: SweptRehearsal) {
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: swept });
    this.#worker.on('error', () => {
      this.#hasDied = true;
    });
  }

  get isWorn(): boolean {
    return this.#hasDied || this.#worlds >= worldsMost;
  }

  /** Undefined where it was interrupted. */
  run(each: SweepCase, signal: AbortSignal | undefined): Promise<SweepEnd | undefined> {
    this.#worlds += 1;
    return new Promise((resolve) => {
      const finish = (end: SweepEnd | undefined) => {
        this.#worker.off('message', finish).off('error', died);
        signal?.removeEventListener('abort', stop);
        resolve(end);
      };
      const died = (error: Error) =>
        finish({
          name: each.name,
          outcome: 'defect',
          objections: [`defect: the thread died: ${error.message}`],
        });
      const stop = () => finish(undefined);
      this.#worker.on('message', finish).on('error', died);
      signal?.addEventListener('abort', stop, { once: true });
      this.#worker.postMessage(each);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
