import type {
  DescribeRouteTablesRequest,
  DescribeRouteTablesResult,
  DescribeSecurityGroupsRequest,
  DescribeSecurityGroupsResult,
  DescribeSubnetsRequest,
  DescribeSubnetsResult,
  DescribeVpcEndpointsRequest,
  DescribeVpcEndpointsResult,
  DescribeVpcPeeringConnectionsRequest,
  DescribeVpcPeeringConnectionsResult,
  DescribeVpcsRequest,
  DescribeVpcsResult,
} from '@aws-sdk/client-ec2';
import type { Operations } from '../service.ts';
import type { Ec2 } from './ec2.ts';
import { allowMembers, endDryRun } from './inputs.ts';
import { networkSelections } from './networkSelections.ts';
import {
  viewRouteTable,
  viewSecurityGroup,
  viewSubnet,
  viewVpc,
  viewVpcEndpoint,
  viewVpcPeering,
} from './networkViews.ts';
import { select } from './select.ts';

/** What a preflight reads of the network. Nothing of it can be changed by request. */
export function networkOperations(ec2: Ec2): Operations {
  const selections = networkSelections(ec2);
  return {
    DescribeSubnets: (input: DescribeSubnetsRequest): DescribeSubnetsResult => {
      allowMembers('DescribeSubnets', input, 'SubnetIds Filters MaxResults NextToken');
      const { found, NextToken } = select(
        ec2.subnets,
        selections.subnets,
        { ...input, ids: input.SubnetIds },
        ec2.nowMs,
      );
      endDryRun(input);
      return { Subnets: found.map((subnet) => viewSubnet(ec2, subnet)), NextToken };
    },
    DescribeVpcs: (input: DescribeVpcsRequest): DescribeVpcsResult => {
      allowMembers('DescribeVpcs', input, 'VpcIds Filters MaxResults NextToken');
      const { found, NextToken } = select(
        ec2.vpcs,
        selections.vpcs,
        { ...input, ids: input.VpcIds },
        ec2.nowMs,
      );
      endDryRun(input);
      return { Vpcs: found.map((vpc) => viewVpc(ec2, vpc)), NextToken };
    },
    DescribeSecurityGroups: (input: DescribeSecurityGroupsRequest): DescribeSecurityGroupsResult => {
      allowMembers('DescribeSecurityGroups', input, 'GroupIds Filters MaxResults NextToken');
      const query = { ...input, ids: input.GroupIds };
      const { found, NextToken } = select(ec2.securityGroups, selections.securityGroups, query, ec2.nowMs);
      endDryRun(input);
      return { SecurityGroups: found.map((group) => viewSecurityGroup(ec2, group)), NextToken };
    },
    DescribeRouteTables: (input: DescribeRouteTablesRequest): DescribeRouteTablesResult => {
      allowMembers('DescribeRouteTables', input, 'RouteTableIds Filters MaxResults NextToken');
      const query = { ...input, ids: input.RouteTableIds };
      const { found, NextToken } = select(ec2.routeTables, selections.routeTables, query, ec2.nowMs);
      endDryRun(input);
      return { RouteTables: found.map((table) => viewRouteTable(ec2, table)), NextToken };
    },
    DescribeVpcEndpoints: (input: DescribeVpcEndpointsRequest): DescribeVpcEndpointsResult => {
      allowMembers('DescribeVpcEndpoints', input, 'VpcEndpointIds Filters MaxResults NextToken');
      const query = { ...input, ids: input.VpcEndpointIds };
      const { found, NextToken } = select(ec2.vpcEndpoints, selections.vpcEndpoints, query, ec2.nowMs);
      endDryRun(input);
      return { VpcEndpoints: found.map((endpoint) => viewVpcEndpoint(ec2, endpoint)), NextToken };
    },
    DescribeVpcPeeringConnections: (
      input: DescribeVpcPeeringConnectionsRequest,
    ): DescribeVpcPeeringConnectionsResult => {
      allowMembers(
        'DescribeVpcPeeringConnections',
        input,
        'VpcPeeringConnectionIds Filters MaxResults NextToken',
      );
      const query = { ...input, ids: input.VpcPeeringConnectionIds };
      const { found, NextToken } = select(ec2.vpcPeerings, selections.vpcPeerings, query, ec2.nowMs);
      endDryRun(input);
      return { VpcPeeringConnections: found.map((peering) => viewVpcPeering(ec2, peering)), NextToken };
    },
  };
}
