import { live } from '../aws/live.ts';
import { step } from '../aws/step.ts';
import { reconcileReload } from '../aws/steps/reload.ts';

/** Runs the plan's own document on the servers so that the application reads its settings again. */
export const reload = step('reload', reconcileReload);

export const handler = live(reload);
