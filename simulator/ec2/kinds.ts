import { AwsError } from '../errors.ts';

/** A kind of EC2 resource: what its ids look like, and what EC2 answers for one that it does not know. */
export interface Kind {
  /** As `DescribeTags` and tag specifications name it. */
  readonly resourceType: string;
  readonly prefix: string;
  readonly notFoundCode: string;
  readonly notFoundMessage: (ids: readonly string[]) => string;
  /** Absent where EC2 answers a malformed id as an unknown one. */
  readonly malformedCode?: string;
  /** The request member that lists ids, as EC2's messages spell it. */
  readonly idsParameter: string;
}

/** Codes: EC2 API Reference, "Error codes for the Amazon EC2 API"; messages as the service sends them. */
export const kinds = {
  instance: {
    resourceType: 'instance',
    prefix: 'i-',
    notFoundCode: 'InvalidInstanceID.NotFound',
    notFoundMessage: (ids) =>
      ids.length === 1
        ? `The instance ID '${ids[0]}' does not exist`
        : `The instance IDs '${ids.join(', ')}' do not exist`,
    malformedCode: 'InvalidInstanceID.Malformed',
    idsParameter: 'instancesSet',
  },
  volume: {
    resourceType: 'volume',
    prefix: 'vol-',
    notFoundCode: 'InvalidVolume.NotFound',
    notFoundMessage: (ids) =>
      ids.length === 1
        ? `The volume '${ids[0]}' does not exist.`
        : `The volumes '${ids.join(', ')}' do not exist.`,
    malformedCode: 'InvalidVolumeID.Malformed',
    idsParameter: 'volumeSet',
  },
  snapshot: {
    resourceType: 'snapshot',
    prefix: 'snap-',
    notFoundCode: 'InvalidSnapshot.NotFound',
    notFoundMessage: (ids) =>
      ids.length === 1
        ? `The snapshot '${ids[0]}' does not exist.`
        : `The snapshots '${ids.join(', ')}' do not exist.`,
    malformedCode: 'InvalidSnapshotID.Malformed',
    idsParameter: 'snapshotSet',
  },
  image: {
    resourceType: 'image',
    prefix: 'ami-',
    notFoundCode: 'InvalidAMIID.NotFound',
    notFoundMessage: (ids) =>
      ids.length === 1
        ? `The image id '[${ids[0]}]' does not exist`
        : `The image ids '[${ids.join(', ')}]' do not exist`,
    malformedCode: 'InvalidAMIID.Malformed',
    idsParameter: 'imagesSet',
  },
  launchTemplate: {
    resourceType: 'launch-template',
    prefix: 'lt-',
    notFoundCode: 'InvalidLaunchTemplateId.NotFound',
    notFoundMessage: (ids) =>
      `The specified launch template, with template ID ${ids.join(', ')}, does not exist.`,
    malformedCode: 'InvalidLaunchTemplateId.Malformed',
    idsParameter: 'launchTemplateIds',
  },
  subnet: {
    resourceType: 'subnet',
    prefix: 'subnet-',
    notFoundCode: 'InvalidSubnetID.NotFound',
    notFoundMessage: (ids) => `The subnet ID '${ids.join(', ')}' does not exist`,
    idsParameter: 'subnetSet',
  },
  vpc: {
    resourceType: 'vpc',
    prefix: 'vpc-',
    notFoundCode: 'InvalidVpcID.NotFound',
    notFoundMessage: (ids) => `The vpc ID '${ids.join(', ')}' does not exist`,
    idsParameter: 'vpcSet',
  },
  securityGroup: {
    resourceType: 'security-group',
    prefix: 'sg-',
    notFoundCode: 'InvalidGroup.NotFound',
    notFoundMessage: (ids) => `The security group '${ids.join(', ')}' does not exist`,
    idsParameter: 'securityGroupIdSet',
  },
  routeTable: {
    resourceType: 'route-table',
    prefix: 'rtb-',
    notFoundCode: 'InvalidRouteTableID.NotFound',
    notFoundMessage: (ids) => `The routeTable ID '${ids.join(', ')}' does not exist`,
    idsParameter: 'routeTableIdSet',
  },
  vpcEndpoint: {
    resourceType: 'vpc-endpoint',
    prefix: 'vpce-',
    notFoundCode: 'InvalidVpcEndpointId.NotFound',
    notFoundMessage: (ids) => `The Vpc Endpoint Id '${ids.join(', ')}' does not exist`,
    idsParameter: 'vpcEndpointIdSet',
  },
  vpcPeering: {
    resourceType: 'vpc-peering-connection',
    prefix: 'pcx-',
    notFoundCode: 'InvalidVpcPeeringConnectionID.NotFound',
    notFoundMessage: (ids) => `The vpcPeeringConnection ID '${ids.join(', ')}' does not exist`,
    idsParameter: 'vpcPeeringConnectionIdSet',
  },
} as const satisfies Record<string, Kind>;

/** What every resource has in common. One without `visibleAtMs` existed before the start. */
export interface Resource {
  readonly id: string;
  readonly visibleAtMs?: number;
}

/** Whether an id has the shape that EC2 gives out: the prefix and 8 or 17 hexadecimal digits. */
export function isWellFormed(kind: Kind, id: string): boolean {
  return id.startsWith(kind.prefix) && /^([0-9a-f]{8}|[0-9a-f]{17})$/.test(id.slice(kind.prefix.length));
}

/** EC2 is eventually consistent: a resource may be there and not yet be found (EC2 Developer Guide). */
export function isVisible(resource: Resource, nowMs: number): boolean {
  return (resource.visibleAtMs ?? Number.NEGATIVE_INFINITY) <= nowMs;
}

/**
 * The resources with these ids, in their order.
 * @throws AwsError `….Malformed` for an id of the wrong shape, `….NotFound` naming each id that is unknown or not yet seen.
 */
export function findAll<R extends Resource>(
  kind: Kind,
  all: ReadonlyMap<string, R>,
  ids: readonly string[],
  nowMs: number,
): R[] {
  for (const id of ids) {
    if (kind.malformedCode && !isWellFormed(kind, id)) {
      throw new AwsError(kind.malformedCode, `Invalid id: "${id}" (expecting "${kind.prefix}...")`);
    }
  }
  const found = ids.map((id) => all.get(id)).map((r) => (r && isVisible(r, nowMs) ? r : undefined));
  const missing = ids.filter((_, at) => !found[at]);
  if (missing.length > 0) throw new AwsError(kind.notFoundCode, kind.notFoundMessage(missing));
  return found.filter((resource) => resource !== undefined);
}

/** The one resource with this id; throws as `findAll` does. */
export function findOne<R extends Resource>(
  kind: Kind,
  all: ReadonlyMap<string, R>,
  id: string | undefined,
  nowMs: number,
): R {
  if (id === undefined || id === '') throw missingParameter(`${kind.idsParameter} item`);
  return findAll(kind, all, [id], nowMs)[0]!;
}

/** EC2's answer to a request that lacks a required parameter. */
export function missingParameter(name: string): AwsError {
  return new AwsError('MissingParameter', `The request must contain the parameter ${name}`);
}
