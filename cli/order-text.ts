import type { OrderGiven } from '../report/operator.ts';

/** An order and what became of it, in a line or two. */
export function sayOrder({ command, by, isDone, says, unblock }: OrderGiven): string {
  const who = by === null ? '' : ` by ${by}`;
  return isDone ? `✔ ${command}${who}: ${says}` : `✖ ${command}${who}, not now: ${says}; ${unblock}`;
}
