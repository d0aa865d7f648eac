import * as v from 'valibot';
import type { Instant } from '../terms.ts';
import { instant, members, text, texts } from './lenient.ts';

/** What every event on an EventBridge bus has around its `detail`. */
export interface Envelope {
  readonly source: string;
  readonly detailType: string;
  readonly account?: string | undefined;
  /** The Region whose bus the event was put on first; forwarding keeps it. Not the Region that a Health event is about. */
  readonly region?: string | undefined;
  readonly sentAt?: Instant | undefined;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What is nothing to us, and why. */
export interface Unread {
  readonly kind: 'other';
  readonly why: string;
}

const schema = v.object({
  source: v.string(),
  'detail-type': v.string(),
  account: text,
  region: text,
  time: v.optional(instant),
  resources: texts,
  detail: members,
});

/** The envelope of an event, or `undefined` for what is none. */
export function readEnvelope(event: unknown): Envelope | undefined {
  const result = v.safeParse(schema, event);
  if (!result.success) return undefined;
  const { source, 'detail-type': detailType, account, region, time, resources, detail } = result.output;
  return {
    source,
    detailType,
    account,
    region,
    sentAt: time,
    resources: resources ?? [],
    detail: detail ?? {},
  };
}
