/** Plan files of one installation, checked each for itself and all together. */
import { claimMistakes } from './claims.ts';
import { orderMistakes } from './order.ts';
import { lineOf, parsePlan } from './parse.ts';
import type { Plan } from './plan.ts';
import { type Path, type PlanError, pathText } from './plan-error.ts';

/** A plan file as it was read. */
export interface PlanText {
  /** As people are told it. */
  readonly file: string;
  readonly text: string;
}

/** What became of a file; without a plan there are errors. */
export interface CheckedPlan extends PlanText {
  /** Absent where the file has mistakes of its own. */
  readonly plan?: Plan;
  readonly errors: readonly PlanError[];
}

/**
 * Parses every file and adds what only shows in several: two plans of one name, plans that wait for each other or for none,
 * and things that two plans claim. In the order of the files.
 */
export function checkTogether(files: readonly PlanText[]): readonly CheckedPlan[] {
  const parsed = files.map((file) => {
    const result = parsePlan(file.text, file.file);
    return 'plan' in result ? { ...file, plan: result.plan, errors: [] } : { ...file, errors: result.errors };
  });
  const isWhole = parsed.every(({ errors }) => errors.length === 0);
  const plans = parsed.flatMap((one) => ('plan' in one ? one.plan : []));
  const claims = claimMistakes(plans);
  // With a plan missing for its own mistakes, a name that leads to it would look like one that leads nowhere.
  const orders = isWhole ? orderMistakes(plans) : [];
  return parsed.map((one): CheckedPlan => {
    if (!('plan' in one)) return one;
    const { plan } = one.plan;
    const at = (path: Path, message: string, fix: string): PlanError => ({
      file: one.file,
      line: lineOf(one.text, path),
      path: pathText(path),
      message,
      fix,
    });
    const twins = parsed.filter((other) => other !== one && 'plan' in other && other.plan.plan === plan);
    const errors = [
      ...twins.map(({ file }) =>
        at(['plan'], `${file} has a plan named ${plan} too`, 'give one of them another name'),
      ),
      ...orders.filter((each) => each.plan === plan).map(({ path, message, fix }) => at(path, message, fix)),
      ...claims
        .filter((each) => each.plan === plan)
        .map(({ path, message, fix, other, otherPath }) => {
          const file = parsed.find((each) => 'plan' in each && each.plan.plan === other)?.file;
          return at(path, `${message}, in ${file} at ${otherPath}`, fix);
        }),
    ];
    return { ...one, errors: errors.sort((a, b) => a.line - b.line) };
  });
}
