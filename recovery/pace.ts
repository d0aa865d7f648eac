import { formatDuration } from './plan/durations.ts';
import { clampWait, type Standing } from './step.ts';
import type { StepName } from './terms.ts';

/** The share of the time a step has worked that it waits at the least. */
const paceShare = 0.03;

/**
 * Somebody who aborts a recovery, and a person whose word it waits for, is heard within a minute for as long as recoveries
 * usually take; one that takes hours is looked at less often.
 */
const attentiveSeconds = 2 * 3600;
const attentiveWaitSeconds = 60;

/** How far a step has come, against how far it may go. */
export interface Lived {
  readonly step: StepName;
  /** Since its first record in this run. */
  readonly sinceSeconds: number;
  readonly boundSeconds: number;
  /** Since the run began. */
  readonly overallSeconds: number;
  /** Undefined for what comes after the work, or before it: the recovery's own bound does not end that. */
  readonly overallBoundSeconds?: number;
}

/** A standing within its bounds: a step that still works waits for its next look, or fails at the bound that it reached. */
export function withinBounds(standing: Standing, lived: Lived): Standing {
  if (standing.status !== 'working') return standing;
  const { step, sinceSeconds, boundSeconds, overallSeconds, overallBoundSeconds = Infinity } = lived;
  const leftSeconds = Math.min(boundSeconds - sinceSeconds, overallBoundSeconds - overallSeconds);
  if (leftSeconds > 0)
    return { ...standing, waitSeconds: nextLook(standing.waitSeconds, sinceSeconds, leftSeconds) };
  const bound =
    overallSeconds >= overallBoundSeconds
      ? `the recovery's bound of ${formatDuration(overallBoundSeconds)}`
      : `its bound of ${formatDuration(boundSeconds)}`;
  return {
    status: 'failed',
    code: 'BoundReached',
    reason: `${step} reached ${bound} while it waited for ${standing.waitingFor}`,
    unblock: 'remove what it waits for, or raise the bound in the plan, then continue',
    counts: standing.counts,
  };
}

/**
 * When to look again at what has worked for `sinceSeconds`. Looks grow rarer with time: each costs at most a share of the
 * time it reports on, and even a day of them stays below the 25,000 events of an execution's history (Step Functions
 * Developer Guide, quotas). The last one comes as the bound does.
 */
export function nextLook(askedSeconds: number, sinceSeconds: number, leftSeconds: number): number {
  const mostSeconds = sinceSeconds < attentiveSeconds ? attentiveWaitSeconds : Infinity;
  return clampWait(Math.min(Math.max(askedSeconds, sinceSeconds * paceShare), mostSeconds, leftSeconds));
}
