import { tagKeys } from '../../recovery/identity.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { ResourceRef } from '../../recovery/terms.ts';
import type { OrderGiven } from '../../report/operator.ts';
import { isObject } from '../../simulator/json.ts';
import { diffInventories, inventory } from '../../simulator/world/inventory.ts';
import type { Span } from '../checkers/scene.ts';
import { judgeScene, sceneOf, type Violation } from '../checkers.ts';
import { readLedger } from '../ledger.ts';
import type { Scene } from '../respond.ts';
import { computeScenarios } from '../scenarios/compute.ts';
import { dataScenarios } from '../scenarios/data.ts';
import { scenarioNamed } from '../scenarios/scenarios.ts';
import type { GivenUp } from './caretaker.ts';
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
  /** Whom people gave up in the calm. */
  readonly givenUp: readonly GivenUp[];
  /** What was changed by the disaster itself. */
  readonly excused: readonly ResourceRef[];
  /** When Lifeboat itself could hardly act. */
  readonly silenced: readonly Span[];
  /** When its calls were struck. */
  readonly struck: readonly Span[];
}

/** Judges what a disaster has left behind. */
export function judgeStorm(
  disaster: Disaster,
  scene: Scene,
  { orders, givenUp, excused, silenced, struck }: Besides,
): StormJudgement {
  const { account, before, given } = scene;
  const { sim, ledgerBucket } = account;
  const after = inventory(sim, { withoutBuckets: [ledgerBucket] });
  const difference = diffInventories(before, after);
  const begun = recoveriesIn(scene);
  const ends = begun.map(({ plan, recovery }): End => {
    const { evidence } = readLedger(account, plan, recovery);
    const stuckAt = evidence?.steps.find(({ status }) => status === 'failed' || status === 'held')?.name;
    return { plan, recovery, outcome: evidence?.outcome ?? 'none', stuckAt };
  });
  const isCalm = strikesNobody(disaster);
  const violations = [
    ...judgeScene(
      sceneOf({
        sim,
        difference,
        orders: [...given.given, ...orders],
        excused,
        isCalm,
        struck,
        silenced,
      }),
    ),
    ...needless(disaster, begun),
    ...leftovers(begun, after),
    ...givenUp.filter(({ recovery }) => !restsOnAnother(recovery, scene.plans, ends)).map(leadsNowhere),
  ];
  const unique = new Map(
    violations.map(({ checker, message }) => [`${checker} ${message}`, { checker, message }]),
  );
  return { outcomes: ends.map(({ outcome }) => outcome), violations: [...unique.values()] };
}

/** How a recovery ended, and the first of its steps that did not. */
interface End extends Pick<Begun, 'plan' | 'recovery'> {
  readonly outcome: string;
  readonly stuckAt: string | undefined;
}

/**
 * Whether a recovery verifies an address that another plan has to bring back first, and that one was not recovered, since
 * its primary was well again, say: no way out of its own leads further.
 */
function restsOnAnother(recovery: string, plans: readonly Plan[], ends: readonly End[]): boolean {
  const own = ends.find((end) => end.recovery === recovery && end.stuckAt === 'verify');
  const plan = plans.find((each) => each.plan === own?.plan);
  const addresses = new Set(plan?.verify.map(({ http }) => http));
  const first = plans.find(({ verify }) => verify.some(({ http }) => addresses.has(http)));
  if (!plan || !first || first === plan) return false;
  return ends.findLast((end) => end.plan === first.plan)?.outcome !== 'recovered';
}

/** What happens to the workload, and to what it is recovered from: nobody who looks at it is struck by that. */
const besideThePoint = { ...computeScenarios, ...dataScenarios };

/** Whether nothing strikes Lifeboat itself: only then must it have seen an outage in time. */
function strikesNobody({ mishaps }: Disaster): boolean {
  return !mishaps.some(({ scenario }) => strikesLifeboat(scenario));
}

/** Whether a scenario strikes what Lifeboat itself does, and not the workload alone. */
export function strikesLifeboat(scenario: string): boolean {
  return scenarioNamed(scenario).isOutage !== true && !Object.hasOwn(besideThePoint, scenario);
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

/**
 * Where the application was there for its users all the time and nobody asked for it, nothing is recovered. Two places that
 * both see it down, wrongly, while the third is silent, are what a plan asks for: then the gate has to keep it from promoting.
 */
function needless({ mishaps, orders }: Disaster, begun: readonly Begun[]): readonly Found[] {
  const isAsked = orders.some(({ order }) => order.command === 'failover');
  const misled = new Set(mishaps.flatMap(({ scenario }) => scenarioNamed(scenario).misleads ?? []));
  if (isAsked || misled.size > 1 || mishaps.some(({ scenario }) => scenarioNamed(scenario).isOutage))
    return [];
  return begun
    .filter(({ kind }) => kind === 'failover')
    .map(({ recovery }) => ({
      checker: 'recoversOnlyWhatIsDown',
      message: `${recovery} was begun, and the application was there for its users all the time`,
    }));
}

/** In calm nothing is in the way of a recovery any more: whoever does what it says must get it to its end. */
function leadsNowhere({ recovery, followed, wayOut }: GivenUp): Found {
  return {
    checker: 'waysOutLeadOut',
    message: `${recovery} was given up in calm after its ways out had been followed ${followed} times, the last: ${wayOut}`,
  };
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
