/** A drill must be possible, and must hurt nothing. */
import { type Draft, known, placed, written } from '../draft.ts';
import type { Finding } from '../plan-error.ts';
import type { Check } from '../references.ts';

/** A drill without a network of its own would be refused, so that the first one would be the real failover. */
function* rehearsable(draft: Draft): Iterable<Finding> {
  const copies = (['servers', 'databases'] as const).filter((section) => written(draft, section));
  if (copies.length === 0 || (written(draft, 'drill') && draft.drill === undefined)) return;
  if (!written(draft.drill, 'network')) {
    yield {
      path: ['drill', 'network'],
      message: `a drill copies ${copies.join(' and ')} and has no network to put them in`,
      fix: 'add drill: { network: { subnets: […], securityGroups: […] } } without a way to production',
    };
  }
  const network = draft.drill?.network;
  if (network && copies.includes('databases') && !written(network, 'dbSubnetGroup')) {
    yield {
      path: ['drill', 'network', 'dbSubnetGroup'],
      message: 'a drill restores databases, and RDS would put them into the default VPC',
      fix: 'add dbSubnetGroup: the name of an isolated DB subnet group',
    };
  }
}

/** Copies get the drill's own profile or none, and without a profile no agent comes online (Systems Manager User Guide). */
function* reachable(draft: Draft): Iterable<Finding> {
  if (written(draft, 'drill') && draft.drill === undefined) return;
  if (written(draft.drill, 'instanceProfile')) return;
  const needs = [
    ...known(draft.volumes)
      .filter(([, volume]) => written(volume, 'mount'))
      .map(([name]) => `the mount of volumes.${name}`),
    ...(written(draft, 'reload') ? ['reload'] : []),
    ...(placed(draft.verify).some(([, check]) => written(check, 'inside')) ? ['verify from inside'] : []),
  ];
  const [first] = needs;
  if (first === undefined) return;
  yield {
    path: ['drill', 'instanceProfile'],
    message: `${first} needs Systems Manager, and a drill's copies have no instance profile`,
    fix: 'add drill: { instanceProfile: … }, a role of its own with AmazonSSMManagedInstanceCore',
  };
}

function* apartFromProduction(draft: Draft): Iterable<Finding> {
  const live = new Map<string, string>();
  for (const [name, server] of known(draft.servers)) {
    for (const [, subnet] of [...placed(server.subnets), ...placed(server.launch?.subnets)])
      live.set(subnet, name);
  }
  for (const [place, subnet] of placed(draft.drill?.network?.subnets)) {
    const name = live.get(subnet);
    if (name === undefined) continue;
    const path = ['drill', 'network', 'subnets', place];
    yield {
      path,
      message: `servers.${name} recovers into ${subnet}`,
      fix: 'choose a subnet that is only for drills',
    };
  }
}

/** Rehearsals. */
export const drillChecks: readonly Check[] = [rehearsable, reachable, apartFromProduction];
