import type { DisasterKind, DisasterOrder } from './disaster.ts';

/** One chance after another, each a function of the seed and its name. */
export interface Chance {
  unit(name: string): number;
}

/** What a disaster is about is ordered within this time. */
const orderedWithinSeconds = 300;

/** What the disaster is about, and what people do besides, rightly or not. */
export function drawOrders(chance: Chance, kind: DisasterKind, plan: string): readonly DisasterOrder[] {
  const atSeconds = Math.round(60 + chance.unit('ordered') * orderedWithinSeconds);
  const begins = (command: 'failover' | 'drill', comment: string): DisasterOrder => ({
    atSeconds,
    by: 'alice',
    order: { command, plan, comment },
  });
  const first =
    kind === 'byHand'
      ? [begins('failover', 'users complain')]
      : kind === 'drill'
        ? [begins('drill', 'we practise')]
        : [];
  return [...first, ...besides(chance, kind, plan, atSeconds)].toSorted((a, b) => a.atSeconds - b.atSeconds);
}

const latest = 'latest';

function besides(chance: Chance, kind: DisasterKind, plan: string, begunSeconds: number): DisasterOrder[] {
  const later = (name: string, withinSeconds: number) =>
    Math.round(begunSeconds + chance.unit(`${name} when`) * withinSeconds);
  const some = { ...beginnings(later, kind, plan), ...words(later), ...aboutPlans(later, plan) };
  return Object.entries(some).flatMap(([name, [share, orders]]) => (chance.unit(name) < share ? orders : []));
}

type Later = (name: string, withinSeconds: number) => number;
/** How likely somebody orders this, and what that is. */
type Some = Readonly<Record<string, readonly [share: number, orders: readonly DisasterOrder[]]>>;

const inOutage: readonly DisasterKind[] = ['outage', 'byHand'];

/** A drill that a failover comes upon, and a second person who orders the same. */
function beginnings(later: Later, kind: DisasterKind, plan: string): Some {
  const again = later('failoverTwice', 60);
  return {
    drillBefore: [
      inOutage.includes(kind) ? 0.15 : 0,
      [{ atSeconds: 30, by: 'bob', order: { command: 'drill', plan, comment: 'we practise' } }],
    ],
    failoverTwice: [
      kind === 'byHand' ? 0.2 : 0.03,
      [{ atSeconds: again, by: 'bob', order: { command: 'failover', plan, comment: 'me too' } }],
    ],
  };
}

/** What people say to a recovery that runs or is held: too early, too late, twice. */
function words(later: Later): Some {
  const overrides = ['LagTooHigh', 'LagUnknown', 'ReplicationBroken'];
  const both = ['alice', 'bob'] as const;
  const recovery = latest;
  return {
    abort: [
      0.12,
      [
        {
          atSeconds: later('abort', 1200),
          by: 'alice',
          order: { command: 'abort', recovery, comment: 'a false alarm' },
        },
      ],
    ],
    approve: [
      0.25,
      both.map((by) => ({
        atSeconds: later(`approve ${by}`, 1800),
        by,
        order: { command: 'approve', recovery, overrides: [], comment: 'go on' },
      })),
    ],
    override: [
      0.1,
      both.map((by) => ({
        atSeconds: later(`override ${by}`, 1200),
        by,
        order: { command: 'approve', recovery, overrides, comment: 'the loss is accepted' },
      })),
    ],
    goOn: [
      0.12,
      both.map((by) => ({
        atSeconds: later('goOn', 1500),
        by,
        order: { command: 'continue', recovery, acceptsChangedPlan: false, comment: 'go on' },
      })),
    ],
  };
}

/** What people say of a plan: it is not to be recovered by itself for a while, or what a recovery made of it is theirs now. */
function aboutPlans(later: Later, plan: string): Some {
  const atSeconds = later('pause', 300);
  const scope = { plan };
  return {
    acknowledge: [
      0.12,
      [
        {
          atSeconds: later('acknowledge', 2400),
          by: 'bob',
          order: { command: 'acknowledge', plan, comment: 'it is ours now' },
        },
      ],
    ],
    pause: [
      0.06,
      [
        { atSeconds, by: 'alice', order: { command: 'pause', scope, comment: 'a migration' } },
        {
          atSeconds: atSeconds + 600,
          by: 'alice',
          order: { command: 'unpause', scope, comment: 'it is done' },
        },
      ],
    ],
  };
}
