import { AwsError, NotSimulated } from '../errors.ts';
import type { Rds } from './rds.ts';
import { invalidCombination, invalidValue } from './refusals.ts';
import type { DbSubnetGroup } from './state.ts';

/** What a request says of where a new instance goes; restores, point-in-time restores and replicas ask alike. */
export interface PlacementInput {
  readonly DBSubnetGroupName?: string | undefined;
  readonly VpcSecurityGroupIds?: readonly string[] | undefined;
  readonly AvailabilityZone?: string | undefined;
  readonly MultiAZ?: boolean | undefined;
  readonly PubliclyAccessible?: boolean | undefined;
}

/** Where a new instance goes. */
export interface Placement {
  readonly subnetGroup: string;
  readonly securityGroupIds: string[];
  readonly zone: string;
  readonly multiAz: boolean;
  readonly publiclyAccessible: boolean;
}

/** The subnet group `default`, if the Region has a default VPC: what RDS uses where a request names none. */
export function defaultSubnetGroup(rds: Rds): DbSubnetGroup | undefined {
  const { ec2 } = rds.sim.region(rds.region);
  const vpc = [...ec2.vpcs.values()].find(({ isDefault }) => isDefault);
  if (!vpc) return undefined;
  const subnets = [...ec2.subnets.values()].filter(({ vpcId }) => vpcId === vpc.id);
  return { name: 'default', vpcId: vpc.id, subnetIds: subnets.map(({ id }) => id) };
}

/** The security group `default` of a VPC, as EC2 has it. */
export function defaultSecurityGroup(rds: Rds, vpcId: string): string | undefined {
  const groups = [...rds.sim.region(rds.region).ec2.securityGroups.values()];
  return groups.find((group) => group.vpcId === vpcId && group.name === 'default')?.id;
}

/**
 * Decides where a new instance goes. Unless named: the default VPC's subnet group, its default security group, a zone that
 * RDS chooses, one zone only; public where nothing is said and the VPC has an internet gateway (RDS User Guide,
 * USER_RestoreFromSnapshot; API Reference, RestoreDBInstanceFromDBSnapshot).
 * @throws AwsError DBSubnetGroupNotFoundFault, InvalidParameterValue, InvalidParameterCombination; NotSimulated where the
 * default is needed and the world has no default VPC
 */
export function placementOf(rds: Rds, operation: string, input: PlacementInput, id: string): Placement {
  const group = groupFor(rds, operation, input.DBSubnetGroupName);
  const fallback = defaultSecurityGroup(rds, group.vpcId);
  const securityGroupIds = [...(input.VpcSecurityGroupIds ?? (fallback === undefined ? [] : [fallback]))];
  requireSecurityGroups(rds, group.vpcId, securityGroupIds);
  if (input.MultiAZ && input.AvailabilityZone !== undefined) {
    throw invalidCombination('Requesting a specific availability zone is not valid for Multi-AZ instances.');
  }
  return {
    subnetGroup: group.name,
    securityGroupIds,
    zone: zoneFor(rds, group, input.AvailabilityZone, id),
    multiAz: input.MultiAZ ?? false,
    publiclyAccessible: input.PubliclyAccessible ?? hasInternetGateway(rds, group),
  };
}

/**
 * Security groups must exist and be in the instance's VPC.
 * @throws AwsError InvalidParameterValue, InvalidParameterCombination
 */
export function requireSecurityGroups(rds: Rds, vpcId: string, ids: readonly string[]): void {
  const { ec2 } = rds.sim.region(rds.region);
  for (const id of ids) {
    const group = ec2.securityGroups.get(id);
    if (!group) throw invalidValue(`Invalid security group , groupId= ${id}, groupName=.`);
    if (group.vpcId !== vpcId) {
      throw invalidCombination(
        `The DB instance and EC2 security group are in different VPCs. The DB instance is in ${vpcId} and the EC2 security group is in ${group.vpcId}`,
      );
    }
  }
}

function groupFor(rds: Rds, operation: string, name: string | undefined): DbSubnetGroup {
  const wanted = name?.toLowerCase() ?? 'default';
  const group = rds.findSubnetGroup(wanted);
  if (group) return group;
  if (name === undefined)
    throw new NotSimulated(`${operation} into the default VPC of ${rds.region}, which has none,`);
  throw new AwsError('DBSubnetGroupNotFoundFault', `DB subnet group '${wanted}' does not exist.`, 404);
}

function zoneFor(rds: Rds, group: DbSubnetGroup, named: string | undefined, id: string): string {
  const { ec2, zones } = rds.sim.region(rds.region);
  const covered = zones.filter((zone) => group.subnetIds.some((id) => ec2.subnets.get(id)?.zone === zone));
  const choice = covered.length > 0 ? covered : zones;
  if (named === undefined) return rds.someZone(id, choice);
  if (choice.includes(named)) return named;
  throw invalidValue(`Availability zone '${named}' is not available for DB subnet group '${group.name}'.`);
}

/** A default VPC comes with an internet gateway; elsewhere a route to one tells. */
function hasInternetGateway(rds: Rds, { vpcId }: DbSubnetGroup): boolean {
  const { ec2 } = rds.sim.region(rds.region);
  if (ec2.vpcs.get(vpcId)?.isDefault) return true;
  const tables = [...ec2.routeTables.values()].filter((table) => table.vpcId === vpcId);
  return tables.some(({ routes }) => routes.some(({ target }) => target.startsWith('igw-')));
}
