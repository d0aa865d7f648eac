import { type Answer, sayRefusal } from '../answer.ts';
import type { ObservedInstance } from '../observed.ts';
import type { Fence, Plan } from '../plan/plan.ts';
import type { StepRecord } from '../step.ts';
import type { Instant, ResourceRef, StepName } from '../terms.ts';
import type { Override } from './approval.ts';
import type { DatabaseMemory } from './databases.ts';
import { asked, databaseLook, groupLooks, instanceLook, isStopped, unfenced } from './fence-looks.ts';

/**
 * How the fence holds one resource: `asked` when AWS accepted the call and the change was not seen yet, `released` when it
 * was held and somebody has undone that since.
 */
export interface FenceMember {
  readonly id: string;
  readonly state: 'fenced' | 'asked' | 'unfenced' | 'released';
  /** One clause: what was seen, or why it is not fenced. */
  readonly says: string;
  readonly askedAt?: Instant;
}

/** What the fence step keeps in the ledger, and what is kept each minute afterwards until the fence holds. */
export interface FenceMemory {
  readonly state: 'fenced' | 'unconfirmed' | 'skipped';
  /** Auto Scaling groups. */
  readonly groups: readonly FenceMember[];
  readonly instances: readonly FenceMember[];
  readonly databases: readonly FenceMember[];
  /** Whether everything that the fence needs to know was read at this look, whatever it said. */
  readonly isSeen: boolean;
  /** One sentence without a full stop. */
  readonly why: string;
  /** Who went on without a confirmed fence that the plan requires. */
  readonly overrides?: readonly Override[];
  /** When people were told that the recovery waits for a fence that the plan requires, and in which run. */
  readonly told?: { readonly run: number; readonly at: Instant };
  /** The run in which machines were told. */
  readonly announced?: number;
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
  /** The cluster that it is a member of, whose security groups are then the cluster's. */
  readonly cluster?: string;
}

/** An Auto Scaling group of the primary Region that carries the plan's tag. */
export interface FenceableGroup {
  readonly name: string;
  /** The processes that are suspended, by their names in EC2 Auto Scaling. */
  readonly suspended: readonly string[];
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
  readonly scaling: Answer<readonly FenceableGroup[]>;
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

/** An Auto Scaling group whose processes are to be suspended; `before` are those that were already. */
export interface Suspension {
  readonly group: string;
  readonly before: readonly string[];
}

/** An instance to stop: at once, or once its Auto Scaling group has been suspended. */
export interface Stop {
  readonly id: string;
  readonly after?: string;
}

/** What one look asks for: calls to make, and how everything stands before they are made. */
export interface FenceNeed {
  readonly suspend: readonly Suspension[];
  readonly stop: readonly Stop[];
  readonly replace: readonly Replacement[];
  readonly groups: readonly FenceMember[];
  readonly instances: readonly FenceMember[];
  readonly databases: readonly FenceMember[];
  /** Why something that the plan names could not even be looked at. */
  readonly unseen: readonly string[];
  readonly isSeen: boolean;
}

/** What is known from the try before this one. */
export interface FencedBefore {
  readonly memory: FenceMemory | undefined;
  /**
   * Whether what was held and runs again is left to whoever started it. Before a promotion it is not: nothing may write then.
   */
  readonly letsGo: boolean;
}

/** What is still to be done so that nothing of the plan's fence can write any more. */
export function fenceNeed(
  plan: Plan,
  fence: Fence,
  sight: FenceSight,
  before: FencedBefore,
  now: Instant,
): FenceNeed {
  const region = plan.regions.primary;
  const unseen: string[] = [];
  const seen = <T>(answer: Answer<readonly T[]>): readonly T[] => {
    if (answer.ok) return answer.value;
    unseen.push(sayRefusal(answer));
    return [];
  };
  const own = seen(sight.scaling);
  const living = seen(sight.instances).filter(({ state }) => !gone.has(state));
  if (fence.instances && sight.instances.ok && sight.scaling.ok && living.length + own.length === 0)
    unseen.push(
      `no instance in ${region} carries the fence's tags and lifeboat:plan=${plan.plan}: nothing to stop`,
    );
  const groups = groupLooks(plan, sight.scaling.ok ? own : undefined, living, before);
  const instances = living.map((instance) => instanceLook(instance, groups, before, now));
  const fenceGroups = seen(sight.groups);
  const found = new Map(seen(sight.databases).map((database) => [database.id, database]));
  const databases = !sight.databases.ok
    ? []
    : fence.databases.map((id) => {
        const database = found.get(id);
        if (!database) return { member: unfenced(id, `there is no DB instance ${id} in ${region}`) };
        return databaseLook(plan, database, sight.groups.ok ? fenceGroups : undefined, before, now);
      });
  return {
    suspend: groups.flatMap(({ suspend }) => suspend ?? []),
    stop: instances.flatMap(({ stop }) => stop ?? []),
    replace: databases.flatMap(({ replace }) => replace ?? []),
    groups: groups.map(({ member }) => member),
    instances: instances.map(({ member }) => member),
    databases: databases.map(({ member }) => member),
    unseen: [...new Set(unseen)],
    isSeen: Object.values(sight).every(({ ok }) => ok),
  };
}

const gone = new Set<ObservedInstance['state']>(['shutting-down', 'terminated']);

/** What the calls answered, by id: the state that EC2 gave back of an instance, and each group's and database's own answer. */
export interface FenceAnswers {
  readonly suspended: Readonly<Record<string, Answer<unknown>>>;
  readonly stopped: Readonly<Record<string, Answer<string>>>;
  readonly replaced: Readonly<Record<string, Answer<unknown>>>;
}

/** How the fence stands after a look and its calls. It holds when everything that the plan names was seen to be cut off. */
export function fenceAfter(need: FenceNeed, answers: FenceAnswers, now: Instant): FenceMemory {
  const groups = need.groups.map((member) =>
    afterCall(member, answers.suspended[member.id], now, `${member.id} was told to launch nothing`),
  );
  const instances = need.instances.map((member) => afterStop(member, answers.stopped[member.id], now));
  const databases = need.databases.map((member) =>
    afterCall(
      member,
      answers.replaced[member.id],
      now,
      `the change of ${member.id}'s security groups was accepted and not seen yet`,
    ),
  );
  const members = [...groups, ...instances, ...databases];
  const open = members.filter(({ state }) => state !== 'fenced' && state !== 'released');
  const reasons = [...need.unseen, ...open.map(({ says }) => says)];
  const isFenced = reasons.length === 0;
  const why = isFenced ? members.map(({ says }) => says) : reasons;
  return {
    state: isFenced ? 'fenced' : 'unconfirmed',
    groups,
    instances,
    databases,
    isSeen: need.isSeen,
    why: [...new Set(why)].join('; '),
  };
}

function afterCall(
  member: FenceMember,
  answer: Answer<unknown> | undefined,
  now: Instant,
  accepted: string,
): FenceMember {
  if (!answer) return member;
  if (!answer.ok) return unfenced(member.id, `${member.says}, and ${sayRefusal(answer)}`);
  return asked(member.id, now, accepted);
}

function afterStop(member: FenceMember, answer: Answer<string> | undefined, now: Instant): FenceMember {
  if (!answer?.ok) return afterCall(member, answer, now, '');
  const { id } = member;
  // The answer of StopInstances is EC2's own word on the state (EC2 API Reference, InstanceStateChange).
  if (isStopped(answer.value)) return { id, state: 'fenced', says: `${id} is ${answer.value}`, askedAt: now };
  return asked(id, now, `${id} was asked to stop`);
}

/** The resources of the primary Region that the fence holds or was asked to hold. */
export function fenceResources(plan: Plan, memory: FenceMemory): readonly ResourceRef[] {
  const region = plan.regions.primary;
  const touched = (members: readonly FenceMember[], type: string) =>
    members.flatMap(({ id, state }) =>
      state === 'fenced' || state === 'asked' ? [{ region, type, id }] : [],
    );
  return [
    ...touched(memory.groups, 'autoScalingGroup'),
    ...touched(memory.instances, 'instance'),
    ...touched(memory.databases, 'dbInstance'),
  ];
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
  const accepted = Object.values(promotionsIn(databases)).some(
    (item) => item?.promoteAcceptedAt !== undefined,
  );
  return databases?.status === 'done' || accepted;
}

/**
 * The replicas whose promotion was asked for and not answered before the recovery came to its end: it may have been taken,
 * and only a look can tell.
 */
export function unansweredPromotions(
  plan: Plan,
  databases: StepRecord | undefined,
): readonly UnansweredPromotion[] {
  const promotions = promotionsIn(databases);
  return plan.databases.flatMap(({ name, replica }) => {
    const { promoteAskedAt, promoteLastAskedAt, promoteAcceptedAt } = promotions[name] ?? {};
    const askedAt = promoteLastAskedAt ?? promoteAskedAt;
    return askedAt === undefined || promoteAcceptedAt !== undefined ? [] : [{ replica, askedAt }];
  });
}

/** A replica, and when its promotion was asked for last. */
export interface UnansweredPromotion {
  readonly replica: string;
  readonly askedAt: Instant;
}

type Promotion = Pick<DatabaseMemory, 'promoteAskedAt' | 'promoteLastAskedAt' | 'promoteAcceptedAt'>;

function promotionsIn(databases: StepRecord | undefined): Readonly<Record<string, Promotion | undefined>> {
  const memory = databases?.memory as
    | { readonly items?: Readonly<Record<string, Promotion | undefined>> }
    | null
    | undefined;
  return memory?.items ?? {};
}
