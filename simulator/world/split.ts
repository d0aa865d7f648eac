import type { Simulator } from '../simulator.ts';
import { isDatabaseThere, isInstanceThere } from './ailments.ts';
import { databaseAt, instancesOf } from './health.ts';
import { connectionProblem } from './network.ts';
import { worldOf } from './placed.ts';

/** A time in which the old primary and the database that was promoted in its place both took writes. */
export interface Split {
  readonly fromMs: number;
  toMs: number;
  /** Which server could write to which database, as it was last seen. */
  says: string;
}

const lookEveryMs = 15_000;

/**
 * Watches, once a replica was promoted in the recovery Region, whether the application of the Region that it ran in can
 * still write there: its servers run, reach their database, and that takes writes. While that Region is cut off from
 * whoever could do something about it, nobody is to blame, and no time is counted.
 */
export class SplitWatch {
  readonly splits: Split[] = [];
  readonly #sim: Simulator;
  readonly #promoted = new Set<string>();
  #open: Split | undefined;

  constructor(sim: Simulator) {
    this.#sim = sim;
  }

  /** Begins to listen, once everything that the world has is in its place. */
  listen(): void {
    this.#sim.faults.unshift(({ operation, region }, input) => {
      if (operation !== 'PromoteReadReplica' || region !== this.#application.recoversIn) return undefined;
      const isFirst = this.#promoted.size === 0;
      this.#promoted.add(String((input as Readonly<Record<string, unknown>>)['DBInstanceIdentifier']));
      if (isFirst) this.#sim.clock.after(lookEveryMs, () => this.#look());
      return undefined;
    });
  }

  get #application() {
    return worldOf(this.#sim).world.application;
  }

  #look(): void {
    const nowMs = this.#sim.clock.nowMs();
    const says = this.#writer();
    if (says === undefined) {
      this.#open = undefined;
    } else if (this.#open) {
      this.#open.toMs = nowMs;
      this.#open.says = says;
    } else {
      this.#open = { fromMs: nowMs, toMs: nowMs, says };
      this.splits.push(this.#open);
    }
    this.#sim.clock.after(lookEveryMs, () => this.#look());
  }

  /** Who could write to the old primary at this instant, if anybody. */
  #writer(): string | undefined {
    const sim = this.#sim;
    const { recoversIn, runsIn, servers } = this.#application;
    const { silentRegions, cutOffRegions } = worldOf(sim);
    if (silentRegions.has(runsIn) || cutOffRegions.has(runsIn)) return undefined;
    const { rds } = sim.region(recoversIn);
    if (![...this.#promoted].some((id) => rds.isWritable(id))) return undefined;
    const old = sim.region(runsIn);
    for (const instance of Object.keys(servers).flatMap((server) => instancesOf(sim, runsIn, server))) {
      if (instance.state !== 'running' || !isInstanceThere(sim, old, instance.id)) continue;
      for (const value of old.guests.of(instance.id).settings.values()) {
        const found = databaseAt(sim, value);
        if (found?.region.name !== runsIn || !old.rds.isWritable(found.database.id)) continue;
        if (!isDatabaseThere(sim, old, found.database)) continue;
        if (connectionProblem(old, instance, found) === undefined)
          return `${instance.id} can write to ${found.database.id} in ${runsIn}`;
      }
    }
    return undefined;
  }
}
