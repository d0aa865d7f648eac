import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  type Approval,
  approvalCommand,
  type Electorate,
  electorateOf,
  howToApprove,
  sayOpen,
  weighApprovals,
} from '../../recovery/steps/approval.ts';
import { approvalNeeded, awaitApproval, type GateProblem } from '../../recovery/steps/gate.ts';

const lagging: GateProblem = { code: 'LagTooHigh', reason: 'too far behind' };
const broken: GateProblem = { code: 'ReplicationBroken', reason: 'stopped' };
const wished = approvalNeeded('shop', 1);
const approval = (principal: string, minute: number, ...overrides: string[]): Approval => ({
  principal,
  at: `2026-03-02T09:0${minute}:00.000Z`,
  comment: `${principal} says so`,
  overrides,
});
const one = electorateOf(1, { isAutomatic: true, by: [] });
const two = electorateOf(2, { isAutomatic: true, by: [] });
const askedBy = (people: number, ...by: string[]) => electorateOf(people, { isAutomatic: false, by });

interface Row {
  readonly name: string;
  readonly problems: readonly GateProblem[];
  readonly approvals: readonly Approval[];
  readonly electorate?: Electorate;
  readonly open: readonly string[];
  readonly by?: readonly string[];
}

const rows: readonly Row[] = [
  { name: 'nothing waits where there is no problem', problems: [], approvals: [], open: [] },
  { name: 'a problem waits without an approval', problems: [lagging], approvals: [], open: ['LagTooHigh'] },
  {
    name: 'an approval that names no problem answers none',
    problems: [lagging],
    approvals: [approval('kim', 0)],
    open: ['LagTooHigh'],
  },
  {
    name: 'an approval of another problem answers this one not',
    problems: [lagging],
    approvals: [approval('kim', 0, 'ReplicationBroken')],
    open: ['LagTooHigh'],
  },
  {
    name: 'an approval that names the problem answers it',
    problems: [lagging],
    approvals: [approval('kim', 0, 'LagTooHigh')],
    open: [],
    by: ['kim'],
  },
  {
    name: 'each problem needs an answer of its own',
    problems: [lagging, broken],
    approvals: [approval('kim', 0, 'LagTooHigh')],
    open: ['ReplicationBroken'],
    by: ['kim'],
  },
  {
    name: 'where one person is enough, two may answer one problem each',
    problems: [lagging, broken],
    approvals: [approval('kim', 0, 'LagTooHigh'), approval('lee', 0, 'ReplicationBroken')],
    open: [],
    by: ['kim', 'lee'],
  },
  {
    name: 'where two people are asked, one problem each is one too few for both',
    problems: [lagging, broken],
    approvals: [approval('kim', 0, 'LagTooHigh'), approval('lee', 0, 'ReplicationBroken')],
    electorate: two,
    open: ['LagTooHigh', 'ReplicationBroken'],
  },
  {
    name: "any approval answers the plan's own wish for one",
    problems: [wished],
    approvals: [approval('kim', 0)],
    open: [],
    by: ['kim'],
  },
  {
    name: "the plan's wish being answered, a problem waits on",
    problems: [wished, lagging],
    approvals: [approval('kim', 0)],
    open: ['LagTooHigh'],
    by: ['kim'],
  },
  {
    name: 'of more approvals than are asked for, the first ones given are those that count',
    problems: [lagging],
    approvals: [approval('lee', 2, 'LagTooHigh'), approval('kim', 1, 'LagTooHigh')],
    open: [],
    by: ['kim'],
  },
  {
    name: 'two people who both name the problem answer it, and both are kept',
    problems: [lagging],
    approvals: [approval('lee', 2, 'LagTooHigh'), approval('kim', 1, 'LagTooHigh')],
    electorate: two,
    open: [],
    by: ['kim', 'lee'],
  },
  {
    name: 'one session of a role that approves twice is one person',
    problems: [lagging],
    approvals: [approval('AROAOPS:alice', 1, 'LagTooHigh'), approval('AROAOPS:alice', 2, 'LagTooHigh')],
    electorate: two,
    open: ['LagTooHigh'],
  },
  {
    name: 'two sessions of one role are two people',
    problems: [lagging],
    approvals: [approval('AROAOPS:alice', 1, 'LagTooHigh'), approval('AROAOPS:bob', 2, 'LagTooHigh')],
    electorate: two,
    open: [],
    by: ['AROAOPS:alice', 'AROAOPS:bob'],
  },
  {
    name: 'whoever asked for the failover does not approve it',
    problems: [lagging],
    approvals: [approval('kim', 0, 'LagTooHigh')],
    electorate: askedBy(1, 'kim'),
    open: ['LagTooHigh'],
  },
  {
    name: 'somebody else approves what a person asked for',
    problems: [lagging],
    approvals: [approval('kim', 0, 'LagTooHigh'), approval('lee', 1, 'LagTooHigh')],
    electorate: askedBy(1, 'kim'),
    open: [],
    by: ['lee'],
  },
  {
    name: 'where nobody knows who asked, one approval could be the asker’s own and is one too few',
    problems: [lagging],
    approvals: [approval('kim', 0, 'LagTooHigh')],
    electorate: askedBy(1),
    open: ['LagTooHigh'],
  },
  {
    name: 'where nobody knows who asked, one person more is enough',
    problems: [lagging],
    approvals: [approval('kim', 0, 'LagTooHigh'), approval('lee', 1, 'LagTooHigh')],
    electorate: askedBy(1),
    open: [],
    by: ['kim', 'lee'],
  },
];

for (const { name, problems, approvals, electorate = one, open, by = [] } of rows) {
  test(name, () => {
    const weighed = weighApprovals(problems, approvals, electorate);
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
  const kims = approval('kim', 0, 'LagTooHigh');
  const { overrides } = weighApprovals([lagging], [kims], one);
  assert.deepEqual(overrides, [{ ...lagging, by: 'kim', at: kims.at, comment: 'kim says so' }]);
});

test('whoever waits is told what is wrong, whose word there is, how many lack, and whose does not count', () => {
  const said = (approvals: readonly Approval[], electorate: Electorate) =>
    sayOpen(weighApprovals([lagging], approvals, electorate).open, electorate);
  assert.equal(said([], one), 'too far behind (approved by nobody, 1 needed)');
  assert.equal(
    said([approval('kim', 0, 'LagTooHigh')], two),
    'too far behind (approved by kim, 1 more needed)',
  );
  assert.equal(
    said([approval('kim', 0, 'LagTooHigh')], askedBy(2, 'kim')),
    'too far behind (approved by nobody, 2 needed); kim asked for it and does not count',
  );
  assert.equal(
    said([], askedBy(1)),
    'too far behind (approved by nobody, 2 needed); who started it is unknown and may approve too, so one more is asked for',
  );
});

test('of several people and several problems each is named', () => {
  const three = electorateOf(3, { isAutomatic: true, by: [] });
  const both = [approval('kim', 0, 'LagTooHigh'), approval('lee', 0, 'LagTooHigh')];
  const { open } = weighApprovals([lagging, broken], both, three);
  assert.equal(
    sayOpen(open, askedBy(3, 'ann', 'bob')),
    'too far behind (approved by kim and lee, 1 more needed); stopped (approved by nobody, 3 needed); ann and bob asked for it and do not count',
  );
  assert.equal(
    approvalCommand('shop-1', open, askedBy(3, 'ann', 'bob')),
    'lifeboat approve shop-1 --override LagTooHigh --override ReplicationBroken (3 more people, not ann or bob)',
  );
});

test('of two words that were given at the same moment the first that is listed counts', () => {
  const words = [approval('lee', 1, 'LagTooHigh'), approval('kim', 1, 'LagTooHigh')];
  assert.equal(weighApprovals([lagging], words, one).overrides[0]?.by, 'lee');
  assert.equal(weighApprovals([lagging], words.toReversed(), one).overrides[0]?.by, 'kim');
});

test('a person is told what to type, with the codes that an approval must name, and who must type it', () => {
  const { open } = weighApprovals([wished, lagging, { ...lagging, reason: 'another one' }], [], two);
  assert.equal(
    howToApprove('shop-failover-7', open, askedBy(2, 'kim')),
    'lifeboat approve shop-failover-7 --override LagTooHigh (2 people, not kim), or lifeboat abort shop-failover-7',
  );
  const begun = weighApprovals([lagging], [approval('lee', 0, 'LagTooHigh')], two);
  assert.match(howToApprove('shop-failover-7', begun.open, two), /LagTooHigh \(1 more person\), or/);
});

test('the gate waits for people until its bound, then holds and says whether any came', () => {
  const at = (seconds: number, ...approvals: Approval[]) => {
    const { open } = weighApprovals([lagging], approvals, two);
    return awaitApproval('shop-failover-7', open, two, { seconds, boundSeconds: 1800 });
  };
  assert.equal(at(0).status, 'working');
  assert.equal(at(1799).status, 'working');
  const held = at(1800);
  assert.ok(held.status === 'held' && held.code === 'ApprovalTimedOut');
  assert.match(held.reason, /^nobody approved shop-failover-7 within 30 min: too far behind/);
  assert.match(held.unblock, /after an approval, lifeboat continue shop-failover-7$/);
  const partly = at(1800, approval('kim', 0, 'LagTooHigh'));
  assert.ok(partly.status === 'held');
  assert.match(partly.reason, /^too few people approved .* \(approved by kim, 1 more needed\)/);
});

const names = fc.constantFrom<string[]>('kim', 'lee', 'ines', 'AROAOPS:alice', 'AROAOPS:bob');
const given = fc.array(
  fc.record({
    principal: names,
    minute: fc.integer({ min: 0, max: 9 }),
    codes: fc.subarray(['LagTooHigh', 'ReplicationBroken']),
  }),
  { maxLength: 8 },
);

test('the gate opens exactly when enough distinct people other than the requesters name the problem, in any order', () => {
  fc.assert(
    fc.property(
      given,
      fc.constantFrom(1, 2),
      fc.uniqueArray(names, { maxLength: 2 }),
      (words, people, by) => {
        // A person has one record: what it names is the same however often it is listed.
        const first = [...new Map(words.map((each) => [each.principal, each])).values()];
        const approvals = first.map(({ principal, minute, codes }) => approval(principal, minute, ...codes));
        const electorate = askedBy(people, ...by);
        const counted = first.filter(
          ({ principal, codes }) => !by.includes(principal) && codes.includes('LagTooHigh'),
        );
        const enough = people + (by.length === 0 ? 1 : 0);
        const { overrides, open } = weighApprovals([lagging], approvals, electorate);
        assert.equal(open.length === 0, counted.length >= enough);
        assert.equal(new Set(overrides.map((each) => each.by)).size, open.length === 0 ? enough : 0);
        assert.ok(overrides.every((each) => !by.includes(each.by)));
        assert.deepEqual(
          weighApprovals([lagging], approvals.toReversed(), electorate).open.length,
          open.length,
        );
      },
    ),
    { seed: 5, numRuns: 300 },
  );
});
