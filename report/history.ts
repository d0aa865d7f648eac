import * as v from 'valibot';
import { sayDuration } from './wording.ts';

const text = v.pipe(v.string(), v.minLength(1));
const seconds = v.pipe(v.number(), v.minValue(0));
const instant = v.pipe(v.string(), v.isoTimestamp());

/** Everything that is told of one plan in an outage of the past, but the sentence. */
const factsEntries = {
  plan: text,
  says: v.pipe(text, v.description('What is special about the plan and its application')),
  regions: v.strictObject({ primary: text, recovery: text, witness: v.nullable(text) }),
  outcome: v.pipe(
    v.picklist(['recovered', 'held', 'failed', 'aborted', 'none']),
    v.description('How its recovery stood last; none where no recovery was begun'),
  ),
  reason: v.pipe(v.nullable(text), v.description('Why it did not recover')),
  recoverySeconds: v.pipe(
    v.nullable(seconds),
    v.description('From the onset, or a person’s order, to users answered'),
  ),
  dataLossSeconds: v.pipe(v.nullable(seconds), v.description('The most data that was lost')),
  slowestStep: v.nullable(v.strictObject({ name: text, seconds })),
  heldBy: v.pipe(
    v.array(v.strictObject({ code: text, seconds, isLast: v.boolean() })),
    v.description(
      'What kept a recovery from being begun, for how long altogether, the longest first; isLast: up to the end',
    ),
  ),
  unnoticedSeconds: v.pipe(
    seconds,
    v.description('How long nothing was found to be wrong while users had no answer'),
  ),
  codes: v.pipe(v.array(text), v.description('What its steps gave as reasons')),
  earlierRuns: v.pipe(v.array(text), v.description('How runs before the last one ended, as sentences')),
  orders: v.array(v.strictObject({ at: instant, command: text, isDone: v.boolean(), says: text })),
  unservedSeconds: v.pipe(seconds, v.description('How long its users had no answer')),
  replayedSeconds: seconds,
  aloneSeconds: v.pipe(
    seconds,
    v.description(
      'How long its users would have had none up to the end of the outage, had nobody done anything',
    ),
  ),
  bothWritableSeconds: v.pipe(
    seconds,
    v.description('How long the old database and the promoted one could both be written'),
  ),
  violations: v.array(v.strictObject({ checker: text, message: text })),
};

const factsSchema = v.strictObject(factsEntries);
const planSchema = v.strictObject({ ...factsEntries, sentence: text });

const phaseSchema = v.strictObject({
  from: instant,
  to: v.pipe(v.nullable(instant), v.description('Null where it lasted for longer than is replayed')),
  says: text,
  source: text,
  isReplayed: v.boolean(),
  lacks: v.pipe(v.nullable(text), v.description('What of it is not replayed, and why')),
});

const outageSchema = v.strictObject({
  outage: text,
  says: text,
  isOpen: v.pipe(v.boolean(), v.description('It lasted for longer than is replayed')),
  phases: v.array(phaseSchema),
  plans: v.array(planSchema),
});

/** The object that `lifeboat history --json` prints. */
export const historySchema = v.pipe(
  v.strictObject({
    seed: v.pipe(v.number(), v.integer(), v.minValue(0)),
    outages: v.array(outageSchema),
    command: v.pipe(text, v.description('The command that brings about the same again')),
  }),
  v.title('Outages of the past, as lifeboat history --json prints them'),
);

export type HistoryFacts = v.InferOutput<typeof factsSchema>;
export type HistoryPlan = v.InferOutput<typeof planSchema>;
export type HistoryOutage = v.InferOutput<typeof outageSchema>;
export type History = v.InferOutput<typeof historySchema>;

/** What is shorter than this kept nobody waiting. */
const worthTellingSeconds = 120;

/** What became of a plan, as one sentence: whether it would have recovered, in what time, and what it was held by. */
export function sayReplayed(facts: HistoryFacts, isOpen: boolean): string {
  const clauses = [
    ...mainClauses(facts),
    ...sayOrders(facts),
    ...sayUsers(facts, isOpen),
    ...sayWriters(facts),
  ];
  return `${clauses.join('; ')}.`;
}

function mainClauses(facts: HistoryFacts): readonly string[] {
  const { outcome, recoverySeconds, dataLossSeconds, reason, unservedSeconds, earlierRuns, slowestStep } =
    facts;
  const held = sayHeld(facts);
  switch (outcome) {
    case 'recovered': {
      const loss = dataLossSeconds === null ? '' : `, at most ${sayDuration(dataLossSeconds)} of data lost`;
      const slowest = slowestStep
        ? [`slowest step ${slowestStep.name}, ${sayDuration(slowestStep.seconds)}`]
        : [];
      return [
        `would have recovered in ${sayDuration(recoverySeconds)}${loss}`,
        ...slowest,
        ...(held === '' ? [] : [`before it began it was held ${held}`]),
        ...earlierRuns.map((says) => `an earlier run ${says}`),
      ];
    }
    case 'none':
      if (unservedSeconds === 0)
        return [
          'nothing to recover: users were answered all the time',
          held === '' ? 'nothing was held' : `held ${held}`,
        ];
      return [
        `would not have recovered: ${[...sayUnnoticed(facts), ...(held === '' ? [] : [`held ${held}`])].join(', then ')}`,
      ];
    case 'held':
    case 'failed':
    case 'aborted':
      return [`would not have recovered: ${outcome}, ${reason ?? 'without a reason'}`];
    default:
      throw new TypeError(`there is no outcome ${outcome satisfies never}`);
  }
}

function sayHeld({ heldBy }: HistoryFacts): string {
  const told = heldBy.filter((each) => each.seconds >= worthTellingSeconds);
  return told
    .map(
      ({ code, seconds: long, isLast }) =>
        `by ${code} for ${sayDuration(long)}${isLast ? ', to the end' : ''}`,
    )
    .join(' and ');
}

function sayUnnoticed({ unnoticedSeconds }: HistoryFacts): readonly string[] {
  if (unnoticedSeconds < worthTellingSeconds) return [];
  return [`nothing was found to be wrong for ${sayDuration(unnoticedSeconds)}`];
}

function sayOrders({ orders }: HistoryFacts): readonly string[] {
  return orders.map(({ at, command, isDone, says }) =>
    isDone
      ? `a person's ${command} came at ${at.slice(11, 16)} UTC`
      : `a person's ${command} at ${at.slice(11, 16)} UTC was refused: ${says}`,
  );
}

function sayUsers(
  { unservedSeconds, aloneSeconds, replayedSeconds, outcome }: HistoryFacts,
  isOpen: boolean,
): readonly string[] {
  if (unservedSeconds === 0 && aloneSeconds === 0) return [];
  const span = outcome === 'recovered' ? '' : ` of the ${sayDuration(replayedSeconds)} that were replayed`;
  const alone =
    aloneSeconds === 0
      ? 'they would have had one all the time'
      : `for ${isOpen ? 'more than ' : ''}${sayDuration(aloneSeconds)}`;
  return [
    `users had no answer for ${sayDuration(unservedSeconds)}${span}; had nobody done anything, ${alone}`,
  ];
}

function sayWriters({ bothWritableSeconds }: HistoryFacts): readonly string[] {
  if (bothWritableSeconds === 0) return [];
  const says = 'meanwhile the old database could be written beside the new one for';
  return [`${says} ${sayDuration(bothWritableSeconds)}`];
}
