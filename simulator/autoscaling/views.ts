import type { AutoScalingGroup as GroupView, Instance as InstanceView } from '@aws-sdk/client-auto-scaling';
import type { AutoScaling } from './autoscaling.ts';
import type { AutoScalingGroup, Member } from './state.ts';

/** The seconds that AWS puts between two scaling activities, and the grace of a new instance, unless told otherwise. */
const cooldownSeconds = 300;

/** A group as DescribeAutoScalingGroups gives it. */
export function viewGroup(scaling: AutoScaling, group: AutoScalingGroup): GroupView {
  const { subnetIds, launchTemplate } = group;
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    LaunchTemplate: viewTemplate(launchTemplate),
    MinSize: group.minSize,
    MaxSize: group.maxSize,
    DesiredCapacity: group.desiredCapacity,
    DefaultCooldown: cooldownSeconds,
    AvailabilityZones: [...group.zones],
    LoadBalancerNames: [],
    TargetGroupARNs: [...group.targetGroupArns],
    HealthCheckType: 'EC2',
    HealthCheckGracePeriod: 0,
    Instances: [...group.members.values()].map((member) => viewInstance(group, member)),
    CreatedTime: new Date(group.createdAtMs),
    SuspendedProcesses: [...group.suspended].map(([ProcessName, sinceMs]) => ({
      ProcessName,
      SuspensionReason: `User suspended at ${new Date(sinceMs).toISOString()}`,
    })),
    VPCZoneIdentifier: subnetIds.join(','),
    EnabledMetrics: [],
    Tags: Object.entries(group.tags).map(([Key, Value]) => ({
      ResourceId: group.name,
      ResourceType: 'auto-scaling-group',
      Key,
      Value,
      PropagateAtLaunch: false,
    })),
    TerminationPolicies: ['Default'],
    NewInstancesProtectedFromScaleIn: false,
    ServiceLinkedRoleARN: `arn:aws:iam::${scaling.sim.accountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
  };
}

/** An instance as its group sees it. */
export function viewInstance({ launchTemplate }: AutoScalingGroup, member: Member) {
  return {
    InstanceId: member.instanceId,
    InstanceType: member.instanceType,
    AvailabilityZone: member.zone,
    LifecycleState: member.state,
    HealthStatus: member.isHealthy ? 'Healthy' : 'Unhealthy',
    LaunchTemplate: viewTemplate(launchTemplate),
    ProtectedFromScaleIn: false,
  } satisfies InstanceView;
}

function viewTemplate({ id, name, version }: AutoScalingGroup['launchTemplate']) {
  return { LaunchTemplateId: id, LaunchTemplateName: name, Version: version };
}
