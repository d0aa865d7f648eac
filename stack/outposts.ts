import type { Plan } from '../recovery/plan/plan.ts';

/** A Region that gets the small stack, and what for. */
export interface Outpost {
  readonly region: string;
  readonly reasons: readonly string[];
}

/**
 * Where AWS Health repeats what it says of a Region: us-west-2 for all but itself, whose backup is us-east-1 (AWS Health
 * User Guide, choosing a Region).
 */
export function healthBackupRegion(region: string): string {
  return region === 'us-west-2' ? 'us-east-1' : 'us-west-2';
}

/**
 * The Regions from which plans that recover to one Region are watched: where their applications run, where AWS Health repeats
 * what it says of that, and from where a third party looks. The recovery Region itself needs no outpost.
 */
export function outpostsOf(plans: readonly Plan[], recoveryRegion: string): readonly Outpost[] {
  const reasons = new Map<string, Set<string>>();
  const want = (region: string | undefined, reason: string) => {
    if (region === undefined || region === recoveryRegion) return;
    reasons.set(region, (reasons.get(region) ?? new Set()).add(reason));
  };
  for (const { plan, regions } of plans) {
    if (regions.recovery !== recoveryRegion) continue;
    want(regions.primary, `${plan} runs there`);
    want(healthBackupRegion(regions.primary), `AWS Health repeats there what it says of ${regions.primary}`);
    want(regions.witness, `${plan} is probed from there`);
  }
  return [...reasons]
    .map(([region, why]) => ({ region, reasons: [...why] }))
    .sort((a, b) => (a.region < b.region ? -1 : 1));
}
