import { live } from '../aws/live.ts';
import { step } from '../aws/step.ts';
import { reconcileOpen } from '../aws/steps/open.ts';

/** Registers the recovery (at most one a plan), pins the plan, and makes sure that a drill can hurt nothing. */
export const open = step('open', reconcileOpen);

export const handler = live(open);
