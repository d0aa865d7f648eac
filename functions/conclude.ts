import { live } from '../aws/live.ts';
import { step } from '../aws/step.ts';
import { reconcileConclude, tellUnrecorded } from '../aws/steps/conclude.ts';

/** Writes the evidence of the run, tells people, and releases the plan unless a failover still has work to do. */
export const conclude = step('conclude', reconcileConclude, tellUnrecorded);

export const handler = live(conclude);
