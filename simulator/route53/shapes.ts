import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53';
import { AwsError, NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import { canonicalName } from './names.ts';
import {
  type Alias,
  type RecordSet,
  type RecordType,
  type Routing,
  recordTypes,
  setIdentifierOf,
  type Values,
} from './state.ts';

/** Latency, geographic, IP-based and multivalue answers and traffic policies are not modelled. */
const modelled = [
  'Name',
  'Type',
  'SetIdentifier',
  'Weight',
  'Failover',
  'TTL',
  'ResourceRecords',
  'AliasTarget',
  'HealthCheckId',
] as const;

/** One change of a batch, with the meaning of its members checked but not yet its fit to the zone. */
export interface ParsedChange {
  readonly action: 'CREATE' | 'DELETE' | 'UPSERT';
  readonly record: RecordSet;
}

/** An error of a request whose members contradict each other or break a documented constraint. */
export function invalidInput(message: string): AwsError {
  return new AwsError('InvalidInput', message);
}

/**
 * Reads one change as the SDK sends it (Route 53 API Reference, ChangeResourceRecordSets).
 * @throws AwsError InvalidInput for members that do not go together.
 * @throws NotSimulated for routing policies and record types that are not modelled.
 */
export function parseChange(change: Change, ordinal: number): ParsedChange {
  const { Action: action, ResourceRecordSet: given } = change;
  if (!given?.Name || !given.Type) throw invalidInput('Invalid request: Missing field in ResourceRecordSet');
  if (action !== 'CREATE' && action !== 'DELETE' && action !== 'UPSERT') {
    throw invalidInput(
      constraint(
        ordinal,
        'action',
        String(action),
        'Member must satisfy enum value set: [CREATE, DELETE, UPSERT]',
      ),
    );
  }
  const what = `Change with [Action=${action}, Name=${given.Name}, Type=${given.Type}, SetIdentifier=${given.SetIdentifier ?? 'null'}]`;
  refuseUnmodelled('route53:ChangeResourceRecordSets', given, modelled);
  const type = recordTypes.find((known) => known === given.Type);
  if (!type) throw new NotSimulated(`a Route 53 record of type ${given.Type}`);
  const record: RecordSet = {
    name: canonicalName(given.Name),
    type,
    routing: parseRouting(given, what, ordinal),
    data: parseData(given, type, what, ordinal),
    ...(given.HealthCheckId === undefined ? {} : { healthCheckId: given.HealthCheckId }),
  };
  return { action, record };
}

/** The shape in which Route 53 lists a record set. */
export function toResourceRecordSet(record: RecordSet): ResourceRecordSet {
  const { routing, data, healthCheckId } = record;
  const setIdentifier = setIdentifierOf(routing);
  return {
    Name: record.name,
    Type: record.type,
    ...(setIdentifier === undefined ? {} : { SetIdentifier: setIdentifier }),
    ...(routing.policy === 'weighted' ? { Weight: routing.weight } : {}),
    ...(routing.policy === 'failover' ? { Failover: routing.role } : {}),
    ...(data.kind === 'values'
      ? { TTL: data.ttlSeconds, ResourceRecords: data.values.map((Value) => ({ Value })) }
      : {
          ResourceRecords: [],
          AliasTarget: {
            HostedZoneId: data.zoneId,
            DNSName: data.dnsName,
            EvaluateTargetHealth: data.evaluateTargetHealth,
          },
        }),
    ...(healthCheckId === undefined ? {} : { HealthCheckId: healthCheckId }),
  };
}

function parseRouting(given: ResourceRecordSet, what: string, ordinal: number): Routing {
  const { SetIdentifier: setIdentifier, Weight: weight, Failover: role } = given;
  if (weight !== undefined && role !== undefined) {
    throw invalidInput(`Invalid request: ${oneOf(policies)}, but found more than one in ${what}`);
  }
  if (weight === undefined && role === undefined) {
    if (setIdentifier === undefined) return { policy: 'simple' };
    throw invalidInput(`Invalid request: ${oneOf(policies)}, but found none in ${what}`);
  }
  if (setIdentifier === undefined)
    throw invalidInput(`Invalid request: Missing field 'SetIdentifier' in ${what}`);
  if (setIdentifier.length < 1 || setIdentifier.length > 128) {
    throw invalidInput(
      constraint(
        ordinal,
        'resourceRecordSet.setIdentifier',
        setIdentifier,
        'Member must have length between 1 and 128',
      ),
    );
  }
  if (role !== undefined) return { policy: 'failover', setIdentifier, role };
  if (weight === undefined || !Number.isInteger(weight) || weight < 0 || weight > 255) {
    throw invalidInput(
      constraint(
        ordinal,
        'resourceRecordSet.weight',
        String(weight),
        'Member must have value between 0 and 255',
      ),
    );
  }
  return { policy: 'weighted', setIdentifier, weight };
}

const policies = 'Weight, Region, Failover, GeoLocation, or MultiValueAnswer';

function parseData(
  given: ResourceRecordSet,
  type: RecordType,
  what: string,
  ordinal: number,
): Values | Alias {
  const { AliasTarget: alias, TTL: ttlSeconds } = given;
  const values = given.ResourceRecords ?? [];
  const targets = 'AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId';
  if (alias && (ttlSeconds !== undefined || values.length > 0)) {
    throw invalidInput(`Invalid request: ${oneOf(targets)}, but found more than one in ${what}`);
  }
  if (alias) return parseAlias(alias, type);
  if (ttlSeconds === undefined || values.length === 0) {
    throw invalidInput(`Invalid request: ${oneOf(targets)}, but found none in ${what}`);
  }
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 0 || ttlSeconds > 2147483647) {
    const rule = `Member must have value ${ttlSeconds < 0 ? 'greater than or equal to 0' : 'less than or equal to 2147483647'}`;
    throw invalidInput(constraint(ordinal, 'resourceRecordSet.tTL', String(ttlSeconds), rule));
  }
  return { kind: 'values', ttlSeconds, values: values.map(({ Value }) => Value ?? '') };
}

function parseAlias(alias: NonNullable<ResourceRecordSet['AliasTarget']>, type: RecordType): Alias {
  const { HostedZoneId: zoneId, DNSName: dnsName, EvaluateTargetHealth: evaluateTargetHealth } = alias;
  if (!zoneId || !dnsName || evaluateTargetHealth === undefined) {
    throw invalidInput('Invalid request: Missing field in AliasTarget');
  }
  if (type === 'NS' || type === 'SOA') {
    throw invalidInput(`Invalid request: an alias resource record set cannot have the type ${type}`);
  }
  return { kind: 'alias', zoneId, dnsName: canonicalName(dnsName), evaluateTargetHealth };
}

function oneOf(members: string): string {
  return `Expected exactly one of [${members}]`;
}

function constraint(ordinal: number, member: string, value: string, rule: string): string {
  const path = `changeBatch.changes.${ordinal}.member.${member}`;
  return `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: ${rule}`;
}
