import { live } from '../aws/live.ts';
import { step } from '../aws/step.ts';
import { reconcileServers } from '../aws/steps/servers/reconcile.ts';

/** Starts the standing servers, launches what is missing, replaces what does not come up, and registers them. */
export const servers = step('servers', reconcileServers);

export const handler = live(servers);
