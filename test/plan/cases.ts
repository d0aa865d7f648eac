import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { PlanError } from '../../recovery/plan/plan-error.ts';

/** A bad plan: a text of its own, or the good plan with changes; and exactly what is said about it. */
export interface BadPlan {
  readonly name: string;
  readonly text: string;
  readonly errors: readonly Omit<PlanError, 'file'>[];
}

const at = (file: string) => new URL(`cases/${file}`, import.meta.url);

/** A plan without mistakes that uses nearly every key; each case breaks it in one way. */
export const goodPlan = readFileSync(at('base.yaml'), 'utf8');

/** The bad plans of one file: `yaml`, `form`, `words`, `bounds`, `meaning` or `together`. */
export function badPlans(kind: string): BadPlan[] {
  interface Written extends Omit<BadPlan, 'text'> {
    readonly plan?: string;
    readonly change?: readonly { readonly from: string; readonly to: string }[];
  }
  const written = parse(readFileSync(at(`${kind}.yaml`), 'utf8')) as Written[];
  return written.map(({ name, plan, change, errors }) => {
    let text = plan ?? goodPlan;
    for (const { from, to } of change ?? []) {
      if (text.split(from).length !== 2)
        throw new Error(`${name}: "${from}" does not stand once in the good plan`);
      text = text.replace(from, () => to);
    }
    return { name, text, errors };
  });
}
