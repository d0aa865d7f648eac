import { nothing, type Standing, type StepOutput, type StepRecord } from '../recovery/step.ts';
import type { StepName } from '../recovery/terms.ts';

/** How a step stands that has ended, from its record; undefined while it works. */
export function finalStanding({
  status,
  counts,
  code,
  reason = '',
  unblock = '',
}: StepRecord): Standing | undefined {
  switch (status) {
    case 'working':
      return undefined;
    case 'done':
      return { status, counts };
    case 'skipped':
      return { status, reason };
    case 'held':
    case 'failed':
      return { status, code: code ?? status, reason, unblock, counts };
    default:
      return unreachable(status);
  }
}

/** What the machine sees: sentences are cut so that an answer never outgrows its 4 KiB. */
export function toOutput(step: StepName, standing: Standing): StepOutput {
  switch (standing.status) {
    case 'working':
      return { step, status: 'working', waitSeconds: standing.waitSeconds, counts: standing.counts };
    case 'done':
      return { step, status: 'done', waitSeconds: 0, counts: standing.counts };
    case 'skipped':
      return { step, status: 'skipped', waitSeconds: 0, counts: nothing };
    case 'held':
    case 'failed': {
      const { status, code, reason, unblock, counts } = standing;
      return {
        step,
        status,
        waitSeconds: 0,
        counts,
        code,
        reason: reason.slice(0, 1000),
        unblock: unblock.slice(0, 500),
      };
    }
    default:
      return unreachable(standing);
  }
}

function unreachable(standing: never): never {
  throw new TypeError(`no output for ${JSON.stringify(standing)}`);
}
