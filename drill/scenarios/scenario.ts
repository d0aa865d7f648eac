import type { Plan } from '../../recovery/plan/plan.ts';
import type { ResourceRef } from '../../recovery/terms.ts';
import type { Region, Simulator } from '../../simulator/simulator.ts';
import type { End } from '../../simulator/world/outage.ts';
import type { World } from '../../simulator/world/schema.ts';
import type { Account } from '../account.ts';

export type { End } from '../../simulator/world/outage.ts';

/** A world in which Lifeboat is installed and awake, as a scenario finds it. */
export interface Stage {
  readonly sim: Simulator;
  readonly world: World;
  readonly plans: readonly Plan[];
  readonly account: Account;
  readonly primary: Region;
  readonly recovery: Region;
  /** What scenarios themselves have changed for good: nobody else is to blame for it. */
  readonly excused: ResourceRef[];
}

/** How one scenario of a disaster is meant. */
export interface Given {
  /** In [0, 1): how bad it is, in the scenario's own measure. */
  readonly strength: number;
  /** How long it will last. */
  readonly seconds: number;
}

/**
 * Something that goes wrong for a while. Scenarios may overlap, and each ends apart from the others: what it began is over
 * then, and what followed from it stays.
 */
export interface Scenario {
  /** One line for people. */
  readonly says: string;
  /** Which of the known faults of AWS it is, such as `F5`. */
  readonly facts?: readonly string[];
  /** How likely a disaster has it, from 0 to 1. */
  readonly probability: number;
  /** How long it lasts: at least and at most. */
  readonly seconds: readonly [least: number, most: number];
  /** It takes the application away from its users: where one of these happens, recovering is right. */
  readonly isOutage?: true;
  /** Lifeboat itself can hardly act while it lasts, always or from this strength on: nobody can ask it to be in time then. */
  readonly silencesLifeboat?: true | { readonly fromStrength: number };
  /** The place that sees the primary down in it, wrongly: two such places may begin a recovery, and promote nothing. */
  readonly misleads?: 'witness' | 'AWS Health';
  /** Of those that break the same thing, a disaster has one. */
  readonly breaks?: string;
  readonly begin: (stage: Stage, given: Given) => End;
}

export type Scenarios = Readonly<Record<string, Scenario>>;

/** Ends several things, the last that began first. */
export function endAll(...ends: readonly (End | undefined)[]): End {
  return () => {
    for (const end of ends.toReversed()) end?.();
  };
}

/** A value between two others, by strength. */
export function between(least: number, most: number, { strength }: Given): number {
  return least + (most - least) * strength;
}

/** One of several, by strength. @throws TypeError where there is none */
export function oneOf<T>(all: readonly T[], { strength }: Given): T {
  const one = all[Math.floor(strength * all.length)];
  if (one === undefined) throw new TypeError('there is nothing to choose from');
  return one;
}
