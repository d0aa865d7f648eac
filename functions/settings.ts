import { live } from '../aws/live.ts';
import { step } from '../aws/step.ts';
import { reconcileSettings } from '../aws/steps/settings.ts';

/** Writes what the application reads at its start or reload: in place, or below the drill's own prefix. */
export const settings = step('settings', reconcileSettings);

export const handler = live(settings);
