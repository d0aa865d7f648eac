import {
  AttachInstancesCommand,
  CreateAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { WorldRegion } from '../../../../simulator/world/schema.ts';
import { type PeerAccount, tagList } from './account.ts';

/** Where a target group or a load balancer of a Region is named in the account. */
export const frontName = (region: string, name: string) => `front of ${region}/${name}`;

/** Target groups, load balancers and Auto Scaling groups of a Region. */
export async function seedFront(account: PeerAccount, region: string, world: WorldRegion): Promise<void> {
  const { elb } = account.in(region);
  for (const [name, { vpc, port, targets, health, tags }] of Object.entries(world.targetGroups)) {
    const { TargetGroups } = await elb.send(
      new CreateTargetGroupCommand({
        Name: name,
        Protocol: 'HTTP',
        Port: port,
        VpcId: account.id(vpc),
        TargetType: 'instance',
        HealthCheckPath: health.path,
        HealthCheckIntervalSeconds: health.intervalSeconds,
        HealthCheckTimeoutSeconds: health.timeoutSeconds,
        HealthyThresholdCount: health.healthyThreshold,
        UnhealthyThresholdCount: health.unhealthyThreshold,
        Tags: tagList(tags),
      }),
    );
    const TargetGroupArn = account.name(frontName(region, name), TargetGroups?.[0]?.TargetGroupArn);
    if (targets.length === 0) continue;
    const Targets = targets.map((id) => ({ Id: account.id(id) }));
    await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }));
  }
  for (const [name, balancer] of Object.entries(world.loadBalancers)) {
    const { dnsName, subnets, forwardsTo, tags } = balancer;
    const { LoadBalancers } = await elb.send(
      new CreateLoadBalancerCommand({ Name: name, Subnets: account.ids(subnets), Tags: tagList(tags) }),
    );
    account.name(dnsName, LoadBalancers?.[0]?.DNSName);
    const LoadBalancerArn = account.name(
      frontName(region, `lb ${name}`),
      LoadBalancers?.[0]?.LoadBalancerArn,
    );
    const TargetGroups = forwardsTo.map((group) => ({
      TargetGroupArn: account.id(frontName(region, group)),
      Weight: 1,
    }));
    const DefaultActions = [{ Type: 'forward' as const, ForwardConfig: { TargetGroups } }];
    await elb.send(
      new CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port: 80, DefaultActions }),
    );
  }
  await seedScaling(account, region, world);
}

/** A group that is made with a capacity launches instances of its own: the world's own are attached instead. */
async function seedScaling(account: PeerAccount, region: string, world: WorldRegion): Promise<void> {
  const { autoscaling } = account.in(region);
  for (const [name, group] of Object.entries(world.autoScalingGroups)) {
    const { launchTemplate, subnets, min, desired, max, instances, targetGroups, tags } = group;
    if (instances.length !== desired) throw new TypeError(`${name}: a group begins with what it desires`);
    await autoscaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: name,
        LaunchTemplate: { LaunchTemplateName: launchTemplate, Version: '$Default' },
        VPCZoneIdentifier: account.ids(subnets).join(','),
        MinSize: 0,
        DesiredCapacity: 0,
        MaxSize: max,
        TargetGroupARNs: targetGroups.map((each) => account.id(frontName(region, each))),
        Tags: Object.entries(tags).map(([Key, Value]) => ({
          Key,
          Value,
          ResourceId: name,
          ResourceType: 'auto-scaling-group',
          PropagateAtLaunch: false,
        })),
      }),
    );
    const InstanceIds = account.ids(instances);
    await autoscaling.send(new AttachInstancesCommand({ AutoScalingGroupName: name, InstanceIds }));
    await autoscaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: name, MinSize: min }));
  }
}
