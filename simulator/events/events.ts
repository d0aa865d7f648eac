import type { Operations, RegionName, Service } from '../service.ts';
import type { Simulator } from '../simulator.ts';

export class EventBridge implements Service {
  readonly name = 'events';
  readonly operations: Operations = {};
  readonly sim: Simulator;
  readonly region: RegionName;
  constructor(sim: Simulator, region: RegionName) {
    this.sim = sim;
    this.region = region;
  }

  publish(_event: { source: string; detailType: string; resources: string[]; detail: object }): void {}
}
