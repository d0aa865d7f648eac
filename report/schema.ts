import * as v from 'valibot';
import { recoveryKinds, recoveryScopes, stepNames } from '../recovery/terms.ts';
import { orderGivenSchema } from './operator.ts';

/**
 * What a recovery left behind, as data. `summarySchema` is the contract of `--json`: exact and strict, published as
 * `docs/drill.schema.json`. `evidenceSchema` adds what a person needs to understand the summary. Units stand last in the
 * names; what was not reached is null, never left out, so that a reader cannot take silence for success.
 */

const instant = v.pipe(
  v.string(),
  v.regex(
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/,
    'an instant is ISO-8601 in UTC, such as 2026-03-02T09:00:00.000Z',
  ),
  v.description('ISO-8601 in UTC'),
);
const seconds = v.pipe(v.number(), v.finite(), v.minValue(0));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const text = v.pipe(v.string(), v.minLength(1));

const stepSchema = v.strictObject({
  name: v.picklist(stepNames),
  status: v.nullable(v.picklist(['working', 'done', 'held', 'failed', 'skipped'])),
  startedAt: v.nullable(instant),
  endedAt: v.nullable(instant),
  attempts: v.pipe(count, v.description('How often the step was called')),
  resources: v.pipe(count, v.description('How many resources it made or changed')),
});

const summaryEntries = {
  recovery: v.pipe(text, v.description('Id of the recovery; derived from plan, kind and seed')),
  plan: text,
  kind: v.picklist(recoveryKinds),
  seed: v.pipe(v.nullable(v.pipe(v.number(), v.integer())), v.description('Null outside the simulator')),
  outcome: v.picklist(['recovered', 'drilled', 'held', 'failed', 'aborted']),
  reason: v.pipe(v.nullable(text), v.description('Why it was held, failed or aborted; or why `met` is null')),
  rtoSeconds: v.pipe(
    v.nullable(seconds),
    v.description('From the onset to traffic answered by a healthy application; in a drill, to verified'),
  ),
  rpoSeconds: v.pipe(
    v.nullable(seconds),
    v.description('The most data that was lost, as seconds before the onset'),
  ),
  objectives: v.strictObject({
    rtoSeconds: seconds,
    rpoSeconds: seconds,
    met: v.pipe(v.nullable(v.boolean()), v.description('Null where a slower step stood in for the real one')),
  }),
  phases: v.strictObject({
    detectSeconds: v.nullable(seconds),
    decideSeconds: v.nullable(seconds),
    executeSeconds: v.nullable(seconds),
    verifySeconds: v.nullable(seconds),
  }),
  criticalPathSeconds: v.pipe(
    v.nullable(seconds),
    v.description("The longest chain of AWS's own durations; no orchestrator could have been faster"),
  ),
  steps: v.array(stepSchema),
  apiCalls: count,
  historyEvents: count,
  largestPayloadBytes: count,
  traffic: v.strictObject({ switchedAt: v.nullable(instant), target: v.nullable(text) }),
  violations: v.array(v.strictObject({ checker: text, at: instant, message: text })),
  leaks: v.array(v.strictObject({ region: text, type: text, id: text })),
};

const decisionEntries = {
  at: instant,
  decision: v.picklist(['recover', 'hold']),
  analysis: v.pipe(text, v.description('The code of what was found, such as PrimaryDown')),
  blockedBy: v.pipe(
    v.nullable(text),
    v.description('The guard that objected, or what was found where none did'),
  ),
  reason: v.pipe(text, v.description('One sentence with its evidence')),
  unblock: v.pipe(v.nullable(text), v.description('What a person can do')),
};

/** The object that `lifeboat drill --json` prints. */
export const summarySchema = v.pipe(
  v.strictObject(summaryEntries),
  v.title('A recovery, as lifeboat drill --json prints it'),
);

/** The file `evidence.json`. */
export const evidenceSchema = v.strictObject({
  ...summaryEntries,
  scope: v.pipe(
    v.nullable(v.picklist(recoveryScopes)),
    v.description('How far a drill went; null of a failover'),
  ),
  planHash: v.pipe(text, v.description('SHA-256 of the plan that the recovery pinned')),
  regions: v.strictObject({ primary: text, recovery: text }),
  startedAt: instant,
  endedAt: v.nullable(instant),
  onsetAt: v.pipe(v.nullable(instant), v.description('The first bad sample; in a drill, the start')),
  verifiedAt: v.nullable(instant),
  metReason: v.pipe(v.nullable(text), v.description('Why `met` is what it is')),
  repeat: v.pipe(v.nullable(text), v.description('The command that brings about the same run again')),
  faults: v.array(text),
  decisions: v.array(v.strictObject(decisionEntries)),
  explanations: v.pipe(
    v.array(
      v.strictObject({
        step: v.picklist(stepNames),
        code: v.nullable(text),
        reason: text,
        unblock: v.nullable(text),
      }),
    ),
    v.description('What steps that were held, failed or skipped said'),
  ),
  overrides: v.pipe(
    v.array(v.strictObject({ code: text, reason: text, by: text, at: instant, comment: v.string() })),
    v.description('What people approved or took upon themselves, once for each person'),
  ),
  dataLoss: v.array(
    v.strictObject({
      item: text,
      leastSeconds: v.nullable(seconds),
      mostSeconds: v.nullable(seconds),
      basis: v.pipe(
        text,
        v.description('What the interval rests on, such as a snapshot or a sample of ReplicaLag'),
      ),
    }),
  ),
  resources: v.array(v.strictObject({ step: v.picklist(stepNames), region: text, type: text, id: text })),
  surplus: v.pipe(
    v.array(
      v.strictObject({
        region: text,
        type: text,
        id: text,
        reason: v.pipe(v.nullable(text), v.description('Why it is not used; null where no record says it')),
      }),
    ),
    v.description('What a failover made and does not use: it stays until a person takes it away'),
  ),
  criticalChain: v.pipe(
    v.array(v.strictObject({ name: text, subject: v.nullable(text), seconds })),
    v.description('The links whose sum is criticalPathSeconds'),
  ),
  timeline: v.array(v.strictObject({ at: instant, source: text, message: text })),
});

/** The object that `lifeboat event --json` prints. */
export const responseSchema = v.pipe(
  v.strictObject({
    decisions: v.array(v.strictObject({ plan: text, ...decisionEntries })),
    recoveries: v.array(v.strictObject(summaryEntries)),
    orders: v.pipe(v.array(orderGivenSchema), v.description('What people ordered meanwhile, by --then')),
  }),
  v.title('What was decided and what followed, as lifeboat event --json prints it'),
);
