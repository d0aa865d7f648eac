import type { OperatorOrder } from '../../aws/operator/carry-out.ts';
import type { Person } from '../simulate/people.ts';
import type { SettingName } from './settings.ts';

/**
 * What a disaster is about: the primary Region fails; a person orders a failover or a drill; a schedule begins a drill; or
 * nothing is wrong with the workload, whatever else goes wrong.
 */
export const disasterKinds = ['outage', 'byHand', 'drill', 'practice', 'noise'] as const;
export type DisasterKind = (typeof disasterKinds)[number];

/** A scenario that begins so many seconds after the start, and lasts. */
export interface Mishap {
  readonly scenario: string;
  readonly atSeconds: number;
  readonly forSeconds: number;
  /** In [0, 1), in the scenario's own measure. */
  readonly strength: number;
}

/** What a person orders in it, by the operator's own command. */
export interface DisasterOrder {
  readonly atSeconds: number;
  readonly by: Person;
  readonly order: OperatorOrder;
}

/** Everything that a storm does to one world: a value that can be printed, kept, and given back. */
export interface Disaster {
  /** Also draws every duration and every chance of its world. */
  readonly seed: number;
  readonly setting: SettingName;
  readonly kind: DisasterKind;
  readonly mishaps: readonly Mishap[];
  readonly orders: readonly DisasterOrder[];
}

/** When the last thing of it is over, and calm begins. */
export function calmAtSeconds({ mishaps, orders }: Disaster): number {
  const ends = mishaps.map(({ atSeconds, forSeconds }) => atSeconds + forSeconds);
  return Math.max(firstSeconds, ...ends, ...orders.map(({ atSeconds }) => atSeconds + orderSeconds));
}

/** When the last thing of it begins. */
export function lastBeginsSeconds({ mishaps, orders }: Disaster): number {
  return Math.max(0, ...[...mishaps, ...orders].map(({ atSeconds }) => atSeconds));
}

/** Even where nothing happens, the world is looked at for a while. */
const firstSeconds = 300;
/** What was ordered has begun by then. */
const orderSeconds = 60;
