import * as v from 'valibot';
import { awsId, count, duration, port, regionName, resourceTags, text, zoneLetter } from './atoms.ts';

const engine = v.picklist(['postgres', 'mysql', 'mariadb']);

export const database = v.pipe(
  v.strictObject({
    engine,
    version: text,
    class: text,
    storageGiB: count,
    subnetGroup: text,
    zone: zoneLetter,
    securityGroups: v.array(awsId('sg')),
    backupRetentionDays: v.pipe(count, v.maxValue(35)),
    multiAz: v.optional(v.boolean(), false),
    deletionProtection: v.optional(v.boolean(), false),
    encrypted: v.optional(v.boolean(), true),
    /** The instance it replicates from, in this or another Region, and how far it usually is behind. */
    replicates: v.exactOptional(
      v.pipe(
        v.strictObject({ database: text, region: regionName, lag: v.optional(duration, '1s') }),
        v.transform(({ lag, ...rest }) => ({ ...rest, lagSeconds: lag })),
      ),
    ),
    age: v.optional(duration, '90d'),
    tags: resourceTags,
  }),
  v.transform(({ age, ...rest }) => ({ ...rest, ageSeconds: age })),
);

export const databaseSnapshot = v.pipe(
  v.strictObject({
    /** The instance it was taken of, in the Region it was taken in. */
    database: text,
    engine,
    version: text,
    storageGiB: count,
    type: v.picklist(['manual', 'automated', 'awsbackup']),
    age: duration,
    encrypted: v.optional(v.boolean(), true),
    /** Where it was copied from. */
    copiedFrom: v.exactOptional(v.strictObject({ region: regionName, snapshot: text })),
    tags: resourceTags,
  }),
  v.transform(({ age, ...rest }) => ({ ...rest, ageSeconds: age })),
);

export const databaseSubnetGroup = v.strictObject({ subnets: v.array(awsId('subnet')) });

export const parameter = v.strictObject({
  /** Its text, or else the endpoint of a database of this world. */
  value: v.exactOptional(text),
  endpointOf: v.exactOptional(v.strictObject({ region: regionName, database: text })),
  type: v.optional(v.picklist(['String', 'StringList', 'SecureString']), 'String'),
  tags: resourceTags,
});

/** An SSM document of the workload's own. What it does in a guest is said where the guests are. */
export const document = v.strictObject({ does: v.picklist(['reload']), tags: resourceTags });

export const topic = v.strictObject({
  subscribers: v.optional(v.array(text), []),
  tags: resourceTags,
});

/**
 * An alarm of the workload's own. Its metric is the latency of the application in the alarm's Region (milliseconds; none
 * while it does not serve), or the success of a canary there that asks for the live name each minute (0 or 1), or, where
 * nothing is measured, what somebody puts.
 */
export const alarm = v.pipe(
  v.strictObject({
    namespace: text,
    metric: text,
    measures: v.exactOptional(v.picklist(['latency', 'success'])),
    /** Of a metric that somebody puts. */
    dimensions: v.optional(v.record(text, text), {}),
    state: v.optional(v.picklist(['OK', 'ALARM', 'INSUFFICIENT_DATA']), 'OK'),
    period: duration,
    evaluationPeriods: v.pipe(count, v.minValue(1)),
    comparison: v.picklist([
      'GreaterThanThreshold',
      'GreaterThanOrEqualToThreshold',
      'LessThanThreshold',
      'LessThanOrEqualToThreshold',
      'GreaterThanUpperThreshold',
    ]),
    /** A number; of an anomaly alarm, the width of its band in standard deviations. */
    threshold: v.number(),
    statistic: v.optional(v.picklist(['Average', 'Minimum', 'Maximum', 'Sum']), 'Average'),
    missingData: v.optional(v.picklist(['missing', 'breaching', 'notBreaching', 'ignore']), 'missing'),
  }),
  v.transform(({ period, ...rest }) => ({ ...rest, periodSeconds: period })),
);

const recordType = v.picklist(['A', 'AAAA', 'CNAME', 'TXT']);

export const hostedZone = v.strictObject({
  name: text,
  records: v.array(
    v.pipe(
      v.strictObject({
        name: text,
        type: recordType,
        ttl: count,
        values: v.pipe(v.array(text), v.minLength(1)),
        /** One of two records of the same name and type: the secondary is answered while the primary is unhealthy. */
        failover: v.exactOptional(v.picklist(['PRIMARY', 'SECONDARY'])),
        /** Id of a health check of this world that the record follows. */
        healthCheck: v.exactOptional(text),
      }),
      v.transform(({ ttl, ...rest }) => ({ ...rest, ttlSeconds: ttl })),
    ),
  ),
  tags: resourceTags,
});

/** A health check that follows a CloudWatch alarm, and what it says while that has too little data. */
const alarmHealthCheck = v.strictObject({
  alarm: v.strictObject({ region: regionName, name: text }),
  insufficientData: v.optional(v.picklist(['Healthy', 'Unhealthy', 'LastKnownStatus']), 'LastKnownStatus'),
});

/** A health check that asks an endpoint from outside every Region. */
const endpointHealthCheck = v.pipe(
  v.strictObject({
    host: text,
    port: v.optional(port, 443),
    path: text,
    interval: v.optional(v.picklist(['10s', '30s']), '30s'),
    failureThreshold: v.optional(v.pipe(count, v.minValue(1), v.maxValue(10)), 3),
  }),
  v.transform(({ interval, ...rest }) => ({ ...rest, intervalSeconds: interval === '10s' ? 10 : 30 })),
);

/** A Route 53 health check. */
export const healthCheck = v.union([alarmHealthCheck, endpointHealthCheck]);
