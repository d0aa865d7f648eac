import type { HealthCheckConfig, UpdateHealthCheckCommandInput } from '@aws-sdk/client-route-53';
import { NotSimulated } from '../errors.ts';
import { checkerRegions } from './checkers.ts';
import { invalidInput } from './shapes.ts';

interface Common {
  readonly inverted: boolean;
  readonly disabled: boolean;
  /** As the caller gave it, for what GetHealthCheck returns. */
  readonly config: HealthCheckConfig;
}

export type HealthCheckSettings =
  | (Common & {
      readonly kind: 'endpoint';
      readonly url: string;
      readonly intervalSeconds: 10 | 30;
      readonly failureThreshold: number;
      readonly regions?: readonly string[];
    })
  | (Common & {
      readonly kind: 'alarm';
      readonly alarmRegion: string;
      readonly alarmName: string;
      readonly insufficientData: 'Healthy' | 'Unhealthy' | 'LastKnownStatus';
    })
  | (Common & {
      readonly kind: 'calculated';
      readonly children: readonly string[];
      readonly healthThreshold: number;
    });

/**
 * Reads the settings of a health check (Route 53 API Reference, HealthCheckConfig).
 * @throws AwsError InvalidInput for members that do not go together or lie outside their range.
 * @throws NotSimulated for types other than HTTP, HTTPS, CLOUDWATCH_METRIC and CALCULATED.
 */
export function parseHealthCheck(given: HealthCheckConfig): HealthCheckSettings {
  const common = { inverted: given.Inverted ?? false, disabled: given.Disabled ?? false };
  switch (given.Type) {
    case 'HTTP':
    case 'HTTPS':
      return { ...common, ...parseEndpoint(given, given.Type) };
    case 'CLOUDWATCH_METRIC':
      return { ...common, ...parseAlarm(given) };
    case 'CALCULATED':
      return { ...common, ...parseCalculated(given) };
    default:
      throw new NotSimulated(`route53:CreateHealthCheck of type ${given.Type}`);
  }
}

/** The settings after an UpdateHealthCheck: members that are absent stay as they were. */
export function updatedConfig(
  current: HealthCheckConfig,
  input: UpdateHealthCheckCommandInput,
): HealthCheckConfig {
  const { HealthCheckId: _id, HealthCheckVersion: _version, ResetElements: resets, ...changes } = input;
  const kept: HealthCheckConfig = { ...current };
  for (const element of resets ?? []) delete kept[element];
  return {
    ...kept,
    ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
  };
}

function parseEndpoint(given: HealthCheckConfig, type: 'HTTP' | 'HTTPS') {
  refuse(given, [
    'AlarmIdentifier',
    'ChildHealthChecks',
    'HealthThreshold',
    'InsufficientDataHealthStatus',
    'SearchString',
  ]);
  const host = given.IPAddress ?? given.FullyQualifiedDomainName;
  if (!host) throw invalidInput('Either IPAddress or FullyQualifiedDomainName must be specified.');
  const scheme = type.toLowerCase();
  const usualPort = type === 'HTTP' ? 80 : 443;
  const port = inRange('Port', given.Port ?? usualPort, 1, 65535);
  const path = given.ResourcePath ?? '/';
  const intervalSeconds = given.RequestInterval ?? 30;
  if (intervalSeconds !== 10 && intervalSeconds !== 30)
    throw invalidInput('RequestInterval must be 10 or 30.');
  const failureThreshold = inRange('FailureThreshold', given.FailureThreshold ?? 3, 1, 10);
  if (given.Regions && given.Regions.length < 3)
    throw invalidInput('At least three Regions must be specified.');
  const config: HealthCheckConfig = {
    ...given,
    Port: port,
    RequestInterval: intervalSeconds,
    FailureThreshold: failureThreshold,
    MeasureLatency: given.MeasureLatency ?? false,
    Inverted: given.Inverted ?? false,
    Disabled: given.Disabled ?? false,
    EnableSNI: given.EnableSNI ?? type === 'HTTPS',
    Regions: given.Regions ?? [...checkerRegions],
  };
  return {
    kind: 'endpoint',
    url: `${scheme}://${host}${port === usualPort ? '' : `:${port}`}${path.startsWith('/') ? path : `/${path}`}`,
    intervalSeconds,
    failureThreshold,
    ...(given.Regions ? { regions: given.Regions } : {}),
    config,
  } as const;
}

function parseAlarm(given: HealthCheckConfig) {
  refuse(given, [...endpointMembers, 'ChildHealthChecks', 'HealthThreshold']);
  const { Region: alarmRegion, Name: alarmName } = given.AlarmIdentifier ?? {};
  if (!alarmRegion || !alarmName)
    throw invalidInput('AlarmIdentifier must be specified for a CLOUDWATCH_METRIC health check.');
  const insufficientData = given.InsufficientDataHealthStatus;
  if (!insufficientData)
    throw invalidInput(
      'InsufficientDataHealthStatus must be specified for a CLOUDWATCH_METRIC health check.',
    );
  return { kind: 'alarm', alarmRegion, alarmName, insufficientData, config: withFlags(given) } as const;
}

function parseCalculated(given: HealthCheckConfig) {
  refuse(given, [...endpointMembers, 'AlarmIdentifier', 'InsufficientDataHealthStatus']);
  const children = given.ChildHealthChecks ?? [];
  if (children.length > 256)
    throw invalidInput('A calculated health check can monitor at most 256 health checks.');
  const healthThreshold = inRange('HealthThreshold', given.HealthThreshold ?? 0, 0, 256);
  return { kind: 'calculated', children, healthThreshold, config: withFlags(given) } as const;
}

const endpointMembers = [
  'IPAddress',
  'Port',
  'ResourcePath',
  'FullyQualifiedDomainName',
  'SearchString',
  'RequestInterval',
  'FailureThreshold',
  'Regions',
] as const;

function refuse(given: HealthCheckConfig, members: readonly (keyof HealthCheckConfig)[]): void {
  for (const member of members) {
    if (given[member] !== undefined)
      throw invalidInput(`${member} cannot be specified for a health check of type ${given.Type}.`);
  }
}

function inRange(member: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalidInput(`${member} must be between ${least} and ${most}.`);
}

function withFlags(given: HealthCheckConfig): HealthCheckConfig {
  return { ...given, Inverted: given.Inverted ?? false, Disabled: given.Disabled ?? false };
}
