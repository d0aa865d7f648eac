import * as v from 'valibot';
import type { Envelope, Unread } from './envelope.ts';
import { text } from './lenient.ts';

/** A new EBS volume can be attached, or could not be made (EBS User Guide, "EventBridge events for Amazon EBS"). */
export interface VolumeEvent {
  readonly kind: 'volume';
  readonly volume: string;
  readonly region?: string;
  readonly result: 'available' | 'failed';
  readonly cause?: string;
}

const schema = v.object({
  event: v.literal('createVolume'),
  result: v.picklist(['available', 'failed']),
  cause: text,
});

/** Reads the end of a volume's creation; of other things that happen to volumes it tells nothing. */
export function readVolume({ detail, resources, region }: Envelope): VolumeEvent | Unread {
  const result = v.safeParse(schema, detail);
  const volume = resources.map((arn) => /:volume\/(vol-[0-9a-f]+)$/.exec(arn)?.[1]).find(Boolean);
  if (!result.success || volume === undefined)
    return { kind: 'other', why: 'a notification about a volume other than the end of its creation' };
  const { result: outcome, cause } = result.output;
  return {
    kind: 'volume',
    volume,
    ...(region !== undefined && { region }),
    result: outcome,
    ...(cause !== undefined && { cause }),
  };
}
