import { live } from '../aws/live.ts';
import { step } from '../aws/step.ts';
import { reconcileVerify } from '../aws/steps/verify.ts';

/** Asks the application for its health: from outside after a failover, from inside its own subnets in a drill. */
export const verify = step('verify', reconcileVerify);

export const handler = live(verify);
