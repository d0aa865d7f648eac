import type { Refusal } from '../../../recovery/answer.ts';
import type { Problem } from '../../../recovery/step.ts';
import type { TrafficMemory } from '../../../recovery/steps/traffic.ts';

/** How one switch of traffic stands after a call of the step. Done when there is nothing but the memory. */
export interface SwitchOutcome {
  readonly memory: TrafficMemory;
  readonly wait?: { readonly seconds: number; readonly for: string };
  readonly problem?: Problem;
  readonly refusal?: Refusal;
}
