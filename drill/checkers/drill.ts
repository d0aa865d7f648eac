import { tagKeys } from '../../recovery/identity.ts';
import { trafficNamespace } from '../../recovery/steps/traffic.ts';
import { metricKey, readDimensions } from '../../simulator/cloudwatch/metric.ts';
import { type Act, isPerson, kindOfCaller, listOf, tagsIn } from '../truth/acts.ts';
import { type Finding, hasFailovers, keyOf, type Law, type Scene } from './scene.ts';

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

/**
 * A drill leaves every resource that it did not make exactly as it was. Beside a failover, which changes much, a drill's own
 * calls are held against what they were made on.
 */
export const drillHurtsNothing: Law = (scene) => [
  ...(hasFailovers(scene) ? [] : changedBesides(scene)),
  ...scene.truth.acts
    .filter((act) => kindOfCaller(act) === 'drill')
    .flatMap((act) => touchedByDrill(scene, act)),
];

function changedBesides({ recoveries, difference, excused }: Scene): readonly Finding[] {
  if (recoveries.length === 0) return [];
  const others = new Set(excused.map(keyOf));
  const deleted = difference.deleted
    .filter((one) => !others.has(keyOf(one)))
    .map((one) => ({ message: `${one.type} ${one.id} in ${one.region} is gone` }));
  const changed = difference.changed
    .filter(({ resource }) => !others.has(keyOf(resource)))
    .map(({ resource, path, before, after }) => ({
      message: `${resource.type} ${resource.id} in ${resource.region}: ${path} was ${JSON.stringify(before)} and is ${JSON.stringify(after)}`,
    }));
  return [...deleted, ...changed];
}

function touchedByDrill(scene: Scene, act: Act): readonly Finding[] {
  const run = scene.runOf(act);
  if (!run || scene.recordOf(act)?.outcome !== 'ok') return [];
  return act.targets
    .filter(({ recovery }) => recovery !== run.recovery)
    .map(({ type, id }) => ({
      atMs: act.atMs,
      recovery: run.recovery,
      message: `the drill ${run.recovery} called ${act.operation} on ${type} ${id}, which it has not made`,
    }));
}

export const drillCallsNothingLive: Law = ({ sim, recoveries, ...scene }) => {
  const isAlone = recoveries.length > 0 && recoveries.every(({ kind }) => kind === 'drill');
  return sim.transcript
    .filter((call) => neverInDrill.has(call.operation) && !isPerson(call))
    .filter((call) => isAlone || kindOfCaller(call) === 'drill')
    .map((call) => ({
      ...(scene.truth.startMs <= call.atMs && { atMs: call.atMs }),
      message: `a drill called ${call.service}:${call.operation}`,
    }));
};

/** A drill puts no metric that moves traffic: the alarm that watches it would keep its state. */
export const drillMovesNoTraffic: Law = ({ sim, recoveries }) => {
  const failedOver = new Set(
    recoveries.filter(({ kind }) => kind === 'failover').map(({ plan }) => plan.plan),
  );
  if (!recoveries.some(({ kind }) => kind === 'drill')) return [];
  return sim.regions.flatMap(({ name, cloudwatch }) =>
    cloudwatch.metrics
      .metrics()
      .filter(({ namespace }) => namespace === trafficNamespace)
      .filter(({ dimensions }) => !failedOver.has(dimensions['Plan'] ?? ''))
      .map((metric) => ({ message: `a drill put ${metric.namespace} ${metric.name} in ${name}` })),
  );
};

/**
 * Nothing that listens in the account hears of a drill: what it makes carries no tag but our own, is in no target group, is
 * attached by no remount, and feeds no alarm; what it does wakes no response.
 */
export const drillWakesNobody: Law = (scene) => {
  const drills = new Set(
    scene.recoveries.filter(({ kind }) => kind === 'drill').map(({ recovery }) => recovery),
  );
  if (drills.size === 0) return [];
  return scene.truth.acts
    .filter((act) => scene.recordOf(act)?.outcome === 'ok')
    .flatMap((act) => [
      ...(kindOfCaller(act) === 'drill' ? [...strangeTags(scene, act), ...feedsAlarms(scene, act)] : []),
      ...takenUp(scene, act, drills),
    ])
    .concat(wokenBy(scene, drills));
};

const creates = new Set([
  'RunInstances',
  'CreateVolume',
  'RestoreDBInstanceFromDBSnapshot',
  'RestoreDBInstanceToPointInTime',
]);
const needed = [tagKeys.plan, tagKeys.recovery, tagKeys.item, tagKeys.expires];

/** Tags that selectors of plans, DLM or anything else in production could match, and tags without which nobody cleans up. */
function strangeTags(scene: Scene, act: Act): readonly Finding[] {
  if (!creates.has(act.operation)) return [];
  const tags = tagsIn(act);
  const keys = Object.keys(tags);
  const isOwn = (key: string) => key.startsWith('lifeboat:') && key !== tagKeys.remount;
  const isName = (key: string) => key === 'Name' && tags[key]?.startsWith('lifeboat ') === true;
  const strange = keys.filter((key) => !isOwn(key) && !isName(key));
  const missing = needed.filter((key) => !keys.includes(key));
  const recovery = scene.runOf(act)?.recovery;
  const say = (what: string) => ({
    atMs: act.atMs,
    ...(recovery !== undefined && { recovery }),
    message: `${act.operation} of a drill made something ${what}`,
  });
  return [
    ...strange.map((key) => say(`with the tag ${key}, which others may look for`)),
    ...missing.map((key) => say(`without the tag ${key}`)),
  ];
}

function feedsAlarms({ sim }: Scene, { operation, region, input, atMs }: Act): readonly Finding[] {
  if (operation !== 'PutMetricData') return [];
  const alarms = [...sim.region(region).cloudwatch.alarms.alarms.values()];
  const namespace = String(input['Namespace']);
  const put = new Set(
    listOf(input['MetricData']).map(({ MetricName, Dimensions }) =>
      metricKey({ namespace, name: String(MetricName), dimensions: readDimensions(Dimensions as never) }),
    ),
  );
  return alarms
    .filter(({ rule }) => put.has(metricKey(rule.metric)))
    .map(({ name }) => ({ atMs, message: `a drill put a metric that the alarm ${name} watches` }));
}

/** A copy that a target group, or a remount, has taken for the real one. */
function takenUp(scene: Scene, act: Act, drills: ReadonlySet<string>): readonly Finding[] {
  const copies = act.targets.filter(({ recovery }) => recovery !== undefined && drills.has(recovery));
  const isTaken =
    act.operation === 'RegisterTargets' ||
    (act.operation === 'AttachVolume' && scene.runOf(act)?.kind !== 'drill' && !isPerson(act));
  if (!isTaken) return [];
  return copies.map(({ type, id, recovery }) => ({
    atMs: act.atMs,
    recovery: recovery!,
    message: `${act.operation} took the ${type} ${id} of the drill ${recovery} for a real one`,
  }));
}

/** Executions of the response that were given something of a drill. */
function wokenBy({ sim, truth }: Scene, drills: ReadonlySet<string>): readonly Finding[] {
  const { responseArn, recoveryRegion } = truth.watched;
  const made = new Map(
    truth.acts.flatMap(({ targets }) =>
      targets.flatMap(({ id, recovery }) =>
        recovery !== undefined && drills.has(recovery) ? [[id, recovery] as const] : [],
      ),
    ),
  );
  if (made.size === 0) return [];
  return sim
    .region(recoveryRegion)
    .states.executions.filter(({ machine }) => machine.arn === responseArn)
    .flatMap(({ input, startedAtMs }) =>
      [...made]
        .filter(([id]) => input.includes(id))
        .map(([id, recovery]) => ({
          atMs: startedAtMs,
          recovery,
          message: `${id} of the drill ${recovery} woke the response`,
        })),
    );
}
