import type { RegionName } from '../service.ts';
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

/** A server of the application and a database that it can write to at this instant. */
interface Writer {
  readonly instance: string;
  readonly database: string;
  readonly region: RegionName;
}

/**
 * Watches, once a replica was promoted in the recovery Region, whether the application of the Region that it ran in can
 * still write there: its servers run, reach their database, and that takes writes. A replica that a person promoted takes
 * none of the application's writes until a server of the recovery Region can write to it. While either Region is cut off from
 * whoever could do something about it, nobody is to blame, and no time is counted.
 */
export class SplitWatch {
  readonly splits: Split[] = [];
  readonly #sim: Simulator;
  /** Those that were promoted, and whether nobody but people did it. */
  readonly #promoted = new Map<string, boolean>();
  #open: Split | undefined;

  constructor(sim: Simulator) {
    this.#sim = sim;
  }

  /** Begins to listen, once everything that the world has is in its place. */
  listen(): void {
    this.#sim.faults.unshift(({ operation, region, caller }, input) => {
      if (operation !== 'PromoteReadReplica' || region !== this.#application.recoversIn) return undefined;
      const isFirst = this.#promoted.size === 0;
      const id = String((input as Readonly<Record<string, unknown>>)['DBInstanceIdentifier']);
      const isByHand = caller.arn.includes(':user/') && this.#promoted.get(id) !== false;
      this.#promoted.set(id, isByHand);
      if (isFirst) this.#sim.clock.after(lookEveryMs, () => this.#look());
      return undefined;
    });
  }

  get #application() {
    return worldOf(this.#sim).world.application;
  }

  #look(): void {
    const nowMs = this.#sim.clock.nowMs();
    const says = this.#says();
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

  /** Who could write to the old primary at this instant, if anybody could while the promoted one is written to. */
  #says(): string | undefined {
    const { recoversIn, runsIn } = this.#application;
    const { silentRegions, cutOffRegions } = worldOf(this.#sim);
    if (silentRegions.has(runsIn) || cutOffRegions.has(runsIn) || cutOffRegions.has(recoversIn))
      return undefined;
    const { rds } = this.#sim.region(recoversIn);
    const isWritten = [...this.#promoted].some(
      ([id, isByHand]) => rds.isWritable(id) && (!isByHand || this.#isUsed(id)),
    );
    if (!isWritten) return undefined;
    const [first] = this.#writersIn(runsIn).filter(({ region }) => region === runsIn);
    return first && `${first.instance} can write to ${first.database} in ${runsIn}`;
  }

  #isUsed(id: string): boolean {
    const { recoversIn } = this.#application;
    return this.#writersIn(recoversIn).some((one) => one.region === recoversIn && one.database === id);
  }

  #writersIn(regionName: RegionName): readonly Writer[] {
    const sim = this.#sim;
    const region = sim.region(regionName);
    const servers = Object.keys(this.#application.servers);
    return servers
      .flatMap((server) => instancesOf(sim, regionName, server))
      .filter(({ id, state }) => state === 'running' && isInstanceThere(sim, region, id))
      .flatMap((instance) =>
        [...region.guests.of(instance.id).settings.values()].flatMap((value) => {
          const found = databaseAt(sim, value);
          if (!found?.region.rds.isWritable(found.database.id)) return [];
          if (!isDatabaseThere(sim, found.region, found.database)) return [];
          if (connectionProblem(region, instance, found) !== undefined) return [];
          return [{ instance: instance.id, database: found.database.id, region: found.region.name }];
        }),
      );
  }
}
