import { sayRefusal } from '../../recovery/answer.ts';
import { isPeriodOpen } from '../../recovery/deciding/incident.ts';
import type { PeriodRecord } from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { Instant } from '../../recovery/terms.ts';
import { tell } from '../tell.ts';
import { type LastFailover, lastFailover } from '../whereabouts.ts';
import type { ResponseContext } from './context.ts';
import { holdTraffic } from './hold-traffic.ts';
import { refence } from './refence.ts';

/**
 * What a failover needs each minute after its machine has ended: traffic held where it was switched to, and a fence that
 * could not be confirmed tried again until it holds.
 */
export async function lookAfter(context: ResponseContext, plan: Plan, known: LastFailover): Promise<void> {
  const recovery = lastFailover(known);
  if (!recovery) return;
  const { access, ledger, deps, now } = context;
  const [held, fenced] = await Promise.all([
    isAcknowledged(known.period, recovery)
      ? { refusals: [] }
      : holdTraffic({ access, ledger }, plan, recovery, now()),
    refence({ access, ledger, now }, plan, recovery, isTakenOver(known.period, recovery, now())),
  ]);
  for (const refusal of held.refusals) deps.log('error', sayRefusal(refusal), { plan: plan.plan, recovery });
  deps.log('info', `fence ${fenced.state}: ${fenced.says}`, { plan: plan.plan, recovery });
  if (!fenced.changed) return;
  const detail = { plan: plan.plan, recovery, reason: fenced.says };
  if (fenced.state === 'fenced') await tell(context, 'Primary Fenced', detail);
  else
    await tell(context, 'Primary Unfenced', {
      ...detail,
      unblock: `make sure that nothing in ${plan.regions.primary} can write to its databases`,
    });
}

/**
 * Whoever acknowledges a recovery takes its traffic over: held any longer, a metric would win over the one that gives it
 * back. The switch itself stays where it is, since the alarm keeps its state without samples.
 */
function isAcknowledged(period: PeriodRecord | undefined, recovery: string): boolean {
  return period?.recovery === recovery && period.acknowledged !== undefined;
}

/** Acknowledged, over by its period, or asked for by a person: those have no period of their own. */
function isTakenOver(period: PeriodRecord | undefined, recovery: string, now: Instant): boolean {
  if (period?.recovery !== recovery) return true;
  const { until, acknowledged } = period;
  return !isPeriodOpen({ recovery, until, ...(acknowledged && { acknowledgedAt: acknowledged.at }) }, now);
}
