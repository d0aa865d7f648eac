import type { DbInstance } from '../../simulator/rds/state.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { type InventoryItem, inventory } from '../../simulator/world/inventory.ts';
import { tokyo } from './shop.ts';

/** A call as it left the recovery, before it reached AWS. */
export interface SeenCall {
  readonly operation: string;
  readonly callerArn: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What a recovery did to an account, written down by somebody who stands beside it. */
export interface Watch {
  readonly calls: SeenCall[];
  /** Every resource as it was before the recovery began. */
  readonly before: readonly InventoryItem[];
  /** Each state that an instance came into, as `i-… running`. */
  readonly instanceStates: string[];
  /** Each status that a database came into, with what it was like at that instant. */
  readonly databaseStatuses: {
    readonly id: string;
    readonly status: string;
    readonly database: DbInstance;
  }[];
  /** Databases by id, also those that are gone by the end. */
  readonly databases: Map<string, DbInstance>;
}

/** Watches an account from now on. */
export function watch(sim: Simulator): Watch {
  const seen: Watch = {
    calls: [],
    before: inventory(sim),
    instanceStates: [],
    databaseStatuses: [],
    databases: new Map(),
  };
  sim.faults.push(({ operation, caller }, input) => {
    seen.calls.push({ operation, callerArn: caller.arn, input: input as Record<string, unknown> });
    return undefined;
  });
  const { ec2, rds } = sim.region(tokyo);
  ec2.onInstanceState(({ id, state }) => seen.instanceStates.push(`${id} ${state}`));
  rds.onStatus(({ instance }) => {
    seen.databaseStatuses.push({ id: instance.id, status: instance.status, database: { ...instance } });
    seen.databases.set(instance.id, instance);
  });
  return seen;
}

/** Whether an operation can change anything. */
export function changes({ operation }: SeenCall): boolean {
  return !/^(Describe|Get|List|Head)/.test(operation);
}

/** Every text in an input, however deep it lies. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  return Object.values(value).flatMap(textsIn);
}

/** Tags of an input, under whichever of AWS's names it carries them. */
export function tagsIn(input: SeenCall['input']): Readonly<Record<string, string>> {
  const lists = [input['Tags'], ...list(input['TagSpecifications']).map(({ Tags }) => Tags)];
  return Object.fromEntries(lists.flatMap(list).map(({ Key, Value }) => [String(Key), String(Value)]));
}

function list(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value : [];
}
