import type { Facts } from './facts.ts';
import { isOver, isPeriodOpen } from './incident.ts';
import { counted } from './sentences.ts';

/** A named state of affairs, how it is recognised, and what is to be done about it. */
export interface Problem {
  readonly code: string;
  /** `recover` is still up to the guards. */
  readonly decision: 'recover' | 'hold' | 'none';
  readonly matches: (facts: Facts) => boolean;
  /** The claim of the verdict's sentence; its evidence follows. */
  readonly says: (facts: Facts) => string;
  /** What a person can do; null where waiting is enough. */
  readonly unblock: (facts: Facts) => string | null;
}

const waiting = () => null;
const byHand = ({ plan }: Facts) =>
  `lifeboat failover ${plan.plan}, if you know that ${plan.regions.primary} is down`;
const recoveryOf = ({ ledger }: Facts) => ledger?.incident?.recovery;

function endOfIncident({ plan, ledger, downs, now }: Facts): string | null {
  const ways = [
    ...(isPeriodOpen(ledger?.period, now) ? [`lifeboat acknowledge ${plan.plan} --comment …`] : []),
    ...(downs.length > 0 ? ['repair or remove what still stands at down'] : []),
  ];
  return ways.length > 0 ? ways.join('; ') : null;
}

/** The table: the first that matches is the analysis. The last matches what is left. What a code means stands above it. */
export const problems: readonly Problem[] = [
  // Nobody can say who may act, and unknown is not fine.
  {
    code: 'LedgerUnreadable',
    decision: 'hold',
    matches: ({ ledger }) => ledger === undefined,
    says: () => 'the ledger could not be read, so nobody can say who may act',
    unblock: ({ plan }) => `restore access to the ledger bucket in ${plan.regions.recovery}`,
  },
  // The recovery of this incident holds the lock.
  {
    code: 'RecoveryUnderWay',
    decision: 'hold',
    matches: ({ ledger }) =>
      ledger?.active !== undefined && ledger.active.recovery === ledger.incident?.recovery,
    says: (facts) => `${recoveryOf(facts)} is under way for this incident`,
    unblock: waiting,
  },
  // This incident was given its recovery, which could not be started: nobody recovers it by itself.
  {
    code: 'NeverStarted',
    decision: 'hold',
    matches: (facts) => facts.ledger?.isUnstarted === true && !isOver(facts),
    says: (facts) => `${recoveryOf(facts)} was decided for this incident and could not be started`,
    unblock: ({ plan }) => `see why the failover machine is not started; lifeboat failover ${plan.plan}`,
  },
  // This incident has been given its recovery, and there is never a second one.
  {
    code: 'AlreadyRecovered',
    decision: 'hold',
    matches: (facts) => facts.ledger?.incident?.recovery !== undefined && !isOver(facts),
    says: (facts) => `this incident has had its recovery, ${recoveryOf(facts)}`,
    unblock: endOfIncident,
  },
  // The plan has probes, and none says anything: whatever else speaks, the best witness is missing.
  {
    code: 'ProbesSilent',
    decision: 'hold',
    matches: ({ plan, isBlind }) => plan.trigger.signals.probes !== undefined && isBlind,
    says: ({ plan }) => `no probe of ${plan.plan} says anything, neither that it is down nor that it answers`,
    unblock: (facts) => `see why the probes write no samples; ${byHand(facts)}`,
  },
  // A probe was just answered, whatever else is down.
  {
    code: 'PrimaryAnswers',
    decision: 'hold',
    matches: ({ downs, answered }) => downs.length > 0 && answered.length > 0,
    says: ({ plan }) => `${plan.regions.primary} is said to be down, but fresh evidence says that it answers`,
    unblock: byHand,
  },
  // AWS Health corroborates and never decides alone.
  {
    code: 'HealthAlone',
    decision: 'hold',
    matches: ({ downs }) => downs.length > 0 && downs.every(({ kind }) => kind === 'health'),
    says: ({ plan }) =>
      `only AWS Health says that something is wrong in ${plan.regions.primary}, and it never decides alone`,
    unblock: byHand,
  },
  // A plan without probes, and none of its alarms and target groups says anything of now.
  {
    code: 'SignalsSilent',
    decision: 'hold',
    matches: ({ isBlind }) => isBlind,
    says: ({ plan }) =>
      `no alarm or target group of ${plan.plan} says anything of now, so nobody can say whether it works`,
    unblock: (facts) =>
      `see why they have no data or were left in ALARM, or give the plan probes; ${byHand(facts)}`,
  },
  // Nothing stands at down.
  {
    code: 'Healthy',
    decision: 'none',
    matches: ({ downs }) => downs.length === 0,
    says: ({ plan }) => `nothing says that ${plan.regions.primary} is down`,
    unblock: waiting,
  },
  // Everything that is down was seen from one place, which may itself be broken.
  {
    code: 'OneVantage',
    decision: 'hold',
    matches: ({ places, plan }) => places === 1 && plan.trigger.quorum > 1,
    says: ({ plan }) => `${plan.regions.primary} is seen down from one place only`,
    unblock: byHand,
  },
  // Fewer places see it down than the plan asks for.
  {
    code: 'BelowQuorum',
    decision: 'hold',
    matches: ({ places, plan }) => places < plan.trigger.quorum,
    says: ({ places, plan }) =>
      `${plan.regions.primary} is seen down from ${counted(places, 'place')} where the plan asks for ${plan.trigger.quorum}`,
    unblock: byHand,
  },
  // Enough places see it down, but not for long enough yet.
  {
    code: 'Unconfirmed',
    decision: 'hold',
    matches: ({ confirmedPlaces, plan }) => confirmedPlaces < plan.trigger.quorum,
    says: ({ places, plan }) =>
      `${plan.regions.primary} is seen down from ${counted(places, 'place')}, which has yet to stand for ${plan.trigger.confirmSeconds} s`,
    unblock: waiting,
  },
  // Enough places have seen it down for long enough.
  {
    code: 'PrimaryDown',
    decision: 'recover',
    matches: () => true,
    says: ({ confirmedPlaces, plan }) =>
      `${plan.regions.primary} is down, seen from ${counted(confirmedPlaces, 'place')} for ${plan.trigger.confirmSeconds} s or longer`,
    unblock: waiting,
  },
];

/** The analysis of a situation. */
export function analyse(facts: Facts): Problem {
  const found = problems.find(({ matches }) => matches(facts));
  if (!found) throw new Error('the last problem of the table matches everything');
  return found;
}
