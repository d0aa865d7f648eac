import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePlan } from '../recovery/plan/parse.ts';
import type { Plan } from '../recovery/plan/plan.ts';
import type { PlanError } from '../recovery/plan/plan-error.ts';

/** A plan cannot be compiled; the message lists each error with its file, line and way out. */
export class InvalidPlans extends Error {
  override readonly name = 'InvalidPlans';
}

/**
 * Every plan of a directory, compiled, in the order of their files: the content of `plans.json`. A failover reads no plan
 * from anywhere else.
 * @throws InvalidPlans when a plan has an error, or two of them have one name.
 */
export async function compilePlans(directory: string): Promise<readonly Plan[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.yaml')).sort();
  const problems: string[] = [];
  const plans: Plan[] = [];
  for (const file of files) {
    const path = join(directory, file);
    const parsed = parsePlan(await readFile(path, 'utf8'), path);
    if ('errors' in parsed) {
      problems.push(...parsed.errors.map((error) => sayError(error)));
    } else if (plans.some(({ plan }) => plan === parsed.plan.plan)) {
      problems.push(`${path}: another file has a plan named ${parsed.plan.plan}`);
    } else {
      plans.push(parsed.plan);
    }
  }
  if (problems.length > 0) throw new InvalidPlans(problems.join('\n'));
  return plans;
}

function sayError({ file, line, path, message, fix }: PlanError): string {
  return `${file}:${line}: ${path === '' ? '' : `${path}: `}${message}; ${fix}`;
}
