import { live } from '../aws/live.ts';
import { step } from '../aws/step.ts';
import { reconcileCleanup } from '../aws/steps/cleanup.ts';

/** Takes away everything that a drill made, found by its tags: after success, failure or half a run alike. */
export const cleanup = step('cleanup', reconcileCleanup);

export const handler = live(cleanup);
