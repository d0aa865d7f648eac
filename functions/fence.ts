import { live } from '../aws/live.ts';
import { step } from '../aws/step.ts';
import { reconcileFence } from '../aws/steps/fence.ts';

/** Keeps the old primary from writing before the databases are promoted. */
export const fence = step('fence', reconcileFence);

export const handler = live(fence);
