import { sayRefusal } from '../../recovery/answer.ts';
import type { Standing } from '../../recovery/step.ts';
import { type Override, weighApprovals } from '../../recovery/steps/approval.ts';
import {
  answersAgain,
  awaitProbes,
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
  const { plan, input, access, record } = context;
  const now = context.now();
  const samples = await openProbes(access).samples(plan, now);
  const unknown = samples.ok ? probesSilent(samples.value, now) : sayRefusal(samples);
  if (unknown !== undefined) {
    const { overrides, open } = weighApprovals([probesUnreadable(unknown)], approvals, electorate);
    if (open.length === 0) return { overrides };
    // What an earlier run could not read says nothing of now: whoever continues it is given the same time again.
    const since = (record?.run === input.run ? unreadableSince : undefined) ?? now;
    const standing =
      awaitProbes(unknown, secondsBetween(since, now)) ?? heldForPrimary(input.recovery, open, electorate);
    return { standing, overrides: [], unreadableSince: since };
  }
  const vantages = samples.ok ? answersAgain(samples.value, now) : [];
  if (vantages.length === 0) return { overrides: [] };
  const { overrides, open } = weighApprovals([primaryAnswers(vantages)], approvals, electorate);
  if (open.length === 0) return { overrides };
  return { standing: heldForPrimary(input.recovery, open, electorate), overrides: [] };
}
