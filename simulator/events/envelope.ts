import type { JsonObject } from '../json.ts';

/** An event as rules see it and targets get it (Amazon EventBridge User Guide, "AWS service event structure"). */
export interface EventEnvelope extends JsonObject {
  readonly version: string;
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601 in UTC, to the second. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: JsonObject;
}

/** What happened, in the words of who tells it; the bus adds the rest. */
export interface EventNotice {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: object;
  /** When it happened; now if absent. */
  readonly timeMs?: number;
  readonly region?: string;
  readonly account?: string;
  readonly id?: string;
}

/** An instant as an event's `time` has it. */
export function eventTime(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
