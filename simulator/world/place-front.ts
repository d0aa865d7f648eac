import type { NameEntry } from '../route53/answers.ts';
import { canonicalName } from '../route53/names.ts';
import type { Region, Simulator } from '../simulator.ts';
import { answerOf } from './answering.ts';
import { resolveFor } from './clients.ts';
import { worldOf } from './placed.ts';
import type { WorldRegion } from './schema.ts';

/** Puts target groups, load balancers and Auto Scaling groups into a Region; the targets' health checks ask the servers themselves. */
export function placeFront(sim: Simulator, region: Region, world: WorldRegion): void {
  const { elbv2, guests } = region;
  const { application } = worldOf(sim).world;
  elbv2.probe = (instanceId, port, path) => {
    if (!guests.isUp(instanceId) || port !== application.port) return false;
    const passed = guests.of(instanceId).askApplication(path).status === 200;
    // The check that asks has not been counted yet.
    if (passed) sim.clock.after(0, () => noteIfHealthy(sim, region, instanceId));
    return passed;
  };
  for (const [name, { vpc, port, targets, health, tags }] of Object.entries(world.targetGroups)) {
    elbv2.addTargetGroup({ name, vpcId: vpc, port, check: health, targets, tags });
  }
  for (const [name, { dnsName, subnets, forwardsTo, tags }] of Object.entries(world.loadBalancers)) {
    const listeners = [80, 443].map((port) => ({ port, targetGroups: forwardsTo }));
    elbv2.addLoadBalancer({ name, dnsName, subnetIds: subnets, listeners, tags });
  }
  for (const [name, group] of Object.entries(world.autoScalingGroups)) {
    const { launchTemplate, subnets, min, desired, max, instances, targetGroups, tags } = group;
    region.autoscaling.addGroup({
      name,
      launchTemplate,
      subnetIds: subnets,
      minSize: min,
      desiredCapacity: desired,
      maxSize: max,
      instances,
      targetGroups,
      tags,
    });
  }
}

function noteIfHealthy(sim: Simulator, { name, elbv2 }: Region, instanceId: string): void {
  const groups = [...elbv2.targetGroups.keys()];
  const counted = groups.some((group) =>
    elbv2.targets(group).some(({ id, healthy }) => id === instanceId && healthy),
  );
  if (counted) worldOf(sim).timeline.noteTarget(name, instanceId);
}

/** AWS serves the names of load balancers with this TTL (ELB User Guide, "DNS name"). */
const balancerTtlSeconds = 60;
/** RDS serves the names of endpoints with this TTL (RDS User Guide, failover and DNS caching). */
const endpointTtlSeconds = 5;

/** Makes the names known that AWS gives to load balancers and databases of a Region. */
export function placeNames(sim: Simulator, region: Region): void {
  sim.route53.addNames({
    zoneIds: [...region.elbv2.loadBalancers.values()].map(({ hostedZoneId }) => hostedZoneId),
    lookup: (name) => balancerEntry(sim, region, name) ?? databaseEntry(sim, region, name),
  });
}

function balancerEntry(sim: Simulator, { elbv2 }: Region, name: string): NameEntry | undefined {
  const balancer = [...elbv2.loadBalancers.values()].find(({ dnsName }) => canonicalName(dnsName) === name);
  if (!balancer) return undefined;
  const groups = new Set(balancer.listeners.flatMap(({ targetGroups }) => targetGroups));
  const healthy = [...groups].some((group) => elbv2.targets(group).some((target) => target.healthy));
  const values = { A: balancer.zones.map((zone) => addressOf(sim, `${balancer.dnsName}/${zone}`, '52.68')) };
  return { ttlSeconds: balancerTtlSeconds, values, healthy };
}

function databaseEntry(sim: Simulator, { rds }: Region, name: string): NameEntry | undefined {
  const database = [...rds.instances.values()].find(({ endpoint }) => canonicalName(endpoint) === name);
  if (!database) return undefined;
  return { ttlSeconds: endpointTtlSeconds, values: { A: [addressOf(sim, database.endpoint, '10.255')] } };
}

const addresses = new WeakMap<Simulator, Map<string, string>>();

/** The same address whenever it is asked for. */
function addressOf(sim: Simulator, subject: string, prefix: string): string {
  const known = addresses.get(sim) ?? new Map<string, string>();
  addresses.set(sim, known);
  const address =
    known.get(subject) ??
    `${prefix}.${[0, 1].map(() => 1 + Math.floor(sim.draws.unit('world.address', subject) * 254)).join('.')}`;
  known.set(subject, address);
  return address;
}

/** Lets Route 53's health checkers, which are outside every Region, ask the application. */
export function placeProbe(sim: Simulator): void {
  sim.route53.probe = (url, checkerRegion) => {
    const { hostname, port, protocol, pathname } = new URL(url);
    const destination = resolveFor(sim, `checker/${checkerRegion}`, hostname);
    if (!destination) return false;
    const outcome = answerOf(sim, destination, Number(port) || (protocol === 'https:' ? 443 : 80), pathname);
    return outcome.kind === 'response' && outcome.status >= 200 && outcome.status < 400;
  };
}
