import type { Plan } from '../../recovery/plan/plan.ts';
import { probeNamespace, vantagesOf } from '../../recovery/signals/probes.ts';
import type { Simulator } from '../../simulator/simulator.ts';

/** The places that see the primary of a plan down at one instant, by what stands in the simulated account. */
export interface PlacesDown {
  readonly atMs: number;
  readonly plan: string;
  readonly places: readonly string[];
}

const minuteMs = 60_000;
/** A sample that is older than this says nothing of now: its period, its way, and a probe's own time-out. */
const probeFreshMs = 3.5 * minuteMs;

/** What stands at `down` now: probes by their newest sample, alarms by their state, target groups by their targets. */
export function placesDown(sim: Simulator, plan: Plan, healthSpeaks: boolean): readonly string[] {
  const { signals } = plan.trigger;
  const { primary, recovery } = plan.regions;
  const probes = vantagesOf(plan).filter((from) => newestProbe(sim, plan, from) === 0);
  const alarms = [recovery, primary].filter((name) => {
    const { alarms: known } = sim.region(name).cloudwatch.alarms;
    return signals.alarms.some((alarm) => known.get(alarm)?.state.value === 'ALARM');
  });
  const groups = signals.targetGroups.filter((group) => isDown(sim, primary, group)).map(() => primary);
  return [...new Set([...probes, ...alarms, ...groups, ...(healthSpeaks ? ['AWS Health'] : [])])];
}

/** The newest sample of a probe that anybody can read now; undefined where it has been silent. */
function newestProbe(sim: Simulator, plan: Plan, From: string): number | undefined {
  const nowMs = sim.clock.nowMs();
  const metric = { namespace: probeNamespace, name: 'Success', dimensions: { Plan: plan.plan, From } };
  const minutes = Math.ceil(probeFreshMs / minuteMs) + 1;
  const startMs = Math.floor(nowMs / minuteMs) * minuteMs - (minutes - 1) * minuteMs;
  const { metrics } = sim.region(plan.regions.recovery).cloudwatch;
  const query = { metric, statistic: 'Maximum', periodSeconds: 60, unit: undefined } as const;
  return metrics.values(query, startMs, minutes).findLast((value) => value !== undefined);
}

function isDown(sim: Simulator, region: string, group: string): boolean {
  const { elbv2 } = sim.region(region);
  if (!elbv2.targetGroups.has(group) && ![...elbv2.targetGroups.values()].some(({ name }) => name === group))
    return false;
  const targets = elbv2.targets(group);
  return targets.length > 0 && targets.every(({ healthy }) => !healthy);
}
