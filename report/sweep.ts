import * as v from 'valibot';

const text = v.pipe(v.string(), v.minLength(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The object that `lifeboat sweep --json` prints. */
export const sweepSchema = v.pipe(
  v.strictObject({
    plan: text,
    kind: v.picklist(['drill', 'failover']),
    seed: count,
    recorded: v.pipe(
      v.strictObject({ calls: count, invocations: count, distinct: count }),
      v.description('The undisturbed run: its calls, its invocations, and how many of these differ'),
    ),
    wanted: v.pipe(count, v.description('How many runs were chosen')),
    runs: v.pipe(count, v.description('How many of them were done')),
    parts: v.pipe(
      v.strictObject({ calls: count, crashes: count, timeOuts: count, twice: count }),
      v.description(
        'Done runs: errors and time-outs of calls, deaths of functions, functions that ran into their own time-out, and functions invoked twice',
      ),
    ),
    outcomes: v.pipe(
      v.record(text, count),
      v.description(
        'How many runs ended so: recovered, drilled, held, failed, aborted; defect: the run broke',
      ),
    ),
    failures: v.pipe(
      v.array(
        v.strictObject({
          name: v.pipe(text, v.description('The call or invocation, and what was done to it')),
          outcome: text,
          objections: v.array(text),
          command: text,
        }),
      ),
      v.description('Runs that a judge objects to, by name'),
    ),
    command: v.pipe(text, v.description('The command that brings about the same sweep again')),
  }),
  v.title('A sweep, as lifeboat sweep --json prints it'),
);

/** What a sweep found. */
export type SweepSummary = v.InferOutput<typeof sweepSchema>;

/** What a sweep ends with: 0 nothing found, 2 a judge objects, 4 an error of the rehearsal itself. */
export function exitCodeOfSweep({ failures }: SweepSummary): 0 | 2 | 4 {
  if (failures.some(({ outcome }) => outcome === 'defect')) return 4;
  return failures.length > 0 ? 2 : 0;
}
