import type { ObservedCommand } from '../observed.ts';
import { type Instant, secondsBetween } from '../terms.ts';

/** A command that was sent for a purpose (its key in the memory), and how often it was tried. */
export interface SentCommand {
  readonly commandId: string;
  readonly instanceIds: readonly string[];
  readonly sentAt: Instant;
  readonly tries: number;
}

export type CommandNeed =
  | { readonly kind: 'send'; readonly tries: number }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'done' }
  | {
      readonly kind: 'failed';
      readonly detail: string;
      readonly commandId: string;
      readonly instanceId: string;
    };

/** Documents are safe to run twice, so a failed run is tried again: a device may appear late, a service start slowly. */
const triesMaxDefault = 3;
const pauseAfterFailureSeconds = 5;
/** Details of runs that never reached the instance (Systems Manager User Guide, command statuses). */
const undelivered = new Set(['DeliveryTimedOut', 'Delivery Timed Out', 'Undeliverable']);
/** An invocation is listed a few seconds after its command; after this long without any it was lost. */
const lostAfterSeconds = 60;

/**
 * What a purpose needs next: its command sent, a little patience, or nothing more. Systems Manager says `Success` when the
 * last command of the document left with 0 (Systems Manager User Guide, command statuses).
 */
export function commandNeed(
  sent: SentCommand | undefined,
  seen: readonly ObservedCommand[],
  now: Instant,
  triesMax = triesMaxDefault,
): CommandNeed {
  if (!sent) return { kind: 'send', tries: 1 };
  const runs = seen.filter((run) => run.commandId === sent.commandId);
  const sinceSeconds = secondsBetween(sent.sentAt, now);
  if (runs.length < sent.instanceIds.length) {
    return sinceSeconds < lostAfterSeconds
      ? { kind: 'wait', seconds: 2 }
      : again(sent, 'without a run that was ever listed', sent.instanceIds[0] ?? '', triesMax);
  }
  const failed = runs.find((run) => ended(run) && run.status !== 'Success');
  if (failed && sent.tries < triesMax && sinceSeconds < pauseAfterFailureSeconds) {
    return { kind: 'wait', seconds: pauseAfterFailureSeconds - sinceSeconds };
  }
  // A document that never ran has not failed: its agent was silent.
  if (failed && undelivered.has(failed.statusDetail)) return { kind: 'send', tries: sent.tries };
  if (failed) return again(sent, failed.statusDetail, failed.instanceId, triesMax);
  if (runs.every((run) => run.status === 'Success')) return { kind: 'done' };
  return { kind: 'wait', seconds: sinceSeconds < 30 ? 2 : 5 };
}

function again(sent: SentCommand, detail: string, instanceId: string, triesMax: number): CommandNeed {
  if (sent.tries < triesMax) return { kind: 'send', tries: sent.tries + 1 };
  return { kind: 'failed', detail, commandId: sent.commandId, instanceId };
}

function ended(run: ObservedCommand): boolean {
  return ['Success', 'Cancelled', 'TimedOut', 'Failed'].includes(run.status);
}
