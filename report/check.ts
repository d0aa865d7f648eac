import * as v from 'valibot';

/** What `lifeboat check --json` prints. */

const text = v.pipe(v.string(), v.minLength(1));

const planError = v.strictObject({
  file: text,
  line: v.pipe(v.number(), v.integer(), v.minValue(1), v.description('Counted from 1')),
  path: v.pipe(v.string(), v.description('Such as `servers.web.start.tags`; empty for the file as a whole')),
  message: text,
  fix: text,
});

const finding = v.strictObject({
  name: v.pipe(text, v.description('What was looked at, such as `servers.worker image`')),
  status: v.pipe(
    v.picklist(['ok', 'warning', 'unknown', 'bad']),
    v.description('`unknown` could not be read, and is never ok'),
  ),
  detail: v.pipe(text, v.description('One sentence; unless all is well, it ends with a way out')),
});

export const checkSchema = v.strictObject({
  plans: v.array(
    v.strictObject({
      plan: v.pipe(text, v.description('Its name, or its file where the name could not be read')),
      errors: v.pipe(v.array(planError), v.description('Mistakes in the file, and with other plans')),
      readiness: v.pipe(v.array(finding), v.description('Empty where the file has mistakes of its own')),
    }),
  ),
});

export type CheckPrinted = v.InferOutput<typeof checkSchema>;
export type CheckedPlanPrinted = CheckPrinted['plans'][number];

/** 1 for a mistake in a plan, 2 for what is bad, 3 where something could not be looked at, else 0. */
export function exitCodeOfCheck({ plans }: CheckPrinted): 0 | 1 | 2 | 3 {
  if (plans.some(({ errors }) => errors.length > 0)) return 1;
  const statuses = new Set(plans.flatMap(({ readiness }) => readiness.map(({ status }) => status)));
  if (statuses.has('bad')) return 2;
  return statuses.has('unknown') ? 3 : 0;
}
