import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  type Instance,
  type Tag,
  type Volume,
} from '@aws-sdk/client-ec2';
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type DBInstance, DescribeDBInstancesCommand } from '@aws-sdk/client-rds';
import { ListResourceRecordSetsCommand, type ResourceRecordSet } from '@aws-sdk/client-route-53';
import { type Command, GetParametersByPathCommand, ListCommandsCommand } from '@aws-sdk/client-ssm';
import type { Peer } from '../peer.ts';

/** Plain looks at moto, past the gateway: what a witness rests on. */

export async function instancesIn(peer: Peer, region: string): Promise<readonly Instance[]> {
  const { Reservations = [] } = await peer.account.in(region).ec2.send(new DescribeInstancesCommand({}));
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}

export async function volumesIn(peer: Peer, region: string): Promise<readonly Volume[]> {
  const { Volumes = [] } = await peer.account.in(region).ec2.send(new DescribeVolumesCommand({}));
  return Volumes;
}

export async function databasesIn(peer: Peer, region: string): Promise<readonly DBInstance[]> {
  const { DBInstances = [] } = await peer.account.in(region).rds.send(new DescribeDBInstancesCommand({}));
  return DBInstances;
}

export async function commandsIn(peer: Peer, region: string): Promise<readonly Command[]> {
  const { Commands = [] } = await peer.account.in(region).ssm.send(new ListCommandsCommand({}));
  return Commands;
}

/** Values of parameters by name, below a path. */
export async function parametersIn(
  peer: Peer,
  region: string,
  Path = '/',
): Promise<Readonly<Record<string, string>>> {
  const { Parameters = [] } = await peer.account
    .in(region)
    .ssm.send(new GetParametersByPathCommand({ Path, Recursive: true }));
  return Object.fromEntries(Parameters.map(({ Name = '', Value = '' }) => [Name, Value]));
}

/** Ids of registered targets by target group. */
export async function targetsIn(
  peer: Peer,
  region: string,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const { elb } = peer.account.in(region);
  const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({}));
  const entries = TargetGroups.map(async ({ TargetGroupName = '', TargetGroupArn }) => {
    const { TargetHealthDescriptions: targets = [] } = await elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn }),
    );
    return [TargetGroupName, targets.flatMap(({ Target }) => Target?.Id ?? []).sort()] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

export async function recordsOf(peer: Peer): Promise<readonly ResourceRecordSet[]> {
  const found = await Promise.all(
    Object.keys(peer.world.zones).map(async (zone) => {
      const { ResourceRecordSets = [] } = await peer.account
        .in('us-east-1')
        .route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: peer.account.id(zone) }));
      return ResourceRecordSets;
    }),
  );
  return found.flat();
}

/** Of the named process of each Auto Scaling group, which are suspended. */
export async function suspendedIn(
  peer: Peer,
  region: string,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const { AutoScalingGroups = [] } = await peer.account
    .in(region)
    .autoscaling.send(new DescribeAutoScalingGroupsCommand({}));
  return Object.fromEntries(
    AutoScalingGroups.map(({ AutoScalingGroupName = '', SuspendedProcesses = [] }) => [
      AutoScalingGroupName,
      SuspendedProcesses.flatMap(({ ProcessName }) => ProcessName ?? []).sort(),
    ]),
  );
}

export function tagsOf({
  Tags = [],
}: {
  readonly Tags?: readonly Tag[] | undefined;
}): Record<string, string> {
  return Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

/** Everything that must be as it was after something that may touch nothing live, of both Regions of the plan. */
export async function liveState(peer: Peer): Promise<unknown> {
  const { primary, recovery } = peer.plan.regions;
  const regions = [primary, recovery].map(async (region) => ({
    region,
    instances: (await instancesIn(peer, region))
      .filter((instance) => !('lifeboat:recovery' in tagsOf(instance)))
      .map(({ InstanceId, InstanceType, State, SubnetId, SecurityGroups, ...rest }) => ({
        InstanceId,
        InstanceType,
        state: State?.Name,
        SubnetId,
        SecurityGroups,
        tags: tagsOf(rest),
      })),
    volumes: (await volumesIn(peer, region)).map(({ VolumeId, Attachments, State, ...rest }) => ({
      VolumeId,
      State,
      attachedTo: Attachments?.map(({ InstanceId, Device }) => `${InstanceId} ${Device}`),
      tags: tagsOf(rest),
    })),
    databases: (await databasesIn(peer, region)).map((database) => ({
      id: database.DBInstanceIdentifier,
      status: database.DBInstanceStatus,
      source: database.ReadReplicaSourceDBInstanceIdentifier,
      backups: database.BackupRetentionPeriod,
      groups: database.VpcSecurityGroups?.map(({ VpcSecurityGroupId }) => VpcSecurityGroupId),
    })),
    parameters: await parametersIn(peer, region),
    targets: await targetsIn(peer, region),
    suspended: await suspendedIn(peer, region),
  }));
  return { regions: await Promise.all(regions), records: await recordsOf(peer) };
}
