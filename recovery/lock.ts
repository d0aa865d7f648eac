import { janitorName } from './janitor.ts';
import type { ActiveRecord } from './ledger.ts';
import { nothing, type Standing } from './step.ts';
import type { Instant } from './terms.ts';

/** Who asks whether it may act. */
interface Claimant {
  readonly plan: string;
  readonly recovery: string;
  readonly run: number;
  /** Its execution, by name; an older definition of the machine does not tell it. */
  readonly execution?: string;
}

/**
 * The standing of an execution that another one of the same run has come before, or undefined: they share the records and
 * the tags of their recovery, so that the second would answer with what the first has done, and take away what it makes.
 */
export function besideAnother(active: ActiveRecord | undefined, asks: Claimant): Standing | undefined {
  const isOwn = ({ recovery }: { readonly recovery: string }) => recovery === asks.recovery;
  const own = active && isOwn(active) ? active : active?.preempted?.find(isOwn);
  if (own?.execution === undefined || asks.execution === undefined) return undefined;
  if ((own.run ?? 1) !== asks.run || own.execution === asks.execution) return undefined;
  const reason = `the execution ${own.execution} is the run ${asks.run} of ${asks.recovery}: ${asks.execution} does nothing beside it`;
  const unblock = `lifeboat status ${asks.plan} shows how that one stands`;
  return { status: 'failed', code: besideAnotherCode, reason, unblock, counts: nothing };
}

/** Says that the records are another execution's: nothing is written down under this code. */
export const besideAnotherCode = 'BesideAnother';

/**
 * Why a run may not act any more, or undefined while it holds the plan's lock: somebody aborted it, a failover took the
 * plan from a drill, a later run or another execution of the same one has begun, or the lock is gone.
 */
export function mayNotAct(active: ActiveRecord | undefined, asks: Claimant): Standing | undefined {
  const { recovery } = asks;
  const beside = besideAnother(active, asks);
  if (beside) return beside;
  // Its plan may be nobody's again: it was taken from it all the same, and the drill is over.
  const taken = active?.preempted?.find((drill) => drill.recovery === recovery);
  if (taken) return preempted(asks, taken.takenBy, taken.takenAt);
  if (active?.recovery === recovery && !active.releasedAt) {
    if (active.abort) return aborted(active, active.abort);
    return (active.run ?? 0) > asks.run ? overtaken(active, asks) : undefined;
  }
  if (active?.kind === 'failover' && active.recovery !== recovery)
    return preempted(asks, active.recovery, active.at);
  const holder = active && !active.releasedAt ? `${active.recovery} holds it` : 'nobody holds it';
  return lost(`${recovery} no longer holds the lock of the plan ${asks.plan}: ${holder}`);
}

/** The standing of a recovery that a person, or the janitor, has asked to stop. */
function aborted(active: ActiveRecord, abort: NonNullable<ActiveRecord['abort']>): Standing {
  const { recovery, kind } = active;
  if (abort.by === janitorName && kind === 'failover') {
    return {
      status: 'held',
      code: 'Interrupted',
      reason: `${recovery} was interrupted: ${abort.reason}`,
      unblock: `lifeboat continue ${recovery} goes on with it, doing only what is missing`,
      counts: nothing,
    };
  }
  return {
    status: 'failed',
    code: 'Aborted',
    reason: `${abort.by} aborted ${recovery} at ${abort.at}: ${abort.reason}`,
    unblock:
      kind === 'failover'
        ? `lifeboat continue ${recovery} goes on with it`
        : 'start a new drill when it suits',
    counts: nothing,
  };
}

/** Nothing but a drill yields its lock. */
function preempted({ plan, recovery }: Claimant, takenBy: string, takenAt: Instant): Standing {
  return {
    status: 'failed',
    code: 'Preempted',
    reason: `a failover took the plan ${plan} from ${recovery}: ${takenBy}, at ${takenAt}`,
    unblock: 'drill again when the failover is over',
    counts: nothing,
  };
}

/** The standing of an execution that comes when its run, or a later one, has been concluded. */
export function concludedBefore({ recovery, run }: Claimant, concludedRun: number): Standing {
  return lost(`the run ${run} of ${recovery} is over: the run ${concludedRun} has been concluded`);
}

function overtaken(active: ActiveRecord, { recovery, run }: Claimant): Standing {
  return lost(`the run ${run} of ${recovery} is over: the run ${active.run} has begun`);
}

function lost(reason: string): Standing {
  return {
    status: 'failed',
    code: 'LockLost',
    reason,
    unblock: 'see what holds the lock with lifeboat status; nothing more is done by this run',
    counts: nothing,
  };
}
