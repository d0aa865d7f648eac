import type { GetCallerIdentityCommandOutput } from '@aws-sdk/client-sts';
import type { Call, Operations, RegionName, Service } from '../service.ts';
import type { Simulator } from '../simulator.ts';

/** STS of one Region: tells a caller who it is. Roles are not assumed here; each caller is made known with its own key. */
export class Sts implements Service {
  readonly name = 'sts';
  readonly sim: Simulator;
  readonly region: RegionName;
  readonly operations: Operations = {
    GetCallerIdentity: (_input, call) => this.#identify(call),
  };

  constructor(sim: Simulator, region: RegionName) {
    this.sim = sim;
    this.region = region;
  }

  #identify({ caller }: Call): Omit<GetCallerIdentityCommandOutput, '$metadata'> {
    return { Account: this.sim.accountId, Arn: caller.arn, UserId: caller.userId };
  }
}
