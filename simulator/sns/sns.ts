import type { Operations, RegionName, Service } from '../service.ts';
import type { Simulator } from '../simulator.ts';

export class Sns implements Service {
  readonly name = 'sns';
  readonly operations: Operations = {};
  readonly sim: Simulator;
  readonly region: RegionName;
  constructor(sim: Simulator, region: RegionName) {
    this.sim = sim;
    this.region = region;
  }
}
