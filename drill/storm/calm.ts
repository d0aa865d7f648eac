import { type ActiveRecord, ledgerKeys } from '../../recovery/ledger.ts';
import type { OrderGiven } from '../../report/operator.ts';
import type { Account } from '../account.ts';
import { Caretaker, type GivenUp } from './caretaker.ts';

/** In calm everything that was begun has to be over within this time: the longest promotions take an hour of it. */
const usualBoundSeconds = 6 * 3600;
/** Someone looks how the plans stand. */
const lookEverySeconds = 300;
/** Nothing has begun for so long, and nothing runs: it is over. */
const quietSeconds = 150;
const stepSeconds = 30;

/** How the calm went. */
export interface Calm {
  readonly unended: readonly string[];
  /** What people ordered, and what became of it. */
  readonly orders: readonly OrderGiven[];
  /** Whom they gave up. */
  readonly givenUp: readonly GivenUp[];
}

/** Waits until nothing runs and no plan is held any more, while somebody follows the ways out that are named. */
export async function calm(
  account: Account,
  region: string,
  plans: readonly string[],
  boundSeconds = usualBoundSeconds,
): Promise<Calm> {
  const { clock } = account.sim;
  const caretaker = new Caretaker(account.sim, region, plans);
  const endMs = clock.nowMs() + boundSeconds * 1000;
  let [quietFromMs, lookAtMs] = [clock.nowMs(), clock.nowMs()];
  let begun = runs(account, region).length;
  while (clock.nowMs() < endMs) {
    if (unendedOf(account, region, plans).length > 0 || runs(account, region).length !== begun) {
      begun = runs(account, region).length;
      quietFromMs = clock.nowMs();
    }
    if (clock.nowMs() - quietFromMs >= quietSeconds * 1000) break;
    if (clock.nowMs() >= lookAtMs) {
      lookAtMs = clock.nowMs() + lookEverySeconds * 1000;
      await clock.drive(caretaker.look());
    }
    await clock.driveUntil(clock.nowMs() + stepSeconds * 1000);
  }
  const { given: orders, givenUp } = caretaker;
  return { unended: unendedOf(account, region, plans), orders, givenUp };
}

/** Whether any recovery runs. */
export function isRunning(account: Account, region: string): boolean {
  return runs(account, region).some(({ status }) => status === 'RUNNING');
}

/** Executions of recoveries, in the order of their starts; those that decide and look come and go each minute. */
function runs({ sim, responseArn }: Account, region: string) {
  return sim.region(region).states.executions.filter(({ machine }) => machine.arn !== responseArn);
}

/** What runs or is held, as sentences. */
function unendedOf(account: Account, region: string, plans: readonly string[]): readonly string[] {
  const running = runs(account, region)
    .filter(({ status }) => status === 'RUNNING')
    .map(({ name }) => `the execution ${name} does not end`);
  const held = plans.flatMap((plan) => {
    const body = account.sim.s3.read(account.ledgerBucket, ledgerKeys.active(plan))?.body;
    const active = body && (JSON.parse(new TextDecoder().decode(body)) as ActiveRecord);
    return active && !active.releasedAt ? [`${active.recovery} holds the plan ${plan}`] : [];
  });
  return [...running, ...held];
}
