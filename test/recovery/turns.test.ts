import assert from 'node:assert/strict';
import test from 'node:test';
import { decide } from '../../recovery/deciding/decide.ts';
import type { Incident, LedgerState, Verdict } from '../../recovery/deciding/observation.ts';
import { type FirstPlan, recoveryAwaited, turnOf } from '../../recovery/deciding/turn.ts';
import type { ActiveRecord } from '../../recovery/ledger.ts';
import type { RecoveryOutcome } from '../../recovery/terms.ts';
import { instant, planOf, situationOf, type Told } from './deciding-situations.ts';

const orders = { ...planOf({}), plan: 'orders' };
const now = instant('00:10:00');
const incident: Incident = { id: 'orders-1', openedAt: instant('00:03:00'), onset: instant('00:02:00') };
const decided: Incident = { ...incident, recovery: 'orders-failover-1', decidedAt: instant('00:05:00') };
const active: ActiveRecord = {
  nonce: 'n',
  recovery: 'orders-failover-1',
  kind: 'failover',
  at: instant('00:05:10'),
  run: 1,
};
const held: Verdict = {
  plan: 'orders',
  decision: 'hold',
  analysis: 'PrimaryDown',
  blockedBy: 'Paused',
  reason: 'r',
  unblock: 'lifeboat unpause orders',
  at: instant('00:06:00'),
  incident,
};
const { incident: _, ...heldBefore } = held;

const rows: readonly (readonly [name: string, known: FirstPlan, state: string, says: RegExp])[] = [
  [
    'a plan that nothing is wrong with is not waited for',
    {},
    'untouched',
    /nothing is known to be wrong with orders/,
  ],
  [
    'one that is down is waited for before it is decided',
    { incident },
    'waiting',
    /orders has been down since 00:03:00/,
  ],
  [
    'one that waits for its own confirmation is waited for',
    { incident, last: { ...held, blockedBy: 'Unconfirmed', unblock: null } },
    'waiting',
    /orders has been down/,
  ],
  [
    'one that is held for a person is told of',
    { incident, last: held },
    'stuck',
    /orders is held itself \(Paused\)/,
  ],
  [
    'one that has only just been held may pass',
    { incident, last: { ...held, at: instant('00:08:00') } },
    'waiting',
    /orders has been down/,
  ],
  [
    'what was held in an earlier incident says nothing of this one',
    { incident, last: { ...held, incident: { ...incident, id: 'orders-0' } } },
    'waiting',
    /has been down/,
  ],
  [
    'a hold that knew of no incident says nothing of this one',
    { incident, last: heldBefore },
    'waiting',
    /has been down/,
  ],
  [
    'one that is decided and not opened is waited for',
    { incident: decided },
    'waiting',
    /has run since 00:05:00/,
  ],
  ['one that is being recovered is waited for', { incident: decided, active }, 'waiting', /since 00:05:10/],
  [
    'one that was recovered is not waited for, though its lock was given back',
    {
      incident: decided,
      active: { ...active, releasedAt: now },
      concluded: { run: 1, outcome: 'recovered' },
    },
    'clear',
    /orders-failover-1 is recovered/,
  ],
  [
    'one that was recovered is not waited for, whatever drill has held its lock since, in however many runs',
    {
      incident: decided,
      active: { ...active, kind: 'drill', recovery: 'orders-drill-1', run: 3 },
      concluded: { run: 1, outcome: 'recovered' },
    },
    'clear',
    /orders-failover-1 is recovered/,
  ],
  [
    'a failover that a person started is waited for without an incident',
    { active: { ...active, recovery: 'orders-manual' } },
    'waiting',
    /orders-manual has run/,
  ],
  [
    'the run that goes on with a held recovery is waited for',
    { incident: decided, active: { ...active, run: 2 }, concluded: { run: 1, outcome: 'held' } },
    'waiting',
    /has run since/,
  ],
  ['a drill is not waited for', { active: { ...active, kind: 'drill' } }, 'untouched', /nothing is known/],
];

for (const [name, known, state, says] of rows) {
  test(name, () => {
    const turn = turnOf('orders', orders, known, now);
    assert.equal(turn.state, state);
    assert.match(turn.says, says);
  });
}

for (const outcome of ['held', 'failed', 'aborted'] satisfies readonly RecoveryOutcome[]) {
  test(`one whose recovery ended ${outcome} needs a person`, () => {
    const turn = turnOf('orders', orders, { incident: decided, active, concluded: { run: 1, outcome } }, now);
    assert.deepEqual([turn.state, turn.says], ['stuck', `orders-failover-1 is ${outcome}`]);
  });
}

test('a plan that this installation does not have is told of', () => {
  assert.deepEqual(turnOf('orders', undefined, {}, now), {
    plan: 'orders',
    state: 'stuck',
    says: 'this installation has no plan orders',
  });
});

test('nobody is waited for beyond its own bound, decided or not', () => {
  const late = instant('2026-11-02T04:05:11.000Z');
  for (const known of [{ incident }, { incident: decided, active }]) {
    assert.equal(turnOf('orders', orders, known, instant('2026-11-02T04:03:00.000Z')).state, 'waiting');
    const turn = turnOf('orders', orders, known, late);
    assert.equal(turn.state, 'stuck');
    assert.match(turn.says, /, for longer than its bound of 4h$/);
  }
});

test('the failover that holds the lock is the one that is waited for, whatever the incident names', () => {
  assert.equal(recoveryAwaited({ incident: decided, active: { ...active, recovery: 'other' } }), 'other');
  assert.equal(
    recoveryAwaited({ incident: decided, active: { ...active, kind: 'drill' } }),
    'orders-failover-1',
  );
  assert.equal(recoveryAwaited({}), undefined);
});

test('a plan that waits, one that is waited for in vain, and one that is free end in three different verdicts', () => {
  const told: Told = {
    observations: ['probe ap-northeast-1 down 00:02:00 00:04:00', 'probe us-west-2 down 00:02:00 00:04:00'],
  };
  let ledger: LedgerState = { incident: { ...incident, id: 'shop-1', onset: instant('00:02:00') } };
  const verdictAfter = (known: FirstPlan) => {
    const turns = [turnOf('orders', orders, known, instant('00:09:00'))];
    const { decision, blockedBy, unblock } = decide(planOf(told), situationOf({ ...told, turns, ledger }));
    return [decision, blockedBy, unblock];
  };
  assert.deepEqual(verdictAfter({ incident }), ['hold', 'After', null]);
  assert.deepEqual(verdictAfter({ incident, last: held }), [
    'hold',
    'After',
    'lifeboat status orders, and recover it; or lifeboat failover shop goes without it',
  ]);
  assert.deepEqual(verdictAfter({}), ['recover', null, null]);
  ledger = {};
  assert.deepEqual(verdictAfter({}), ['hold', 'After', null], 'the two may be looked at in the same moment');
});
