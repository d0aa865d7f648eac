import { defaults, longestRecovery, tierObjectives } from './defaults.ts';
import { type Draft, written } from './draft.ts';
import { parseDuration } from './durations.ts';
import { secondsOf } from './fields.ts';

/** The seconds of an objective: the plan's own, or its tier's; `undefined` where what is written is no good. */
export function objectiveSeconds(draft: Draft, objective: 'rto' | 'rpo'): number | undefined {
  if (written(draft, 'objectives') && draft.objectives === undefined) return undefined;
  const objectives: NonNullable<Draft['objectives']> = draft.objectives ?? {};
  if (written(objectives, objective)) return secondsWritten(objectives[objective]);
  if (written(objectives, 'tier') && objectives.tier === undefined) return undefined;
  return secondsOf(tierObjectives[objectives.tier ?? defaults.tier.value][objective]);
}

/** The longest that a failover may take: the plan's own word, or the default, or the RTO where that is longer, up to a day. */
export function maxDurationSeconds(draft: Draft): number | undefined {
  if (written(draft, 'maxDuration')) return secondsWritten(draft.maxDuration);
  const rtoSeconds = objectiveSeconds(draft, 'rto');
  if (rtoSeconds === undefined) return undefined;
  return Math.min(Math.max(rtoSeconds, secondsOf(defaults.maxDuration.value)), secondsOf(longestRecovery));
}

/** `undefined` where what is written is no duration, or blanked. */
function secondsWritten(duration: string | undefined): number | undefined {
  return parseDuration(duration ?? '');
}
