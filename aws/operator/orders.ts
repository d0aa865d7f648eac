import { type Answer, mapAnswer, type Refusal } from '../../recovery/answer.ts';
import {
  type ActiveRecord,
  type ApprovalRecord,
  failoverOf,
  ledgerKeys,
  type PauseRecord,
  type PeriodRecord,
} from '../../recovery/ledger.ts';
import { type Instant, secondsBetween } from '../../recovery/terms.ts';
import type { Ledger, LedgerEntry } from '../ledger.ts';

/** Who gives an order, when, and why: an order without a reason cannot be understood afterwards. */
export interface Order {
  readonly by: string;
  readonly at: Instant;
  readonly comment: string;
  /** Tells this order's write from another's. */
  readonly nonce: string;
}

/** An order that cannot be carried out as things stand: not an error of AWS, and nothing was changed. */
export interface NotNow {
  readonly ok: false;
  readonly kind: 'notNow';
  readonly reason: string;
  /** What a person can do instead. */
  readonly unblock: string;
}

export type Ordered<T> = Answer<T> | NotNow;

/** What is paused: one plan, or all of them by the global brake. */
export type Scope = { readonly plan: string } | 'all';

const pauseKey = (scope: Scope) => (scope === 'all' ? ledgerKeys.brake : ledgerKeys.pause(scope.plan));
const says = (scope: Scope) => (scope === 'all' ? 'the brake' : `the plan ${scope.plan}`);
const argumentOf = (scope: Scope) => (scope === 'all' ? '--all' : scope.plan);

/** No automatic recovery from now on; detection goes on. One that runs is not stopped: `abort` does that. */
export function pause(ledger: Ledger, scope: Scope, order: Order): Promise<Ordered<PauseRecord>> {
  return change<PauseRecord>(ledger, pauseKey(scope), (before) =>
    before && !before.liftedAt
      ? notNow(
          `${says(scope)} has been paused by ${before.by} since ${before.at}: ${before.comment}`,
          `lifeboat unpause ${argumentOf(scope)} lifts it`,
        )
      : { nonce: order.nonce, by: order.by, at: order.at, comment: order.comment },
  );
}

export function unpause(ledger: Ledger, scope: Scope, order: Order): Promise<Ordered<PauseRecord>> {
  return change<PauseRecord>(ledger, pauseKey(scope), (before) =>
    before && !before.liftedAt
      ? {
          ...before,
          nonce: order.nonce,
          liftedAt: order.at,
          lifted: { by: order.by, comment: order.comment },
        }
      : notNow(`${says(scope)} is not paused`, 'lifeboat status shows what keeps a plan from recovering'),
  );
}

/**
 * Somebody has looked at the last failover: another automatic one may follow before its active period is over, and traffic
 * is theirs. One that a person started has no period: its acknowledgement is kept as one that was over at once. One that
 * still holds the lock is not over: acknowledged before it moves traffic, nobody would hold that traffic where it moves it.
 * @param last who holds the plan's lock, or held it last
 */
export function acknowledge(
  ledger: Ledger,
  plan: string,
  order: Order,
  last: ActiveRecord | undefined,
): Promise<Ordered<PeriodRecord>> {
  const { by, at, comment, nonce } = order;
  return change<PeriodRecord>(ledger, ledgerKeys.period(plan), (before) => {
    if (last?.kind === 'failover' && !last.releasedAt) return notOver(plan, last.recovery);
    const failover = failoverOf(last);
    const isByHand =
      failover !== undefined &&
      failover.recovery !== before?.recovery &&
      (!before || secondsBetween(before.from, failover.at) > 0);
    const period = isByHand ? { nonce, recovery: failover.recovery, from: failover.at, until: at } : before;
    return period
      ? { ...period, nonce, acknowledged: period.acknowledged ?? { by, at, comment } }
      : notNow(`${plan} has had no failover`, `lifeboat status ${plan} shows what there was`);
  });
}

function notOver(plan: string, recovery: string): NotNow {
  return notNow(
    `${recovery} still holds the plan ${plan}: it runs, or waits to be continued`,
    `lifeboat status ${plan} shows what it waits for; acknowledge it once it has recovered, or lifeboat abort ${recovery} gives it up`,
  );
}

/** Asks a recovery that runs to stop: each step sees it at its next call; what was begun in AWS is left to end by itself. */
export function abort(
  ledger: Ledger,
  plan: string,
  recovery: string,
  order: Order,
): Promise<Ordered<ActiveRecord>> {
  return changeHolder(ledger, plan, recovery, (before) => {
    const { by, at, comment: reason, nonce } = order;
    if (!before.abort) return { ...before, nonce, abort: { by, at, reason } };
    return before.abort.by === by ? before : abortedBefore(plan, recovery, before.abort);
  });
}

/** Of two people who abort a recovery, or of a person and the janitor, the second learns that it is being ended already. */
function abortedBefore(plan: string, recovery: string, abort: NonNullable<ActiveRecord['abort']>): NotNow {
  return notNow(
    `${abort.by} has asked ${recovery} to stop already, at ${abort.at}: ${abort.reason}`,
    `lifeboat status ${plan} shows how it ends`,
  );
}

/**
 * Lets go of a failover that has ended without recovering: the plan may be recovered anew, by itself too, and this recovery
 * is not continued any more. Nothing that it made is taken away.
 */
export function giveUp(
  ledger: Ledger,
  plan: string,
  recovery: string,
  endedRun: number,
  order: Order,
): Promise<Ordered<ActiveRecord>> {
  return changeHolder(ledger, plan, recovery, (before) => {
    if ((before.run ?? 1) !== endedRun) return startedSince(plan, recovery, before);
    const { by, at, comment: reason, nonce } = order;
    return { ...before, nonce, abort: before.abort ?? { by, at, reason }, releasedAt: at };
  });
}

/**
 * Gives a held, failed, aborted or interrupted recovery its next run, and returns that run; whoever calls starts the machine
 * with it. Of two people who continue at once, the second learns that the first has.
 * @param endedRun the run that the caller has seen to have ended
 */
export async function nextRun(
  ledger: Ledger,
  plan: string,
  recovery: string,
  endedRun: number,
  order: Order,
  options: { readonly acceptsChangedPlan?: boolean } = {},
): Promise<Ordered<number>> {
  const changed = await changeHolder(ledger, plan, recovery, (before) => {
    const { abort: _lifted, planAcceptedBy: _ofThatRun, execution: _ended, ...kept } = before;
    const run = before.run ?? 1;
    if (run !== endedRun) return startedSince(plan, recovery, before);
    const accepted = options.acceptsChangedPlan && { planAcceptedBy: order.by };
    const { by, at, comment, nonce } = order;
    const continued = { run: run + 1, by, at, comment };
    return { ...kept, ...accepted, nonce, run: run + 1, runAt: at, continued };
  });
  return changed.ok ? { ok: true, value: changed.value.run ?? 1 } : changed;
}

/** One person's approval, under a key that names them: the bucket's policy lets nobody write under another's name. */
export function approve(
  ledger: Ledger,
  where: { readonly plan: string; readonly recovery: string; readonly overrides: readonly string[] },
  order: Order,
): Promise<Ordered<ApprovalRecord>> {
  const { by: principal, at, comment, nonce } = order;
  return change<ApprovalRecord>(
    ledger,
    ledgerKeys.approval(where.plan, where.recovery, principal),
    (before) => ({
      nonce,
      principal,
      at,
      comment,
      overrides: [...new Set([...(before?.overrides ?? []), ...where.overrides])].sort(),
    }),
  );
}

/** Changes the record of who holds a plan, as long as it is this recovery. */
function changeHolder(
  ledger: Ledger,
  plan: string,
  recovery: string,
  make: (before: ActiveRecord) => ActiveRecord | NotNow,
): Promise<Ordered<ActiveRecord>> {
  return change<ActiveRecord>(ledger, ledgerKeys.active(plan), (active) => {
    if (!active || active.releasedAt)
      return notNow(`no recovery of ${plan} is active`, `lifeboat status ${plan} shows the last one`);
    if (active.recovery !== recovery)
      return notNow(
        `${active.recovery} holds the plan ${plan}, not ${recovery}`,
        `lifeboat status ${plan} shows how ${active.recovery} stands`,
      );
    return make(active);
  });
}

function startedSince(plan: string, recovery: string, { run = 1 }: ActiveRecord): NotNow {
  return notNow(`the run ${run} of ${recovery} has been started since`, `lifeboat status ${plan} shows it`);
}

export function notNow(reason: string, unblock: string): NotNow {
  return { ok: false, kind: 'notNow', reason, unblock };
}

const attemptsMax = 4;

/** Reads a record, makes the new one of it, and writes it only over what was read; again when somebody was faster. */
async function change<T extends { readonly nonce: string }>(
  ledger: Ledger,
  key: string,
  make: (before: T | undefined) => T | NotNow,
): Promise<Ordered<T>> {
  let last: Refusal | undefined;
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const found: Answer<LedgerEntry | undefined> = await ledger.read(key);
    if (!found.ok) return found;
    const made = make(found.value?.value as T | undefined);
    if ('kind' in made && made.kind === 'notNow') return made as NotNow;
    const claim = await ledger.claim(key, made as T, found.value);
    if (!claim.ok) return claim;
    if (claim.value.won) return mapAnswer(claim, () => made as T);
    last = {
      ok: false,
      kind: 'conflict',
      code: 'Overtaken',
      message: 'others wrote it',
      asked: 's3:PutObject',
    };
  }
  return last as Refusal;
}
