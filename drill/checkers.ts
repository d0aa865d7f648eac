import { tagKeys } from '../recovery/identity.ts';
import type { Plan } from '../recovery/plan/plan.ts';
import { trafficNamespace } from '../recovery/steps/traffic.ts';
import type { RecoveryKind, ResourceRef } from '../recovery/terms.ts';
import { isObject } from '../simulator/json.ts';
import type { CallRecord, Simulator } from '../simulator/simulator.ts';
import { regionHealth } from '../simulator/world/health.ts';
import { type InventoryDifference, inventory } from '../simulator/world/inventory.ts';
import { worldOf } from '../simulator/world/placed.ts';
import { undocumented } from './notices.ts';

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
  'SuspendProcesses',
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
  /**
   * What no role permits fails here, however well the step that asked for it gets along without. What is not there has no tag
   * that could permit it, and is missing in the world instead.
   */
  everythingPermitted: ({ sim }) => {
    const missing = sim.iam.permissions.denials.filter(({ isAbsent }) => !isAbsent);
    return [...new Set(missing.map(({ message }) => message))];
  },
  drillCallsNothingLive: ({ kind, sim }) =>
    kind !== 'drill'
      ? []
      : sim.transcript
          .filter((call) => neverInDrill.has(call.operation))
          .map((call) => `a drill called ${call.service}:${call.operation}`),
  /** A drill puts no metric that moves traffic: the alarm that watches it would keep its state. */
  drillMovesNoTraffic: ({ kind, sim }) =>
    kind !== 'drill'
      ? []
      : sim.regions.flatMap(({ name, cloudwatch }) =>
          cloudwatch.metrics
            .metrics()
            .filter(({ namespace }) => namespace === trafficNamespace)
            .map((metric) => `a drill put ${metric.namespace} ${metric.name} in ${name}`),
        ),
  /**
   * A failover does in the primary Region what its fence does, and nothing else; whoever decides reads signals there, and
   * readiness looks at everything.
   */
  primaryLeftAlone: ({ sim, plan, kind }) => {
    const mayFence = kind === 'failover' && plan.fence !== undefined;
    return sim.transcript
      .filter((call) => call.region === plan.regions.primary && call.service !== 'route53')
      .filter((call) => !looksOver(call))
      .filter(({ operation }) => !readsSignals.has(operation) && !(mayFence && fences.has(operation)))
      .map((call) => `${call.operation} was called in the primary Region ${call.region}`);
  },
  /** Once a replica was promoted, the old primary is cut off within minutes of being in reach. */
  nobodysWritesSplit: ({ sim, plan }) =>
    plan.fence === undefined
      ? []
      : worldOf(sim)
          .splits.splits.filter(({ fromMs, toMs }) => toMs - fromMs > splitMsMost)
          .map(
            ({ fromMs, toMs, says }) =>
              `${says}, ${Math.round((toMs - fromMs) / 1000)} s long, while its replica was promoted`,
          ),
  /** What machines are told has the form that is documented. */
  toldAsDocumented: ({ sim }) => undocumented(sim),
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
  onlyWhatIsOurs: (judged) => {
    const { kind, difference, plan } = judged;
    if (kind !== 'failover') return [];
    const deleted = difference.deleted.map(
      (one) => `${one.type} ${one.id} in ${one.region} is gone after a failover of ${plan.plan}`,
    );
    const isOurs = owner(judged);
    const changed = difference.changed
      .filter(({ resource }) => !isOurs(resource))
      .map(
        ({ resource: { type, id, region }, path }) =>
          `${path} of ${type} ${id} in ${region} changed in a failover of ${plan.plan}, and it is not the plan's`,
      );
    return [...deleted, ...changed];
  },
};

/** What a fence may call in the primary Region, and what tells later what was written there. */
const fences = new Set([
  'DescribeAutoScalingGroups',
  'SuspendProcesses',
  'DescribeInstances',
  'DescribeSecurityGroups',
  'StopInstances',
  'DescribeDBInstances',
  'ModifyDBInstance',
  'GetMetricData',
]);
const readsSignals = new Set(['DescribeAlarms', 'DescribeTargetGroups', 'DescribeTargetHealth']);

/** A look of the function that tells whether a recovery could be done. */
function looksOver({ callerArn, operation }: CallRecord): boolean {
  return callerArn.endsWith('-readiness') && /^(Describe|Get|List)/.test(operation);
}

/** How long both sides may take writes: a fence is tried again each minute. */
const splitMsMost = 3 * 60_000;

/** Tells what a plan's failover may change: what carries its tag, and the records that it names. */
function owner({ sim, plan, difference }: Judged): (resource: ResourceRef) => boolean {
  if (difference.changed.length === 0) return () => false;
  const tagged = new Set(
    inventory(sim)
      .filter(
        ({ attributes }) => isObject(attributes['tags']) && attributes['tags'][tagKeys.plan] === plan.plan,
      )
      .map(keyOf),
  );
  return (resource) => tagged.has(keyOf(resource)) || isPlansRecord(plan, resource);
}

function isPlansRecord({ traffic }: Plan, { type, id }: ResourceRef): boolean {
  if (type !== 'record') return false;
  return traffic.some(
    (item) =>
      item.via === 'record' && id.startsWith(`${item.record.zone}|${item.record.name.replace(/\.?$/, '.')}|`),
  );
}

const keyOf = ({ region, type, id }: ResourceRef) => `${region}|${type}|${id}`;

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
