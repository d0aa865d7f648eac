import { tagKeys } from '../../recovery/identity.ts';
import type { ResourceRef } from '../../recovery/terms.ts';
import type { OrderGiven } from '../../report/operator.ts';
import { isObject } from '../../simulator/json.ts';
import { diffInventories, inventory } from '../../simulator/world/inventory.ts';
import { judgeScene, sceneOf, type Violation } from '../checkers.ts';
import { readLedger } from '../ledger.ts';
import type { Scene } from '../respond.ts';
import { scenarioNamed } from '../scenarios/scenarios.ts';
import type { Disaster } from './disaster.ts';

type Found = Pick<Violation, 'checker' | 'message'>;

/** How the recoveries of a disaster ended, and everything that the judges object to. */
export interface StormJudgement {
  readonly outcomes: readonly string[];
  readonly violations: readonly Found[];
}

/** A recovery that was begun. */
interface Begun {
  readonly kind: 'drill' | 'failover';
  readonly plan: string;
  readonly recovery: string;
}

/** What a disaster knows beside its scene. */
interface Besides {
  /** What people ordered in the calm. */
  readonly orders: readonly OrderGiven[];
  /** What was changed by the disaster itself. */
  readonly excused: readonly ResourceRef[];
}

/** Judges what a disaster has left behind. */
export function judgeStorm(disaster: Disaster, scene: Scene, { orders, excused }: Besides): StormJudgement {
  const { account, before, given } = scene;
  const { sim, ledgerBucket } = account;
  const after = inventory(sim, { withoutBuckets: [ledgerBucket] });
  const difference = diffInventories(before, after);
  const begun = recoveriesIn(scene);
  const violations = [
    ...judgeScene(sceneOf({ sim, difference, orders: [...given.given, ...orders], excused })),
    ...needless(disaster, begun),
    ...leftovers(begun, after),
  ];
  const unique = new Map(
    violations.map(({ checker, message }) => [`${checker} ${message}`, { checker, message }]),
  );
  const outcomes = begun.map(
    ({ plan, recovery }) => readLedger(account, plan, recovery).evidence?.outcome ?? 'none',
  );
  return { outcomes, violations: [...unique.values()] };
}

/** Each recovery of which an execution was started, in the order of their first ones. */
function recoveriesIn({ account, recoveryRegion }: Scene): readonly Begun[] {
  const { drill, failover } = account.machineArns;
  const { executions } = account.sim.region(recoveryRegion).states;
  const found = new Map<string, Begun>();
  for (const { machine, input } of executions) {
    if (machine.arn !== drill && machine.arn !== failover) continue;
    const { plan, recovery } = JSON.parse(input) as Begun;
    if (!found.has(recovery))
      found.set(recovery, { kind: machine.arn === drill ? 'drill' : 'failover', plan, recovery });
  }
  return [...found.values()];
}

/** Where the application was there for its users all the time and nobody asked for it, nothing is recovered. */
function needless({ mishaps, orders }: Disaster, begun: readonly Begun[]): readonly Found[] {
  const isAsked = orders.some(({ order }) => order.command === 'failover');
  if (isAsked || mishaps.some(({ scenario }) => scenarioNamed(scenario).isOutage)) return [];
  return begun
    .filter(({ kind }) => kind === 'failover')
    .map(({ recovery }) => ({
      checker: 'recoversOnlyWhatIsDown',
      message: `${recovery} was begun, and the application was there for its users all the time`,
    }));
}

/** What a drill made and that is still there, however it ended. */
function leftovers(begun: readonly Begun[], after: ReturnType<typeof inventory>): readonly Found[] {
  const drills = new Set(begun.filter(({ kind }) => kind === 'drill').map(({ recovery }) => recovery));
  return after.flatMap(({ type, id, region, attributes }) => {
    const tags = attributes['tags'];
    const recovery = isObject(tags) ? String(tags[tagKeys.recovery]) : '';
    if (!drills.has(recovery)) return [];
    return [{ checker: 'drillLeavesNothing', message: `${recovery} left ${type} ${id} in ${region}` }];
  });
}
