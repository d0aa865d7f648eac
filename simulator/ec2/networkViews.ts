import type {
  IpPermission,
  Route as RouteShape,
  RouteTable as RouteTableShape,
  SecurityGroup as SecurityGroupShape,
  Subnet as SubnetShape,
  VpcEndpoint as VpcEndpointShape,
  VpcPeeringConnection,
  Vpc as VpcShape,
} from '@aws-sdk/client-ec2';
import type { Ec2 } from './ec2.ts';
import { tagList, tagsIfAny } from './inputs.ts';
import { zoneIdOf } from './regionFacts.ts';
import type {
  Route,
  RouteTable,
  SecurityGroup,
  SecurityGroupRule,
  Subnet,
  Vpc,
  VpcEndpoint,
  VpcPeering,
} from './state.ts';

/** What a subnet without IPv6 and without public addresses says of itself (EC2 API Reference, Subnet). */
const plainSubnet = {
  AssignIpv6AddressOnCreation: false,
  EnableDns64: false,
  Ipv6CidrBlockAssociationSet: [],
  Ipv6Native: false,
  MapCustomerOwnedIpOnLaunch: false,
  MapPublicIpOnLaunch: false,
  PrivateDnsNameOptionsOnLaunch: {
    HostnameType: 'ip-name',
    EnableResourceNameDnsARecord: false,
    EnableResourceNameDnsAAAARecord: false,
  },
} as const satisfies SubnetShape;

export function viewSubnet(ec2: Ec2, subnet: Subnet): SubnetShape {
  return {
    SubnetId: subnet.id,
    SubnetArn: ec2.arn('subnet', subnet.id),
    VpcId: subnet.vpcId,
    AvailabilityZone: subnet.zone,
    CidrBlock: subnet.cidr,
    AvailableIpAddressCount: subnet.availableIps,
    DefaultForAz: subnet.defaultForZone,
    ...plainSubnet,
    AvailabilityZoneId: zoneIdOf(subnet.zone),
    OwnerId: ec2.sim.accountId,
    State: 'available',
    ...tagsIfAny(subnet.tags),
  };
}

export function viewVpc(ec2: Ec2, vpc: Vpc): VpcShape {
  return {
    VpcId: vpc.id,
    CidrBlock: vpc.cidr,
    IsDefault: vpc.isDefault,
    OwnerId: ec2.sim.accountId,
    State: 'available',
    ...tagsIfAny(vpc.tags),
  };
}

export function viewSecurityGroup(ec2: Ec2, group: SecurityGroup): SecurityGroupShape {
  const viewRule = (rule: SecurityGroupRule): IpPermission => ({
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    IpRanges: (rule.cidrs ?? []).map((CidrIp) => ({ CidrIp })),
    Ipv6Ranges: [],
    PrefixListIds: [],
    UserIdGroupPairs: (rule.groupIds ?? []).map((GroupId) => ({ GroupId, UserId: ec2.sim.accountId })),
  });
  return {
    GroupId: group.id,
    GroupName: group.name,
    SecurityGroupArn: ec2.arn('security-group', group.id),
    Description: group.name,
    VpcId: group.vpcId,
    OwnerId: ec2.sim.accountId,
    IpPermissions: group.ingress.map(viewRule),
    IpPermissionsEgress: group.egress.map(viewRule),
    ...tagsIfAny(group.tags),
  };
}

export function viewRouteTable(ec2: Ec2, table: RouteTable): RouteTableShape {
  const associate = (of: { Main: boolean; SubnetId?: string }) => ({
    RouteTableId: table.id,
    RouteTableAssociationId: `rtbassoc-${(of.SubnetId ?? table.id).split('-').at(-1)}`,
    AssociationState: { State: 'associated' as const },
    ...of,
  });
  return {
    RouteTableId: table.id,
    VpcId: table.vpcId,
    OwnerId: ec2.sim.accountId,
    Routes: table.routes.map(viewRoute),
    Associations: [
      ...(table.main ? [associate({ Main: true })] : []),
      ...table.subnetIds.map((SubnetId) => associate({ Main: false, SubnetId })),
    ],
    Tags: tagList(table.tags),
  };
}

/** A route names its target by a member of the target's kind; a gateway endpoint's destination is a prefix list. */
function viewRoute({ destination, target, state }: Route): RouteShape {
  const where = destination.startsWith('pl-')
    ? { DestinationPrefixListId: destination }
    : { DestinationCidrBlock: destination };
  const Origin = target === 'local' ? 'CreateRouteTable' : 'CreateRoute';
  return { ...where, ...viewTarget(target), State: state, Origin };
}

function viewTarget(target: string): RouteShape {
  if (target.startsWith('nat-')) return { NatGatewayId: target };
  if (target.startsWith('pcx-')) return { VpcPeeringConnectionId: target };
  if (target.startsWith('tgw-')) return { TransitGatewayId: target };
  if (target.startsWith('eni-')) return { NetworkInterfaceId: target };
  return { GatewayId: target };
}

export function viewVpcEndpoint(ec2: Ec2, endpoint: VpcEndpoint): VpcEndpointShape {
  return {
    VpcEndpointId: endpoint.id,
    VpcEndpointType: endpoint.type,
    VpcId: endpoint.vpcId,
    ServiceName: endpoint.serviceName,
    // The service answers in lower case, the SDK's enum has capitals.
    State: endpoint.state as NonNullable<VpcEndpointShape['State']>,
    SubnetIds: [...endpoint.subnetIds],
    RouteTableIds: [...endpoint.routeTableIds],
    CreationTimestamp: new Date(endpoint.createdAtMs),
    OwnerId: ec2.sim.accountId,
    Tags: tagList(endpoint.tags),
  };
}

export function viewVpcPeering(ec2: Ec2, peering: VpcPeering): VpcPeeringConnection {
  const side = (vpcId: string, region: string) => ({
    VpcId: vpcId,
    Region: region,
    OwnerId: ec2.sim.accountId,
    CidrBlock: ec2.vpcs.get(vpcId)?.cidr,
  });
  return {
    VpcPeeringConnectionId: peering.id,
    RequesterVpcInfo: side(peering.requesterVpcId, ec2.region),
    AccepterVpcInfo: side(peering.accepterVpcId, peering.accepterRegion),
    Status: { Code: peering.status, Message: peering.status },
    Tags: tagList(peering.tags),
  };
}
