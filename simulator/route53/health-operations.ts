import type {
  CreateHealthCheckCommandInput,
  CreateHealthCheckCommandOutput,
  DeleteHealthCheckCommandInput,
  DeleteHealthCheckCommandOutput,
  GetHealthCheckCommandInput,
  GetHealthCheckCommandOutput,
  GetHealthCheckStatusCommandInput,
  GetHealthCheckStatusCommandOutput,
  HealthCheckObservation,
  HealthCheckRegion,
  HealthCheck as HealthCheckShape,
  ListHealthChecksCommandInput,
  ListHealthChecksCommandOutput,
  UpdateHealthCheckCommandInput,
  UpdateHealthCheckCommandOutput,
} from '@aws-sdk/client-route-53';
import type { Draws } from '../draws.ts';
import { AwsError, NotSimulated } from '../errors.ts';
import type { Operations } from '../service.ts';
import type { Checker } from './checkers.ts';
import type { HealthCheck, HealthChecks } from './health.ts';
import { parseHealthCheck, updatedConfig } from './health-settings.ts';
import { invalidInput } from './shapes.ts';
import type { Zones } from './zones.ts';
import { pageOf } from './zones.ts';

type Output<T> = Omit<T, '$metadata'>;

/** The operations on health checks. Their tags and the CloudWatch metrics that they write are not modelled. */
export function healthOperations(health: HealthChecks, zones: Zones, draws: Draws): Operations {
  return {
    CreateHealthCheck: (input: CreateHealthCheckCommandInput) => create(health, draws, input),
    UpdateHealthCheck(input: UpdateHealthCheckCommandInput): Output<UpdateHealthCheckCommandOutput> {
      const check = health.get(input.HealthCheckId);
      if (input.HealthCheckVersion !== undefined && input.HealthCheckVersion !== check.version) {
        throw new AwsError(
          'HealthCheckVersionMismatch',
          'The value of HealthCheckVersion in the request does not match the value of HealthCheckVersion in the health check.',
          409,
        );
      }
      health.update(check, parseHealthCheck(updatedConfig(check.settings.config, input)));
      return { HealthCheck: shapeOf(check) };
    },
    GetHealthCheck(input: GetHealthCheckCommandInput): Output<GetHealthCheckCommandOutput> {
      return { HealthCheck: shapeOf(health.get(input.HealthCheckId)) };
    },
    GetHealthCheckStatus(input: GetHealthCheckStatusCommandInput): Output<GetHealthCheckStatusCommandOutput> {
      const check = health.get(input.HealthCheckId);
      if (check.settings.kind === 'calculated') {
        throw invalidInput(
          'GetHealthCheckStatus cannot be used to get the status of a calculated health check.',
        );
      }
      if (!check.watchers)
        throw new NotSimulated('route53:GetHealthCheckStatus of a CLOUDWATCH_METRIC health check');
      return {
        HealthCheckObservations: check.watchers.checkers
          .filter((checker) => checker.checkedAtMs !== undefined)
          .map(observation),
      };
    },
    ListHealthChecks(input: ListHealthChecksCommandInput): Output<ListHealthChecksCommandOutput> {
      const all = health.all.toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const start =
        input.Marker === undefined ? 0 : all.findIndex((check) => check.id >= (input.Marker ?? ''));
      const { page, next, size } = pageOf(start < 0 ? [] : all.slice(start), input.MaxItems, 100);
      return {
        HealthChecks: page.map(shapeOf),
        Marker: input.Marker ?? '',
        IsTruncated: next !== undefined,
        ...(next === undefined ? {} : { NextMarker: next.id }),
        MaxItems: size,
      };
    },
    DeleteHealthCheck(input: DeleteHealthCheckCommandInput): Output<DeleteHealthCheckCommandOutput> {
      const check = health.get(input.HealthCheckId);
      refuseUsed(check, health, zones);
      health.delete(check);
      return {};
    },
  };
}

/** A repeated CallerReference returns the check of the first call if the settings are the same (API Reference, CreateHealthCheck). */
function create(
  health: HealthChecks,
  draws: Draws,
  input: CreateHealthCheckCommandInput,
): Output<CreateHealthCheckCommandOutput> {
  const callerReference = input.CallerReference ?? '';
  if (callerReference.length < 1 || callerReference.length > 64)
    throw invalidInput('CallerReference must have 1 to 64 characters.');
  if (!input.HealthCheckConfig) throw invalidInput('HealthCheckConfig must be specified.');
  const settings = parseHealthCheck(input.HealthCheckConfig);
  const earlier = health.all.find((check) => check.callerReference === callerReference);
  if (earlier && JSON.stringify(earlier.settings.config) !== JSON.stringify(settings.config)) {
    throw new AwsError(
      'HealthCheckAlreadyExists',
      'The health check that you are attempting to create already exists.',
      409,
    );
  }
  const check =
    earlier ?? health.create(draws.uuid('route53.healthCheck', callerReference), callerReference, settings);
  return {
    HealthCheck: shapeOf(check),
    Location: `https://route53.amazonaws.com/2013-04-01/healthcheck/${check.id}`,
  };
}

/** Route 53 lets a check in use be deleted and then promises nothing about the answers: that cannot be rehearsed. */
function refuseUsed(check: HealthCheck, health: HealthChecks, zones: Zones): void {
  const used =
    zones.all.some((zone) =>
      [...zone.records.values(), ...zone.served.values()].some((record) => record.healthCheckId === check.id),
    ) ||
    health.all.some(({ settings }) => settings.kind === 'calculated' && settings.children.includes(check.id));
  if (used) throw new NotSimulated('route53:DeleteHealthCheck of a health check that is in use');
}

function shapeOf(check: HealthCheck): HealthCheckShape {
  return {
    Id: check.id,
    CallerReference: check.callerReference,
    HealthCheckConfig: check.settings.config,
    HealthCheckVersion: check.version,
  };
}

function observation(checker: Checker): HealthCheckObservation {
  const status = checker.lastAnswer
    ? 'Success: HTTP Status Code 200, OK'
    : 'Failure: The health checker could not establish a connection within the timeout limit.';
  return {
    Region: checker.region as HealthCheckRegion,
    IPAddress: checker.ipAddress,
    StatusReport: {
      Status: status,
      ...(checker.checkedAtMs === undefined ? {} : { CheckedTime: new Date(checker.checkedAtMs) }),
    },
  };
}
