import type {
  DescribeInstanceStatusRequest,
  DescribeInstanceStatusResult,
  InstanceStatus,
  InstanceStatusSummary,
} from '@aws-sdk/client-ec2';
import type { Operations } from '../service.ts';
import type { Ec2 } from './ec2.ts';
import { allowMembers, endDryRun } from './inputs.ts';
import { viewState } from './instanceViews.ts';
import { kinds } from './kinds.ts';
import { type Selection, select } from './select.ts';
import type { Instance } from './state.ts';

/** DescribeInstanceStatus: running instances only, unless all are asked for. */
export function instanceStatusOperations(ec2: Ec2): Operations {
  const selection = statusSelection(ec2);
  return {
    DescribeInstanceStatus: (input: DescribeInstanceStatusRequest): DescribeInstanceStatusResult => {
      allowMembers(
        'DescribeInstanceStatus',
        input,
        'InstanceIds Filters MaxResults NextToken IncludeAllInstances',
      );
      const { found, NextToken } = select(
        ec2.instances,
        selection,
        { ...input, ids: input.InstanceIds },
        ec2.nowMs,
      );
      endDryRun(input);
      const shown = found.filter(({ state }) => input.IncludeAllInstances || state === 'running');
      return { InstanceStatuses: shown.map((instance) => viewStatus(ec2, instance)), NextToken };
    },
  };
}

function statusSelection(ec2: Ec2): Selection<Instance> {
  const statusOf = (instance: Instance) => checkStatus(ec2, instance);
  const instanceStatusOf = (instance: Instance) => instanceCheck(ec2, instance);
  return {
    kind: kinds.instance,
    minResults: 5,
    maxResults: 1000,
    filters: {
      operation: 'DescribeInstanceStatus',
      values: {
        'availability-zone': ({ zone }) => zone,
        'instance-state-code': ({ state }) => viewState(state).Code,
        'instance-state-name': ({ state }) => state,
        'instance-status.status': instanceStatusOf,
        'system-status.status': statusOf,
        'instance-status.reachability': (instance) => reachability(instanceStatusOf(instance)),
        'system-status.reachability': (instance) => reachability(statusOf(instance)),
      },
      unmodelled: `availability-zone-id event.code event.description event.instance-event-id event.not-after
        event.not-before event.not-before-deadline operator.managed operator.principal attached-ebs-status.status
        application-status.status`,
    },
  };
}

type Status = 'ok' | 'impaired' | 'initializing' | 'not-applicable';

function checkStatus(ec2: Ec2, instance: Instance): Status {
  if (instance.state !== 'running') return 'not-applicable';
  if (instance.impaired) return 'impaired';
  return (instance.statusOkAtMs ?? Number.POSITIVE_INFINITY) <= ec2.nowMs ? 'ok' : 'initializing';
}

/**
 * The check of the instance itself: AWS sends an ARP request to its network interface, which nothing answers where the
 * network of the operating system is gone; the system's check passes (EC2 User Guide, "Status checks").
 */
function instanceCheck(ec2: Ec2, instance: Instance): Status {
  const status = checkStatus(ec2, instance);
  return status === 'ok' && !ec2.isConnected(instance.id) ? 'impaired' : status;
}

function reachability(status: Status): 'passed' | 'failed' | 'initializing' | undefined {
  const names = {
    ok: 'passed',
    impaired: 'failed',
    initializing: 'initializing',
    'not-applicable': undefined,
  } as const;
  return names[status];
}

function viewStatus(ec2: Ec2, instance: Instance): InstanceStatus {
  return {
    InstanceId: instance.id,
    AvailabilityZone: instance.zone,
    InstanceState: viewState(instance.state),
    InstanceStatus: viewCheck(instanceCheck(ec2, instance)),
    SystemStatus: viewCheck(checkStatus(ec2, instance)),
  };
}

function viewCheck(Status: Status): InstanceStatusSummary {
  const reached = reachability(Status);
  return { Status, ...(reached && { Details: [{ Name: 'reachability', Status: reached }] }) };
}
