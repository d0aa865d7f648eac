/** How single resources of the primary Region stand, and what each of them still needs to be cut off. */
import type { ObservedInstance } from '../observed.ts';
import type { Plan } from '../plan/plan.ts';
import { type Instant, secondsBetween } from '../terms.ts';
import type {
  FenceableDatabase,
  FenceableGroup,
  FencedBefore,
  FenceGroup,
  FenceMember,
  Replacement,
  Stop,
  Suspension,
} from './fence.ts';

/** RDS shows an accepted change within half a minute; asking again meanwhile is refused, and changes nothing. */
const acceptedSeconds = 90;

/** For so long after EC2 said that an instance stops, a look that shows it running is an old one. */
const stoppingSeconds = 300;

/** The tag by which an instance names its group (EC2 Auto Scaling User Guide, "Tag lifecycle"). */
const groupNameTag = 'aws:autoscaling:groupName';

/**
 * What must be suspended so that a group puts nothing back: `Launch` starts what is missing, and `Terminate` would end what
 * the fence stopped, with the disks that go with it (EC2 Auto Scaling User Guide, "Suspend and resume processes").
 */
const mustBeSuspended = ['Launch', 'Terminate'];

interface GroupLook {
  readonly member: FenceMember;
  readonly suspend?: Suspension;
}

/**
 * The plan's own Auto Scaling groups, and those that its instances name and that are not the plan's.
 *
 * @param own - undefined when nobody knows which they are
 */
export function groupLooks(
  plan: Plan,
  own: readonly FenceableGroup[] | undefined,
  instances: readonly ObservedInstance[],
  before: FencedBefore,
): readonly GroupLook[] {
  if (!own) return [];
  const names = new Set(own.map(({ name }) => name));
  const strangers = instances
    .flatMap(({ tags }) => tags[groupNameTag] ?? [])
    .filter((name) => !names.has(name));
  return [
    ...own.map((group) => groupLook(group, before)),
    ...[...new Set(strangers)].map((name) => ({
      member: unfenced(
        name,
        `the Auto Scaling group ${name} does not carry lifeboat:plan=${plan.plan}, and would replace what is stopped`,
      ),
    })),
  ];
}

function groupLook({ name, suspended }: FenceableGroup, { memory, letsGo }: FencedBefore): GroupLook {
  if (mustBeSuspended.every((process) => suspended.includes(process)))
    return { member: fenced(name, `the Auto Scaling group ${name} launches nothing`) };
  if (letsGo && wasHeld(memory?.groups, name))
    return {
      member: released(name, `somebody has resumed the Auto Scaling group ${name} since it was suspended`),
    };
  const member = unfenced(name, `the Auto Scaling group ${name} would replace what is stopped`);
  return { member, suspend: { group: name, before: suspended } };
}

/**
 * An instance of a group is stopped only with its group suspended: the group would end and replace it, which fences nothing
 * and destroys what it held.
 */
export function instanceLook(
  { id, state, tags }: ObservedInstance,
  groups: readonly GroupLook[],
  { memory, letsGo }: FencedBefore,
  now: Instant,
): { readonly member: FenceMember; readonly stop?: Stop } {
  if (isStopped(state)) return { member: fenced(id, `${id} is ${state}`) };
  const known = memory?.instances.find((member) => member.id === id);
  const name = tags[groupNameTag];
  const group = groups.find(({ member }) => member.id === name);
  const isOldLook = known?.askedAt !== undefined && secondsBetween(known.askedAt, now) < stoppingSeconds;
  if (letsGo && !isOldLook && wasHeld(memory?.instances, id))
    return { member: released(id, `somebody has started ${id} since it was stopped`) };
  if (group?.member.state === 'released')
    return { member: released(id, `${id} runs in a group that somebody has resumed`) };
  const member = unfenced(id, `${id} is ${state}`);
  if (state !== 'running') return { member };
  if (name === undefined || group?.member.state === 'fenced') return { member, stop: { id } };
  return group?.suspend ? { member, stop: { id, after: name } } : { member };
}

/** Whether an instance in this state of EC2's can write no more. */
export function isStopped(state: string): boolean {
  return state === 'stopping' || state === 'stopped';
}

/** A database, as RDS shows it, against the fence of its own VPC. */
export function databaseLook(
  plan: Plan,
  database: FenceableDatabase,
  groups: readonly FenceGroup[] | undefined,
  { memory, letsGo }: FencedBefore,
  now: Instant,
): { readonly member: FenceMember; readonly replace?: Replacement } {
  const { id, securityGroups } = database;
  const known = memory?.databases.find((member) => member.id === id);
  const group = fenceFor(plan, database, groups);
  if (typeof group === 'string') return { member: unfenced(id, group) };
  const isHeld = securityGroups.length > 0 && securityGroups.every((each) => each.id === group.id);
  if (isHeld && securityGroups.every(({ status }) => status === 'active'))
    return { member: fenced(id, `${id} has no security group but ${group.id}`) };
  if (letsGo && wasHeld(memory?.databases, id))
    return { member: released(id, `somebody has given ${id} its security groups back since it was fenced`) };
  const isComing = securityGroups.some((each) => each.id === group.id && each.status === 'adding');
  const isAsked =
    known?.state === 'asked' &&
    known.askedAt !== undefined &&
    secondsBetween(known.askedAt, now) < acceptedSeconds;
  if (isHeld || isComing || isAsked)
    return { member: asked(id, known?.askedAt ?? now, `${id} is being moved to ${group.id}`) };
  const from = securityGroups.filter(({ status }) => status !== 'removing').map((each) => each.id);
  const says = `${id} still has ${from.join(', ') || 'no security group'}`;
  return { member: unfenced(id, says), replace: { database: id, group: group.id, before: from } };
}

/**
 * The security group that cuts a database off, or why there is none. A member of a cluster has the cluster's security groups,
 * and ModifyDBInstance cannot change them (RDS API Reference, ModifyDBInstance, VpcSecurityGroupIds).
 */
function fenceFor(
  plan: Plan,
  { id, vpc, tags, cluster }: FenceableDatabase,
  groups: readonly FenceGroup[] | undefined,
): FenceGroup | string {
  if (tags['lifeboat:plan'] !== plan.plan) return `${id} does not carry the tag lifeboat:plan=${plan.plan}`;
  if (cluster !== undefined)
    return `${id} is a member of the cluster ${cluster}, whose security groups are not its own: fence the cluster by hand`;
  // Why there are no groups is said once, by the refusal itself.
  if (!groups) return `the fence for ${id} could not be looked up`;
  const here = groups.filter((group) => group.vpc === vpc);
  const group = [...here].sort((a, b) => (a.id < b.id ? -1 : 1)).find(({ isOpen }) => !isOpen);
  if (group) return group;
  const why =
    here[0] === undefined
      ? `no security group of ${vpc} carries lifeboat:plan=${plan.plan} and lifeboat:fence=true`
      : `${here[0].id} is tagged as a fence and lets somebody in`;
  return `${id} is not fenced: ${why}`;
}

/** Held once is held: what was undone after that was undone by a person, and stays undone. */
function wasHeld(members: readonly FenceMember[] | undefined, id: string): boolean {
  const state = members?.find((member) => member.id === id)?.state;
  return state === 'fenced' || state === 'released';
}

function fenced(id: string, says: string): FenceMember {
  return { id, state: 'fenced', says };
}

function released(id: string, says: string): FenceMember {
  return { id, state: 'released', says };
}

export function unfenced(id: string, says: string): FenceMember {
  return { id, state: 'unfenced', says };
}

export function asked(id: string, askedAt: Instant, says: string): FenceMember {
  return { id, state: 'asked', says, askedAt };
}
