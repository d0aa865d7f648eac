/** What the gate says while it waits, and where it holds; and how old what it saw may be. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { OpenObjection } from '../../recovery/steps/approval.ts';
import {
  answersAgain,
  approvalNeeded,
  awaitApproval,
  awaitProbes,
  heldForPrimary,
  heldForSibling,
  isLookOld,
  primaryAnswers,
  probesUnreadable,
  siblingSteps,
} from '../../recovery/steps/gate.ts';
import { instantAfter } from '../../recovery/terms.ts';

const now = '2026-03-02T09:00:00.000Z';
const one = { people: 1, requesters: [], isRequesterUnknown: false };
const counts = { done: 0, total: 0 };
const objection = <Code extends string>(code: Code, ...approvedBy: string[]): OpenObjection<Code> => ({
  code,
  reason: `${code} it is`,
  approvedBy,
  lacking: 1,
});

test('a plan says how many people it wants to hear', () => {
  assert.deepEqual(approvalNeeded('shop', 1), {
    code: 'ApprovalNeeded',
    reason: 'the plan shop recovers only when a person approves',
  });
  assert.equal(approvalNeeded('shop', 2).reason, 'the plan shop recovers only when 2 people approve');
});

test('good news counts for two and a half minutes, and only from whoever sees it well', () => {
  const seen = (seconds: number, value: number) =>
    answersAgain(new Map([['us-west-2', [{ at: instantAfter(now, -seconds), value }]]]), now);
  assert.deepEqual(seen(149, 1), ['us-west-2']);
  assert.deepEqual(seen(150, 1), []);
  assert.deepEqual(seen(10, 0.5), []);
});

test('a gate that waits for people says for what and how, and looks again in ten seconds', () => {
  const waiting = awaitApproval('shop-1', [objection('LagTooHigh')], one, { seconds: 0, boundSeconds: 60 });
  assert.deepEqual(waiting, {
    status: 'working',
    waitSeconds: 10,
    waitingFor: 'approval: LagTooHigh it is (approved by nobody, 1 needed)',
    counts: { done: 0, total: 1 },
    unblock: 'lifeboat approve shop-1 --override LagTooHigh (1 person), or lifeboat abort shop-1',
  });
});

test('a gate that waited in vain tells whether anybody came, for any of what waits', () => {
  const open = [objection('LagTooHigh', 'kim'), objection('ReplicationBroken')];
  assert.deepEqual(awaitApproval('shop-1', open, one, { seconds: 1800, boundSeconds: 1800 }), {
    status: 'held',
    code: 'ApprovalTimedOut',
    reason:
      'too few people approved shop-1 within 30 min: LagTooHigh it is (approved by kim, 1 more needed); ReplicationBroken it is (approved by nobody, 1 needed)',
    unblock:
      'lifeboat approve shop-1 --override LagTooHigh --override ReplicationBroken (1 more person), or lifeboat abort shop-1; after an approval, lifeboat continue shop-1',
    counts: { done: 0, total: 2 },
  });
});

test('a primary that answers is told by all who see it', () => {
  assert.deepEqual(primaryAnswers(['us-west-2', 'ap-northeast-1']), {
    code: 'PrimaryAnswers',
    reason:
      'the primary answers again, as the probe in us-west-2 and in ap-northeast-1 sees it: nothing is promoted',
  });
  const held = heldForPrimary('shop-1', [objection('PrimaryAnswers')], one);
  assert.deepEqual(
    { ...held, unblock: '' },
    {
      status: 'held',
      code: 'PrimaryAnswers',
      reason: 'PrimaryAnswers it is (approved by nobody, 1 needed)',
      unblock: '',
      counts,
    },
  );
});

test('probes that cannot be read are tried again for two minutes, then a person looks, and may say so', () => {
  assert.deepEqual(awaitProbes('CloudWatch is silent', 119), {
    status: 'working',
    waitSeconds: 10,
    waitingFor: 'a look at the primary: CloudWatch is silent',
    counts,
  });
  assert.equal(awaitProbes('CloudWatch is silent', 120), undefined);
  const unreadable = probesUnreadable('CloudWatch is silent');
  const held = heldForPrimary('shop-1', [{ ...objection('ProbesUnreadable'), ...unreadable }], one);
  assert.deepEqual(held, {
    status: 'held',
    code: 'ProbesUnreadable',
    reason:
      'nobody can say whether the primary answers again, and nothing is promoted: CloudWatch is silent (approved by nobody, 1 needed)',
    unblock:
      'if the primary is well, lifeboat abort shop-1; if it is not, lifeboat approve shop-1 --override ProbesUnreadable (1 person), then lifeboat continue shop-1',
    counts,
  });
});

test('a look at the primary is old after a minute, and where there was none', () => {
  assert.equal(isLookOld({ endedAt: instantAfter(now, -60) }, now), false);
  assert.equal(isLookOld({ endedAt: instantAfter(now, -61) }, now), true);
  assert.equal(isLookOld({}, now), true);
  assert.equal(isLookOld(undefined, now), true);
});

test('a gate held for a step without a word of its own sends people to the history', () => {
  const silent = { step: 'servers', record: undefined, ended: 'failed' } as const;
  const held = heldForSibling('shop-1', silent, [objection('CannotFinish')], one);
  assert.ok(held.status === 'held');
  assert.match(held.unblock, /^look at the execution history, then continue: lifeboat continue shop-1;/);
  assert.deepEqual(held.counts, counts);
  assert.deepEqual(siblingSteps, ['servers', 'volumes', 'mounts']);
});
