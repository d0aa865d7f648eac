import type { Problem } from '../step.ts';

/** A way out of a drill's subnets: a route, a peering or an endpoint, named as AWS names it. */
export interface WayOut {
  readonly subnet: string;
  readonly what: string;
}

/**
 * Why these subnets are no place for a drill, or undefined when nothing leads out of them: a copy of a production server
 * that can reach production, or the world, acts there as if it were the real one. Endpoints of AWS services inside the VPC
 * are the one exception, since Systems Manager needs them.
 */
export function isolationProblem(
  subnets: readonly string[],
  ways: { readonly found: readonly WayOut[]; readonly absent: readonly string[] },
): Problem | undefined {
  if (ways.absent.length > 0) {
    return {
      status: 'failed',
      code: 'DrillSubnetAbsent',
      reason: `drill.network names ${ways.absent.join(', ')}, which the recovery Region does not have`,
      unblock: 'create the subnets, or correct the plan',
    };
  }
  const [first, ...others] = ways.found;
  if (!first) return undefined;
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  return {
    status: 'failed',
    code: 'DrillNetworkOpen',
    reason: `drill subnet ${first.subnet} leads out by ${first.what}${more}; a drill runs only in ${subnets.length > 1 ? 'subnets that lead' : 'a subnet that leads'} nowhere`,
    unblock: 'remove the route, or name other subnets under drill.network',
  };
}
