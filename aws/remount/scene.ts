import * as v from 'valibot';
import type { ObservedVolume } from '../../recovery/observed.ts';
import type { Ec2 } from '../ec2.ts';
import type { ResponseContext } from '../response/context.ts';

/**
 * What the machine gives: its own input, which is an event, a volume that a person names, or one that was found without an
 * event, and which execution it is.
 */
export const remountInput = v.object({
  input: v.object({
    event: v.optional(v.record(v.string(), v.unknown())),
    volume: v.optional(v.pipe(v.string(), v.regex(/^vol-[0-9a-f]+$/))),
    unheard: v.optional(v.pipe(v.string(), v.regex(/^vol-[0-9a-f]+$/))),
  }),
  execution: v.pipe(v.string(), v.nonEmpty()),
  now: v.pipe(v.string(), v.isoTimestamp()),
  retries: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  startedAt: v.pipe(v.string(), v.isoTimestamp()),
});
export type RemountInput = v.InferOutput<typeof remountInput>;

/** One look of one execution. */
export interface Scene {
  readonly input: RemountInput;
  readonly context: ResponseContext;
  readonly ec2: Ec2;
  readonly volume: ObservedVolume;
}
