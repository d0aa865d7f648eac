import { type Answer, sayRefusal } from '../answer.ts';
import type { ObservedInstance } from '../observed.ts';
import type { Fence, Plan } from '../plan/plan.ts';
import type { StepRecord } from '../step.ts';
import { type Instant, type ResourceRef, type StepName, secondsBetween } from '../terms.ts';

/** How the fence holds one resource: `asked` when AWS accepted the call and the change was not seen yet. */
export interface FenceMember {
  readonly id: string;
  readonly state: 'fenced' | 'asked' | 'unfenced';
  /** One clause: what was seen, or why it is not fenced. */
  readonly says: string;
  readonly askedAt?: Instant;
}

/** What the fence step keeps in the ledger, and what is kept each minute afterwards until the fence holds. */
export interface FenceMemory {
  readonly state: 'fenced' | 'unconfirmed' | 'skipped';
  readonly instances: readonly FenceMember[];
  readonly databases: readonly FenceMember[];
  /** One sentence without a full stop. */
  readonly why: string;
}

/** What people do when a required fence cannot be confirmed: they look themselves, and approve this code. */
export const fenceOverride = 'FenceUnconfirmed';

/** A database of the primary Region, as the fence looks at it. */
export interface FenceableDatabase {
  readonly id: string;
  readonly vpc: string;
  readonly tags: Readonly<Record<string, string>>;
  /** `status` is RDS's own: `active`, `adding` or `removing`. */
  readonly securityGroups: readonly { readonly id: string; readonly status: string }[];
}

/** A security group of the primary Region that is tagged as a fence. */
export interface FenceGroup {
  readonly id: string;
  readonly vpc: string;
  /** Whether a rule lets somebody in: then it is no fence. */
  readonly isOpen: boolean;
}

/** What was seen of the primary Region, or why it was not. */
export interface FenceSight {
  readonly instances: Answer<readonly ObservedInstance[]>;
  readonly databases: Answer<readonly FenceableDatabase[]>;
  readonly groups: Answer<readonly FenceGroup[]>;
}

/** A database whose security groups are to be replaced; `before` is what a person needs to undo it. */
export interface Replacement {
  readonly database: string;
  readonly group: string;
  readonly before: readonly string[];
}

/** What one look asks for: calls to make, and how everything stands before they are made. */
export interface FenceNeed {
  readonly stop: readonly string[];
  readonly replace: readonly Replacement[];
  readonly instances: readonly FenceMember[];
  readonly databases: readonly FenceMember[];
  /** Why something that the plan names could not even be looked at. */
  readonly unseen: readonly string[];
}

/** RDS shows an accepted change within half a minute; asking again meanwhile is refused, and changes nothing. */
const acceptedSeconds = 90;

/** What is still to be done so that nothing of the plan's fence can write any more. */
export function fenceNeed(
  plan: Plan,
  fence: Fence,
  sight: FenceSight,
  before: FenceMemory | undefined,
  now: Instant,
): FenceNeed {
  const region = plan.regions.primary;
  const unseen: string[] = [];
  const seen = <T>(answer: Answer<readonly T[]>): readonly T[] => {
    if (answer.ok) return answer.value;
    unseen.push(sayRefusal(answer));
    return [];
  };
  const living = seen(sight.instances).filter(({ state }) => !gone.has(state));
  if (fence.instances && sight.instances.ok && living.length === 0)
    unseen.push(
      `no instance in ${region} carries the fence's tags and lifeboat:plan=${plan.plan}: nothing to stop`,
    );
  const groups = seen(sight.groups);
  const found = new Map(seen(sight.databases).map((database) => [database.id, database]));
  const looks = !sight.databases.ok
    ? []
    : fence.databases.map((id) => {
        const database = found.get(id);
        const known = before?.databases.find((member) => member.id === id);
        if (!database) return { member: unfenced(id, `there is no DB instance ${id} in ${region}`) };
        return databaseLook(plan, database, sight.groups.ok ? groups : undefined, known, now);
      });
  return {
    stop: living.filter(({ state }) => state === 'running').map(({ id }) => id),
    replace: looks.flatMap(({ replace }) => replace ?? []),
    instances: living.map(instanceLook),
    databases: looks.map(({ member }) => member),
    unseen: [...new Set(unseen)],
  };
}

const gone = new Set<ObservedInstance['state']>(['shutting-down', 'terminated']);

function instanceLook({ id, state }: ObservedInstance): FenceMember {
  if (state === 'stopping' || state === 'stopped') return { id, state: 'fenced', says: `${id} is ${state}` };
  return unfenced(id, `${id} is ${state}`);
}

function databaseLook(
  plan: Plan,
  database: FenceableDatabase,
  groups: readonly FenceGroup[] | undefined,
  known: FenceMember | undefined,
  now: Instant,
): { readonly member: FenceMember; readonly replace?: Replacement } {
  const { id, vpc, tags, securityGroups } = database;
  if (tags['lifeboat:plan'] !== plan.plan)
    return { member: unfenced(id, `${id} does not carry the tag lifeboat:plan=${plan.plan}`) };
  // Why there are no groups is said once, by the refusal itself.
  if (!groups) return { member: unfenced(id, `the fence for ${id} could not be looked up`) };
  const here = groups.filter((group) => group.vpc === vpc);
  const group = [...here].sort((a, b) => (a.id < b.id ? -1 : 1)).find(({ isOpen }) => !isOpen);
  if (!group) {
    const why =
      here[0] === undefined
        ? `no security group of ${vpc} carries lifeboat:plan=${plan.plan} and lifeboat:fence=true`
        : `${here[0].id} is tagged as a fence and lets somebody in`;
    return { member: unfenced(id, `${id} is not fenced: ${why}`) };
  }
  const isHeld = securityGroups.length > 0 && securityGroups.every((each) => each.id === group.id);
  if (isHeld && securityGroups.every(({ status }) => status === 'active'))
    return { member: { id, state: 'fenced', says: `${id} has no security group but ${group.id}` } };
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

function unfenced(id: string, says: string): FenceMember {
  return { id, state: 'unfenced', says };
}

function asked(id: string, askedAt: Instant, says: string): FenceMember {
  return { id, state: 'asked', says, askedAt };
}

/** What the calls answered, by id: the state that EC2 gave back of an instance, and each database's own answer. */
export interface FenceAnswers {
  readonly stopped: Readonly<Record<string, Answer<string>>>;
  readonly replaced: Readonly<Record<string, Answer<unknown>>>;
}

/** How the fence stands after a look and its calls. It holds when everything that the plan names was seen to be cut off. */
export function fenceAfter(need: FenceNeed, answers: FenceAnswers, now: Instant): FenceMemory {
  const instances = need.instances.map((member) => {
    const answer = answers.stopped[member.id];
    if (!answer) return member;
    if (!answer.ok) return unfenced(member.id, `${member.says}, and ${sayRefusal(answer)}`);
    const state = answer.value;
    // The answer of StopInstances is EC2's own word on the state (EC2 API Reference, InstanceStateChange).
    if (state === 'stopping' || state === 'stopped')
      return { id: member.id, state: 'fenced' as const, says: `${member.id} is ${state}` };
    return asked(member.id, now, `${member.id} was asked to stop`);
  });
  const databases = need.databases.map((member) => {
    const answer = answers.replaced[member.id];
    if (!answer) return member;
    if (!answer.ok) return unfenced(member.id, `${member.says}, and ${sayRefusal(answer)}`);
    return asked(
      member.id,
      now,
      `the change of ${member.id}'s security groups was accepted and not seen yet`,
    );
  });
  const members = [...instances, ...databases];
  const open = members.filter(({ state }) => state !== 'fenced').map(({ says }) => says);
  const reasons = [...need.unseen, ...open];
  return reasons.length === 0
    ? { state: 'fenced', instances, databases, why: members.map(({ says }) => says).join('; ') }
    : { state: 'unconfirmed', instances, databases, why: [...new Set(reasons)].join('; ') };
}

/** The resources of the primary Region that the fence holds or was asked to hold. */
export function fenceResources(plan: Plan, memory: FenceMemory): readonly ResourceRef[] {
  const region = plan.regions.primary;
  const touched = (members: readonly FenceMember[], type: string) =>
    members.flatMap(({ id, state }) => (state === 'unfenced' ? [] : [{ region, type, id }]));
  return [...touched(memory.instances, 'instance'), ...touched(memory.databases, 'dbInstance')];
}

/**
 * Whether the old primary must be cut off: only once something was promoted, or, in a plan without databases, once users
 * were moved. Before that the old primary may be all there is, and a recovery that was given up must not take it down.
 */
export function isPastOneWayDoor(
  plan: Plan,
  records: Readonly<Partial<Record<StepName, StepRecord>>>,
): boolean {
  const { databases, traffic } = records;
  if (plan.databases.length === 0) return traffic?.status === 'done';
  const memory = databases?.memory as
    | { readonly items?: Readonly<Record<string, { readonly promoteAcceptedAt?: Instant } | undefined>> }
    | null
    | undefined;
  const accepted = Object.values(memory?.items ?? {}).some((item) => item?.promoteAcceptedAt !== undefined);
  return databases?.status === 'done' || accepted;
}

/** What an old primary's database wrote between the onset and its fence, as far as its metrics say. */
export interface WritesSince {
  readonly database: string;
  readonly since?: Instant;
  /** Storage writes, the engine's own included; absent when nobody knows. */
  readonly leastOperations?: number;
  /** What the number rests on, or why there is none. */
  readonly says: string;
}

/** Sums up samples of one minute each. Minutes without a sample may hold writes: the sum is the least, and never `none`. */
export function writesSince(
  database: string,
  since: Instant,
  until: Instant,
  operationsByMinute: readonly number[],
): WritesSince {
  const minutes = Math.max(1, Math.ceil(secondsBetween(since, until) / 60));
  const says = `${operationsByMinute.length} of ${minutes} minutes have a sample`;
  const operations = Math.round(operationsByMinute.reduce((sum, each) => sum + each, 0));
  return { database, since, says, ...(operations > 0 && { leastOperations: operations }) };
}

/** One clause about it. */
export function sayWrites({ database, since, leastOperations, says }: WritesSince): string {
  const known = leastOperations === undefined ? 'unknown' : `at least ${leastOperations} storage writes`;
  return `${database} writes since ${since ?? 'the onset'}: ${known} (${says})`;
}
