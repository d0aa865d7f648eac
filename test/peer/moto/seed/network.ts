import {
  AcceptVpcPeeringConnectionCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  CreateVpcPeeringConnectionCommand,
  DescribeRouteTablesCommand,
} from '@aws-sdk/client-ec2';
import type { WorldRegion } from '../../../../simulator/world/schema.ts';
import { type PeerAccount, tagList } from './account.ts';

/** VPCs and everything that decides who reaches whom in a Region. */
export async function seedNetwork(account: PeerAccount, region: string, world: WorldRegion): Promise<void> {
  const { ec2 } = account.in(region);
  const tag = async (id: string, tags: Readonly<Record<string, string>>) => {
    if (Object.keys(tags).length > 0)
      await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: tagList(tags) }));
  };
  for (const [id, { cidr, tags }] of Object.entries(world.vpcs)) {
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: cidr }));
    await tag(account.name(id, Vpc?.VpcId), tags);
  }
  for (const [id, { vpc, zone, cidr, tags }] of Object.entries(world.subnets)) {
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({
        VpcId: account.id(vpc),
        CidrBlock: cidr,
        AvailabilityZone: region + zone,
      }),
    );
    await tag(account.name(id, Subnet?.SubnetId), tags);
  }
  for (const [id, { name, vpc, tags }] of Object.entries(world.securityGroups)) {
    const { GroupId } = await ec2.send(
      new CreateSecurityGroupCommand({ GroupName: name, Description: name, VpcId: account.id(vpc) }),
    );
    await tag(account.name(id, GroupId), tags);
  }
  for (const [id, { ingress }] of Object.entries(world.securityGroups)) {
    if (ingress.length === 0) continue;
    const IpPermissions = ingress.map(({ from, port }) => ({
      ...(port === undefined ? { IpProtocol: '-1' } : { IpProtocol: 'tcp', FromPort: port, ToPort: port }),
      ...(from.startsWith('sg-')
        ? { UserIdGroupPairs: [{ GroupId: account.id(from) }] }
        : { IpRanges: [{ CidrIp: from }] }),
    }));
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: account.id(id), IpPermissions }));
  }
  await seedWaysOut(account, region, world);
}

async function seedWaysOut(account: PeerAccount, region: string, world: WorldRegion): Promise<void> {
  const { ec2 } = account.in(region);
  for (const [id, { vpc }] of Object.entries(world.internetGateways)) {
    const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
    const InternetGatewayId = account.name(id, InternetGateway?.InternetGatewayId);
    await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId: account.id(vpc) }));
  }
  for (const [id, { requester, accepter }] of Object.entries(world.peerings)) {
    const { VpcPeeringConnection } = await ec2.send(
      new CreateVpcPeeringConnectionCommand({
        VpcId: account.id(requester),
        PeerVpcId: account.id(accepter),
      }),
    );
    const VpcPeeringConnectionId = account.name(id, VpcPeeringConnection?.VpcPeeringConnectionId);
    await ec2.send(new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));
  }
  for (const [id, { vpc, service, type, subnets }] of Object.entries(world.endpoints)) {
    const { VpcEndpoint } = await ec2.send(
      new CreateVpcEndpointCommand({
        VpcId: account.id(vpc),
        ServiceName: `com.amazonaws.${region}.${service}`,
        VpcEndpointType: type,
        SubnetIds: account.ids(subnets),
      }),
    );
    account.name(id, VpcEndpoint?.VpcEndpointId);
  }
  for (const [id, { vpc, main, routes }] of Object.entries(world.routeTables)) {
    if (!main) throw new TypeError(`${id}: the worlds of the peer tests have main route tables only`);
    const { RouteTables } = await ec2.send(
      new DescribeRouteTablesCommand({
        Filters: [
          { Name: 'vpc-id', Values: [account.id(vpc)] },
          { Name: 'association.main', Values: ['true'] },
        ],
      }),
    );
    const RouteTableId = account.name(id, RouteTables?.[0]?.RouteTableId);
    for (const [DestinationCidrBlock, target] of Object.entries(routes)) {
      const leadsTo = account.id(target);
      await ec2.send(
        new CreateRouteCommand({
          RouteTableId,
          DestinationCidrBlock,
          ...(target.startsWith('pcx-') ? { VpcPeeringConnectionId: leadsTo } : { GatewayId: leadsTo }),
        }),
      );
    }
  }
}
