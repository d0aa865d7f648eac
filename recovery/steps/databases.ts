import { databaseCopyId } from '../identity.ts';
import type { ObservedDatabase, ObservedDatabaseSnapshot } from '../observed.ts';
import type { DatabaseItem } from '../plan/plan.ts';
import { type Problem, waitForExpected } from '../step.ts';
import { type Instant, newestOf, secondsBetween } from '../terms.ts';

/** What the databases step keeps between calls, by item. */
export interface DatabaseMemory {
  /** Written before the call: when promotion was first asked for, and from which source. */
  readonly promoteAskedAt?: Instant;
  /** When it was asked for last, whatever was answered. */
  readonly promoteLastAskedAt?: Instant;
  readonly source?: string;
  /** When PromoteReadReplica last was answered without an error. */
  readonly promoteAcceptedAt?: Instant;
  readonly restoreAskedAt?: Instant;
  readonly snapshot?: string;
  readonly snapshotAt?: Instant;
  /** The restored copy got a master password of its own. */
  readonly passwordReplacedAt?: Instant;
}

export type DatabaseNeed =
  | { readonly kind: 'done' }
  | { readonly kind: 'wait'; readonly seconds: number; readonly for: string }
  | { readonly kind: 'promote'; readonly source: string }
  | {
      readonly kind: 'restore';
      readonly snapshot: ObservedDatabaseSnapshot;
      readonly copy: string;
      readonly like: ObservedDatabase;
    }
  | { readonly kind: 'replacePassword'; readonly copy: string }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** States from which RDS does not come back by itself (RDS User Guide, DB instance status). */
const lost = new Set([
  'failed',
  'inaccessible-encryption-credentials',
  'incompatible-network',
  'incompatible-option-group',
  'incompatible-parameters',
  'incompatible-restore',
  'insufficient-capacity',
  'restore-error',
  'storage-full',
]);

/**
 * What RDS has taken may not be seen yet: before that, nobody can say that nothing was promoted.
 * @param asked when each promotion was asked for last
 */
export function isPromotionUnseen(asked: readonly (Instant | undefined)[], now: Instant): boolean {
  return asked.some((at) => at !== undefined && secondsBetween(at, now) < promoteVisibleSeconds);
}

/** What a replica goes through while it is promoted (RDS User Guide, promoting a read replica). */
const promotionStates = new Set(['modifying', 'rebooting']);

/** Within this time of being asked for, what changes a replica is taken for its promotion; later it is maintenance, say. */
const promotionSeconds = 1800;

/**
 * Whether RDS has taken the promotion of a replica that was asked for and not answered. A replica is asked while it is
 * `available`: one that is changed and restarts soon after has most likely taken it, and that cannot be undone.
 * @param askedAt when it was asked for last
 */
export function isPromotionTaken(
  { source, status }: Pick<ObservedDatabase, 'source' | 'status'>,
  askedAt: Instant,
  now: Instant,
): boolean {
  if (source === undefined) return true;
  return promotionStates.has(status) && secondsBetween(askedAt, now) < promotionSeconds;
}

/** Describes may still say `available`, with the source, for a minute after the promotion was accepted. */
const promoteVisibleSeconds = 90;

/**
 * What the promotion of a replica needs next. It is done when the instance is available and replicates from nobody: the
 * status alone says `available` before, during and after (RDS User Guide, promoting a read replica).
 */
export function promotionNeed(
  item: DatabaseItem,
  replica: ObservedDatabase | undefined,
  memory: DatabaseMemory,
  now: Instant,
): DatabaseNeed {
  const name = `databases.${item.name}`;
  if (!replica) {
    return fail(
      'failed',
      'ReplicaAbsent',
      `${name}: there is no DB instance ${item.replica} in the recovery Region`,
      `create the replica or restore a snapshot as ${item.replica}, then continue`,
    );
  }
  if (lost.has(replica.status)) {
    return fail(
      'failed',
      'ReplicaLost',
      `${name}: ${item.replica} is ${replica.status}`,
      `repair or replace ${item.replica}, then continue`,
    );
  }
  if (!replica.source) return promotedNeed(item, replica, memory, now);
  const acceptedAt = memory.promoteAcceptedAt;
  const sinceSeconds = acceptedAt ? secondsBetween(acceptedAt, now) : Number.POSITIVE_INFINITY;
  if (replica.status !== 'available') {
    return {
      kind: 'wait',
      seconds: acceptedAt ? promotionWait(sinceSeconds) : 5,
      for: `${name}: ${item.replica} is ${replica.status}`,
    };
  }
  if (sinceSeconds < promoteVisibleSeconds) {
    return {
      kind: 'wait',
      seconds: promotionWait(sinceSeconds),
      for: `${name}: the promotion of ${item.replica} to begin`,
    };
  }
  return { kind: 'promote', source: replica.source };
}

function promotedNeed(
  item: DatabaseItem,
  replica: ObservedDatabase,
  memory: DatabaseMemory,
  now: Instant,
): DatabaseNeed {
  const name = `databases.${item.name}`;
  if (replica.status === 'available' || replica.status === 'backing-up') return { kind: 'done' };
  const elapsedSeconds = secondsBetween(memory.promoteAcceptedAt ?? memory.promoteAskedAt ?? now, now);
  return {
    kind: 'wait',
    seconds: promotionWait(elapsedSeconds),
    for: `${name}: ${item.replica} is ${replica.status}`,
  };
}

/** A promotion takes minutes; hardly any ends within its first half minute. */
function promotionWait(elapsedSeconds: number): number {
  return waitForExpected(elapsedSeconds, { earliestSeconds: 30, leastSeconds: 4 });
}

/** What a drill's copy needs next: restored from the newest copied snapshot, never from the standing replica itself. */
export function restoreNeed(
  item: DatabaseItem,
  recovery: string,
  seen: {
    readonly replica?: ObservedDatabase;
    readonly copy?: ObservedDatabase;
    readonly snapshots: readonly ObservedDatabaseSnapshot[];
  },
  memory: DatabaseMemory,
  now: Instant,
): DatabaseNeed {
  const name = `databases.${item.name}`;
  const copy = databaseCopyId(recovery, item.name);
  if (seen.copy) return copyNeed(name, seen.copy, memory, now);
  if (!seen.replica) {
    return fail(
      'failed',
      'ReplicaAbsent',
      `${name}: there is no DB instance ${item.replica} in the recovery Region to take over`,
      `create the replica ${item.replica}; a failover would fail as this drill does`,
    );
  }
  const { replica } = seen;
  const sources = new Set([replica.id, replica.source && lastPart(replica.source)]);
  const newest = newestOf(
    seen.snapshots.filter(({ status, database }) => status === 'available' && sources.has(database)),
    ({ createdAt }) => createdAt,
  );
  if (!newest) {
    return fail(
      'failed',
      'NoSnapshot',
      `${name}: no available snapshot of ${[...sources].filter(Boolean).join(' or ')} in the recovery Region`,
      'copy a snapshot of the database into the recovery Region, then drill again',
    );
  }
  if (memory.restoreAskedAt && secondsBetween(memory.restoreAskedAt, now) < 30) {
    return { kind: 'wait', seconds: 5, for: `${name}: the restored copy ${copy} to appear` };
  }
  return { kind: 'restore', snapshot: newest, copy, like: replica };
}

function copyNeed(name: string, copy: ObservedDatabase, memory: DatabaseMemory, now: Instant): DatabaseNeed {
  if (lost.has(copy.status)) {
    return fail(
      'failed',
      'RestoreFailed',
      `${name}: the restored copy ${copy.id} is ${copy.status}`,
      'see the events of the copy in RDS, then drill again',
    );
  }
  if (copy.status !== 'available') {
    const elapsedSeconds = secondsBetween(memory.restoreAskedAt ?? now, now);
    const seconds = memory.passwordReplacedAt
      ? 5
      : waitForExpected(elapsedSeconds, { earliestSeconds: 120, leastSeconds: 10 });
    return { kind: 'wait', seconds, for: `${name}: the restored copy ${copy.id} is ${copy.status}` };
  }
  if (!memory.passwordReplacedAt) return { kind: 'replacePassword', copy: copy.id };
  // The change shows up in the status a moment after it was accepted.
  const sinceSeconds = secondsBetween(memory.passwordReplacedAt, now);
  return sinceSeconds < 10
    ? { kind: 'wait', seconds: 10 - sinceSeconds, for: `${name}: the new password of ${copy.id}` }
    : { kind: 'done' };
}

/** The DB instance id at the end of an ARN, or the id itself. */
function lastPart(source: string): string {
  return source.slice(source.lastIndexOf(':') + 1);
}

function fail(status: Problem['status'], code: string, reason: string, unblock: string): DatabaseNeed {
  return { kind: 'problem', problem: { status, code, reason, unblock } };
}
