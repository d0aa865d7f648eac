import { createLogUpdate } from 'log-update';
import type { Disaster } from '../drill/storm/disaster.ts';
import { type Ended, isDefect } from '../drill/storm/pool.ts';
import type { ProgressStream } from './progress.ts';

/** Shows a storm while it goes on: what failed as it fails, and on a terminal how far it is. */
export interface StormView {
  ended(ended: Ended, failures: readonly string[], repeat: string): void;
  shrunk(disaster: Disaster, failure: string, repeat: string): void;
  say(text: string): void;
  close(): void;
}

/** Sentences of one disaster that are shown; the others mostly say the same. */
const sentencesMost = 5;

export function showStorm(stream: ProgressStream & NodeJS.WriteStream, wanted: number): StormView {
  const board = stream.isTTY ? createLogUpdate(stream) : undefined;
  let [done, failed] = [0, 0];
  const say = (text: string) => {
    board?.clear();
    stream.write(text);
  };
  const draw = () => board?.(`${done} of ${wanted} disasters${failed > 0 ? `, ${failed} failed` : ''}`);
  draw();
  return {
    ended: (ended, failures, repeat) => {
      done += 1;
      if (failures.length > 0) {
        failed += 1;
        say(`seed ${ended.disaster.seed}: ${failures.join(', ')}\n${sentences(ended)}  again: ${repeat}\n`);
      }
      draw();
    },
    shrunk: ({ seed, setting, mishaps, orders }, failure, repeat) => {
      const parts = [
        ...(setting === 'usual' ? [] : [setting]),
        ...mishaps.map(({ scenario }) => scenario),
        ...orders.map(({ order }) => `the order ${order.command}`),
      ];
      say(`seed ${seed}: ${failure} needs ${parts.join(', ') || 'nothing at all'}\n  again: ${repeat}\n`);
    },
    say,
    close: () => board?.done(),
  };
}

function sentences(ended: Ended): string {
  const all = isDefect(ended)
    ? [ended.defect]
    : [...ended.violations.map(({ checker, message }) => `${checker}: ${message}`), ...ended.unended];
  const more = all.length > sentencesMost ? [`and ${all.length - sentencesMost} more`] : [];
  return [...all.slice(0, sentencesMost), ...more].map((line) => `  ${line}\n`).join('');
}
