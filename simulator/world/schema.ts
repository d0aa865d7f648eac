import * as v from 'valibot';
import { awsId, count, regionName, text, zoneLetter } from './atoms.ts';
import { application } from './schema-application.ts';
import * as compute from './schema-compute.ts';
import * as data from './schema-data.ts';

const region = v.strictObject({
  zones: v.pipe(v.array(zoneLetter), v.minLength(1, 'a Region has at least one zone')),
  vpcs: v.optional(v.record(awsId('vpc'), compute.vpc), {}),
  internetGateways: v.optional(v.record(awsId('igw'), compute.internetGateway), {}),
  routeTables: v.optional(v.record(awsId('rtb'), compute.routeTable), {}),
  peerings: v.optional(v.record(awsId('pcx'), compute.peering), {}),
  endpoints: v.optional(v.record(awsId('vpce'), compute.endpoint), {}),
  subnets: v.optional(v.record(awsId('subnet'), compute.subnet), {}),
  securityGroups: v.optional(v.record(awsId('sg'), compute.securityGroup), {}),
  images: v.optional(v.record(awsId('ami'), compute.image), {}),
  launchTemplates: v.optional(v.record(text, compute.launchTemplate), {}),
  instances: v.optional(v.record(awsId('i'), compute.instance), {}),
  volumes: v.optional(v.record(awsId('vol'), compute.volume), {}),
  snapshots: v.optional(v.record(awsId('snap'), compute.snapshot), {}),
  targetGroups: v.optional(v.record(text, compute.targetGroup), {}),
  loadBalancers: v.optional(v.record(text, compute.loadBalancer), {}),
  autoScalingGroups: v.optional(v.record(text, compute.autoScalingGroup), {}),
  databaseSubnetGroups: v.optional(v.record(text, data.databaseSubnetGroup), {}),
  databases: v.optional(v.record(text, data.database), {}),
  databaseSnapshots: v.optional(v.record(text, data.databaseSnapshot), {}),
  parameters: v.optional(v.record(text, data.parameter), {}),
  documents: v.optional(v.record(text, data.document), {}),
  topics: v.optional(v.record(text, data.topic), {}),
  alarms: v.optional(v.record(text, data.alarm), {}),
  /** Names of the instance profiles that instances may be launched with. */
  instanceProfiles: v.optional(v.array(text), []),
  capacity: v.optional(v.array(compute.capacity), []),
  quotas: v.optional(v.strictObject({ vcpus: v.exactOptional(count) }), {}),
});

/** A world file: one simulated AWS account and the application that runs in it. Ages are relative to `startsAt`. */
export const worldSchema = v.pipe(
  v.strictObject({
    world: text,
    account: v.pipe(
      v.string('an account id is text: put quotes around it'),
      v.regex(/^\d{12}$/, 'an account id has 12 digits'),
    ),
    startsAt: v.pipe(
      v.string(),
      v.isoTimestamp('an instant such as 2026-11-02T00:00:00Z is expected'),
      v.transform((instant) => Date.parse(instant)),
    ),
    regions: v.record(regionName, region),
    /** Hosted zones by id. */
    zones: v.optional(v.record(text, data.hostedZone), {}),
    healthChecks: v.optional(v.record(text, data.healthCheck), {}),
    application,
  }),
  v.transform(({ startsAt, ...rest }) => ({ ...rest, startsAtMs: startsAt })),
);

/** A world after parsing: defaults filled in, durations in seconds, every reference checked. */
export type World = v.InferOutput<typeof worldSchema>;
export type WorldRegion = World['regions'][string];
export type WorldApplication = World['application'];
export type WorldServer = WorldApplication['servers'][string];
