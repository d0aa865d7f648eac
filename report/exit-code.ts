import type { Summary } from './evidence.ts';

/** What a command ends with: 0 good, 2 an objective, a rule or the clean-up was missed, 3 it did not reach its end. */
export type ExitCode = 0 | 2 | 3;

/** The exit code of a recovery, from its outcome, its objectives and what the checkers found. */
export function exitCodeOf(
  summary: Pick<Summary, 'outcome' | 'objectives' | 'violations' | 'leaks'>,
): ExitCode {
  switch (summary.outcome) {
    case 'held':
    case 'failed':
    case 'aborted':
      return 3;
    case 'recovered':
    case 'drilled':
      return summary.violations.length > 0 || summary.leaks.length > 0 || summary.objectives.met === false
        ? 2
        : 0;
    default:
      return unreachable(summary.outcome);
  }
}

function unreachable(outcome: never): never {
  throw new TypeError(`no exit code for ${String(outcome)}`);
}
