import * as v from 'valibot';
import { recoveryKinds, stepNames } from '../recovery/terms.ts';

/** What the operator's commands print with `--json`. What is unknown or not there is null, never left out. */

const text = v.pipe(v.string(), v.minLength(1));
const instant = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/, 'an instant is ISO-8601 in UTC'),
  v.description('ISO-8601 in UTC'),
);
const outcome = v.picklist(['recovered', 'drilled', 'held', 'failed', 'aborted']);
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The orders that people can give. */
export const orderCommands = [
  'approve',
  'abort',
  'continue',
  'acknowledge',
  'pause',
  'unpause',
  'failover',
  'drill',
] as const;

/** One order and what became of it. */
export const orderGivenSchema = v.strictObject({
  at: instant,
  by: v.pipe(v.nullable(text), v.description("STS's UserId of whoever gave it; null where nobody could say")),
  command: v.picklist(orderCommands),
  plan: v.nullable(text),
  recovery: v.nullable(text),
  run: v.nullable(count),
  isDone: v.boolean(),
  says: v.pipe(text, v.description('What was done, or why it cannot be done now')),
  unblock: v.pipe(v.nullable(text), v.description('What a person can do instead; null where it was done')),
});
export type OrderGiven = Readonly<v.InferOutput<typeof orderGivenSchema>>;

/** The object that `lifeboat approve`, `abort`, `continue` and the other orders print with `--json`. */
export const ordersSchema = v.pipe(
  v.strictObject({
    orders: v.pipe(v.array(orderGivenSchema), v.description('One; with --all, one for each Region')),
  }),
  v.title('An order, as lifeboat approve --json and its like print it'),
);

const stop = v.nullable(v.strictObject({ by: text, at: instant, comment: v.string() }));

const recovery = v.strictObject({
  recovery: text,
  kind: v.picklist(recoveryKinds),
  run: count,
  since: instant,
  isActive: v.pipe(v.boolean(), v.description('Whether it still holds the plan')),
  execution: v.pipe(
    v.nullable(v.picklist(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'])),
    v.description("Step Functions' word for the newest run"),
  ),
  outcome: v.nullable(outcome),
  reason: v.nullable(text),
  abort: v.nullable(v.strictObject({ by: text, at: instant, reason: v.string() })),
  continued: v.nullable(v.strictObject({ run: count, by: text, at: instant, comment: v.string() })),
  waitsFor: v.array(text),
  steps: v.array(
    v.strictObject({
      name: v.picklist(stepNames),
      status: v.picklist(['working', 'done', 'held', 'failed', 'skipped']),
      startedAt: instant,
      endedAt: v.nullable(instant),
      waitingFor: v.nullable(text),
      code: v.nullable(text),
      reason: v.nullable(text),
    }),
  ),
  requestedBy: v.array(text),
  approvals: v.array(
    v.strictObject({ by: text, at: instant, comment: v.string(), overrides: v.array(text) }),
  ),
});

const planStatus = v.strictObject({
  plan: text,
  at: instant,
  recovery: v.nullable(recovery),
  brake: stop,
  pause: stop,
  period: v.nullable(
    v.strictObject({ recovery: text, until: instant, isOpen: v.boolean(), acknowledgedBy: v.nullable(text) }),
  ),
  decision: v.nullable(
    v.strictObject({
      decision: v.picklist(['recover', 'hold', 'none']),
      analysis: text,
      blockedBy: v.nullable(text),
      reason: text,
      unblock: v.nullable(text),
      at: instant,
    }),
  ),
  wayOut: v.pipe(v.nullable(text), v.description('What a person can do now')),
});

/** The object that `lifeboat status --json` prints. */
export const statusSchema = v.pipe(
  v.strictObject({
    plans: v.array(planStatus),
    unknown: v.pipe(
      v.array(v.strictObject({ plans: v.array(text), region: text, reason: text, unblock: text })),
      v.description('Plans of which nothing could be read, by the Region that recovers them'),
    ),
  }),
  v.title('How plans stand, as lifeboat status --json prints it'),
);
export type StatusPrinted = v.InferInput<typeof statusSchema>;
