import { Worker } from 'node:worker_threads';
import type { Disaster } from './disaster.ts';
import type { Ground, Weathered, WeatherOptions } from './weather.ts';

/** What became of a disaster: how its world weathered it, or what broke in the simulation or in a judge. */
export type Ended = Weathered | Defect;

/** Something that no recovery is to blame for: what the simulator lacks, a thread that died. */
export interface Defect {
  readonly disaster: Disaster;
  readonly defect: string;
}

export function isDefect(ended: Ended): ended is Defect {
  return 'defect' in ended;
}

/** A disaster that waits for a thread, or is in one. */
interface Job {
  readonly disaster: Disaster;
  readonly options: WeatherOptions;
  end(ended: Ended): void;
}

/** What a thread is sent, and what it answers. */
export type Question = Pick<Job, 'disaster' | 'options'>;
export type Answer = { readonly weathered: Weathered } | { readonly defect: string };

/** After so many worlds a thread makes room for a new one: what libraries keep of each adds up. */
const worldsMost = 250;

/** Threads that let one disaster after another happen, each in a world of its own. */
export class Pool {
  readonly #ground: Ground;
  readonly #size: number;
  readonly #waiting: Job[] = [];
  readonly #threads = new Set<Thread>();
  #isClosed = false;

  constructor(ground: Ground, size: number) {
    this.#ground = ground;
    this.#size = size;
  }

  /** Lets a disaster happen once a thread is free for it; never rejects. */
  weather(disaster: Disaster, options: WeatherOptions = {}): Promise<Ended> {
    return new Promise((end) => {
      this.#waiting.push({ disaster, options, end });
      this.#hand();
    });
  }

  /** Ends every thread, also those in the middle of a world; what waits or runs is never answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()));
  }

  #hand(): void {
    while (!this.#isClosed && this.#waiting.length > 0) {
      const thread = [...this.#threads].find(({ job }) => job === undefined) ?? this.#open();
      const job = thread && this.#waiting.shift();
      if (!thread || !job) return;
      thread.job = job;
      thread.worlds += 1;
      thread.worker.postMessage({ disaster: job.disaster, options: job.options } satisfies Question);
    }
  }

  #open(): Thread | undefined {
    if (this.#threads.size >= this.#size) return undefined;
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: this.#ground });
    const thread: Thread = { worker, job: undefined, worlds: 0 };
    this.#threads.add(thread);
    worker.on('message', (answer: Answer) => this.#took(thread, answer));
    worker.on('error', (error) => this.#lost(thread, error.stack ?? error.message));
    worker.on('exit', (code) => this.#lost(thread, `the thread ended with the code ${code}`));
    return thread;
  }

  #took(thread: Thread, answer: Answer): void {
    const { job } = thread;
    thread.job = undefined;
    if (thread.worlds >= worldsMost) {
      this.#threads.delete(thread);
      thread.worker.terminate();
    }
    job?.end('weathered' in answer ? answer.weathered : { disaster: job.disaster, defect: answer.defect });
    this.#hand();
  }

  /** Whoever died in the middle of a world is replaced, and the world is named. */
  #lost(thread: Thread, why: string): void {
    const { job } = thread;
    thread.job = undefined;
    this.#threads.delete(thread);
    if (this.#isClosed) return;
    job?.end({ disaster: job.disaster, defect: why });
    this.#hand();
  }
}

interface Thread {
  readonly worker: Worker;
  job: Job | undefined;
  worlds: number;
}
