import type { Instance, SecurityGroupRule } from '../ec2/state.ts';
import type { DbInstance } from '../rds/state.ts';
import type { Region } from '../simulator.ts';

/** A database and the Region that it is in. */
export interface DatabaseAt {
  readonly region: Region;
  readonly database: DbInstance;
}

/**
 * Why a server cannot open a connection to a database, or `undefined` when it can: both in one VPC or in VPCs with an
 * active peering between them, in any Region, and a security group of the database that lets the server in.
 */
export function connectionProblem(
  from: Region,
  instance: Instance,
  { region, database }: DatabaseAt,
): string | undefined {
  const sameVpc = from.name === region.name && instance.vpcId === database.vpcId;
  if (!sameVpc && !isPeered(from, instance.vpcId, region, database.vpcId)) {
    return `the network of ${database.id} cannot be reached from ${instance.vpcId}`;
  }
  const rules = database.securityGroupIds.flatMap((id) => region.ec2.securityGroups.get(id)?.ingress ?? []);
  const isLetIn = rules.some((rule) => admits(rule, instance, database.port));
  return isLetIn ? undefined : `no security group of ${database.id} lets ${instance.id} in`;
}

function isPeered(a: Region, vpcA: string, b: Region, vpcB: string): boolean {
  return peers(a, vpcA, b, vpcB) || peers(b, vpcB, a, vpcA);
}

function peers(requester: Region, requesterVpc: string, accepter: Region, accepterVpc: string): boolean {
  return [...requester.ec2.vpcPeerings.values()].some(
    (peering) =>
      peering.status === 'active' &&
      peering.requesterVpcId === requesterVpc &&
      peering.accepterVpcId === accepterVpc &&
      peering.accepterRegion === accepter.name,
  );
}

function admits(rule: SecurityGroupRule, instance: Instance, port: number): boolean {
  const { protocol, fromPort, toPort, cidrs = [], groupIds = [] } = rule;
  const isForPort =
    protocol === '-1' || (protocol === 'tcp' && (fromPort ?? 0) <= port && port <= (toPort ?? 65_535));
  const isForInstance =
    groupIds.some((id) => instance.securityGroupIds.includes(id)) ||
    cidrs.some((cidr) => isWithin(instance.privateIp, cidr));
  return isForPort && isForInstance;
}

/** Whether an IPv4 address lies in a block. */
function isWithin(address: string, cidr: string): boolean {
  const [base = '', bits = '32'] = cidr.split('/');
  const blockSize = 2 ** (32 - Number(bits));
  return Math.floor(numberOf(address) / blockSize) === Math.floor(numberOf(base) / blockSize);
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
}
