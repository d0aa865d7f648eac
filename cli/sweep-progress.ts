import { createLogUpdate } from 'log-update';
import type { SweepSummary } from '../report/sweep.ts';
import type { ProgressStream } from './progress.ts';

/** Shows a sweep while it goes on: what failed as it fails, and on a terminal how far it is. */
export interface SweepView {
  ended(failure: SweepSummary['failures'][number] | undefined): void;
  say(text: string): void;
  close(): void;
}

/** Where there is no terminal, how far it is is told this often. */
const linesEvery = 100;

export function showSweep(stream: ProgressStream & NodeJS.WriteStream, wanted: number): SweepView {
  const board = stream.isTTY ? createLogUpdate(stream) : undefined;
  let [done, failed] = [0, 0];
  const say = (text: string) => {
    board?.clear();
    stream.write(text);
  };
  return {
    ended: (failure) => {
      done += 1;
      if (failure) {
        failed += 1;
        const objections = failure.objections.map((line) => `  ${line}\n`).join('');
        say(`${failure.name}: ${failure.outcome}\n${objections}  again: ${failure.command}\n`);
      }
      const far = `${done} of ${wanted} runs${failed > 0 ? `, ${failed} failed` : ''}`;
      if (board) board(far);
      else if (done % linesEvery === 0) stream.write(`${far}\n`);
    },
    say,
    close: () => board?.done(),
  };
}
