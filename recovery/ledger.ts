import type { Incident } from './deciding/observation.ts';
import { executionName } from './identity.ts';
import type { Fingerprint } from './steps/fingerprint.ts';
import type { Instant, RecoveryKind, RecoveryOutcome, RecoveryScope, StepName } from './terms.ts';

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
  /** Since when the primary's target groups have been seen down. */
  targets: (plan: string) => `plans/${plan}/targets.json`,
  /** One verdict, written when it differs from the one before it. */
  decision: (plan: string, at: Instant) => `plans/${plan}/decisions/${at}.json`,
  lastDecision: (plan: string) => `plans/${plan}/decisions/last.json`,
  approval: (plan: string, recovery: string, principal: string) =>
    `recoveries/${plan}/${recovery}/approvals/${principal}.json`,
  approvals: (plan: string, recovery: string) => `recoveries/${plan}/${recovery}/approvals/`,
  /** Who asked for a recovery by hand: one key for each who did. */
  request: (plan: string, recovery: string, principal: string) =>
    `recoveries/${plan}/${recovery}/requests/${principal}.json`,
  requests: (plan: string, recovery: string) => `recoveries/${plan}/${recovery}/requests/`,
  active: (plan: string) => `plans/${plan}/active.json`,
  /** What the janitor told people last. */
  interruption: (plan: string) => `plans/${plan}/interruption.json`,
  /** Which drills a plan promises, since when, and what people were told about them. */
  practice: (plan: string) => `plans/${plan}/practice.json`,
  /** How the last drill of a scope ended. */
  lastDrill: (plan: string, scope: RecoveryScope) => `plans/${plan}/drills/${scope}.json`,
  /** Who may put a restored volume on a server of the plan, and what became of each volume. */
  remountLock: (plan: string) => `plans/${plan}/remount.json`,
  remount: (plan: string, volume: string) => `plans/${plan}/remounts/${volume}.json`,
  /** What the last readiness check found. */
  readiness: (plan: string) => `plans/${plan}/readiness.json`,
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

/** Who asked a recovery to stop, and why. */
interface AbortOrder {
  readonly by: string;
  readonly at: Instant;
  readonly reason: string;
}

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
  /** The execution that acts as that run, by its name, once it has begun: of two executions of one run only one may. */
  readonly execution?: string;
  /** Who last continued it, into which run, and why. */
  readonly continued?: {
    readonly run: number;
    readonly by: string;
    readonly at: Instant;
    readonly comment: string;
  };
  /** Who started that run knowing that the plan has changed since the recovery was opened: it pins the plan anew. */
  readonly planAcceptedBy?: string;
  /** A person, or the janitor, has asked it to stop: it does at its next call. */
  readonly abort?: AbortOrder & {
    /** The person's order that was there when the janitor found the recovery interrupted: its evidence still tells it. */
    readonly after?: AbortOrder;
  };
  /** Set when the recovery is over: the key stays, as the mark of a lock that nobody holds. */
  readonly releasedAt?: Instant;
  /** Drills that lost the plan to a failover and have not been seen concluded: whatever ended them, they are tidied up. */
  readonly preempted?: readonly PreemptedDrill[];
  /** Of a drill: the failover that held the lock last, which may be where the workload runs. */
  readonly lastFailover?: { readonly recovery: string; readonly at: Instant };
}

/** What people have ordered of the recovery that holds a lock, the last order of each kind. */
export type LockOrders = Pick<ActiveRecord, 'continued' | 'planAcceptedBy' | 'abort'>;

/**
 * A drill from which a failover took the plan: what its lock said of it, orders of people included, which its evidence has
 * still to tell, and which run tidies it up since.
 */
export interface PreemptedDrill
  extends Pick<ActiveRecord, 'recovery' | 'run' | 'execution' | 'runAt'>,
    LockOrders {
  readonly takenBy: string;
  readonly takenAt: Instant;
}

/**
 * The drills to be tidied up once a run takes the lock: those of before, and the one that it takes the plan from.
 * @param takenBy the recovery that takes it
 */
export function preemptedBy(
  held: ActiveRecord | undefined,
  takenBy: string,
  takenAt: Instant,
): readonly PreemptedDrill[] {
  const before = held?.preempted ?? [];
  if (!held || held.releasedAt || held.recovery === takenBy) return before;
  const { recovery, run, execution, runAt, continued, planAcceptedBy, abort } = held;
  const drill: PreemptedDrill = {
    recovery,
    ...(run !== undefined && { run }),
    ...(execution !== undefined && { execution }),
    ...(runAt !== undefined && { runAt }),
    ...(continued && { continued }),
    ...(planAcceptedBy !== undefined && { planAcceptedBy }),
    ...(abort && { abort }),
    takenBy,
    takenAt,
  };
  return [...before, drill];
}

/** The execution that acts for a recovery, by its name: the one that wrote itself down, or else the one that Lifeboat starts. */
export function executionOf({
  execution,
  recovery,
  run,
}: Pick<ActiveRecord, 'execution' | 'recovery' | 'run'>): string {
  return execution ?? executionName(recovery, run ?? 1);
}

/** The failover that held a plan's lock last, whatever drills have held it since. */
export function failoverOf(
  active: ActiveRecord | undefined,
): { readonly recovery: string; readonly at: Instant } | undefined {
  return active?.kind === 'failover' ? active : active?.lastFailover;
}

/** That people are told of an interrupted recovery: once for each reason. */
export interface InterruptionRecord {
  readonly nonce: string;
  readonly recovery: string;
  readonly reason: string;
  readonly at: Instant;
  /** Absent while somebody tells it, and where whoever did broke off. */
  readonly toldAt?: Instant;
}

/** Somebody stopped automatic recoveries, of one plan (`pause`) or of all (`brake`). */
export interface PauseRecord {
  readonly nonce: string;
  readonly by: string;
  readonly at: Instant;
  readonly comment: string;
  /** Set when it was lifted: the key stays. */
  readonly liftedAt?: Instant;
  /** Who lifted it, and why where they said so. */
  readonly lifted?: { readonly by: string; readonly comment: string };
}

/** The incident of a plan, as it lies in the ledger; without one once the last one is over. */
export interface IncidentRecord {
  readonly nonce: string;
  readonly incident?: Incident;
}

/**
 * No second automatic recovery before `until`, unless somebody acknowledges the first. A failover that a person started has
 * such a record once it is acknowledged.
 */
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

/** A person's wish for a recovery, written before its first run is started; the key names who it was. */
export interface RequestRecord {
  readonly nonce: string;
  readonly principal: string;
  readonly at: Instant;
  readonly comment: string;
}

/** What a recovery is and which plan it pins; written once, and again only where somebody accepts a changed plan. */
export interface OpenedRecord {
  readonly nonce: string;
  readonly recovery: string;
  readonly plan: string;
  readonly planHash: string;
  readonly kind: RecoveryKind;
  /** Of a drill; one without it is full. */
  readonly scope?: RecoveryScope;
  /** When the first run began. */
  readonly openedAt: Instant;
  /** The onset of the incident that it was decided for, or that a failover by hand was started in; a drill has none. */
  readonly onset?: Instant;
  /** The plans that earlier runs went by, where somebody accepted another one for a later run. */
  readonly earlierPlans?: readonly {
    readonly planHash: string;
    readonly untilRun: number;
    readonly acceptedBy: string;
  }[];
}

/** How the last drill of a scope ended. */
export interface LastDrill {
  readonly recovery: string;
  readonly scope: RecoveryScope;
  readonly outcome: RecoveryOutcome;
  readonly reason: string | null;
  /** Which objective it did not meet, as a sentence; null where it met them or judged none. */
  readonly missed: string | null;
  readonly endedAt: Instant;
}

/** What was promised about drills of a plan, and what of it was told to people. */
export interface PracticeRecord {
  readonly nonce: string;
  /** By schedule: its expression, and since when it stands. What was due before that was not promised. */
  readonly promises: Readonly<Record<string, { readonly expression: string; readonly since: Instant }>>;
  /** The findings that stand and were told, by key. */
  readonly told: readonly string[];
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
