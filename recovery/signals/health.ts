import type { Observation } from '../deciding/observation.ts';
import type { Plan } from '../plan/plan.ts';
import { type Instant, secondsBetween } from '../terms.ts';
import type { HealthEvent } from './health-event.ts';

/**
 * How the codes end that tell of a service rather than of one resource of ours. New ones appear at any time, so this is asked
 * of account-specific events only: a public issue is about the service, whatever its code.
 */
const serviceWide = /_(ISSUES?|OUTAGE|ERROR_RATES?|ERRORS|LATENC(Y|IES)|FAILURE_RATES?)$/;

/** Why a Health event says nothing about a plan's primary Region, as a sentence; `undefined` if it does. */
export function whyNotConcerned(plan: Plan, health: HealthEvent): string | undefined {
  if (health.category !== 'issue') return `its category is ${health.category}, not issue`;
  if (health.scope !== 'PUBLIC' && !serviceWide.test(health.code))
    return `${health.code} is not public, and tells of resources rather than of a service`;
  return whyNotWatched(plan, health);
}

/** The same, as far as a record in the ledger can tell: a plan may have changed since the event came. */
export function whyNotWatched(
  plan: Plan,
  { eventRegion, service }: Pick<HealthEvent, 'eventRegion' | 'service'>,
): string | undefined {
  const { primary } = plan.regions;
  if (eventRegion !== primary && eventRegion !== 'global')
    return `it is about ${eventRegion}; the plan's primary Region is ${primary}`;
  const watched = plan.trigger.signals.health?.services;
  if (!watched) return 'the plan does not watch AWS Health';
  if (service !== 'MULTIPLE_SERVICES' && !watched.includes(service))
    return `it is about ${service}; the plan watches ${watched.join(', ')}`;
  return undefined;
}

/** Whether a Health event speaks of a plan's primary Region and of a service that the plan watches. */
export function healthConcerns(plan: Plan, health: HealthEvent): boolean {
  return whyNotConcerned(plan, health) === undefined;
}

/** The same plan seen from its other end: what AWS Health says of the recovery Region is judged by the same rules. */
function atRecovery(plan: Plan): Plan {
  return { ...plan, regions: { ...plan.regions, primary: plan.regions.recovery } };
}

/** Whether a Health event is kept for a plan: it speaks of its primary Region, or of the one that it recovers in. */
export function isKept(plan: Plan, health: HealthEvent): boolean {
  return healthConcerns(plan, health) || healthConcerns(atRecovery(plan), health);
}

/** What the ledger keeps of one incident that AWS Health tells of: the state after its newest update. */
export interface HealthRecord {
  readonly eventArn: string;
  /** The updates that have come, without their pages; the greatest ones if there are more than fit. */
  readonly communicationIds: readonly string[];
  readonly service: string;
  readonly code: string;
  readonly eventRegion: string;
  readonly startedAt: Instant;
  readonly updatedAt: Instant;
  /** When we first heard of it. */
  readonly receivedAt: Instant;
  /** May lie ahead; a later update without one takes it back. */
  readonly endedAt?: Instant;
}

/** A plan's record is read and written at each event; what is older than so many incidents decides nothing any more. */
const recordsMax = 20;
const communicationIdsMax = 50;

/**
 * AWS Health leaves some events open for ever: one that it has not spoken of for so long says nothing about now. An outage
 * that lasts for days is spoken of all the time.
 */
const countsForSeconds = 24 * 3600;

/**
 * The records after one more message. Messages come more than once, in two Regions, in pages and in any order: the result
 * does not depend on that, since each part of a record only ever grows (the newest update by its own date, the set of
 * updates, the earliest receipt). Beyond 20 incidents those with the oldest news go.
 * @returns the very same list if the message says nothing new
 */
export function joinHealth(
  records: readonly HealthRecord[],
  health: HealthEvent,
  receivedAt: Instant,
): readonly HealthRecord[] {
  const known = records.find(({ eventArn }) => eventArn === health.eventArn);
  const told = recordOf(health, receivedAt);
  const joined = known ? joinRecords(known, told) : told;
  const next = [...records.filter((record) => record !== known), joined].sort(newestFirst);
  const kept = next.slice(0, recordsMax);
  return JSON.stringify(kept) === JSON.stringify(records) ? records : kept;
}

function recordOf(health: HealthEvent, receivedAt: Instant): HealthRecord {
  const { eventArn, communicationId, service, code, eventRegion, startedAt, updatedAt, endedAt } = health;
  return {
    eventArn,
    communicationIds: communicationId === undefined ? [] : [communicationId],
    service,
    code,
    eventRegion,
    startedAt,
    updatedAt,
    receivedAt,
    ...(endedAt !== undefined && { endedAt }),
  };
}

function joinRecords(a: HealthRecord, b: HealthRecord): HealthRecord {
  const ids = [...new Set([...a.communicationIds, ...b.communicationIds])].sort();
  return {
    ...(standing(a) < standing(b) ? b : a),
    communicationIds: ids.slice(-communicationIdsMax),
    receivedAt: earliest(a.receivedAt, b.receivedAt),
  };
}

function earliest(a: Instant, b: Instant): Instant {
  return b < a ? b : a;
}

/** Orders what two updates say by their dates. Of the same second, the one that tells an end is taken as the later one. */
function standing({ updatedAt, endedAt, startedAt, service, code, eventRegion }: HealthRecord): string {
  return [updatedAt, endedAt ?? '', startedAt, service, code, eventRegion].join('\n');
}

function newestFirst(a: HealthRecord, b: HealthRecord): number {
  if (a.updatedAt !== b.updatedAt) return a.updatedAt < b.updatedAt ? 1 : -1;
  return a.eventArn < b.eventArn ? -1 : 1;
}

/**
 * How a plan's Health events vote at `now`. One that is open votes `down` from its start on, however late it came, until it
 * ends or nothing was heard of it for a day. An end is no `up`: it tells what AWS did, not that the workload answers.
 */
export function healthObservations(
  plan: Plan,
  records: readonly HealthRecord[],
  now: Instant,
): readonly Observation[] {
  return records
    .filter((record) => whyNotWatched(plan, record) === undefined && isRecent(record, now))
    .map((record) => ({
      kind: 'health',
      signal: `health ${record.code}`,
      vantage: 'AWS Health',
      ...voteOf(record, now),
    }));
}

/** Why the recovery Region may not be able to recover anything at `now`, as AWS Health sees it; undefined if it may. */
export function impairment(plan: Plan, records: readonly HealthRecord[], now: Instant): string | undefined {
  const near = records.filter(({ eventRegion }) => eventRegion === plan.regions.recovery);
  return healthObservations(atRecovery(plan), near, now).find(({ vote }) => vote === 'down')?.says;
}

/** What began or was last heard of within a day. */
function isRecent({ startedAt, updatedAt }: HealthRecord, now: Instant): boolean {
  const lastAt = startedAt < updatedAt ? updatedAt : startedAt;
  return secondsBetween(lastAt, now) < countsForSeconds;
}

function voteOf(record: HealthRecord, now: Instant): Pick<Observation, 'vote' | 'since' | 'says'> {
  const { service, eventRegion, startedAt, updatedAt, endedAt } = record;
  const issue = `AWS Health reports an issue of ${service} in ${eventRegion}`;
  if (secondsBetween(startedAt, now) < 0)
    return { vote: 'stale', since: updatedAt, says: `${issue} that begins only at ${startedAt}` };
  if (endedAt !== undefined && secondsBetween(endedAt, now) >= 0)
    return {
      vote: 'stale',
      since: endedAt,
      says: `${issue} that began at ${startedAt} and ended at ${endedAt}`,
    };
  return { vote: 'down', since: startedAt, says: `${issue} since ${startedAt}` };
}
