import type { Plan } from '../plan/plan.ts';

/** Where the probes keep what they find, in CloudWatch of the recovery Region: `Success` and `Latency` by plan and vantage. */
export const probeNamespace = 'Lifeboat/Probe';

/** The Regions that a plan's address is asked from; none for a plan without probes. */
export function vantagesOf({ regions, trigger }: Plan): readonly string[] {
  if (!trigger.signals.probes) return [];
  return regions.witness === undefined ? [regions.recovery] : [regions.recovery, regions.witness];
}
