import { type Account, openAccount } from '../../../drill/account.ts';
import { judgeScene, type SceneGiven, sceneOf } from '../../../drill/checkers.ts';
import { isolateFromMachine } from '../../../drill/isolation.ts';
import type { Plan } from '../../../recovery/plan/plan.ts';
import type { RecoveryKind } from '../../../recovery/terms.ts';
import type { Template } from '../../../simulator/cloudformation/deploy.ts';
import type { ServiceName } from '../../../simulator/service.ts';
import type { Simulator } from '../../../simulator/simulator.ts';
import type { Execution } from '../../../simulator/stepfunctions/stepfunctions.ts';
import { faults } from '../../../simulator/world/faults.ts';
import {
  diffInventories,
  type InventoryDifference,
  type InventoryItem,
  inventory,
} from '../../../simulator/world/inventory.ts';
import { hurry, shopPlan, shopWorld, tokyo, template as usual } from '../shop.ts';

isolateFromMachine(process.env);
const world = shopWorld();
const shop = shopPlan();

/** What became of an account in which nothing that lasts was changed. */
export const nothing: InventoryDifference = { created: [], changed: [], deleted: [] };

/** A call in the name of somebody, as it would reach AWS. */
export interface Called {
  readonly service: ServiceName;
  readonly operation: string;
  readonly region?: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What a trial is about. */
export interface Tried {
  readonly plan?: Plan;
  readonly template?: Template;
  readonly faults?: readonly string[];
  /** Breaks something before anything begins. */
  readonly with?: (sim: Simulator) => void;
}

/** An account in which a test breaks something, and the judges' word on it. */
export class Trial {
  readonly account: Account;
  readonly plan: Plan;
  readonly #before: readonly InventoryItem[];
  #requests = 0;

  constructor(tried: Tried = {}) {
    const { plan = shop, template = usual } = tried;
    this.plan = plan;
    this.account = openAccount({ plan, world, template, seed: 7 });
    const { sim } = this;
    hurry(sim);
    for (const name of tried.faults ?? []) faults[name]!.apply(sim, world);
    tried.with?.(sim);
    this.#before = inventory(sim, { withoutBuckets: [this.account.ledgerBucket] });
  }

  get sim(): Simulator {
    return this.account.sim;
  }

  start(kind: RecoveryKind, recovery = `shop-${kind}-7`, run = 1): Execution {
    const input = { plan: this.plan.plan, recovery, run };
    const machineArn = this.account.machineArns[kind];
    return this.sim.region(tokyo).states.start({ machineArn, name: `${recovery}-r${run}`, input });
  }

  /** Runs a recovery to its end. */
  async end(kind: RecoveryKind, recovery?: string): Promise<this> {
    await this.sim.clock.drive(this.start(kind, recovery).done);
    return this;
  }

  async pass(seconds: number): Promise<void> {
    await this.sim.clock.driveUntil(this.sim.clock.nowMs() + seconds * 1000);
  }

  /**
   * Makes a call as if a function had made it in its newest invocation, or in the newest one of a recovery: as a function
   * with other code would, whose role lets it.
   */
  async callAs(functionName: string, { region = tokyo, ...call }: Called, recovery = ''): Promise<unknown> {
    const { sim } = this;
    const invocation = sim
      .region(tokyo)
      .lambda.invocations.findLast(
        (each) => each.functionName.endsWith(functionName) && each.subject.includes(recovery),
      );
    const accessKeyId = invocation?.accessKeyId ?? `ASIA${functionName.toUpperCase()}`;
    const name = invocation?.functionName ?? `lifeboat-live-${functionName}`;
    const arn = `arn:aws:sts::${sim.accountId}:assumed-role/other-code/${name}`;
    sim.addCaller({ accessKeyId, arn, userId: `AROAOTHER:${name}` });
    this.#requests += 1;
    const requestId = `other-code-${this.#requests}`;
    return sim.clock.drive(sim.ask({ ...call, region, accessKeyId, requestId, headers: {} }));
  }

  /** The laws that the judges find broken, each once. */
  objections(given: Partial<SceneGiven> = {}): readonly string[] {
    return [...new Set(this.violations(given).map(({ checker }) => checker))];
  }

  violations(given: Partial<SceneGiven> = {}) {
    const after = inventory(this.sim, { withoutBuckets: [this.account.ledgerBucket] });
    return judgeScene(sceneOf({ sim: this.sim, difference: diffInventories(this.#before, after), ...given }));
  }

  /** Writes something else into the newest version of a record, as nobody can through AWS. */
  forge<T extends object>(key: string, change: (record: T) => object): void {
    const { sim, ledgerBucket } = this.account;
    const record = sim.s3.buckets.get(ledgerBucket)?.keys.get(key);
    const newest = record?.versions.at(-1);
    if (!record || !newest) throw new Error(`there is no ${key}`);
    const before = JSON.parse(new TextDecoder().decode(newest.body)) as T;
    const body = new TextEncoder().encode(JSON.stringify(change(before)));
    record.versions = [...record.versions.slice(0, -1), { ...newest, body }];
  }
}
