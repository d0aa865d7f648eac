import { live } from '../aws/live.ts';
import { step } from '../aws/step.ts';
import { reconcileSettle } from '../aws/steps/settle.ts';

/** Sees that a healthy application answers at the live names, as clients reach it. */
export const settle = step('settle', reconcileSettle);

export const handler = live(settle);
