import type { CallRecord } from '../../simulator/simulator.ts';
import { isPerson, kindOfCaller } from '../truth/acts.ts';
import type { Law } from './scene.ts';

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

/**
 * A failover does in the primary Region what its fence does, and nothing else; whoever decides reads signals there, and
 * readiness looks at everything.
 */
export const primaryLeftAlone: Law = ({ sim, recoveries }) => {
  const primaries = new Set(recoveries.map(({ plan }) => plan.regions.primary));
  const fenced = new Set(
    recoveries
      .filter(({ plan, kind }) => kind === 'failover' && plan.fence !== undefined)
      .map(({ plan }) => plan.regions.primary),
  );
  const mayFence = (call: CallRecord) =>
    fenced.has(call.region) && fences.has(call.operation) && kindOfCaller(call) !== 'drill';
  return sim.transcript
    .filter((call) => primaries.has(call.region) && call.service !== 'route53')
    .filter((call) => !looksOver(call) && !isPerson(call))
    .filter((call) => !readsSignals.has(call.operation) && !mayFence(call))
    .map((call) => ({
      message: `${call.operation} was called in the primary Region ${call.region}`,
    }));
};

/** A look of the function that tells whether a recovery could be done. */
function looksOver({ callerArn, operation }: CallRecord): boolean {
  return callerArn.endsWith('-readiness') && /^(Describe|Get|List)/.test(operation);
}
