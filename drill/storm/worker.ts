/** A thread that lets one disaster after another happen: the virtual clock of a world must share its thread with nobody. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Question } from './pool.ts';
import { type Ground, weather } from './weather.ts';

const port = parentPort;
if (!port) throw new TypeError('this file is the body of a worker thread');
const ground = workerData as Ground;

port.on('message', ({ disaster, options }: Question) => {
  weather(disaster, ground, options).then(
    (weathered) => port.postMessage({ weathered } satisfies Answer),
    (error: unknown) => {
      const defect = error instanceof Error ? (error.stack ?? error.message) : String(error);
      port.postMessage({ defect } satisfies Answer);
    },
  );
});
