import type { Fingerprint } from './steps/fingerprint.ts';
import type { Instant, RecoveryKind, StepName } from './terms.ts';

/** Keys of the ledger's records. Steps that run side by side never write the same key. */
export const ledgerKeys = {
  active: (plan: string) => `plans/${plan}/active.json`,
  opened: (plan: string, recovery: string) => `recoveries/${plan}/${recovery}/opened.json`,
  before: (plan: string, recovery: string) => `recoveries/${plan}/${recovery}/before.json`,
  step: (plan: string, recovery: string, step: StepName) =>
    `recoveries/${plan}/${recovery}/steps/${step}.json`,
  /** What is about to be done that no tag can carry, e.g. the value that a parameter had. */
  intent: (plan: string, recovery: string, what: string) =>
    `recoveries/${plan}/${recovery}/intents/${what}.json`,
  evidence: (plan: string, recovery: string) => `recoveries/${plan}/${recovery}/evidence.json`,
} as const;

/** Who may act for a plan: at most one recovery. Kept by a held or failed failover, released when it is over. */
export interface ActiveRecord {
  readonly nonce: string;
  readonly recovery: string;
  readonly kind: RecoveryKind;
  readonly at: Instant;
  /** Set when the recovery is over: the key stays, as the mark of a lock that nobody holds. */
  readonly releasedAt?: Instant;
}

/** What a recovery is and which plan it pins; written once. */
export interface OpenedRecord {
  readonly nonce: string;
  readonly recovery: string;
  readonly plan: string;
  readonly planHash: string;
  readonly kind: RecoveryKind;
  readonly openedAt: Instant;
}

/** The live workload as it was before a drill. */
export interface BeforeRecord {
  readonly at: Instant;
  readonly fingerprint: Fingerprint;
}

/** Whether somebody else holds a plan. A drill yields to a failover; nothing else takes a lock that is held. */
export function mayTakeLock(
  held: ActiveRecord | undefined,
  claim: { readonly recovery: string; readonly kind: RecoveryKind },
): boolean {
  if (!held || held.releasedAt || held.recovery === claim.recovery) return true;
  return claim.kind === 'failover' && held.kind === 'drill';
}
