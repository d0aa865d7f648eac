import * as v from 'valibot';
import { awsId, count, duration, port, resourceTags, tags, text, zoneLetter } from './atoms.ts';

const cidr = v.pipe(v.string(), v.regex(/^\d+(\.\d+){3}\/\d+$/, 'a block such as 10.0.0.0/16 is expected'));

/** Who may be reached from where is what makes a drill's network isolated: each way out of a VPC is listed. */
export const vpc = v.strictObject({ cidr, tags: resourceTags });

export const internetGateway = v.strictObject({ vpc: awsId('vpc') });

/** The table of the listed subnets, or of those that no other table lists (`main`). */
export const routeTable = v.strictObject({
  vpc: awsId('vpc'),
  main: v.optional(v.boolean(), false),
  subnets: v.optional(v.array(awsId('subnet')), []),
  /** Destination block to the id it leads to; the local route goes without saying. */
  routes: v.optional(v.record(cidr, text), {}),
});

export const peering = v.strictObject({
  requester: awsId('vpc'),
  accepter: awsId('vpc'),
  /** Region of the accepter, where that is another one. */
  accepterRegion: v.exactOptional(text),
});

export const endpoint = v.strictObject({
  vpc: awsId('vpc'),
  /** Such as `ssm`: the last part of `com.amazonaws.<region>.ssm`. */
  service: text,
  type: v.picklist(['Interface', 'Gateway']),
  subnets: v.optional(v.array(awsId('subnet')), []),
});

export const subnet = v.strictObject({
  vpc: awsId('vpc'),
  zone: zoneLetter,
  cidr,
  availableIps: v.optional(count, 250),
  tags: resourceTags,
});

/** Who may connect to what carries a security group: another group or a block, at one port or at all of them. */
const ingress = v.strictObject({ from: v.union([awsId('sg'), cidr]), port: v.exactOptional(port) });

export const securityGroup = v.strictObject({
  name: text,
  vpc: awsId('vpc'),
  ingress: v.optional(v.array(ingress), []),
  tags: resourceTags,
});

export const image = v.pipe(
  v.strictObject({
    name: text,
    age: duration,
    architecture: v.optional(v.picklist(['arm64', 'x86_64']), 'arm64'),
    rootSnapshot: awsId('snap'),
    tags: resourceTags,
  }),
  v.transform(({ age, ...rest }) => ({ ...rest, ageSeconds: age })),
);

export const launchTemplate = v.strictObject({
  id: awsId('lt'),
  image: v.exactOptional(awsId('ami')),
  type: v.exactOptional(text),
  securityGroups: v.optional(v.array(awsId('sg')), []),
  /** Name of an instance profile. */
  profile: v.exactOptional(text),
  userData: v.exactOptional(text),
  /** What instances that it launches are tagged with. */
  instanceTags: v.optional(tags, {}),
  tags: resourceTags,
});

const device = v.pipe(
  v.string(),
  v.regex(/^\/dev\/(sd[b-z]|xvd[b-z])$/, 'a device such as /dev/sdf is expected'),
);

export const instance = v.pipe(
  v.strictObject({
    image: awsId('ami'),
    type: text,
    subnet: awsId('subnet'),
    state: v.picklist(['running', 'stopped']),
    age: v.optional(duration, '30d'),
    securityGroups: v.array(awsId('sg')),
    profile: v.exactOptional(text),
    userData: v.exactOptional(text),
    /** Data volumes by device, with the path where they are mounted at each boot. */
    volumes: v.optional(
      v.record(device, v.strictObject({ id: awsId('vol'), mount: v.exactOptional(text) })),
      {},
    ),
    tags: resourceTags,
  }),
  v.transform(({ age, ...rest }) => ({ ...rest, ageSeconds: age })),
);

/** What is on a device. Snapshots of one volume hold the same file system, and so have the same UUID. */
const fileSystem = v.optional(
  v.strictObject({
    type: v.optional(v.picklist(['xfs', 'ext4', 'none']), 'xfs'),
    uuid: v.exactOptional(v.pipe(v.string(), v.uuid('a UUID is expected'))),
  }),
  {},
);

/** Id of the KMS key that it is encrypted with; absent for the account's default key. */
const key = v.exactOptional(text);

export const volume = v.pipe(
  v.strictObject({
    zone: zoneLetter,
    sizeGiB: count,
    type: v.optional(text, 'gp3'),
    snapshot: v.exactOptional(awsId('snap')),
    encrypted: v.optional(v.boolean(), true),
    key,
    fileSystem,
    age: v.optional(duration, '30d'),
    tags: resourceTags,
  }),
  v.transform(({ age, ...rest }) => ({ ...rest, ageSeconds: age })),
);

export const snapshot = v.pipe(
  v.strictObject({
    volume: v.optional(awsId('vol'), 'vol-ffffffff'),
    sizeGiB: count,
    age: duration,
    encrypted: v.optional(v.boolean(), true),
    key,
    fileSystem,
    description: v.exactOptional(text),
    tags: resourceTags,
  }),
  v.transform(({ age, ...rest }) => ({ ...rest, ageSeconds: age })),
);

export const targetGroup = v.strictObject({
  vpc: awsId('vpc'),
  port,
  /** Instances that are registered when the world begins. */
  targets: v.optional(v.array(awsId('i')), []),
  health: v.pipe(
    v.strictObject({
      path: text,
      interval: duration,
      timeout: v.optional(duration, '5s'),
      healthyThreshold: v.pipe(count, v.minValue(2), v.maxValue(10)),
      unhealthyThreshold: v.pipe(count, v.minValue(2), v.maxValue(10)),
    }),
    v.transform(({ interval, timeout, ...rest }) => ({
      ...rest,
      intervalSeconds: interval,
      timeoutSeconds: timeout,
    })),
  ),
  tags: resourceTags,
});

export const loadBalancer = v.strictObject({
  /** Public name, as `<name>-<number>.<region>.elb.amazonaws.com`. */
  dnsName: text,
  vpc: awsId('vpc'),
  subnets: v.array(awsId('subnet')),
  /** Where its listener forwards to. */
  forwardsTo: v.array(text),
  tags: resourceTags,
});

/** A group with the instances that it launched long ago; each gets the tag `aws:autoscaling:groupName`. */
export const autoScalingGroup = v.strictObject({
  launchTemplate: text,
  subnets: v.pipe(v.array(awsId('subnet')), v.minLength(1, 'a group launches into at least one subnet')),
  min: v.optional(count, 0),
  desired: count,
  max: count,
  instances: v.optional(v.array(awsId('i')), []),
  /** What it launches is registered with these. */
  targetGroups: v.optional(v.array(text), []),
  tags: resourceTags,
});

/** A type that a zone cannot give: for a while, or for good. */
export const capacity = v.pipe(
  v.strictObject({ zone: zoneLetter, type: text, for: v.exactOptional(duration) }),
  v.transform(({ for: seconds, ...rest }) => ({
    ...rest,
    ...(seconds !== undefined && { forSeconds: seconds }),
  })),
);
