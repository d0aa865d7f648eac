import { type ActiveRecord, ledgerKeys } from '../../recovery/ledger.ts';
import type { Evidence } from '../../report/evidence.ts';
import type { Account } from '../account.ts';
import { readLedger } from '../ledger.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { type Rehearsed, rehearse } from '../rehearse.ts';
import { passes, type SweepCase } from './case.ts';
import { type Recording, takeDown } from './record.ts';
import { type Struck, strike } from './strike.ts';

/** What is swept: one recovery in one world. */
export type SweptRehearsal = Pick<
  Rehearsal,
  'plan' | 'world' | 'kind' | 'seed' | 'template' | 'bundles' | 'isShort'
>;

/** How one run of a sweep ended. */
export interface SweepEnd {
  readonly name: string;
  readonly outcome: string;
  /** What the judges object to, as sentences; empty where all is well. */
  readonly objections: readonly string[];
}

/** Runs the recovery undisturbed and takes down what it consists of. @throws Error where even that does not end well */
export async function record(swept: SweptRehearsal): Promise<Recording> {
  let recorder: ReturnType<typeof takeDown> | undefined;
  const { evidence } = await rehearse({
    ...swept,
    faults: [],
    prepare: ({ sim }) => {
      recorder = takeDown(sim, swept.plan.regions.recovery);
    },
  });
  const { outcome, reason, violations, leaks } = evidence;
  if (!isGood(outcome) || violations.length > 0 || leaks.length > 0)
    throw new Error(`the undisturbed ${swept.kind} is ${outcome}: ${reason ?? violations[0]?.message}`);
  return recorder!.end();
}

/** Runs the recovery with one thing done to it, and judges how it ended. */
export async function sweepOne(swept: SweptRehearsal, each: SweepCase): Promise<SweepEnd> {
  let struck: Struck = { times: 0 };
  const rehearsed = await rehearse({
    ...swept,
    faults: [],
    prepare: ({ sim }) => {
      struck = strike(sim, swept.plan.regions.recovery, each);
    },
    afterwards: async ({ sim }) => {
      if (struck.twin) await sim.clock.drive(struck.twin);
    },
  });
  return {
    name: each.name,
    outcome: rehearsed.evidence.outcome,
    objections: [
      ...(struck.times === 1 ? [] : [`sweep: what it aims at was met ${struck.times} times`]),
      ...judged(rehearsed.evidence),
      ...endOf(swept, each, rehearsed),
    ],
  };
}

function judged({ violations, leaks }: Evidence): readonly string[] {
  return [
    ...violations.map(({ checker, message }) => `${checker}: ${message}`),
    ...leaks.map(({ region, type, id }) => `drillLeavesNothing: ${type} ${id} in ${region}`),
  ];
}

/** What strikes once has to be got over; what is absent may hold it or fail it, with a reason and a way out. */
function endOf({ plan, kind }: SweptRehearsal, { blow }: SweepCase, rehearsed: Rehearsed): readonly string[] {
  const { account, evidence } = rehearsed;
  const { outcome, recovery } = evidence;
  const word = readLedger(account, plan.plan, recovery).evidence;
  const good = isGood(outcome);
  const active = lockOf(account, plan.plan);
  const isReleased = !active || active.releasedAt !== undefined;
  const mustRelease = good || kind === 'drill';
  return [
    ...(good || !passes(blow)
      ? []
      : [`passes: it would have passed, and the ${kind} is ${outcome}: ${word?.reason}`]),
    ...(good || (word?.reason && word.unblock)
      ? []
      : [`everyEndHasAReason: it is ${outcome}, and nothing says why`]),
    ...(isReleased || !mustRelease ? [] : [`lock: the ${kind} is ${outcome}, and still holds its plan`]),
    ...(isReleased && outcome === 'held' && kind === 'failover'
      ? ['lock: the failover is held, and holds its plan no more']
      : []),
  ];
}

function isGood(outcome: string): boolean {
  return outcome === 'recovered' || outcome === 'drilled';
}

function lockOf({ sim, ledgerBucket }: Account, plan: string): ActiveRecord | undefined {
  const body = sim.s3.read(ledgerBucket, ledgerKeys.active(plan))?.body;
  return body && (JSON.parse(new TextDecoder().decode(body)) as ActiveRecord);
}
