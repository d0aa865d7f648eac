import * as v from 'valibot';
import { parse } from 'yaml';
import { parseDuration } from '../../recovery/plan/durations.ts';
import { people } from '../simulate/people.ts';

/**
 * An outage of the past as data: what failed, where and when, each with its source, and whose plans are replayed in it.
 * What an effect does is in `effects.ts`.
 */

const text = v.pipe(v.string(), v.nonEmpty('it must not be empty'));
const instant = v.pipe(
  v.string(),
  v.isoTimestamp('an instant such as 2025-10-20T06:48:00Z is expected'),
  v.transform((at) => Date.parse(at)),
);
const span = v.pipe(
  v.string(),
  v.check((given) => parseDuration(given) !== undefined, 'a duration such as 3h is expected'),
  v.transform((given) => parseDuration(given) ?? 0),
);
const region = v.pipe(
  v.string(),
  v.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a Region such as us-east-1 is expected'),
);
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** Which calls: to a Region, of some services, of some operations; all of them where none are named. */
const calls = {
  region,
  services: v.optional(v.array(text), []),
  operations: v.optional(v.array(text), []),
  /** How many of them, drawn for each. */
  share: v.optional(share, 1),
};

const effect = v.variant('effect', [
  v.strictObject({ effect: v.literal('serviceFails'), region, service: text }),
  /** `zone` is the id of the zone, such as `use1-az4`; which letter it has differs from account to account. */
  v.strictObject({ effect: v.literal('zoneLost'), region, zone: text }),
  v.strictObject({ effect: v.literal('callsFail'), ...calls, code: text, message: text, status: v.number() }),
  v.strictObject({ effect: v.literal('callsHang'), ...calls }),
  v.strictObject({ effect: v.literal('eventsHeld'), region }),
  v.strictObject({ effect: v.literal('recordsFrozen') }),
  v.strictObject({ effect: v.literal('noNetwork'), region }),
  v.strictObject({
    effect: v.literal('healthSays'),
    region,
    service: text,
    /** When AWS says that it began. */
    since: instant,
    text,
  }),
]);

const phase = v.strictObject({
  from: instant,
  /** None where it lasted for longer than anything is replayed. */
  to: v.exactOptional(instant),
  says: text,
  source: text,
  does: v.optional(v.array(effect), []),
  /** Why nothing, or not all of it, is replayed. */
  lacks: v.exactOptional(text),
});

const regions = v.strictObject({ primary: region, recovery: region, witness: region });
const zones = v.record(text, v.pipe(v.string(), v.regex(/^[a-f]$/, 'the letter of a zone is expected')));

const order = v.strictObject({
  at: instant,
  by: v.optional(v.picklist(people), people[0]),
  order: v.picklist(['failover', 'approve', 'continue']),
  comment: text,
});

const replayedPlan = v.strictObject({
  plan: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]*$/)),
  says: text,
  regions: v.exactOptional(regions),
  zones: v.exactOptional(zones),
  /** When the replay of it begins. */
  begins: v.exactOptional(instant),
  /** How long it is replayed, unless it has recovered earlier. */
  for: span,
  mode: v.exactOptional(v.picklist(['automatic', 'approve', 'observe'])),
  traffic: v.exactOptional(v.picklist(['healthCheck', 'record'])),
  /** False: nobody looks from outside; the alarms and target groups of the primary Region and AWS Health are all. */
  probes: v.optional(v.boolean(), true),
  /** Of the application, as in a world. */
  calls: v.optional(v.array(text), []),
  behind: v.optional(v.array(text), []),
  orders: v.optional(v.array(order), []),
});

const outageSchema = v.strictObject({
  outage: text,
  says: text,
  begins: instant,
  /** When AWS called it over, or when the replay ends where it lasted for days. */
  ends: instant,
  /** It lasted for longer than is replayed. */
  isOpen: v.optional(v.boolean(), false),
  regions,
  zones: v.optional(zones, {}),
  phases: v.array(phase),
  plans: v.pipe(v.array(replayedPlan), v.minLength(1)),
});

export type Outage = v.InferOutput<typeof outageSchema>;
export type Phase = Outage['phases'][number];
export type Effect = Phase['does'][number];
export type ReplayedPlan = Outage['plans'][number];

/** Reads an outage from YAML text. @throws TypeError naming the file and what is wrong in it */
export function parseOutage(yamlText: string, file: string): Outage {
  const parsed = v.safeParse(outageSchema, parse(yamlText));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new TypeError(`${file}: ${v.getDotPath(issue) ?? 'the outage'}: ${issue.message}`);
}
