import * as v from 'valibot';

const text = v.pipe(v.string(), v.minLength(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const seed = count;

/** The object that `lifeboat storm --json` prints. */
export const stormSchema = v.pipe(
  v.strictObject({
    seeds: v.pipe(count, v.description('How many disasters were judged')),
    outcomes: v.pipe(
      v.record(text, count),
      v.description(
        'How many recoveries ended so: recovered, drilled, held, failed, aborted; none: without a conclusion. quiet: disasters in which nothing was recovered',
      ),
    ),
    violations: v.pipe(
      v.array(v.strictObject({ seed, checker: text, message: text })),
      v.description('What the judges object to; the checker `defect` is an error of the rehearsal itself'),
    ),
    unended: v.pipe(
      v.array(seed),
      v.description('Seeds of which something had not come to an end within its bound once all was calm'),
    ),
    command: v.pipe(text, v.description('The command that brings about the same storm again')),
  }),
  v.title('A storm, as lifeboat storm --json prints it'),
);

/** What a storm found. */
export type StormSummary = v.InferOutput<typeof stormSchema>;

/** What a storm ends with: 0 nothing found, 2 a rule was broken, 3 something did not end, 4 an error of the rehearsal itself. */
export function exitCodeOfStorm({ violations, unended }: StormSummary): 0 | 2 | 3 | 4 {
  if (violations.some(({ checker }) => checker === defectChecker)) return 4;
  if (violations.length > 0) return 2;
  return unended.length > 0 ? 3 : 0;
}

/** Stands in the place of a checker where the simulation or a judge itself broke. */
export const defectChecker = 'defect';
