import { openEc2 } from '../aws/ec2.ts';
import { openLoadBalancing } from '../aws/elb.ts';
import { live } from '../aws/live.ts';
import { reconcileServers } from '../aws/servers/reconcile.ts';
import { openSsm } from '../aws/ssm.ts';
import { step } from '../aws/step.ts';

/** Starts the standing servers, launches what is missing, replaces what does not come up, and registers them. */
export const servers = step('servers', (context) =>
  reconcileServers(context, {
    ec2: openEc2(context.access),
    ssm: openSsm(context.access),
    elb: openLoadBalancing(context.access),
  }),
);

export const handler = live(servers);
