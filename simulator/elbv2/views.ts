import type {
  AvailabilityZone,
  Listener as ListenerShape,
  LoadBalancer as LoadBalancerShape,
  TargetGroup as TargetGroupShape,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Listener, LoadBalancer, TargetGroup } from './state.ts';
import type { Health } from './targets.ts';

export function viewLoadBalancer(balancer: LoadBalancer): LoadBalancerShape {
  return {
    LoadBalancerArn: balancer.arn,
    LoadBalancerName: balancer.name,
    DNSName: balancer.dnsName,
    CanonicalHostedZoneId: balancer.hostedZoneId,
    CreatedTime: new Date(balancer.createdAtMs),
    Scheme: balancer.scheme,
    VpcId: balancer.vpcId,
    State: { Code: 'active' },
    Type: 'application',
    AvailabilityZones: balancer.subnetIds.map(
      (SubnetId, at): AvailabilityZone => ({
        SubnetId,
        ZoneName: balancer.zones[at],
        LoadBalancerAddresses: [],
      }),
    ),
    SecurityGroups: [...balancer.securityGroupIds],
    IpAddressType: 'ipv4',
  };
}

export function viewListener(
  balancer: LoadBalancer,
  listener: Listener,
  arnOf: (name: string) => string,
): ListenerShape {
  const targets = listener.targetGroups.map((name) => ({ TargetGroupArn: arnOf(name), Weight: 1 }));
  return {
    ListenerArn: listener.arn,
    LoadBalancerArn: balancer.arn,
    Port: listener.port,
    Protocol: listener.protocol,
    DefaultActions: [
      {
        Type: 'forward',
        ...(targets.length === 1 && { TargetGroupArn: targets[0]!.TargetGroupArn }),
        ForwardConfig: { TargetGroups: targets },
      },
    ],
  };
}

export function viewTargetGroup(group: TargetGroup, balancers: readonly LoadBalancer[]): TargetGroupShape {
  const { check } = group;
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: group.protocol,
    ProtocolVersion: 'HTTP1',
    Port: group.port,
    VpcId: group.vpcId,
    TargetType: 'instance',
    IpAddressType: 'ipv4',
    HealthCheckEnabled: true,
    HealthCheckProtocol: group.protocol,
    HealthCheckPort: 'traffic-port',
    HealthCheckPath: check.path,
    HealthCheckIntervalSeconds: check.intervalSeconds,
    HealthCheckTimeoutSeconds: check.timeoutSeconds,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    Matcher: { HttpCode: '200' },
    LoadBalancerArns: balancers.map(({ arn }) => arn),
  };
}

export function viewHealth(id: string, port: number, health: Health): TargetHealthDescription {
  return {
    Target: { Id: id, Port: port },
    HealthCheckPort: String(port),
    TargetHealth: {
      State: health.state,
      ...(health.reason && { Reason: health.reason }),
      ...(health.description && { Description: health.description }),
    },
  };
}
