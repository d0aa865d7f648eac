import { createHook } from 'node:async_hooks';

/**
 * What may stay open while nothing runs: standard streams, servers, channels to other threads and processes. Everything
 * else that the event loop waits for is work whose end will run code, be it a file, its closing, a name or a timer.
 * Names are those of libuv's handles and requests in Node.
 */
const idle =
  /^(TTY|Pipe|PIPE|TCPServer|TCPSERVER|MessagePort|MESSAGEPORT|Process|PROCESS|Signal|SIGNAL|Worker|WORKER)/;

/** A job of the thread pool as Node makes it: digests and keys have `ondone`, compression has a `buffer` while it works. */
interface Job {
  readonly ondone?: unknown;
  readonly buffer?: unknown;
}

/**
 * Jobs of the thread pool by their async id. The event loop counts them but `getActiveResourcesInfo` leaves them out, so
 * they are noticed as they are made. References are weak: a job that was run on the spot never ends, it is only forgotten.
 */
const jobs = new Map<number, WeakRef<Job>>();

createHook({
  // Promises are none of our business, and following each of them would halve the speed of everything.
  trackPromises: false,
  init(id, type, _trigger, resource) {
    if (type === 'ZLIB' || type.endsWith('REQUEST')) jobs.set(id, new WeakRef<Job>(resource));
  },
  after(id) {
    const job = jobs.get(id)?.deref();
    if (job && !('buffer' in job)) jobs.delete(id);
  },
  destroy(id) {
    jobs.delete(id);
  },
}).enable();

/** The kinds of real work that are under way in this process, as Node names them: files, timers, names, digests. */
export function realWork(): readonly string[] {
  const listed = process.getActiveResourcesInfo().filter((kind) => !idle.test(kind));
  return isAnyJobRunning() ? [...listed, 'ThreadPoolJob'] : listed;
}

function isAnyJobRunning(): boolean {
  for (const [id, reference] of jobs) {
    const job = reference.deref();
    if (job === undefined) jobs.delete(id);
    else if (typeof job.ondone === 'function' || (job.buffer !== undefined && job.buffer !== null)) return true;
  }
  return false;
}
