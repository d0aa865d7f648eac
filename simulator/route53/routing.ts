import type { Alias, RecordSet, RecordType } from './state.ts';

/** What name servers know of health when they choose between record sets. */
export interface HealthView {
  isHealthy(healthCheckId: string): boolean;
  /** For an alias with EvaluateTargetHealth. */
  isTargetHealthy(alias: Alias, type: RecordType): boolean;
}

/**
 * The one set of a name and type that is answered (Route 53 Developer Guide, How Amazon Route 53 chooses records when
 * health checking is configured). A simple set answers whatever its health. When no set is healthy, all count as
 * healthy. A set of weight 0 answers only when no set of another weight is healthy; if all weigh 0, each is as likely.
 * `draw` gives a number in [0, 1) for the choice between weights.
 */
export function chooseSet(
  sets: readonly RecordSet[],
  view: HealthView,
  draw: () => number,
): RecordSet | undefined {
  const first = sets[0];
  if (!first || first.routing.policy === 'simple') return first;
  const healthy = sets.filter((set) => isSetHealthy(set, view));
  if (first.routing.policy === 'failover') return chooseByRole(healthy.length > 0 ? healthy : sets);
  const weighted = (candidates: readonly RecordSet[]) => candidates.filter((set) => weightOf(set) > 0);
  if (weighted(healthy).length > 0) return chooseByWeight(weighted(healthy), draw());
  // Nothing with a weight is healthy: records of weight 0 stand in; with none of those healthy either, all count as healthy.
  if (healthy.length > 0) return chooseEvenly(healthy, draw());
  return weighted(sets).length > 0 ? chooseByWeight(weighted(sets), draw()) : chooseEvenly(sets, draw());
}

/** The health of one set: its health check's, and its target's if it is an alias that asks for that; else healthy. */
export function isSetHealthy(set: RecordSet, view: HealthView): boolean {
  const { healthCheckId, data } = set;
  if (healthCheckId !== undefined && !view.isHealthy(healthCheckId)) return false;
  return data.kind !== 'alias' || !data.evaluateTargetHealth || view.isTargetHealthy(data, set.type);
}

function chooseByRole(sets: readonly RecordSet[]): RecordSet | undefined {
  return sets.find((set) => set.routing.policy === 'failover' && set.routing.role === 'PRIMARY') ?? sets[0];
}

function weightOf(set: RecordSet): number {
  return set.routing.policy === 'weighted' ? set.routing.weight : 0;
}

function chooseByWeight(sets: readonly RecordSet[], unit: number): RecordSet | undefined {
  const total = sets.reduce((sum, set) => sum + weightOf(set), 0);
  let left = unit * total;
  for (const set of sets) {
    left -= weightOf(set);
    if (left < 0) return set;
  }
  return sets.at(-1);
}

function chooseEvenly(sets: readonly RecordSet[], unit: number): RecordSet | undefined {
  return sets[Math.floor(unit * sets.length)];
}
