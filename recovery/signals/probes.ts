import type { Plan } from '../plan/plan.ts';

/** Where the probes keep what they find, in CloudWatch of the recovery Region: `Success` and `Latency` by plan and vantage. */
export const probeNamespace = 'Lifeboat/Probe';

/**
 * How often a probe looks, which no plan can change: the gate, the lag at the onset and the confirmation rest on samples that
 * are minutes old at most.
 */
export const probePeriodSeconds = 60;

/** The Regions that a plan's address is asked from; none for a plan without probes. */
export function vantagesOf({ regions, trigger }: Plan): readonly string[] {
  if (!trigger.signals.probes) return [];
  return regions.witness === undefined ? [regions.recovery] : [regions.recovery, regions.witness];
}
