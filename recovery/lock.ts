import { janitorName } from './janitor.ts';
import type { ActiveRecord } from './ledger.ts';
import { nothing, type Standing } from './step.ts';

/** Who asks whether it may act. */
interface Claimant {
  readonly plan: string;
  readonly recovery: string;
  readonly run: number;
}

/**
 * Why a run may not act any more, or undefined while it holds the plan's lock: somebody aborted it, a failover took the
 * plan from a drill, a later run has begun, or the lock is gone.
 */
export function mayNotAct(active: ActiveRecord | undefined, asks: Claimant): Standing | undefined {
  const { recovery } = asks;
  if (active?.recovery === recovery && !active.releasedAt) {
    if (active.abort) return aborted(active, active.abort);
    return (active.run ?? 0) > asks.run ? overtaken(active, asks) : undefined;
  }
  if (active?.kind === 'failover' && active.recovery !== recovery) return preempted(active, asks);
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
function preempted(active: ActiveRecord, { plan, recovery }: Claimant): Standing {
  return {
    status: 'failed',
    code: 'Preempted',
    reason: `a failover took the plan ${plan} from ${recovery}: ${active.recovery}, at ${active.at}`,
    unblock: 'drill again when the failover is over',
    counts: nothing,
  };
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
