import assert from 'node:assert/strict';
import { tagKeys } from '../../recovery/identity.ts';
import type { TargetGroup } from '../../simulator/elbv2/state.ts';
import type { Aftermath } from './struck.ts';

/** What a strike may bring about besides a plain recovery or drill. */
export interface Allowed {
  /** How it may end; a good end otherwise. */
  readonly ends?: readonly string[];
  /** Servers or volumes had to be replaced, so that more than one of a kind was made. */
  readonly replaced?: boolean;
}

/** History beyond this is on its way to the 25,000 events at which Step Functions ends an execution. */
const historyMax = 12_000;

/** Asserts that a struck recovery ended in time, with a verdict that is true, and did nothing twice. */
export function assertSound(what: string, aftermath: Aftermath, allowed: Allowed = {}): void {
  const { ends = ['recovered', 'drilled'] } = allowed;
  const objections = [
    ...(ends.includes(aftermath.outcome) ? [] : [`ended ${aftermath.outcome}: ${aftermath.reason}`]),
    ...safety(aftermath, allowed),
    ...conclusion(aftermath),
    ...(aftermath.outcome === 'recovered' ? recovered(aftermath, allowed) : []),
  ];
  assert.deepEqual(objections, [], `${what}, ${aftermath.recovery}`);
}

/** What must hold however it ended. */
function safety(aftermath: Aftermath, { replaced }: Allowed): string[] {
  const { acted, launched, volumes, violations, leaks, plan } = aftermath;
  const workers = launched.filter(({ tags }) => tags[tagKeys.item] === 'servers.worker').length;
  const promotions = acted('PromoteReadReplica').length;
  return [
    ...violations.map(({ checker, message }) => `${checker}: ${message}`),
    ...leaks.map((leak) => `left ${leak}`),
    ...(promotions > plan.databases.length ? [`${promotions} promotions`] : []),
    ...(workers > 1 && !replaced ? [`${workers} workers were launched`] : []),
    ...(volumes.length > 1 && !replaced ? [`${volumes.length} data volumes were created`] : []),
    ...trafficBeforeVerified(aftermath),
  ];
}

/** The probes put metrics too; only those of the traffic step move anybody. */
const isSwitch = ({ callerArn }: { readonly callerArn: string }) => /FailoverTraffic/.test(callerArn);

function trafficBeforeVerified({ acted, steps }: Aftermath): string[] {
  const verifiedAtMs = steps.find(
    ({ output: { step, status } }) => step === 'verify' && status === 'done',
  )?.atMs;
  return [...acted('ChangeResourceRecordSets'), ...acted('PutMetricData').filter(isSwitch)]
    .filter(({ atMs }) => verifiedAtMs === undefined || atMs < verifiedAtMs)
    .map(() => 'traffic was moved before the recovery was verified');
}

/** Whether it ended, said so, and let go of the plan. */
function conclusion(aftermath: Aftermath): string[] {
  const { outcome, reason, unblock, execution, hung, lock } = aftermath;
  const isGood = outcome === 'recovered' || outcome === 'drilled';
  const mustRelease = outcome === 'recovered' || aftermath.recovery.includes('drill');
  const events = execution.history.length;
  return [
    ...(hung ? ['it does not end'] : []),
    ...(outcome === 'none' ? [`there is no evidence; the execution is ${execution.status}`] : []),
    ...(isGood || (reason && unblock) ? [] : ['it does not say why it ended and what to do']),
    ...(/came to no end/.test(reason) ? [`a step has no end: ${reason}`] : []),
    ...(isGood === (execution.status === 'SUCCEEDED') ? [] : [`the execution is ${execution.status}`]),
    ...(mustRelease && lock && !lock.releasedAt ? ['the lock of the plan is still held'] : []),
    ...(events > historyMax ? [`${events} history events`] : []),
  ];
}

/** What a recovered workload consists of. */
function recovered(aftermath: Aftermath, { replaced }: Allowed): string[] {
  const { alive, volumes, region } = aftermath;
  const workers = alive('worker').map(({ id }) => id);
  const attached = volumes.filter(
    ({ state, attachment }) => state === 'in-use' && attachment?.state === 'attached',
  );
  const surplus = volumes.filter(
    ({ state }) => state !== 'in-use' && state !== 'deleting' && state !== 'deleted',
  );
  const groups = [...region.elbv2.targetGroups.values()];
  return [
    ...(workers.length === 1 ? [] : [`${workers.length} workers live`]),
    ...(attached.length === 1 ? [] : [`${attached.length} data volumes are attached`]),
    ...(surplus.length === 0 ? [] : [`${surplus.length} data volumes are left over`]),
    ...(alive('web').length === 0 || replaced ? [] : ['web servers were launched beside those that stand']),
    ...targets('shop-web', 2, groups),
    ...targets('shop-worker', 1, groups),
  ];
}

function targets(name: string, count: number, groups: readonly TargetGroup[]): string[] {
  const group = groups.find((candidate) => candidate.name === name);
  const ids = [...(group?.targets.values() ?? [])].filter(({ phase }) => phase !== 'draining');
  return ids.length === count ? [] : [`${name} has ${ids.length} targets`];
}
