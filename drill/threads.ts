import { parentPort, Worker, workerData } from 'node:worker_threads';

/** What became of a job: its answer, or what broke in the middle of it, as a stack or a sentence. */
export type Outcome<Answer> = { readonly answer: Answer } | { readonly broke: string };

/** Whose threads they are. */
export interface ThreadsOptions {
  /** The file that each thread runs; it calls `serveJobs`. */
  readonly body: URL;
  /** What the body is given once, for all of its jobs. */
  readonly given: unknown;
  /** The most threads at one time. */
  readonly size: number;
  /** After so many jobs a thread makes room for a new one: what libraries keep of each world adds up. */
  readonly jobsMost?: number;
}

const usualJobsMost = 250;

interface Waiting<Job, Answer> {
  readonly job: Job;
  end(outcome: Outcome<Answer>): void;
}

interface Thread<Job, Answer> {
  readonly worker: Worker;
  current: Waiting<Job, Answer> | undefined;
  jobs: number;
}

/**
 * Threads that take one job after another, in the order in which they were given: the virtual clock of a world must share its
 * thread with nobody. A thread that dies in the middle of a job is replaced, and that job is told so.
 */
export class Threads<Job, Answer> {
  readonly #options: ThreadsOptions;
  readonly #waiting: Waiting<Job, Answer>[] = [];
  readonly #threads = new Set<Thread<Job, Answer>>();
  #isClosed = false;

  constructor(options: ThreadsOptions) {
    this.#options = options;
  }

  /** Has a job done once a thread is free for it; never rejects. */
  run(job: Job): Promise<Outcome<Answer>> {
    return new Promise((end) => {
      this.#waiting.push({ job, end });
      this.#hand();
    });
  }

  /** Ends every thread, also those in the middle of a job; what waits or runs is never answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()));
  }

  #hand(): void {
    while (!this.#isClosed && this.#waiting.length > 0) {
      const thread = [...this.#threads].find(({ current }) => current === undefined) ?? this.#open();
      const next = thread && this.#waiting.shift();
      if (!thread || !next) return;
      thread.current = next;
      thread.jobs += 1;
      thread.worker.postMessage(next.job);
    }
  }

  #open(): Thread<Job, Answer> | undefined {
    const { body, given, size } = this.#options;
    if (this.#threads.size >= size) return undefined;
    const worker = new Worker(body, { workerData: given });
    const thread: Thread<Job, Answer> = { worker, current: undefined, jobs: 0 };
    this.#threads.add(thread);
    worker.on('message', (outcome: Outcome<Answer>) => this.#took(thread, outcome));
    worker.on('error', (error) => this.#lost(thread, error.stack ?? error.message));
    worker.on('exit', (code) => this.#lost(thread, `the thread ended with the code ${code}`));
    return thread;
  }

  #took(thread: Thread<Job, Answer>, outcome: Outcome<Answer>): void {
    if (this.#isClosed) return;
    const { current } = thread;
    thread.current = undefined;
    if (thread.jobs >= (this.#options.jobsMost ?? usualJobsMost)) {
      this.#threads.delete(thread);
      thread.worker.terminate();
    }
    current?.end(outcome);
    this.#hand();
  }

  #lost(thread: Thread<Job, Answer>, broke: string): void {
    const { current } = thread;
    thread.current = undefined;
    this.#threads.delete(thread);
    if (this.#isClosed) return;
    current?.end({ broke });
    this.#hand();
  }
}

/**
 * The body of a thread: does each job that it is sent and answers it. A job that breaks is answered with what broke.
 * @throws TypeError outside a thread
 */
export function serveJobs<Given, Job, Answer>(work: (job: Job, given: Given) => Promise<Answer>): void {
  const port = parentPort;
  if (!port) throw new TypeError('this file is the body of a worker thread');
  const given = workerData as Given;
  const answer = (outcome: Outcome<Answer>) => port.postMessage(outcome);
  port.on('message', (job: Job) => {
    work(job, given).then(
      (done) => answer({ answer: done }),
      (error: unknown) =>
        answer({ broke: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
}
