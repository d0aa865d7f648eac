/** The order between the plans of an installation: tiers, and `after`. */
import { nearest } from './nearest.ts';
import type { Plan, Tier } from './plan.ts';
import type { Finding } from './plan-error.ts';

const ranks: Readonly<Record<Tier, number>> = { critical: 0, important: 1, normal: 2 };

/** A mistake that no file shows alone, at a path of the plan named. */
export interface OrderMistake extends Finding {
  readonly plan: string;
}

/** Names that no plan of the installation has, and plans that wait for each other in a circle. */
export function orderMistakes(plans: readonly Pick<Plan, 'plan' | 'after'>[]): readonly OrderMistake[] {
  const afterOf = new Map(plans.map(({ plan, after }) => [plan, after]));
  return plans.flatMap(({ plan, after }) =>
    after.flatMap((name, place): readonly OrderMistake[] => {
      const path = ['after', place];
      if (!afterOf.has(name)) {
        const others = [...afterOf.keys()].filter((other) => other !== plan).sort();
        return [{ plan, path, message: `no plan is named "${name}"`, fix: fixOf(name, others) }];
      }
      const way = wayBack(plan, name, afterOf);
      if (!way) return [];
      const circle = [plan, ...way].join(' after ');
      const message = `plans would wait for each other for ever: ${circle}`;
      return [{ plan, path, message, fix: 'remove one of these from the after of another' }];
    }),
  );
}

function fixOf(name: string, others: readonly string[]): string {
  const meant = nearest(name, others);
  if (meant !== undefined) return `did you mean "${meant}"?`;
  return others.length === 0 ? 'remove it: there is no other plan' : `write ${others.join(' or ')}`;
}

/** The names from `start` to `plan`, by whom each waits for, where `plan` is reached at all; the shortest way. */
function wayBack(
  plan: string,
  start: string,
  afterOf: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined {
  const seen = new Set([start]);
  const ways: (readonly string[])[] = [[start]];
  for (const way of ways) {
    const last = way.at(-1) ?? start;
    if (last === plan) return way;
    for (const next of afterOf.get(last) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return undefined;
}

/**
 * Plans in the order in which they are looked at and started: the most important tier first, by name within one. Whoever is
 * waited for by a more important plan is as important as that one, and stands before it.
 */
export function inOrder<P extends Pick<Plan, 'plan' | 'after' | 'objectives'>>(
  plans: readonly P[],
): readonly P[] {
  const byName = new Map(plans.map((plan) => [plan.plan, plan]));
  const ordered = new Set<P>();
  const place = (plan: P, waiting: ReadonlySet<P>): void => {
    // A circle is a mistake that no installation gets past; it must not keep one from being looked at.
    if (ordered.has(plan) || waiting.has(plan)) return;
    for (const name of [...plan.after].sort()) {
      const first = byName.get(name);
      if (first) place(first, new Set([...waiting, plan]));
    }
    ordered.add(plan);
  };
  const rank = ({ objectives }: P) => ranks[objectives.tier];
  const byTier = [...plans].sort((a, b) => rank(a) - rank(b) || (a.plan < b.plan ? -1 : 1));
  for (const plan of byTier) place(plan, new Set());
  return [...ordered];
}
