import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../recovery/plan/plan.ts';
import type { PlanError } from '../recovery/plan/plan-error.ts';
import { checkTogether } from '../recovery/plan/together.ts';

/** A plan cannot be compiled; the message lists each error with its file, line and way out. */
export class InvalidPlans extends Error {
  override readonly name = 'InvalidPlans';
}

/**
 * Every plan of a directory, compiled, in the order of their files: the content of `plans.json`. A failover reads no plan
 * from anywhere else.
 * @throws InvalidPlans when a plan has an error, two of them have one name or claim one thing, or they would wait for each
 * other or for none.
 */
export async function compilePlans(directory: string): Promise<readonly Plan[]> {
  return compilePlansNow(directory);
}

/** The same without waiting: a plugin of osls has no other way to refuse a plan before anything else happens. */
export function compilePlansNow(directory: string): readonly Plan[] {
  const names = readdirSync(directory).filter((file) => file.endsWith('.yaml'));
  const files = names.sort().map((name) => {
    const file = join(directory, name);
    return { file, text: readFileSync(file, 'utf8') };
  });
  const checked = checkTogether(files);
  const problems = checked.flatMap(({ errors }) => errors.map(sayError));
  if (problems.length > 0) throw new InvalidPlans(problems.join('\n'));
  return checked.flatMap(({ plan }) => plan ?? []);
}

function sayError({ file, line, path, message, fix }: PlanError): string {
  return `${file}:${line}: ${path === '' ? '' : `${path}: `}${message}; ${fix}`;
}
