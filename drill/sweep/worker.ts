/** A thread that runs one case after another: the virtual clock of a world must share its thread with nobody. */
import { parentPort, workerData } from 'node:worker_threads';
import type { SweepCase } from './case.ts';
import { type SweepEnd, type SweptRehearsal, sweepOne } from './run.ts';

const port = parentPort;
if (!port) throw new TypeError('this file is the body of a worker thread');
const swept = workerData as SweptRehearsal;

port.on('message', (each: SweepCase) => {
  sweepOne(swept, each).then(
    (end) => port.postMessage(end satisfies SweepEnd),
    (error: unknown) => port.postMessage(defectOf(each, error) satisfies SweepEnd),
  );
});

/** Something that no recovery is to blame for: what the simulator lacks, a judge that broke. */
function defectOf({ name }: SweepCase, error: unknown): SweepEnd {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { name, outcome: 'defect', objections: [`defect: ${text}`] };
}
