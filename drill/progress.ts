import type { StepOutput } from '../recovery/step.ts';

/** Something that a person following a rehearsal wants to see as it happens. */
export type ProgressEvent =
  | { readonly kind: 'began'; readonly recovery: string; readonly atMs: number; readonly says: string }
  | { readonly kind: 'note'; readonly atMs: number; readonly says: string }
  | { readonly kind: 'step'; readonly atMs: number; readonly output: StepOutput }
  | { readonly kind: 'ended'; readonly atMs: number; readonly says: string };

/** Called at the simulated instant of each event; it must not take part in the simulation. */
export type OnProgress = (event: ProgressEvent) => void;
