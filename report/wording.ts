import type { Evidence } from './evidence.ts';

/** What stands where a value was not reached. */
export const notReached = 'not reached';

/** Seconds as a person reads them: `12 min 31 s`, `2 h 4 min`, `0.4 s`; null is `not reached`. */
export function sayDuration(seconds: number | null): string {
  if (seconds === null) return notReached;
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return joined([Math.floor(whole / 60), 'min'], [whole % 60, 's']);
  const minutes = Math.round(whole / 60);
  return joined([Math.floor(minutes / 60), 'h'], [minutes % 60, 'min']);
}

function joined(...parts: readonly [number, string][]): string {
  return parts
    .filter(([amount], index) => amount > 0 || index === 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}

/** An instant as a person reads it, always in UTC: `2026-03-02 09:00:00 UTC`; null is `not reached`. */
export function sayInstant(at: string | null): string {
  return at === null ? notReached : `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
}

/** Bytes as a person reads them: `3.9 KiB`. */
export function sayBytes(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} KiB`;
}

/** The outcome in one sentence, with its reason where there is one. */
export function sayOutcome(evidence: Pick<Evidence, 'outcome' | 'reason'>): string {
  const sentence = outcomes[evidence.outcome];
  if (evidence.reason === null) return `${sentence}.`;
  return isReached(evidence.outcome) ? `${sentence}; ${evidence.reason}` : `${sentence}: ${evidence.reason}`;
}

/** Whether a recovery or a drill reached what it was for. */
export function isReached(outcome: Evidence['outcome']): boolean {
  return outcome === 'recovered' || outcome === 'drilled';
}

const outcomes: Readonly<Record<Evidence['outcome'], string>> = {
  recovered: 'The application runs in the recovery Region',
  drilled: 'The drill came to its end',
  held: 'The recovery waits for a person',
  failed: 'The recovery failed',
  aborted: 'The recovery was aborted by a person',
};

/** How a measured duration stands to its objective: `12 min 31 s of 30 min`. */
export function sayAgainst(measuredSeconds: number | null, objectiveSeconds: number): string {
  if (measuredSeconds === null) return `${notReached}; the objective is ${sayDuration(objectiveSeconds)}`;
  const overSeconds = measuredSeconds - objectiveSeconds;
  const standing = overSeconds > 0 ? `${sayDuration(overSeconds)} over` : 'within';
  return `${sayDuration(measuredSeconds)}, ${standing} the objective of ${sayDuration(objectiveSeconds)}`;
}

/** Whether the objectives were met, and why this cannot be told where it cannot. */
export function sayMet(evidence: Pick<Evidence, 'objectives' | 'metReason'>): string {
  const { met } = evidence.objectives;
  const word = met === null ? 'not judged' : met ? 'met' : 'missed';
  return evidence.metReason === null ? word : `${word}: ${evidence.metReason}`;
}

/** Seconds between two instants; null where one was not reached. */
export function secondsOf(span: {
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}): number | null {
  if (span.startedAt === null || span.endedAt === null) return null;
  return (Date.parse(span.endedAt) - Date.parse(span.startedAt)) / 1000;
}

/** The phases of a recovery in their order, each with its name. */
export function phasesOf(
  evidence: Pick<Evidence, 'phases'>,
): readonly { readonly name: string; readonly seconds: number | null }[] {
  const { detectSeconds, decideSeconds, executeSeconds, verifySeconds } = evidence.phases;
  return [
    { name: 'detect', seconds: detectSeconds },
    { name: 'decide', seconds: decideSeconds },
    { name: 'execute', seconds: executeSeconds },
    { name: 'verify', seconds: verifySeconds },
  ];
}
