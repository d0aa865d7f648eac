/**
 * The words of this project, each with one meaning.
 *
 * - **plan**: what to recover; one YAML file a workload (`recovery/plan/`).
 * - **recovery**: one undertaking for one plan; it may take several runs. Its `kind` says what it may do.
 * - **run**: one execution of the recovery state machine; `lifeboat continue` starts the next one of the same recovery.
 * - **step**: one part of a recovery; a reconciler that may be called any number of times, at any moment.
 * - **item**: one database, server group or volume of a plan, written `servers.web`.
 * - **onset**: the first bad sample; in a drill or a manual run, the start. RTO counts from it.
 * - **held**: a step or recovery that waits for a person, with a reason and a way out.
 */

/** `drill` rehearses with copies and hurts nothing; `failover` is the real thing. Fixed by the machine, never by input. */
export const recoveryKinds = ['drill', 'failover'] as const;
export type RecoveryKind = (typeof recoveryKinds)[number];

/**
 * How far a drill goes: `full` rehearses everything; `restore` proves that the newest backups can be restored, and launches
 * no server. A failover has no scope.
 */
export const recoveryScopes = ['full', 'restore'] as const;
export type RecoveryScope = (typeof recoveryScopes)[number];

/** The steps of a recovery, in the order of the machine. `servers` to `databases` run side by side; `gate` and `fence` stand before `databases` on its branch. */
export const stepNames = [
  'open',
  'servers',
  'volumes',
  'mounts',
  'gate',
  'fence',
  'databases',
  'settings',
  'reload',
  'verify',
  'traffic',
  'settle',
  'cleanup',
  'sweep',
  'conclude',
] as const;
export type StepName = (typeof stepNames)[number];

/** How a recovery ended. */
export type RecoveryOutcome = 'recovered' | 'drilled' | 'held' | 'failed' | 'aborted';

/** A resource that a recovery made or changed. `type` is AWS's word, such as `instance` or `dbInstance`. */
export interface ResourceRef {
  readonly region: string;
  readonly type: string;
  readonly id: string;
}

/** ISO-8601 in UTC, such as `2026-03-02T09:00:00.000Z`. */
export type Instant = string;

/** Seconds from one instant to another; negative when `to` is earlier. */
export function secondsBetween(from: Instant, to: Instant): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

/** The instant `seconds` after another. */
export function instantAfter(from: Instant, seconds: number): Instant {
  return new Date(Date.parse(from) + seconds * 1000).toISOString();
}

/** The later of two instants; the first where there is no other. */
export function laterOf(one: Instant, other: Instant | undefined): Instant {
  return other !== undefined && secondsBetween(one, other) > 0 ? other : one;
}

/** The one with the latest instant of its own, or undefined of none; of equals the last. */
export function newestOf<Item>(items: readonly Item[], instantOf: (item: Item) => Instant): Item | undefined {
  return items.reduce<Item | undefined>(
    (newest, item) => (newest === undefined || instantOf(item) >= instantOf(newest) ? item : newest),
    undefined,
  );
}
