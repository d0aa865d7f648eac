import type { Override } from '../../recovery/steps/approval.ts';
import type { MeasuredLag } from '../../recovery/steps/lag.ts';
import type { Instant } from '../../recovery/terms.ts';

/** What the gate keeps in the ledger; evidence reads it. */
export interface GateMemory {
  /** The first bad sample; of a recovery that a person started, its start. */
  readonly onset: Instant;
  /** The recovery was decided by the incident's signals, not started by a person. */
  readonly isAutomatic: boolean;
  /** What each replica was behind before the onset. */
  readonly lags: Readonly<Record<string, MeasuredLag>>;
  readonly overrides: readonly Override[];
  /** When people were told that it waits for them, and in which run. */
  readonly told?: { readonly run: number; readonly at: Instant };
  /** The run in which machines were told that it waits. */
  readonly announced?: number;
  /** Since when the probes cannot be read. */
  readonly unreadableSince?: Instant;
  /** When it first let the recovery through. */
  readonly passedAt?: Instant;
}
