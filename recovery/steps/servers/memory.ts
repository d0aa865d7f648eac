/**
 * What the servers step keeps in the ledger between calls. A launch is written here before RunInstances is called: after a
 * crash the same launch is asked for again, with the same token and parameters, and EC2 returns the same instances.
 */
import type { Instant } from '../../terms.ts';

/**
 * The place that one server fills. For a started server it is named by the standing instance, for a launched one by item
 * and number; whoever holds it may change (a copy, a replacement), the slot stays.
 */
export interface Slot {
  readonly item: string;
  readonly name: string;
  /** The standing instance of a `start` source. */
  readonly base?: string;
}

export interface Launch {
  readonly ordinal: number;
  readonly item: string;
  readonly slots: readonly string[];
  readonly image: string;
  readonly type: string;
  readonly subnet: string;
  /** Copy the settings of this instance instead of using the item's launch template. */
  readonly copyOf?: string;
  readonly requestedAt: Instant;
  /** The instances, in the order of `slots`; fewer when EC2 had fewer. Absent while the answer is unknown. */
  readonly ids?: readonly string[];
  /** Why EC2 launched nothing. */
  readonly refused?: string;
}

export interface ServersMemory {
  readonly launches: readonly Launch[];
  /** Types that a standing instance could not be started as, by instance. */
  readonly typesRefused: Readonly<Record<string, readonly string[]>>;
  /** When a start was last refused, by instance. */
  readonly refusedAt: Readonly<Record<string, Instant>>;
  /** How often EC2 accepted to start each standing instance. */
  readonly starts: Readonly<Record<string, number>>;
  /** When each instance was first seen running. */
  readonly runningSince: Readonly<Record<string, Instant>>;
  /** Who fills the slots now; the steps after this one read it. */
  readonly members: readonly Member[];
}

export interface Member {
  readonly item: string;
  readonly slot: string;
  readonly instanceId: string;
  readonly zone: string;
  /** Running, and its agent online where one is needed: nobody else will fill the slot while it stays so. */
  readonly ready: boolean;
}

export const emptyServersMemory: ServersMemory = {
  launches: [],
  typesRefused: {},
  refusedAt: {},
  starts: {},
  runningSince: {},
  members: [],
};

/**
 * What a new run keeps of the one before it: its launches, so that nothing is launched twice, and who fills the slots. That
 * a type was refused, a start fell back or an agent was slow is tried anew: somebody has removed the cause meanwhile.
 */
export function memoryForNewRun(memory: ServersMemory): ServersMemory {
  return { ...emptyServersMemory, launches: memory.launches, members: memory.members };
}
