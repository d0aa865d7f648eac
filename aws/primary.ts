import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  SuspendProcessesCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeSecurityGroupsCommand, EC2Client, StopInstancesCommand } from '@aws-sdk/client-ec2';
import {
  type DBInstance,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { type Answer, mapAnswer } from '../recovery/answer.ts';
import { tagKeys } from '../recovery/identity.ts';
import type { FenceableDatabase, FenceableGroup, FenceGroup } from '../recovery/steps/fence.ts';
import { type Access, openClient } from './access.ts';
import { call } from './call.ts';
import { describeInstances } from './ec2.ts';
import { allPages } from './pages.ts';
import { tagFilters, toTags } from './tags.ts';

/**
 * A primary Region that is in trouble hangs more often than it refuses: no call into it is waited for longer than this, and
 * none that gave no answer is made again in the same invocation.
 */
export const primaryPatience = { deadlineSeconds: 3 } as const;

export type Primary = ReturnType<typeof openPrimary>;

/** What a fence does in the primary Region, and nothing else. */
export function openPrimary(access: Access, region: string) {
  const ec2 = openClient(EC2Client, access, region);
  const rds = openClient(RDSClient, access, region);
  const autoscaling = openClient(AutoScalingClient, access, region);
  return {
    instances: (tags: Readonly<Record<string, string>>) =>
      describeInstances(access, ec2, { Filters: tagFilters(tags), MaxResults: 1000 }, primaryPatience),
    groups: (tags: Readonly<Record<string, string>>) => describeGroups(access, ec2, tags),
    databases: (ids: readonly string[]) => describeDatabases(access, rds, ids),
    scaling: (plan: string) => describeScaling(access, autoscaling, plan),
    /**
     * Suspends every process of a group: it neither starts nor ends an instance by itself, and keeps its desired capacity (EC2
     * Auto Scaling API Reference, SuspendProcesses). Suspending what is suspended changes nothing.
     */
    suspend: (group: string): Promise<Answer<unknown>> =>
      call(
        access,
        'autoscaling:SuspendProcesses',
        (abortSignal) =>
          autoscaling.send(new SuspendProcessesCommand({ AutoScalingGroupName: group }), { abortSignal }),
        primaryPatience,
      ),
    /** Stops all of them or none; stopping a stopped instance changes nothing. Answers with the states by instance. */
    stop: async (ids: readonly string[]): Promise<Answer<Readonly<Record<string, string>>>> =>
      mapAnswer(
        await call(
          access,
          'ec2:StopInstances',
          (abortSignal) => ec2.send(new StopInstancesCommand({ InstanceIds: [...ids] }), { abortSignal }),
          primaryPatience,
        ),
        (output) =>
          Object.fromEntries(
            (output.StoppingInstances ?? []).map((change) => [
              change.InstanceId ?? '',
              change.CurrentState?.Name ?? '',
            ]),
          ),
      ),
    /** Leaves a database this one security group (RDS API Reference, ModifyDBInstance: the list replaces the old one). */
    replaceGroups: (id: string, group: string): Promise<Answer<unknown>> =>
      call(
        access,
        'rds:ModifyDBInstance',
        (abortSignal) =>
          rds.send(
            new ModifyDBInstanceCommand({
              DBInstanceIdentifier: id,
              VpcSecurityGroupIds: [group],
              ApplyImmediately: true,
            }),
            { abortSignal },
          ),
        primaryPatience,
      ),
  };
}

/** The Auto Scaling groups that carry the plan's tag: the tag chooses and permits at once. */
function describeScaling(
  access: Access,
  client: AutoScalingClient,
  plan: string,
): Promise<Answer<readonly FenceableGroup[]>> {
  const input = { Filters: tagFilters({ [tagKeys.plan]: plan }), MaxRecords: 100 };
  return allPages(
    access,
    {
      asked: 'autoscaling:DescribeAutoScalingGroups',
      send: (NextToken, abortSignal) =>
        client.send(new DescribeAutoScalingGroupsCommand({ ...input, NextToken }), { abortSignal }),
      next: ({ NextToken }) => NextToken,
      items: ({ AutoScalingGroups = [] }) =>
        AutoScalingGroups.map((group) => ({
          name: group.AutoScalingGroupName ?? '',
          suspended: (group.SuspendedProcesses ?? []).flatMap(({ ProcessName }) => ProcessName ?? []),
        })),
    },
    primaryPatience,
  );
}

async function describeGroups(
  access: Access,
  client: EC2Client,
  tags: Readonly<Record<string, string>>,
): Promise<Answer<readonly FenceGroup[]>> {
  return mapAnswer(
    await call(
      access,
      'ec2:DescribeSecurityGroups',
      (abortSignal) =>
        client.send(new DescribeSecurityGroupsCommand({ Filters: tagFilters(tags) }), { abortSignal }),
      primaryPatience,
    ),
    (output) =>
      (output.SecurityGroups ?? []).map((group) => ({
        id: group.GroupId ?? '',
        vpc: group.VpcId ?? '',
        isOpen: (group.IpPermissions ?? []).length > 0,
      })),
  );
}

async function describeDatabases(
  access: Access,
  client: RDSClient,
  ids: readonly string[],
): Promise<Answer<readonly FenceableDatabase[]>> {
  return mapAnswer(
    await call(
      access,
      'rds:DescribeDBInstances',
      (abortSignal) =>
        client.send(
          new DescribeDBInstancesCommand({ Filters: [{ Name: 'db-instance-id', Values: [...ids] }] }),
          { abortSignal },
        ),
      primaryPatience,
    ),
    (output) => (output.DBInstances ?? []).map(toFenceable),
  );
}

function toFenceable(instance: DBInstance): FenceableDatabase {
  return {
    id: instance.DBInstanceIdentifier ?? '',
    vpc: instance.DBSubnetGroup?.VpcId ?? '',
    tags: toTags(instance.TagList),
    securityGroups: (instance.VpcSecurityGroups ?? []).map((group) => ({
      id: group.VpcSecurityGroupId ?? '',
      status: group.Status ?? '',
    })),
    ...(instance.DBClusterIdentifier && { cluster: instance.DBClusterIdentifier }),
  };
}
