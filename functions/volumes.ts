import { live } from '../aws/live.ts';
import { step } from '../aws/step.ts';
import { reconcileVolumes } from '../aws/steps/volumes.ts';

/** Creates each volume from its newest snapshot in the zone of its server, while that starts, and attaches it. */
export const volumes = step('volumes', reconcileVolumes);

export const handler = live(volumes);
