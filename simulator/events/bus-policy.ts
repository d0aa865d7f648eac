import { contextOf, principalOf } from '../iam/caller.ts';
import { evaluate } from '../iam/evaluate.ts';
import { readPolicy } from '../iam/policy.ts';
import type { Call } from '../service.ts';
import type { Bus } from './bus.ts';

/**
 * Whether the bus's own policy denies that a caller of the account puts events on it (EventBridge User Guide, Permissions for
 * event buses). What it allows matters to other accounts only.
 */
export function isDeniedBy(bus: Bus, call: Pick<Call, 'caller' | 'region'>, nowMs: number): boolean {
  if (bus.policy === undefined) return false;
  const policy = readPolicy('bus policy', 'resource', bus.policy);
  const request = {
    principal: principalOf(call.caller),
    action: 'events:PutEvents',
    resource: bus.arn,
    context: contextOf(call, nowMs),
  };
  return evaluate([policy], request).decision === 'explicitDeny';
}
