import type { Incident } from './deciding/observation.ts';
import type { Fingerprint } from './steps/fingerprint.ts';
import type { Instant, RecoveryKind, StepName } from './terms.ts';

/** Keys of the ledger's records. Steps that run side by side never write the same key. */
export const ledgerKeys = {
  /** The global brake: no automatic recovery of any plan while it is on. */
  brake: 'brake.json',
  pause: (plan: string) => `plans/${plan}/pause.json`,
  incident: (plan: string) => `plans/${plan}/incident.json`,
  /** The active period of the last automatic recovery, and its acknowledgement. */
  period: (plan: string) => `plans/${plan}/period.json`,
  /** AWS Health events about the plan: what cannot be read again. */
  health: (plan: string) => `plans/${plan}/health.json`,
  /** One verdict, written when it differs from the one before it. */
  decision: (plan: string, at: Instant) => `plans/${plan}/decisions/${at}.json`,
  lastDecision: (plan: string) => `plans/${plan}/decisions/last.json`,
  approval: (plan: string, recovery: string, principal: string) =>
    `recoveries/${plan}/${recovery}/approvals/${principal}.json`,
  approvals: (plan: string, recovery: string) => `recoveries/${plan}/${recovery}/approvals/`,
  active: (plan: string) => `plans/${plan}/active.json`,
  opened: (plan: string, recovery: string) => `recoveries/${plan}/${recovery}/opened.json`,
  before: (plan: string, recovery: string) => `recoveries/${plan}/${recovery}/before.json`,
  step: (plan: string, recovery: string, step: StepName) =>
    `recoveries/${plan}/${recovery}/steps/${step}.json`,
  /** What is about to be done that no tag can carry, e.g. the value that a parameter had. */
  intent: (plan: string, recovery: string, what: string) =>
    `recoveries/${plan}/${recovery}/intents/${what}.json`,
  /** The tries of a fence after its own step's, until it holds. */
  fence: (plan: string, recovery: string) => `recoveries/${plan}/${recovery}/fence.json`,
  evidence: (plan: string, recovery: string) => `recoveries/${plan}/${recovery}/evidence.json`,
} as const;

/** Who may act for a plan: at most one recovery. Kept by a held or failed failover, released when it is over. */
export interface ActiveRecord {
  readonly nonce: string;
  readonly recovery: string;
  readonly kind: RecoveryKind;
  readonly at: Instant;
  /** The run that acts now; `continue` starts the next one. */
  readonly run?: number;
  /** When that run was asked for, where it is not the first. */
  readonly runAt?: Instant;
  /** A person, or the janitor, has asked it to stop: it does at its next call. */
  readonly abort?: { readonly by: string; readonly at: Instant; readonly reason: string };
  /** Set when the recovery is over: the key stays, as the mark of a lock that nobody holds. */
  readonly releasedAt?: Instant;
}

/** Somebody stopped automatic recoveries, of one plan (`pause`) or of all (`brake`). */
export interface PauseRecord {
  readonly nonce: string;
  readonly by: string;
  readonly at: Instant;
  readonly comment: string;
  /** Set when it was lifted: the key stays. */
  readonly liftedAt?: Instant;
}

/** The incident of a plan, as it lies in the ledger; without one once the last one is over. */
export interface IncidentRecord {
  readonly nonce: string;
  readonly incident?: Incident;
}

/** No second automatic recovery before `until`, unless somebody acknowledges the first. */
export interface PeriodRecord {
  readonly nonce: string;
  readonly recovery: string;
  readonly from: Instant;
  readonly until: Instant;
  readonly acknowledged?: { readonly by: string; readonly at: Instant; readonly comment: string };
}

/** One person's word on a recovery that waits at its gate; the key names who wrote it, and the bucket's policy enforces it. */
export interface ApprovalRecord {
  readonly nonce: string;
  readonly principal: string;
  readonly at: Instant;
  readonly comment: string;
  /** The problems that the person saw and overrides, by code, such as `LagTooHigh`. */
  readonly overrides: readonly string[];
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
