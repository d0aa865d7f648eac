import type { Facts } from './facts.ts';
import { isOver, isPeriodOpen } from './incident.ts';
import { counted } from './sentences.ts';

/** A named state of affairs, how it is recognised, and what is to be done about it. */
export interface Problem {
  readonly code: string;
  /** What the code means, for whoever reads the table. */
  readonly means: string;
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
const recoveryOf = ({ ledger }: Facts) => ledger?.incident?.recovery ?? 'none';

function endOfIncident({ plan, ledger, downs, now }: Facts): string | null {
  const ways = [
    ...(isPeriodOpen(ledger?.period, now) ? [`lifeboat acknowledge ${plan.plan} --comment …`] : []),
    ...(downs.length > 0 ? ['repair or remove what still stands at down'] : []),
  ];
  return ways.length > 0 ? ways.join('; ') : null;
}

/** The table: the first that matches is the analysis. The last matches what is left. */
export const problems: readonly Problem[] = [
  {
    code: 'LedgerUnreadable',
    means: 'nobody can say who may act, and unknown is not fine',
    decision: 'hold',
    matches: ({ ledger }) => ledger === undefined,
    says: () => 'the ledger could not be read, so nobody can say who may act',
    unblock: ({ plan }) => `restore access to the ledger bucket in ${plan.regions.recovery}`,
  },
  {
    code: 'RecoveryUnderWay',
    means: 'the recovery of this incident holds the lock',
    decision: 'hold',
    matches: ({ ledger }) =>
      ledger?.active !== undefined && ledger.active.recovery === ledger.incident?.recovery,
    says: (facts) => `${recoveryOf(facts)} is under way for this incident`,
    unblock: waiting,
  },
  {
    code: 'NeverStarted',
    means: 'this incident was given its recovery, which could not be started: nobody recovers it by itself',
    decision: 'hold',
    matches: (facts) => facts.ledger?.isUnstarted === true && !isOver(facts),
    says: (facts) => `${recoveryOf(facts)} was decided for this incident and could not be started`,
    unblock: ({ plan }) => `see why the failover machine is not started; lifeboat failover ${plan.plan}`,
  },
  {
    code: 'AlreadyRecovered',
    means: 'this incident has been given its recovery, and there is never a second one',
    decision: 'hold',
    matches: (facts) => facts.ledger?.incident?.recovery !== undefined && !isOver(facts),
    says: (facts) => `this incident has had its recovery, ${recoveryOf(facts)}`,
    unblock: endOfIncident,
  },
  {
    code: 'ProbesSilent',
    means: 'the plan has probes, and none says anything: whatever else speaks, the best witness is missing',
    decision: 'hold',
    matches: ({ plan, isBlind }) => plan.trigger.signals.probes !== undefined && isBlind,
    says: ({ plan }) => `no probe of ${plan.plan} says anything, neither that it is down nor that it answers`,
    unblock: (facts) => `see why the probes write no samples; ${byHand(facts)}`,
  },
  {
    code: 'PrimaryAnswers',
    means: 'a probe was just answered, whatever else is down',
    decision: 'hold',
    matches: ({ downs, answered }) => downs.length > 0 && answered.length > 0,
    says: ({ plan }) => `${plan.regions.primary} is said to be down, but fresh evidence says that it answers`,
    unblock: byHand,
  },
  {
    code: 'HealthAlone',
    means: 'AWS Health corroborates and never decides alone',
    decision: 'hold',
    matches: ({ downs }) => downs.length > 0 && downs.every(({ kind }) => kind === 'health'),
    says: ({ plan }) =>
      `only AWS Health says that something is wrong in ${plan.regions.primary}, and it never decides alone`,
    unblock: byHand,
  },
  {
    code: 'SignalsSilent',
    means: 'a plan without probes, and none of its alarms and target groups says anything of now',
    decision: 'hold',
    matches: ({ isBlind }) => isBlind,
    says: ({ plan }) =>
      `no alarm or target group of ${plan.plan} says anything of now, so nobody can say whether it works`,
    unblock: (facts) =>
      `see why they have no data or were left in ALARM, or give the plan probes; ${byHand(facts)}`,
  },
  {
    code: 'Healthy',
    means: 'nothing stands at down',
    decision: 'none',
    matches: ({ downs }) => downs.length === 0,
    says: ({ plan }) => `nothing says that ${plan.regions.primary} is down`,
    unblock: waiting,
  },
  {
    code: 'OneVantage',
    means: 'everything that is down was seen from one place, which may itself be broken',
    decision: 'hold',
    matches: ({ places, plan }) => places === 1 && plan.trigger.quorum > 1,
    says: ({ plan }) => `${plan.regions.primary} is seen down from one place only`,
    unblock: byHand,
  },
  {
    code: 'BelowQuorum',
    means: 'fewer places see it down than the plan asks for',
    decision: 'hold',
    matches: ({ places, plan }) => places < plan.trigger.quorum,
    says: ({ places, plan }) =>
      `${plan.regions.primary} is seen down from ${counted(places, 'place')} where the plan asks for ${plan.trigger.quorum}`,
    unblock: byHand,
  },
  {
    code: 'Unconfirmed',
    means: 'enough places see it down, but not for long enough yet',
    decision: 'hold',
    matches: ({ confirmedPlaces, plan }) => confirmedPlaces < plan.trigger.quorum,
    says: ({ places, plan }) =>
      `${plan.regions.primary} is seen down from ${counted(places, 'place')}, which has yet to stand for ${plan.trigger.confirmSeconds} s`,
    unblock: waiting,
  },
  {
    code: 'PrimaryDown',
    means: 'enough places have seen it down for long enough',
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
