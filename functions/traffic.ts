import { live } from '../aws/live.ts';
import { step } from '../aws/step.ts';
import { reconcileTraffic } from '../aws/steps/traffic.ts';

/** Points the live records at the recovery Region and sees that resolvers answer so. A drill leaves them alone. */
export const traffic = step('traffic', reconcileTraffic);

export const handler = live(traffic);
