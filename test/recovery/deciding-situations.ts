import type {
  LedgerState,
  Observation,
  SignalKind,
  Situation,
  Turn,
  Vote,
} from '../../recovery/deciding/observation.ts';
import type { Plan, Trigger } from '../../recovery/plan/plan.ts';
import { shopPlan } from './plans.ts';

/** A situation as a table writes it. Times without a date are of 2 November 2026; `now` is 00:05:00 unless it says so. */
export interface Told {
  readonly trigger?: Partial<Trigger>;
  readonly withoutProbes?: true;
  readonly now?: string;
  /**
   * `kind name@vantage vote since [seenAt]`, such as `alarm canary@ap-northeast-2 down 00:02:00`, or of a silent probe
   * `… since answered until`.
   */
  readonly observations: readonly string[];
  /** Null when it could not be read. */
  readonly ledger?: LedgerState | null;
  readonly unread?: readonly string[];
  readonly unready?: readonly string[];
  readonly recoveryRegionImpaired?: string;
  readonly turns?: readonly Turn[];
}

const shop = shopPlan();

export function planOf({ trigger, withoutProbes }: Pick<Told, 'trigger' | 'withoutProbes'>): Plan {
  const { probes, ...others } = shop.trigger.signals;
  const signals = withoutProbes || !probes ? others : { probes, ...others };
  return { ...shop, trigger: { ...shop.trigger, signals, ...trigger } };
}

export function situationOf(told: Told): Situation {
  return {
    now: instant(told.now ?? '00:05:00'),
    observations: told.observations.map(observation),
    unread: told.unread ?? [],
    ledger: told.ledger === null ? undefined : (told.ledger ?? {}),
    unready: told.unready ?? [],
    ...(told.turns && { turns: told.turns }),
    ...(told.recoveryRegionImpaired && { recoveryRegionImpaired: told.recoveryRegionImpaired }),
  };
}

function observation(line: string): Observation {
  const [told = '', answered] = line.split(' answered ');
  const [kind, name = '', vote, since = '', seenAt] = told.split(' ');
  const [label = '', vantage = label] = name.split('@');
  return {
    kind: kind as SignalKind,
    signal: `${kind} ${label}`,
    vantage: kind === 'health' && !name.includes('@') ? 'AWS Health' : vantage,
    vote: vote as Vote,
    since: instant(since),
    ...(seenAt && { seenAt: instant(seenAt) }),
    ...(answered && { answeredUntil: instant(answered) }),
    says: `the ${kind} ${label} is ${vote}`,
  };
}

export function instant(time: string): string {
  return time.includes('T') ? time : `2026-11-02T${time}.000Z`;
}
