/**
 * What no form can tell: names that lead nowhere, parts that contradict each other, choices that would hurt in a recovery.
 * Each check is a function of a draft (see `draft.ts`) and is silent about what it does not know.
 */
import type { Draft } from './draft.ts';
import { addressChecks } from './mistakes/addresses.ts';
import { drillChecks } from './mistakes/drill.ts';
import { limitChecks } from './mistakes/limits.ts';
import { nameChecks } from './mistakes/names.ts';
import { orderChecks } from './mistakes/order.ts';
import { serverChecks } from './mistakes/servers.ts';
import { triggerChecks } from './mistakes/trigger.ts';
import { volumeChecks } from './mistakes/volumes.ts';
import type { Finding } from './plan-error.ts';

/** Looks for one kind of mistake. */
export type Check = (draft: Draft) => Iterable<Finding>;

/** Every check, in the order of a plan's parts. */
export const checks: readonly Check[] = [
  ...triggerChecks,
  ...limitChecks,
  ...nameChecks,
  ...orderChecks,
  ...serverChecks,
  ...volumeChecks,
  ...addressChecks,
  ...drillChecks,
];

/** Everything that the checks object to. */
export function findMistakes(draft: Draft): Finding[] {
  return checks.flatMap((check) => [...check(draft)]);
}
