import * as v from 'valibot';
import type { Instant } from '../terms.ts';
import type { Envelope, Unread } from './envelope.ts';
import { count, flag, instant, objects, text } from './lenient.ts';

/** One message of AWS Health about one of its events (AWS Health User Guide, "AWS Health events Amazon EventBridge schema"). */
export interface HealthEvent {
  readonly kind: 'health';
  /** The incident; all its updates, pages and copies have it. */
  readonly eventArn: string;
  /** The update, without the number of its page; equal in the primary and the backup Region. */
  readonly communicationId?: string;
  readonly page: number;
  readonly pages: number;
  readonly service: string;
  /** Such as `AWS_EC2_OPERATIONAL_ISSUE`. */
  readonly code: string;
  readonly category: string;
  /** `PUBLIC` or `ACCOUNT_SPECIFIC`; older events do not tell. */
  readonly scope?: string;
  /** The Region that has the trouble, or `global`. */
  readonly eventRegion: string;
  /** The Region that this copy was delivered to. */
  readonly deliveredTo?: string;
  /** Whether this is the copy in the backup Region; AWS's own samples say so of others too. */
  readonly backup: boolean;
  readonly startedAt: Instant;
  readonly updatedAt: Instant;
  /** When AWS says that it ended, or will end; an event that is resolved may still read `open`. */
  readonly endedAt?: Instant;
  /** The newest words only, not their history. */
  readonly says?: string;
}

const schema = v.object({
  eventArn: text,
  communicationId: text,
  page: count,
  totalPages: count,
  service: text,
  eventTypeCode: text,
  eventTypeCategory: text,
  eventScopeCode: text,
  eventRegion: text,
  statusCode: text,
  backupEvent: flag,
  startTime: v.optional(instant),
  endTime: v.optional(instant),
  lastUpdatedTime: v.optional(instant),
  eventDescription: objects,
});

/** Reads what AWS Health sends. What tells neither an incident, nor a service, a Region or a time is of no use. */
export function readHealth({ detail, sentAt, region }: Envelope): HealthEvent | Unread {
  const told = v.parse(schema, detail);
  const { eventArn, service, eventTypeCode: code, eventTypeCategory: category } = told;
  if (!eventArn || !service || !code || !category)
    return unread('it lacks an eventArn, a service, an eventTypeCode or an eventTypeCategory');
  const eventRegion = told.eventRegion ?? regionOf(eventArn);
  if (!eventRegion) return unread('neither its eventRegion nor its eventArn names a Region');
  const startedAt = told.startTime ?? told.lastUpdatedTime ?? sentAt;
  if (!startedAt) return unread('none of its dates can be read');
  const updatedAt = told.lastUpdatedTime ?? sentAt ?? startedAt;
  const endedAt = endOf(told.statusCode, told.endTime, updatedAt);
  const communicationId = told.communicationId && withoutPage(told.communicationId, told.page);
  const says = told.eventDescription?.map(({ latestDescription }) => latestDescription).find(isText);
  return {
    kind: 'health',
    eventArn,
    ...(communicationId !== undefined && { communicationId }),
    page: told.page ?? 1,
    pages: told.totalPages ?? 1,
    service,
    code,
    category,
    ...(told.eventScopeCode !== undefined && { scope: told.eventScopeCode }),
    eventRegion,
    ...(region !== undefined && { deliveredTo: region }),
    backup: told.backupEvent ?? false,
    startedAt,
    updatedAt,
    ...(endedAt !== undefined && { endedAt }),
    ...(says !== undefined && { says }),
  };
}

function unread(why: string): Unread {
  return { kind: 'other', why: `an event of AWS Health that cannot be used: ${why}` };
}

/** `arn:aws:health:<region>::event/<service>/<code>/<id>`. */
function regionOf(eventArn: string): string | undefined {
  return eventArn.split(':')[3] || undefined;
}

/** A closed event has ended by its last update at the latest, whether it says when or not. */
function endOf(
  status: string | undefined,
  endTime: Instant | undefined,
  updatedAt: Instant,
): Instant | undefined {
  if (status?.toLowerCase() !== 'closed') return endTime;
  return endTime !== undefined && endTime < updatedAt ? endTime : updatedAt;
}

/** The id of an update ends in `-<page>`; an id whose own last part is a number must not lose it. */
function withoutPage(communicationId: string, page: number | undefined): string {
  const ending = page === undefined ? /-\d{1,3}$/ : new RegExp(`-${page}$`);
  return communicationId.replace(ending, '');
}

function isText(given: unknown): given is string {
  return typeof given === 'string' && given !== '';
}
