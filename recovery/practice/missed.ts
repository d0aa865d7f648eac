import type { Plan } from '../plan/plan.ts';
import type { RunEvidence } from '../steps/evidence.ts';
import { secondsBetween } from '../terms.ts';

/**
 * Which objective a full drill did not meet, as a sentence; null where it met them, or where none is judged. A restore drill
 * is judged by what it restored alone. The RTO is judged only where no restored copy stood in for a promotion.
 */
export function missedObjective(
  plan: Plan,
  evidence: Pick<RunEvidence, 'scope' | 'dataLoss' | 'steps' | 'onset'>,
): string | null {
  if (evidence.scope !== 'full') return null;
  const over = evidence.dataLoss.find((loss) => (loss.mostSeconds ?? 0) > loss.allowedSeconds);
  if (over)
    return `${over.item} would lose up to ${Math.round(over.mostSeconds ?? 0)} s, more than the ${over.allowedSeconds} s that the plan allows (${over.basis})`;
  const verified = evidence.steps.find(({ name, status }) => name === 'verify' && status === 'done')?.endedAt;
  if (!verified || plan.databases.length > 0) return null;
  const seconds = Math.round(secondsBetween(evidence.onset, verified));
  const { rtoSeconds } = plan.objectives;
  return seconds > rtoSeconds
    ? `it took ${seconds} s to be verified, more than the ${rtoSeconds} s of the RTO`
    : null;
}
