import type { Operations, RegionName, Service } from '../service.ts';
import type { Simulator } from '../simulator.ts';

export class Route53 implements Service {
  readonly name = 'route53';
  readonly operations: Operations = {};
  readonly sim: Simulator;
  readonly region: RegionName;
  constructor(sim: Simulator, region: RegionName = 'us-east-1') {
    this.sim = sim;
    this.region = region;
  }
}
