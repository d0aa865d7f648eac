import { addressesIn } from './addresses.ts';
import type { Ec2 } from './ec2.ts';
import { kinds } from './kinds.ts';
import { seedId } from './seeding.ts';
import type {
  RouteTableSeed,
  SecurityGroupSeed,
  SubnetSeed,
  VpcEndpointSeed,
  VpcPeeringSeed,
  VpcSeed,
} from './seeds.ts';
import type {
  RouteTable,
  SecurityGroup,
  SecurityGroupRule,
  Subnet,
  Vpc,
  VpcEndpoint,
  VpcPeering,
} from './state.ts';

const everywhere: readonly SecurityGroupRule[] = [{ protocol: '-1', cidrs: ['0.0.0.0/0'] }];

/** A VPC with what AWS makes along with it: its default security group and its main route table. */
export function seedVpc(ec2: Ec2, seed: VpcSeed): Vpc {
  const vpc: Vpc = {
    id: seedId(ec2, kinds.vpc, seed, seed.cidr ?? 'vpc'),
    cidr: seed.cidr ?? '10.0.0.0/16',
    isDefault: seed.isDefault ?? false,
    tags: { ...seed.tags },
  };
  ec2.vpcs.set(vpc.id, vpc);
  seedSecurityGroup(ec2, { name: 'default', vpcId: vpc.id });
  seedRouteTable(ec2, { vpcId: vpc.id, main: true });
  return vpc;
}

/** The default VPC of an account: a subnet in each zone. */
export function seedDefaultNetwork(ec2: Ec2): void {
  const vpc = seedVpc(ec2, { cidr: '172.31.0.0/16', isDefault: true });
  for (const [at, zone] of ec2.zones.entries()) {
    seedSubnet(ec2, { zone, vpcId: vpc.id, cidr: `172.31.${at * 16}.0/20`, defaultForZone: true });
  }
}

export function seedSubnet(ec2: Ec2, seed: SubnetSeed): Subnet {
  if (!ec2.zones.includes(seed.zone)) throw new Error(`${ec2.region} has no zone ${seed.zone}`);
  const given = seed.vpcId === undefined ? {} : { id: seed.vpcId };
  const vpc = ec2.vpcs.get(seed.vpcId ?? '') ?? seedVpc(ec2, given);
  const inVpc = [...ec2.subnets.values()].filter(({ vpcId }) => vpcId === vpc.id).length;
  const cidr = seed.cidr ?? `${vpc.cidr.split('.').slice(0, 2).join('.')}.${inVpc}.0/24`;
  const subnet: Subnet = {
    id: seedId(ec2, kinds.subnet, seed, `${vpc.id}/${cidr}`),
    vpcId: vpc.id,
    zone: seed.zone,
    cidr,
    availableIps: seed.availableIps ?? addressesIn(cidr),
    defaultForZone: seed.defaultForZone ?? false,
    tags: { ...seed.tags },
  };
  ec2.subnets.set(subnet.id, subnet);
  return subnet;
}

/** A group takes the place of the one of its name: a VPC has one `default`, which came with it. */
export function seedSecurityGroup(ec2: Ec2, seed: SecurityGroupSeed): SecurityGroup {
  if (!ec2.vpcs.has(seed.vpcId)) seedVpc(ec2, { id: seed.vpcId });
  for (const other of [...ec2.securityGroups.values()]) {
    if (other.vpcId === seed.vpcId && other.name === seed.name) ec2.securityGroups.delete(other.id);
  }
  const group: SecurityGroup = {
    id: seedId(ec2, kinds.securityGroup, seed, `${seed.vpcId}/${seed.name}`),
    name: seed.name,
    vpcId: seed.vpcId,
    ingress: seed.ingress ?? [],
    egress: seed.egress ?? everywhere,
    tags: { ...seed.tags },
  };
  ec2.securityGroups.set(group.id, group);
  return group;
}

/** A main table takes the place of the one that came with the VPC. */
export function seedRouteTable(ec2: Ec2, seed: RouteTableSeed): RouteTable {
  const vpc = ec2.vpcs.get(seed.vpcId);
  if (!vpc) throw new Error(`the world has no VPC ${seed.vpcId} in ${ec2.region}`);
  for (const other of [...ec2.routeTables.values()]) {
    if (seed.main && other.main && other.vpcId === vpc.id) ec2.routeTables.delete(other.id);
  }
  const table: RouteTable = {
    id: seedId(ec2, kinds.routeTable, seed, seed.vpcId),
    vpcId: vpc.id,
    main: seed.main ?? false,
    subnetIds: seed.subnetIds ?? [],
    routes: [{ destination: vpc.cidr, target: 'local', state: 'active' }, ...(seed.routes ?? [])],
    tags: { ...seed.tags },
  };
  ec2.routeTables.set(table.id, table);
  return table;
}

export function seedVpcEndpoint(ec2: Ec2, seed: VpcEndpointSeed): VpcEndpoint {
  const endpoint: VpcEndpoint = {
    id: seedId(ec2, kinds.vpcEndpoint, seed, `${seed.vpcId}/${seed.serviceName}`),
    vpcId: seed.vpcId,
    serviceName: seed.serviceName,
    type: seed.type ?? 'Gateway',
    state: 'available',
    subnetIds: seed.subnetIds ?? [],
    routeTableIds: seed.routeTableIds ?? [],
    createdAtMs: ec2.nowMs,
    tags: { ...seed.tags },
  };
  ec2.vpcEndpoints.set(endpoint.id, endpoint);
  return endpoint;
}

export function seedVpcPeering(ec2: Ec2, seed: VpcPeeringSeed): VpcPeering {
  const peering: VpcPeering = {
    id: seedId(ec2, kinds.vpcPeering, seed, `${seed.requesterVpcId}/${seed.accepterVpcId}`),
    requesterVpcId: seed.requesterVpcId,
    accepterVpcId: seed.accepterVpcId,
    accepterRegion: seed.accepterRegion ?? ec2.region,
    status: seed.status ?? 'active',
    tags: { ...seed.tags },
  };
  ec2.vpcPeerings.set(peering.id, peering);
  return peering;
}
