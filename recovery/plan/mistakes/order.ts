/** What one file can tell of the order between plans; `recovery/plan/order.ts` looks at all of them. */
import { type Draft, placed } from '../draft.ts';
import type { Finding } from '../plan-error.ts';
import type { Check } from '../references.ts';

function* notAfterItself({ plan, after }: Draft): Iterable<Finding> {
  for (const [place, name] of placed(after)) {
    if (plan === undefined || name !== plan) continue;
    yield { path: ['after', place], message: `${plan} would wait for itself`, fix: 'remove it' };
  }
}

/** A plan and those that it comes after. */
export const orderChecks: readonly Check[] = [notAfterItself];
