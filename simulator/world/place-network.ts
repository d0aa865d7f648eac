import type { SecurityGroupRule } from '../ec2/state.ts';
import type { Region } from '../simulator.ts';
import type { WorldRegion } from './schema.ts';

/** Puts VPCs and everything that decides who reaches whom into a Region. Ways out of a VPC are routes and peerings. */
export function placeNetwork(region: Region, world: WorldRegion): void {
  const { ec2 } = region;
  for (const [id, { cidr, tags }] of Object.entries(world.vpcs)) ec2.addVpc({ id, cidr, tags });
  for (const [id, { vpc, zone, cidr, availableIps, tags }] of Object.entries(world.subnets)) {
    ec2.addSubnet({ id, vpcId: vpc, zone: region.name + zone, cidr, availableIps, tags });
  }
  for (const [id, { name, vpc, ingress, tags }] of Object.entries(world.securityGroups)) {
    ec2.addSecurityGroup({ id, name, vpcId: vpc, ingress: ingress.map(ruleOf), tags });
  }
  for (const [id, { vpc, main, subnets, routes }] of Object.entries(world.routeTables)) {
    ec2.addRouteTable({
      id,
      vpcId: vpc,
      main,
      subnetIds: subnets,
      routes: Object.entries(routes).map(([destination, target]) => ({
        destination,
        target,
        state: 'active',
      })),
    });
  }
  for (const [id, { vpc, service, type, subnets }] of Object.entries(world.endpoints)) {
    const serviceName = `com.amazonaws.${region.name}.${service}`;
    ec2.addVpcEndpoint({ id, vpcId: vpc, serviceName, type, subnetIds: subnets });
  }
  for (const [id, { requester, accepter, accepterRegion = region.name }] of Object.entries(world.peerings)) {
    ec2.addVpcPeering({ id, requesterVpcId: requester, accepterVpcId: accepter, accepterRegion });
  }
}

function ruleOf({ from, port }: { readonly from: string; readonly port?: number }): SecurityGroupRule {
  const source = from.startsWith('sg-') ? { groupIds: [from] } : { cidrs: [from] };
  return port === undefined
    ? { protocol: '-1', ...source }
    : { protocol: 'tcp', fromPort: port, toPort: port, ...source };
}
