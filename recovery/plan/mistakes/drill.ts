/** A drill must be possible, must hurt nothing, and must come when it is meant to. */
import { timeZoneMistake } from '../../practice/local-time.ts';
import { type Draft, known, placed, written } from '../draft.ts';
import { nearest } from '../nearest.ts';
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

/** EventBridge Scheduler refuses a time zone that it does not know, and with it the whole stack. */
function* realTimeZone(draft: Draft): Iterable<Finding> {
  const name = draft.drill?.timeZone;
  const mistake = name === undefined ? undefined : timeZoneMistake(name);
  if (name === undefined || !mistake) return;
  const meant = mistake.meant ?? nearest(name, Intl.supportedValuesOf('timeZone'));
  yield {
    path: ['drill', 'timeZone'],
    message: `there is no time zone ${name}`,
    fix: meant === undefined ? 'write an IANA name, such as Asia/Tokyo' : `did you mean "${meant}"?`,
  };
}

/** A time without a drill says nothing; whoever wrote it expects one. */
function* scheduled({ drill }: Draft): Iterable<Finding> {
  if (drill === undefined || written(drill, 'schedules')) return;
  for (const key of ['at', 'timeZone'] as const) {
    if (!written(drill, key)) continue;
    const message = `${key} says when a drill begins, and no drill runs by itself`;
    yield { path: ['drill', key], message, fix: `add schedules: [monthly, quarterly], or remove ${key}` };
  }
}

/** Rehearsals. */
export const drillChecks: readonly Check[] = [
  rehearsable,
  reachable,
  apartFromProduction,
  realTimeZone,
  scheduled,
];
