import type {
  DescribeInstancesRequest,
  DescribeInstancesResult,
  InstanceStateChange,
  StartInstancesRequest,
  StopInstancesRequest,
  TerminateInstancesRequest,
} from '@aws-sdk/client-ec2';
import { AwsError, NotSimulated } from '../errors.ts';
import type { Call, Operations } from '../service.ts';
import type { Pool } from './capacity.ts';
import type { Ec2 } from './ec2.ts';
import { allowMembers, endDryRun } from './inputs.ts';
import { instanceFilters } from './instanceFilters.ts';
import { findInstanceType } from './instanceTypes.ts';
import { viewReservations, viewState } from './instanceViews.ts';
import { findAll, kinds, missingParameter } from './kinds.ts';
import { type Selection, select } from './select.ts';
import type { Instance, InstanceState } from './state.ts';

const selection: Selection<Instance> = {
  kind: kinds.instance,
  minResults: 5,
  maxResults: 1000,
  filters: instanceFilters,
};

/** DescribeInstances, StartInstances, StopInstances and TerminateInstances. */
export function instanceOperations(ec2: Ec2): Operations {
  return {
    DescribeInstances: (input: DescribeInstancesRequest): DescribeInstancesResult => {
      allowMembers('DescribeInstances', input, 'InstanceIds Filters MaxResults NextToken');
      const { found, NextToken } = select(
        ec2.instances,
        selection,
        { ...input, ids: input.InstanceIds },
        ec2.nowMs,
      );
      endDryRun(input);
      return { Reservations: viewReservations(ec2, found), NextToken };
    },
    StartInstances: (input: StartInstancesRequest, call: Call) => ({
      StartingInstances: start(ec2, input, call),
    }),
    StopInstances: (input: StopInstancesRequest) => ({ StoppingInstances: stop(ec2, input) }),
    TerminateInstances: (input: TerminateInstancesRequest) => ({
      TerminatingInstances: terminate(ec2, input),
    }),
  };
}

/** Nothing starts unless all can: states first, then quota and capacity. One that runs already stays as it is. */
function start(ec2: Ec2, input: StartInstancesRequest, call: Call): InstanceStateChange[] {
  allowMembers('StartInstances', input, 'InstanceIds');
  const instances = named(ec2, input.InstanceIds);
  refuseUnless(instances, ['stopped', 'pending', 'running'], 'started');
  endDryRun(input);
  const toStart = instances.filter(({ state }) => state === 'stopped');
  const byPool = Map.groupBy(toStart, ({ zone, instanceType }) => `${zone} ${instanceType}`);
  const pools = [...byPool.values()].map((members): Pool => {
    const { zone, instanceType } = members[0]!;
    const facts = findInstanceType(instanceType);
    if (!facts) throw new NotSimulated(`the instance type ${instanceType}`);
    return { zone, facts, count: members.length };
  });
  ec2.capacity.takeAll(pools, `${call.caller.accessKeyId}/start`);
  return changed(instances, (instance) => {
    if (instance.state === 'stopped') ec2.lifecycle.start(instance);
  });
}

function stop(ec2: Ec2, input: StopInstancesRequest): InstanceStateChange[] {
  allowMembers('StopInstances', input, 'InstanceIds Force');
  const instances = named(ec2, input.InstanceIds);
  refuseUnless(instances, ['running', 'stopping', 'stopped'], 'stopped');
  endDryRun(input);
  return changed(instances, (instance) => {
    if (instance.state === 'running') ec2.lifecycle.stop(instance);
  });
}

/**
 * One protected instance keeps its zone's instances alive; those of other zones go all the same, and the request fails
 * (EC2 API Reference, TerminateInstances).
 */
function terminate(ec2: Ec2, input: TerminateInstancesRequest): InstanceStateChange[] {
  allowMembers('TerminateInstances', input, 'InstanceIds');
  const instances = named(ec2, input.InstanceIds);
  const isProtected = (instance: Instance) =>
    instance.disableApiTermination && instance.state !== 'terminated';
  const safeZones = new Set(instances.filter(isProtected).map(({ zone }) => zone));
  if (safeZones.size === 0) endDryRun(input);
  const changes = changed(
    instances.filter(({ zone }) => !safeZones.has(zone) && !input.DryRun),
    (instance) => {
      if (instance.state !== 'terminated' && instance.state !== 'shutting-down')
        ec2.lifecycle.terminate(instance);
    },
  );
  const guarded = instances.find(isProtected);
  if (!guarded) return changes;
  throw new AwsError(
    'OperationNotPermitted',
    `The instance '${guarded.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
  );
}

function named(ec2: Ec2, ids: readonly string[] | undefined): Instance[] {
  if (!ids || ids.length === 0) throw missingParameter('InstanceId');
  return findAll(kinds.instance, ec2.instances, [...new Set(ids)], ec2.nowMs);
}

function refuseUnless(instances: readonly Instance[], states: readonly InstanceState[], done: string): void {
  const odd = instances.find(({ state }) => !states.includes(state));
  if (!odd) return;
  throw new AwsError(
    'IncorrectInstanceState',
    `The instance '${odd.id}' is not in a state from which it can be ${done}.`,
  );
}

function changed(instances: readonly Instance[], act: (instance: Instance) => void): InstanceStateChange[] {
  return instances.map((instance) => {
    const previous = viewState(instance.state);
    act(instance);
    return { InstanceId: instance.id, PreviousState: previous, CurrentState: viewState(instance.state) };
  });
}
