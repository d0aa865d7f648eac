import type { RegionName } from '../service.ts';
import type { Simulator } from '../simulator.ts';

export class Lambda {
  readonly sim: Simulator;
  readonly region: RegionName;
  constructor(sim: Simulator, region: RegionName) {
    this.sim = sim;
    this.region = region;
  }
}
