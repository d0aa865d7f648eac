import type { Plan } from '../recovery/plan/plan.ts';
import type { RecoveryKind, RecoveryScope } from '../recovery/terms.ts';
import type { Template } from '../simulator/cloudformation/deploy.ts';
import type { World } from '../simulator/world/schema.ts';
import type { Account } from './account.ts';
import type { Bundles } from './bundles/bundles.ts';
import type { PlannedOrder } from './orders.ts';
import type { OnProgress } from './progress.ts';

/** What is rehearsed, and in which world. */
export interface Rehearsal {
  readonly plan: Plan;
  /** Every plan that is installed with it; it alone when absent. */
  readonly plans?: readonly Plan[];
  readonly world: World;
  readonly kind: RecoveryKind;
  /** Of a drill; a full one when absent. */
  readonly scope?: RecoveryScope;
  readonly seed: number;
  /** Arranges what else happens in the account, before the recovery is started. */
  readonly prepare?: (account: Account) => void;
  /** Waits for what else has to be over before the recovery is judged; its last run has ended. */
  readonly afterwards?: (account: Account) => Promise<void>;
  /** Names of faults that the world meets, as `lifeboat drill --fault` takes them. */
  readonly faults: readonly string[];
  readonly template: Template;
  /** The bundles that are run in the place of this repository's functions. */
  readonly bundles?: Bundles;
  /** Whether the calls of this repository's functions take the short way to the simulator; the wire otherwise. */
  readonly isShort?: boolean;
  /** What people order meanwhile. */
  readonly orders?: readonly PlannedOrder[];
  readonly onProgress?: OnProgress;
  /** The command that brings about the same run, for the evidence. */
  readonly repeat?: string;
}
