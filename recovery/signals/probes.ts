import type { Plan } from '../plan/plan.ts';
import type { Instant } from '../terms.ts';

/** Where the probes keep what they find, in CloudWatch of the recovery Region: `Success` and `Latency` by plan and vantage. */
export const probeNamespace = 'Lifeboat/Probe';

/** The Regions that a plan's address is asked from; none for a plan without probes. */
export function vantagesOf({ regions, trigger }: Plan): readonly string[] {
  if (!trigger.signals.probes) return [];
  return regions.witness === undefined ? [regions.recovery] : [regions.recovery, regions.witness];
}

/**
 * Whether a plan's address is asked for in the minute of a wake-up. The schedule wakes the probe each minute for all plans
 * together; a plan's own minutes lie one period apart, so that each period of its alarms has one sample.
 *
 * @param wokenAt - the time that the schedule was set for: the function may run up to a minute later
 */
export function isProbeDue({ trigger }: Plan, wokenAt: Instant): boolean {
  const { probes } = trigger.signals;
  if (!probes) return false;
  const minutes = Math.floor(Date.parse(wokenAt) / 60_000);
  return minutes % (probes.everySeconds / 60) === 0;
}
