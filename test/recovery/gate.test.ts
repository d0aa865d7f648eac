import assert from 'node:assert/strict';
import test from 'node:test';
import type { DatabaseItem } from '../../recovery/plan/plan.ts';
import {
  type Approval,
  answersAgain,
  approvalNeeded,
  awaitApproval,
  type GateProblem,
  howToApprove,
  weighApprovals,
} from '../../recovery/steps/gate.ts';
import { judgeLag, lossOf } from '../../recovery/steps/lag.ts';
import { instantAfter } from '../../recovery/terms.ts';
import { runCases } from '../cases.ts';

const onset = '2026-03-02T09:00:10.000Z';
const minute = (before: number) => instantAfter('2026-03-02T09:00:00.000Z', -60 * before);
const item = (maxLagSeconds: number): DatabaseItem => ({
  name: 'orders',
  replica: 'shop-orders-replica',
  maxLagSeconds,
  backupRetentionDays: 7,
  boundSeconds: 2700,
  drill: { snapshot: 'newest' },
});

/** Samples by minutes before 09:00, ten seconds before the onset; negative minutes are after it. */
runCases<{ maxLagSeconds: number; samples: Readonly<Record<string, number>> }>(
  new URL('cases/lag.json', import.meta.url),
  ({ maxLagSeconds, samples }) => {
    const taken = Object.entries(samples).map(([before, value]) => ({ at: minute(Number(before)), value }));
    const { lag, problem } = judgeLag(item(maxLagSeconds), taken, onset);
    return { lag: lag ?? null, code: problem?.code ?? null, idle: lag?.idle ?? null };
  },
);

test('a problem names the database, the replica, the lag and its limit', () => {
  const { problem } = judgeLag(item(300), [{ at: minute(1), value: 900 }], onset);
  assert.equal(
    problem?.reason,
    'databases.orders: shop-orders-replica was 900 s behind at 2026-03-02T08:59:00.000Z, more than the 300 s that the plan allows',
  );
});

test('the loss counts from the sample to the onset, and is unknown where the sample is too old', () => {
  assert.deepEqual(lossOf({ seconds: 4, at: minute(1) }, onset), { leastSeconds: 4, mostSeconds: 74 });
  assert.deepEqual(lossOf({ seconds: 240, at: minute(0), idle: true }, onset), {
    leastSeconds: 0,
    mostSeconds: 250,
  });
  assert.equal(lossOf({ seconds: 4, at: minute(3) }, onset), undefined);
});

const lagging: GateProblem = { code: 'LagTooHigh', reason: 'too far behind' };
const broken: GateProblem = { code: 'ReplicationBroken', reason: 'stopped' };
const wished = approvalNeeded('shop');
const approval = (principal: string, at: string, ...overrides: string[]): Approval => ({
  principal,
  at,
  comment: `${principal} says so`,
  overrides,
});

interface ApprovalRow {
  readonly name: string;
  readonly problems: readonly GateProblem[];
  readonly approvals: readonly Approval[];
  readonly open: readonly string[];
  readonly by?: readonly string[];
}

const rows: readonly ApprovalRow[] = [
  { name: 'nothing waits where there is no problem', problems: [], approvals: [], open: [] },
  { name: 'a problem waits without an approval', problems: [lagging], approvals: [], open: ['LagTooHigh'] },
  {
    name: 'an approval that names no problem answers none',
    problems: [lagging],
    approvals: [approval('kim', minute(0))],
    open: ['LagTooHigh'],
  },
  {
    name: 'an approval of another problem answers this one not',
    problems: [lagging],
    approvals: [approval('kim', minute(0), 'ReplicationBroken')],
    open: ['LagTooHigh'],
  },
  {
    name: 'an approval that names the problem answers it',
    problems: [lagging],
    approvals: [approval('kim', minute(0), 'LagTooHigh')],
    open: [],
    by: ['kim'],
  },
  {
    name: 'each problem needs an answer of its own',
    problems: [lagging, broken],
    approvals: [approval('kim', minute(0), 'LagTooHigh')],
    open: ['ReplicationBroken'],
    by: ['kim'],
  },
  {
    name: 'two people may answer one problem each',
    problems: [lagging, broken],
    approvals: [approval('kim', minute(0), 'LagTooHigh'), approval('lee', minute(0), 'ReplicationBroken')],
    open: [],
    by: ['kim', 'lee'],
  },
  {
    name: "any approval answers the plan's own wish for one",
    problems: [wished],
    approvals: [approval('kim', minute(0))],
    open: [],
    by: ['kim'],
  },
  {
    name: "the plan's wish being answered, a problem waits on",
    problems: [wished, lagging],
    approvals: [approval('kim', minute(0))],
    open: ['LagTooHigh'],
    by: ['kim'],
  },
  {
    name: 'of several approvals the first one given is the one that counts',
    problems: [lagging],
    approvals: [approval('lee', minute(0), 'LagTooHigh'), approval('kim', minute(5), 'LagTooHigh')],
    open: [],
    by: ['kim'],
  },
];

for (const { name, problems, approvals, open, by = [] } of rows) {
  test(name, () => {
    const weighed = weighApprovals(problems, approvals);
    assert.deepEqual(
      weighed.open.map(({ code }) => code),
      open,
    );
    assert.deepEqual(
      weighed.overrides.map((each) => each.by),
      by,
    );
  });
}

test('an override keeps what was overridden, by whom, when and why', () => {
  const { overrides } = weighApprovals([lagging], [approval('kim', minute(0), 'LagTooHigh')]);
  assert.deepEqual(overrides, [{ ...lagging, by: 'kim', at: minute(0), comment: 'kim says so' }]);
});

test('a person is told what to type, with the codes that an approval must name', () => {
  const how = howToApprove('shop-failover-7', [wished, lagging, { ...lagging, reason: 'another one' }]);
  assert.equal(
    how,
    'lifeboat approve shop-failover-7 --override LagTooHigh, or lifeboat abort shop-failover-7',
  );
});

test('the gate waits for a person until its bound, then holds', () => {
  const at = (seconds: number) =>
    awaitApproval('shop-failover-7', [lagging], { seconds, boundSeconds: 3600 });
  assert.equal(at(0).status, 'working');
  assert.equal(at(3599).status, 'working');
  const held = at(3600);
  assert.ok(held.status === 'held' && held.code === 'ApprovalTimedOut');
  assert.match(held.reason, /within 60 min: too far behind/);
});

const up = (from: string, at: string, value = 1) => new Map([[from, [{ at, value }]]]);

test('the primary answers again where a fresh sample of any vantage point is up', () => {
  const now = minute(0);
  assert.deepEqual(answersAgain(up('us-west-2', minute(1)), now), ['us-west-2']);
  const mixed = new Map([...up('ap-northeast-1', minute(1), 0), ...up('us-west-2', minute(2))]);
  assert.deepEqual(answersAgain(mixed, now), ['us-west-2']);
});

test('old good news, a failed sample and silence are no answer', () => {
  const now = minute(0);
  assert.deepEqual(answersAgain(up('us-west-2', minute(3)), now), []);
  assert.deepEqual(answersAgain(up('us-west-2', minute(1), 0), now), []);
  assert.deepEqual(answersAgain(new Map([['us-west-2', []]]), now), []);
  const downSince = new Map([
    [
      'us-west-2',
      [
        { at: minute(2), value: 1 },
        { at: minute(1), value: 0 },
      ],
    ],
  ]);
  assert.deepEqual(answersAgain(downSince, now), [], 'the newest sample speaks');
});
