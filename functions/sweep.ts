import { live } from '../aws/live.ts';
import { step } from '../aws/step.ts';
import { reconcileSweep } from '../aws/steps/sweep.ts';

/** Proves that a drill left nothing behind and that the live workload is as it was. */
export const sweep = step('sweep', reconcileSweep);

export const handler = live(sweep);
