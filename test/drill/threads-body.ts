/** The body of the threads of `threads.test.ts`. */
import { threadId } from 'node:worker_threads';
import { serveJobs } from '../../drill/threads.ts';

serveJobs<string, string, string>(async (job, given) => {
  if (job === 'leave') process.exit(3);
  if (job === 'break') throw new RangeError('it is too much');
  if (job === 'stay') return new Promise(() => {});
  if (job === 'die') {
    queueMicrotask(() => {
      throw new RangeError('nobody catches it');
    });
    return new Promise(() => {});
  }
  return `${given} ${job} ${threadId}`;
});
