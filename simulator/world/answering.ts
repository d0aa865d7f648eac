import type { Resolution } from '../dns/resolver.ts';
import { canonicalName } from '../route53/names.ts';
import type { RegionName } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { isInstanceThere } from './ailments.ts';
import { instanceHealth, instancesOf, regionHealth } from './health.ts';
import { worldOf } from './placed.ts';

/** What became of a request, before it is known how long anyone waited for it. */
export type Outcome =
  | { readonly kind: 'response'; readonly status: number; readonly body: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'silence' };

/** The place of the application that a resolved name leads to. */
export interface Destination {
  readonly region: RegionName;
  /** The name of the load balancer, or the address. */
  readonly target: string;
}

/** Where the answer of a resolver leads, if that is a place of the application. */
export function destinationOf(sim: Simulator, resolution: Resolution): Destination | undefined {
  const names = new Set(
    resolution.records.flatMap(({ name, type, value }) =>
      type === 'CNAME' ? [name, canonicalName(value)] : [name],
    ),
  );
  const addresses = new Set(resolution.records.filter(({ type }) => type === 'A').map(({ value }) => value));
  const { world } = worldOf(sim);
  for (const [region, { loadBalancer, address }] of Object.entries(world.application.regions)) {
    if (address !== undefined && addresses.has(address)) return { region, target: address };
    if (loadBalancer === undefined) continue;
    const { dnsName } = sim.region(region).elbv2.loadBalancer(loadBalancer);
    if (names.has(canonicalName(dnsName))) return { region, target: dnsName };
  }
  return undefined;
}

/**
 * What a client gets from a place of the application. A Region that is down never answers, not even with a refusal. A load
 * balancer passes a request on to a healthy target, or to any target where none is healthy (Application Load Balancers
 * fail open); the server that gets it answers for the whole Region: 200 only if there is a healthy server of every kind.
 */
export function answerOf(
  sim: Simulator,
  { region, target }: Destination,
  port: number,
  path: string,
): Outcome {
  const { world, silentRegions } = worldOf(sim);
  if (silentRegions.has(region)) return { kind: 'silence' };
  const { application } = world;
  const place = application.regions[region]!;
  const front = Object.keys(application.servers)[0]!;
  if (place.loadBalancer === undefined) {
    const { guests } = sim.region(region);
    const up = instancesOf(sim, region, front).filter(({ id }) =>
      isInstanceThere(sim, sim.region(region), id),
    );
    if (up.length === 0) return { kind: 'silence' };
    if (port !== application.port && port !== 443) return { kind: 'refused' };
    for (const { id } of up) guests.of(id).askApplication(path);
    return serve(sim, region, path);
  }
  // The security group of a load balancer drops what its listeners do not serve.
  if (port !== 80 && port !== 443) return { kind: 'silence' };
  const { elbv2 } = sim.region(region);
  const targets = elbv2.targets(place.targetGroups[front] ?? '');
  if (targets.length === 0) return gatewayError(503, `${target} has no registered targets`);
  const candidates = targets.some(({ healthy }) => healthy)
    ? targets.filter(({ healthy }) => healthy)
    : targets;
  if (!candidates.some(({ id }) => isInstanceThere(sim, sim.region(region), id)))
    return gatewayError(504, 'no target answers');
  return serve(sim, region, path);
}

/** The health of an instance as JSON, as its own port gives it. */
export function answerOfInstance(sim: Simulator, region: RegionName, instanceId: string): Outcome {
  if (!isInstanceThere(sim, sim.region(region), instanceId)) return { kind: 'silence' };
  const health = instanceHealth(sim, region, instanceId);
  return { kind: 'response', status: health.healthy ? 200 : 503, body: JSON.stringify(health) };
}

function serve(sim: Simulator, region: RegionName, path: string): Outcome {
  if (path !== worldOf(sim).world.application.health) return gatewayError(404, 'not found');
  const health = regionHealth(sim, region);
  return { kind: 'response', status: health.healthy ? 200 : 503, body: JSON.stringify(health) };
}

function gatewayError(status: number, reason: string): Outcome {
  return { kind: 'response', status, body: JSON.stringify({ healthy: false, missing: [reason] }) };
}
