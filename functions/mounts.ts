import { live } from '../aws/live.ts';
import { step } from '../aws/step.ts';
import { reconcileMounts } from '../aws/steps/mounts.ts';

/** Mounts each volume as soon as it is attached and the agent of its server is online. */
export const mounts = step('mounts', reconcileMounts);

export const handler = live(mounts);
