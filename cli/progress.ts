import { createLogUpdate } from 'log-update';
import { createColors } from 'picocolors';
import type { OnProgress, ProgressEvent } from '../drill/progress.ts';
import type { StepOutput, StepStatus } from '../recovery/step.ts';
import { stepNames } from '../recovery/terms.ts';

export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const marks: Readonly<Record<StepStatus, string>> = {
  working: '…',
  done: '✔',
  held: '⏸',
  failed: '✖',
  skipped: '·',
};

/**
 * Shows a rehearsal while it runs: on a terminal a board that is drawn anew at each event, elsewhere a line for each
 * change. Nothing here has a timer of its own: simulated time would wait for it.
 */
export function showProgress(stream: ProgressStream & NodeJS.WriteStream): {
  readonly onProgress: OnProgress;
  readonly close: () => void;
} {
  return stream.isTTY ? board(stream) : lines(stream);
}

/** A line for each change, for what several recoveries and events make of a run. */
export function lines(stream: ProgressStream): {
  readonly onProgress: OnProgress;
  readonly close: () => void;
} {
  const last = new Map<string, string>();
  let startMs = 0;
  const onProgress = (event: ProgressEvent) => {
    if (event.kind === 'began') startMs = event.atMs;
    const at = sinceStart(event.atMs - startMs);
    if (event.kind !== 'step') {
      stream.write(`${at}  ${event.says}\n`);
      return;
    }
    const text = sayStep(event.output);
    if (last.get(event.output.step) === text) return;
    last.set(event.output.step, text);
    stream.write(`${at}  ${text}\n`);
  };
  return { onProgress, close: () => {} };
}

function board(stream: NodeJS.WriteStream): { readonly onProgress: OnProgress; readonly close: () => void } {
  const draw = createLogUpdate(stream);
  const colours = createColors(true);
  const outputs = new Map<string, StepOutput>();
  let startMs = 0;
  let title = '';
  const paint: Readonly<Record<StepStatus, (text: string) => string>> = {
    working: colours.yellow,
    done: colours.green,
    held: colours.magenta,
    failed: colours.red,
    skipped: colours.dim,
  };
  const onProgress = (event: ProgressEvent) => {
    if (event.kind === 'began') {
      startMs = event.atMs;
      title = event.says;
    }
    if (event.kind === 'note') return;
    if (event.kind === 'step') outputs.set(event.output.step, event.output);
    const rows = stepNames.map((name) => {
      const output = outputs.get(name);
      return output ? paint[output.status](`  ${sayStep(output)}`) : colours.dim(`    ${name}`);
    });
    draw([`${colours.bold(sinceStart(event.atMs - startMs))}  ${title}`, ...rows].join('\n'));
  };
  return { onProgress, close: () => draw.done() };
}

/** One step in a line, such as `✔ servers     done 3/3`. */
function sayStep(output: StepOutput): string {
  const counts = output.counts.total > 0 ? ` ${output.counts.done}/${output.counts.total}` : '';
  const why = output.reason ? `: ${output.reason}` : '';
  return `${marks[output.status]} ${output.step.padEnd(10)} ${output.status}${counts}${why}`;
}

/** Simulated time since the start, as `T+12:31`. */
function sinceStart(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  return `T+${hours > 0 ? `${hours}:` : ''}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
