import { live } from '../aws/live.ts';
import { step } from '../aws/step.ts';
import { reconcileDatabases } from '../aws/steps/databases.ts';

/** Promotes the replicas; a drill restores copies of them instead and leaves them as they are. */
export const databases = step('databases', reconcileDatabases);

export const handler = live(databases);
