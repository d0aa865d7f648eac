import type { Plan } from '../recovery/plan/plan.ts';
import { probeNamespace, vantagesOf } from '../recovery/signals/probes.ts';
import type { Simulator } from '../simulator/simulator.ts';

const minuteMs = 60_000;
const minutes = 10;

/**
 * Lets the probes have been answered for some minutes: an account in which Lifeboat has just been installed has no samples,
 * and its first look would rightly say so.
 */
export function rememberProbes(sim: Simulator, plans: readonly Plan[]): void {
  const startMs = sim.clock.nowMs();
  for (const plan of plans) {
    const { metrics } = sim.region(plan.regions.recovery).cloudwatch;
    for (const From of vantagesOf(plan)) {
      const metric = { namespace: probeNamespace, name: 'Success', dimensions: { Plan: plan.plan, From } };
      for (let ago = 1; ago <= minutes; ago += 1) metrics.put(metric, answeredAt(startMs - ago * minuteMs));
    }
  }
}

function answeredAt(atMs: number) {
  const one = { sum: 1, count: 1, minimum: 1, maximum: 1, unit: 'Count' };
  return { atMs, readableAtMs: atMs, values: [{ value: 1, count: 1 }], ...one };
}
