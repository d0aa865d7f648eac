import { live } from '../aws/live.ts';
import { step } from '../aws/step.ts';
import { reconcileGate } from '../aws/steps/gate.ts';

/** Looks once more before the one-way door: approval, the lag of each replica, and whether the primary answers again. */
export const gate = step('gate', reconcileGate);

export const handler = live(gate);
