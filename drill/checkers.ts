import type { Plan } from '../recovery/plan/plan.ts';
import type { RecoveryKind, ResourceRef } from '../recovery/terms.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { regionHealth } from '../simulator/world/health.ts';
import type { InventoryDifference } from '../simulator/world/inventory.ts';

/** Something that must never be, found in the simulator's truth. */
export interface Violation {
  readonly checker: string;
  readonly atMs: number;
  readonly message: string;
}

/** What the judges look at: the world before and after, and what the recovery says of itself. */
export interface Judged {
  readonly sim: Simulator;
  readonly plan: Plan;
  readonly kind: RecoveryKind;
  readonly recovery: string;
  readonly outcome: string;
  /** Without the recovery's own ledger, which is what it leaves on purpose. */
  readonly difference: InventoryDifference;
}

/** One rule; it judges the truth, never what the recovery recorded. */
type Checker = (judged: Judged) => readonly string[];

/** Operations that a drill may never make, whatever the plan: its roles cannot either. */
const neverInDrill = new Set([
  'PromoteReadReplica',
  'StartInstances',
  'StopInstances',
  'ModifyInstanceAttribute',
  'ChangeResourceRecordSets',
  'RegisterTargets',
  'DeregisterTargets',
  'CreateDBSnapshot',
]);

const checkers: Readonly<Record<string, Checker>> = {
  /** A drill leaves every resource that it did not make exactly as it was. */
  drillHurtsNothing: ({ kind, difference }) => {
    if (kind !== 'drill') return [];
    const deleted = difference.deleted.map((one) => `${one.type} ${one.id} in ${one.region} is gone`);
    const changed = difference.changed.map(
      ({ resource, path, before, after }) =>
        `${resource.type} ${resource.id} in ${resource.region}: ${path} was ${JSON.stringify(before)} and is ${JSON.stringify(after)}`,
    );
    return [...deleted, ...changed];
  },
  drillCallsNothingLive: ({ kind, sim }) =>
    kind !== 'drill'
      ? []
      : sim.transcript
          .filter((call) => neverInDrill.has(call.operation))
          .map((call) => `a drill called ${call.service}:${call.operation}`),
  /** A failover changes nothing in the primary Region: it may be unreachable, and it is not asked. */
  primaryLeftAlone: ({ sim, plan }) =>
    sim.transcript
      .filter((call) => call.region === plan.regions.primary && call.service !== 'route53')
      .map((call) => `${call.operation} was called in the primary Region ${call.region}`),
  /** What is called recovered must serve. */
  recoveredServes: ({ outcome, sim, plan }) => {
    if (outcome !== 'recovered') return [];
    const health = regionHealth(sim, plan.regions.recovery);
    return health.healthy ? [] : [`the recovery is called recovered, but ${health.missing.join(', ')}`];
  },
  /** What is called recovered has databases of its own. */
  recoveredWrites: ({ outcome, sim, plan }) =>
    outcome !== 'recovered'
      ? []
      : plan.databases
          .filter((item) => !sim.region(plan.regions.recovery).rds.isWritable(item.replica))
          .map((item) => `the recovery is called recovered, but ${item.replica} cannot be written`),
  /** A failover touches only what carries the plan's tag or its own. */
  onlyWhatIsOurs: ({ kind, difference, plan }) => {
    if (kind !== 'failover') return [];
    return difference.deleted.map(
      (one) => `${one.type} ${one.id} in ${one.region} is gone after a failover of ${plan.plan}`,
    );
  },
};

/** Everything that the judges object to. */
export function judge(judged: Judged): readonly Violation[] {
  const atMs = judged.sim.clock.nowMs();
  return Object.entries(checkers).flatMap(([checker, check]) =>
    check(judged).map((message) => ({ checker, atMs, message })),
  );
}

/** What a drill left behind, by the truth of the account. Terminated instances stay visible for an hour and do not count. */
export function leaksOf(judged: Judged): readonly ResourceRef[] {
  return judged.kind === 'drill' ? judged.difference.created : [];
}
