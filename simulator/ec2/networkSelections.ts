import type { Ec2 } from './ec2.ts';
import { kinds } from './kinds.ts';
import type { Selection } from './select.ts';
import type { RouteTable, SecurityGroup, Subnet, Vpc, VpcEndpoint, VpcPeering } from './state.ts';

const limits = { minResults: 5, maxResults: 1000, idsWithMaxResults: true };

/** How the describes of network resources choose, with the filters that the EC2 API Reference lists. */
export function networkSelections(ec2: Ec2) {
  return {
    subnets: subnetSelection(ec2),
    vpcs: vpcSelection(ec2),
    securityGroups: securityGroupSelection(ec2),
    routeTables: routeTableSelection(ec2),
    vpcEndpoints: endpointSelection,
    vpcPeerings: peeringSelection(ec2),
  };
}

function subnetSelection(ec2: Ec2): Selection<Subnet> {
  return {
    ...limits,
    kind: kinds.subnet,
    filters: {
      operation: 'DescribeSubnets',
      values: {
        'availability-zone': ({ zone }) => zone,
        'available-ip-address-count': ({ availableIps }) => availableIps,
        'cidr-block': ({ cidr }) => cidr,
        'default-for-az': ({ defaultForZone }) => defaultForZone,
        'owner-id': () => ec2.sim.accountId,
        state: () => 'available',
        'subnet-arn': ({ id }) => ec2.arn('subnet', id),
        'subnet-id': ({ id }) => id,
        'vpc-id': ({ vpcId }) => vpcId,
      },
      unmodelled: `availability-zone-id customer-owned-ipv4-pool enable-dns64 enable-lni-at-device-index ipv6-native
        ipv6-cidr-block-association.ipv6-cidr-block map-customer-owned-ip-on-launch map-public-ip-on-launch outpost-arn`,
    },
  };
}

function vpcSelection(ec2: Ec2): Selection<Vpc> {
  return {
    ...limits,
    kind: kinds.vpc,
    filters: {
      operation: 'DescribeVpcs',
      values: {
        cidr: ({ cidr }) => cidr,
        'is-default': ({ isDefault }) => isDefault,
        'owner-id': () => ec2.sim.accountId,
        state: () => 'available',
        'vpc-id': ({ id }) => id,
      },
      unmodelled: `cidr-block-association.cidr-block cidr-block-association.association-id
        cidr-block-association.state dhcp-options-id ipv6-cidr-block-association.ipv6-cidr-block`,
    },
  };
}

function securityGroupSelection(ec2: Ec2): Selection<SecurityGroup> {
  return {
    ...limits,
    kind: kinds.securityGroup,
    filters: {
      operation: 'DescribeSecurityGroups',
      values: {
        'group-id': ({ id }) => id,
        'group-name': ({ name }) => name,
        'owner-id': () => ec2.sim.accountId,
        'vpc-id': ({ vpcId }) => vpcId,
      },
      unmodelled: `description egress.ip-permission.cidr egress.ip-permission.from-port
        egress.ip-permission.group-id egress.ip-permission.protocol egress.ip-permission.to-port
        ip-permission.cidr ip-permission.from-port ip-permission.group-id ip-permission.protocol
        ip-permission.to-port ip-permission.user-id`,
    },
  };
}

function routeTableSelection(ec2: Ec2): Selection<RouteTable> {
  return {
    ...limits,
    kind: kinds.routeTable,
    filters: {
      operation: 'DescribeRouteTables',
      values: {
        'association.main': ({ main, subnetIds }) => [
          ...(main ? [true] : []),
          ...(subnetIds.length > 0 ? [false] : []),
        ],
        'association.route-table-id': ({ id }) => id,
        'association.subnet-id': ({ subnetIds }) => subnetIds,
        'owner-id': () => ec2.sim.accountId,
        'route-table-id': ({ id }) => id,
        'route.destination-cidr-block': ({ routes }) => routes.map(({ destination }) => destination),
        'route.gateway-id': (table) => targets(table, 'igw-', 'vgw-', 'vpce-', 'local'),
        'route.nat-gateway-id': (table) => targets(table, 'nat-'),
        'route.transit-gateway-id': (table) => targets(table, 'tgw-'),
        'route.vpc-peering-connection-id': (table) => targets(table, 'pcx-'),
        'route.state': ({ routes }) => routes.map(({ state }) => state),
        'vpc-id': ({ vpcId }) => vpcId,
      },
      unmodelled: `association.gateway-id association.route-table-association-id route.destination-ipv6-cidr-block
        route.destination-prefix-list-id route.egress-only-internet-gateway-id route.instance-id route.origin`,
    },
  };
}

function targets({ routes }: RouteTable, ...prefixes: readonly string[]): string[] {
  return routes
    .map(({ target }) => target)
    .filter((target) => prefixes.some((prefix) => target.startsWith(prefix)));
}

const endpointSelection: Selection<VpcEndpoint> = {
  ...limits,
  kind: kinds.vpcEndpoint,
  filters: {
    operation: 'DescribeVpcEndpoints',
    values: {
      'service-name': ({ serviceName }) => serviceName,
      'vpc-id': ({ vpcId }) => vpcId,
      'vpc-endpoint-id': ({ id }) => id,
      'vpc-endpoint-state': ({ state }) => state,
      'vpc-endpoint-type': ({ type }) => type,
    },
    unmodelled: 'ip-address-type service-region',
  },
};

function peeringSelection(ec2: Ec2): Selection<VpcPeering> {
  return {
    ...limits,
    kind: kinds.vpcPeering,
    filters: {
      operation: 'DescribeVpcPeeringConnections',
      values: {
        'accepter-vpc-info.owner-id': () => ec2.sim.accountId,
        'accepter-vpc-info.vpc-id': ({ accepterVpcId }) => accepterVpcId,
        'requester-vpc-info.owner-id': () => ec2.sim.accountId,
        'requester-vpc-info.vpc-id': ({ requesterVpcId }) => requesterVpcId,
        'status-code': ({ status }) => status,
        'vpc-peering-connection-id': ({ id }) => id,
      },
      unmodelled: `accepter-vpc-info.cidr-block expiration-time requester-vpc-info.cidr-block status-message`,
    },
  };
}
