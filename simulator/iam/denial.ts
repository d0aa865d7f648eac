import { AwsError } from '../errors.ts';
import type { Call, ServiceName } from '../service.ts';
import type { Check } from './check.ts';
import type { Decision } from './evaluate.ts';

/** How a service names a missing permission: its code and HTTP status, as its API reference lists it. */
const refusals: Readonly<Record<ServiceName, readonly [code: string, httpStatus: number]>> = {
  autoscaling: ['AccessDenied', 403],
  ec2: ['UnauthorizedOperation', 403],
  elasticloadbalancing: ['AccessDenied', 403],
  events: ['AccessDeniedException', 400],
  iam: ['AccessDenied', 403],
  kms: ['AccessDeniedException', 400],
  monitoring: ['AccessDenied', 403],
  rds: ['AccessDenied', 403],
  route53: ['AccessDenied', 403],
  s3: ['AccessDenied', 403],
  servicequotas: ['AccessDeniedException', 400],
  sns: ['AuthorizationError', 403],
  ssm: ['AccessDeniedException', 400],
  states: ['AccessDeniedException', 400],
  sts: ['AccessDenied', 403],
};

/**
 * What AWS answers to a request that no policy of its caller allows, or that one denies: it names who asked, the action and
 * the resource (IAM User Guide, Troubleshoot access denied error messages). EC2 adds more in a form that only STS can read,
 * which is left out.
 */
export function denialOf(
  { service, operation, caller }: Call,
  { action, resource }: Check,
  { decision }: Decision,
): AwsError {
  const [code, httpStatus] = refusals[service];
  // The answer to HEAD has no body, so that a caller learns the status alone.
  if (service === 's3' && operation.startsWith('Head')) return new AwsError('Forbidden', 'Forbidden', 403);
  const why =
    decision === 'explicitDeny'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`;
  const about = service === 's3' ? `"${resource}"` : resource;
  const on = resource === '*' ? '' : ` on resource: ${about}`;
  const before = service === 'ec2' ? 'You are not authorized to perform this operation. ' : '';
  return new AwsError(
    code,
    `${before}User: ${caller.arn} is not authorized to perform: ${action}${on} ${why}`,
    httpStatus,
  );
}
