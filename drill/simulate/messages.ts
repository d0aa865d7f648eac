/** What the thread that listens and the thread that simulates say to each other. */

import type { PlainRequest, PlainResponse } from '../../simulator/http/listener.ts';
import type { World } from '../../simulator/world/schema.ts';
import type { Installation } from '../installation.ts';

/** What is simulated. */
export interface ServedWorld extends Installation {
  readonly world: World;
  readonly seed: number;
  /** Whether the stack's schedules run: probes and decisions each minute. */
  readonly isAwake: boolean;
  /** Somebody advances the time all along. Otherwise it moves only while a call is answered, and when told to. */
  readonly isPaced: boolean;
}

/** Asked of the simulation; each is answered by a `Reply` with its id. */
export type Question = { readonly id: number } & (
  | { readonly kind: 'call'; readonly request: PlainRequest }
  /** Moves simulated time on to an instant. */
  | { readonly kind: 'advance'; readonly toMs: number }
  | { readonly kind: 'fault'; readonly name: string }
  /** Asks an address of the simulated world, such as the application's health, from a Region. */
  | { readonly kind: 'get'; readonly url: string; readonly region: string }
);

export interface Reply {
  readonly id: number;
  /** Simulated milliseconds since the epoch when it was answered. */
  readonly nowMs: number;
  readonly response?: PlainResponse;
  /** Why it was not done, in a sentence. */
  readonly refusal?: string;
}

/** Said without being asked. */
export type Notice =
  | { readonly kind: 'ready'; readonly nowMs: number; readonly machineArns: Readonly<Record<string, string>> }
  | { readonly kind: 'defect'; readonly says: string };
