import { type Answer, mapAnswer, sayRefusal } from '../../recovery/answer.ts';
import { type IncidentRecord, ledgerKeys, type OpenedRecord } from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { StepRecord } from '../../recovery/step.ts';
import { isPromotionTaken } from '../../recovery/steps/databases.ts';
import {
  type FenceMemory,
  isPastOneWayDoor,
  type UnansweredPromotion,
  unansweredPromotions,
} from '../../recovery/steps/fence.ts';
import { sayWrites, type WritesSince, writesSince } from '../../recovery/steps/fence-writes.ts';
import { type Instant, secondsBetween } from '../../recovery/terms.ts';
import type { Access } from '../access.ts';
import { readDatabaseActivity } from '../database-activity.ts';
import { fencePrimary } from '../fencing.ts';
import { gather } from '../gather.ts';
import type { Ledger } from '../ledger.ts';
import { openRds } from '../rds.ts';

/** What it takes to try a fence again. */
export interface Refencing {
  readonly access: Access;
  readonly ledger: Ledger;
  now(): Instant;
}

/** The tries after the fence step's own, under `recoveries/<plan>/<id>/fence.json`. */
export interface FenceRecord extends FenceMemory {
  readonly at: Instant;
  /** Tries after the step's own. */
  readonly attempts: number;
  /** What the old primary wrote between the onset and the fence; there once it holds. */
  readonly writes?: readonly WritesSince[];
  /** When that was measured once more, after the last samples had come. */
  readonly measuredAt?: Instant;
  /** Since when everything that the fence needs to know could be read. */
  readonly seenSince?: Instant;
  /** Set when it is tried no more although it does not hold. */
  readonly endedAt?: Instant;
}

/** How the fence of a recovery stands; `changed` when people are to hear of it: it holds now, or is tried no more. */
export interface Refenced {
  readonly state: FenceMemory['state'];
  readonly says: string;
  readonly changed: boolean;
}

/**
 * Tries the fence of a recovery again that its own step could not confirm: called each minute, it acts until the fence was
 * seen to hold and never after that, since what runs in the old primary then was put there by a person. It acts only once
 * something was promoted, and leaves the fence to its step while that works.
 *
 * It ends without holding, too. A plan whose fence cannot be completed, since the security group is missing, say, would
 * otherwise have its databases cut off weeks later, when they serve again. So what people have in hand is theirs some time
 * after it was in reach; while it is dark, it is not theirs yet, and the tries go on.
 *
 * @param isTakenOver - whether the recovery is a person's business: acknowledged, asked for by one, or long over
 */
export async function refence(
  refencing: Refencing,
  plan: Plan,
  recovery: string,
  isTakenOver = false,
): Promise<Refenced> {
  const { fence } = plan;
  if (!fence) return rests('skipped', 'the plan has no fence');
  const read = await recordsOf(refencing.ledger, plan.plan, recovery);
  if (!read.ok) return rests('unconfirmed', `the fence was not tried again: ${sayRefusal(read)}`);
  const { step, databases, traffic, kept } = read.value;
  if (!step || step.status === 'working')
    return rests('skipped', 'the fence is left to the recovery: its step has not ended');
  const own = (step.memory as FenceMemory | null) ?? undefined;
  if (own?.state === 'skipped') return rests(own.state, own.why);
  if (kept?.state === 'fenced') return measuredOnceMore(refencing, plan, recovery, kept);
  if (kept?.endedAt) return rests('unconfirmed', sayEnded(kept));
  if (!isPastOneWayDoor(plan, { ...(databases && { databases }), ...(traffic && { traffic }) })) {
    const promoted = await promotedUnanswered(refencing, unansweredPromotions(plan, databases));
    if (!promoted.ok) return rests('unconfirmed', `the fence was not tried again: ${sayRefusal(promoted)}`);
    if (!promoted.value) return rests('skipped', 'nothing was promoted: the old primary is left as it is');
  }
  const at = refencing.now();
  const ownAt = step.endedAt ?? step.lastAt;
  const attempts = kept?.attempts ?? 0;
  if (own?.state === 'fenced') return record(refencing, plan, recovery, { ...own, at: ownAt, attempts });
  const last = kept ?? own;
  const known = kept?.seenSince ?? (own?.isSeen ? ownAt : undefined);
  if (last && isTakenOver && known && secondsBetween(known, at) >= handOverSeconds)
    return record(refencing, plan, recovery, { ...last, at, attempts, endedAt: at });
  const before = { memory: last, letsGo: true };
  const memory = await fencePrimary({ ...refencing, plan, recovery }, fence, before);
  const seenSince = known ?? (memory.isSeen ? at : undefined);
  return record(refencing, plan, recovery, {
    ...memory,
    at: refencing.now(),
    attempts: attempts + 1,
    ...(seenSince && { seenSince }),
  });
}

/** Whether any of these is promoted, or becomes so, although nobody was told that its promotion was taken. */
async function promotedUnanswered(
  { access, now }: Refencing,
  promotions: readonly UnansweredPromotion[],
): Promise<Answer<boolean>> {
  if (promotions.length === 0) return { ok: true, value: false };
  return mapAnswer(await openRds(access).databases(), (databases) =>
    promotions.some(({ replica, askedAt }) =>
      databases.some((database) => database.id === replica && isPromotionTaken(database, askedAt, now())),
    ),
  );
}

/**
 * CloudWatch publishes a minute of a database some minutes late, and the minutes that matter are those between the return of
 * the primary and its fence: they are read once more.
 */
const samplesSeconds = 300;

async function measuredOnceMore(
  refencing: Refencing,
  plan: Plan,
  recovery: string,
  kept: FenceRecord,
): Promise<Refenced> {
  const measuredAt = refencing.now();
  if (kept.measuredAt !== undefined || secondsBetween(kept.at, measuredAt) < samplesSeconds)
    return rests('fenced', sayFenced(kept));
  const measured = await measureWrites(refencing, plan, recovery, kept.at);
  const writes = measured.map((one) =>
    better(
      one,
      kept.writes?.find(({ database }) => database === one.database),
    ),
  );
  const next: FenceRecord = { ...kept, writes, measuredAt };
  const written = await refencing.ledger.write(ledgerKeys.fence(plan.plan, recovery), next);
  if (!written.ok) return rests('fenced', sayFenced(kept));
  const isNews = JSON.stringify(writes) !== JSON.stringify(kept.writes ?? []);
  return { state: 'fenced', says: sayFenced(next), changed: isNews };
}

/** A later look that learnt less, since the Region is dark again, does not take away what is known. */
function better(now: WritesSince, before: WritesSince | undefined): WritesSince {
  return before && (now.leastOperations ?? 0) <= (before.leastOperations ?? 0) ? before : now;
}

/** In this time what passes by itself has passed: an instance that was pending, a call that was throttled. */
const handOverSeconds = 1800;

function rests(state: FenceMemory['state'], says: string): Refenced {
  return { state, says, changed: false };
}

interface Known {
  readonly step: StepRecord | undefined;
  readonly databases: StepRecord | undefined;
  readonly traffic: StepRecord | undefined;
  readonly kept: FenceRecord | undefined;
}

async function recordsOf(ledger: Ledger, plan: string, recovery: string): Promise<Answer<Known>> {
  const stored = async <T>(key: string): Promise<Answer<T | undefined>> =>
    mapAnswer(await ledger.read(key), (entry) => entry?.value as T | undefined);
  return gather({
    step: stored<StepRecord>(ledgerKeys.step(plan, recovery, 'fence')),
    databases: stored<StepRecord>(ledgerKeys.step(plan, recovery, 'databases')),
    traffic: stored<StepRecord>(ledgerKeys.step(plan, recovery, 'traffic')),
    kept: stored<FenceRecord>(ledgerKeys.fence(plan, recovery)),
  });
}

/** Writes down how the try ended; one that is not written down is made again, which changes nothing that holds. */
async function record(
  refencing: Refencing,
  plan: Plan,
  recovery: string,
  tried: FenceRecord,
): Promise<Refenced> {
  const isFenced = tried.state === 'fenced';
  const kept = isFenced
    ? { ...tried, writes: await measureWrites(refencing, plan, recovery, tried.at) }
    : tried;
  const written = await refencing.ledger.write(ledgerKeys.fence(plan.plan, recovery), kept);
  if (!written.ok) return rests('unconfirmed', `the fence was tried again, and ${sayRefusal(written)}`);
  const says = isFenced ? sayFenced(kept) : kept.endedAt ? sayEnded(kept) : kept.why;
  return { state: kept.state, says, changed: isFenced || kept.endedAt !== undefined };
}

function sayFenced({ at, why, writes = [] }: FenceRecord): string {
  return [`the old primary is fenced since ${at}: ${why}`, ...writes.map(sayWrites)].join('; ');
}

function sayEnded({ endedAt, why }: FenceRecord): string {
  return `the old primary is not fenced, and since ${endedAt} it is tried no more: ${why}`;
}

/** What the old primary's databases wrote between the onset and the fence: what a person may want back from them. */
async function measureWrites(
  { access, ledger }: Refencing,
  plan: Plan,
  recovery: string,
  until: Instant,
): Promise<readonly WritesSince[]> {
  const databases = plan.fence?.databases ?? [];
  if (databases.length === 0) return [];
  const [incident, opened] = await Promise.all([
    ledger.read(ledgerKeys.incident(plan.plan)),
    ledger.read(ledgerKeys.opened(plan.plan, recovery)),
  ]);
  const decided = incident.ok ? (incident.value?.value as IncidentRecord | undefined)?.incident : undefined;
  const start = opened.ok ? (opened.value?.value as OpenedRecord | undefined)?.openedAt : undefined;
  const since = decided?.recovery === recovery ? decided.onset : start;
  if (since === undefined)
    return databases.map((database) => ({ database, says: 'its onset cannot be read' }));
  const measured = await readDatabaseActivity(access, plan.regions.primary, databases, since, until);
  return databases.map((database) =>
    measured.ok
      ? writesSince(
          database,
          since,
          until,
          measured.value[database] ?? { operationsByMinute: [], connections: [] },
        )
      : { database, since, says: sayRefusal(measured) },
  );
}
