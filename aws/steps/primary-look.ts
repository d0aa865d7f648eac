import { sayRefusal } from '../../recovery/answer.ts';
import type { Standing } from '../../recovery/step.ts';
import { type Override, weighApprovals } from '../../recovery/steps/approval.ts';
import {
  answersAgain,
  heldForPrimary,
  primaryAnswers,
  probesSilent,
  probesUnreadable,
} from '../../recovery/steps/gate.ts';
import { type Instant, secondsBetween } from '../../recovery/terms.ts';
import { openProbes } from '../probes.ts';
import type { StepContext } from '../step.ts';
import type { Word } from './approvals.ts';

/** What a look at the primary through its probes says: with a standing nothing is promoted. */
export interface PrimaryLook {
  readonly standing?: Standing;
  /** Why it is promoted though the primary answers: people took that upon themselves. */
  readonly overrides: readonly Override[];
  /** Since when the probes cannot be read. */
  readonly unreadableSince?: Instant;
}

/**
 * Looks whether the primary answers again: whoever does is not replaced without a person's word.
 * @param unreadableSince since when an earlier look could not be had
 */
export async function lookAtPrimary(
  context: StepContext,
  { approvals, electorate }: Word,
  unreadableSince: Instant | undefined,
): Promise<PrimaryLook> {
  const { plan, input, access } = context;
  const now = context.now();
  const samples = await openProbes(access).samples(plan, now);
  const nobodyKnows = (why: string): PrimaryLook => {
    const since = unreadableSince ?? now;
    const standing = probesUnreadable(input.recovery, why, secondsBetween(since, now));
    return { standing, overrides: [], unreadableSince: since };
  };
  if (!samples.ok) return nobodyKnows(sayRefusal(samples));
  const silent = probesSilent(samples.value, now);
  if (silent !== undefined) return nobodyKnows(silent);
  const vantages = answersAgain(samples.value, now);
  if (vantages.length === 0) return { overrides: [] };
  const { overrides, open } = weighApprovals([primaryAnswers(vantages)], approvals, electorate);
  if (open.length === 0) return { overrides };
  return { standing: heldForPrimary(input.recovery, open, electorate), overrides: [] };
}
