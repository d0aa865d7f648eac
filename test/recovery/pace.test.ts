import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { stepBoundSeconds } from '../../recovery/bounds.ts';
import { type Lived, nextLook, withinBounds } from '../../recovery/pace.ts';
import { longestRecovery } from '../../recovery/plan/defaults.ts';
import { secondsOf } from '../../recovery/plan/fields.ts';
import { nothing, type Standing } from '../../recovery/step.ts';
import { recoveryKinds, type StepName, stepNames } from '../../recovery/terms.ts';
import { shopPlan } from './plans.ts';

const plan = shopPlan();
const day = secondsOf(longestRecovery);
/** Task and Lambda 5 events, Choice 2, Wait 2; four branches side by side (Step Functions, GetExecutionHistory). */
const [eventsOfLook, branches, historyMax] = [9, 4, 25_000];

/** A step that always says that it works, from its first look on: each look, and how it ended. */
function workFor(bounds: Pick<Lived, 'boundSeconds' | 'overallBoundSeconds'>, step: StepName, asked: number) {
  const waits: number[] = [];
  const working: Standing = {
    status: 'working',
    waitSeconds: asked,
    waitingFor: 'what never comes',
    counts: nothing,
  };
  for (let seconds = 0; ; ) {
    const lived = { step, sinceSeconds: seconds, overallSeconds: seconds, ...bounds };
    const standing = withinBounds(working, lived);
    if (standing.status !== 'working') return { waits, seconds, standing };
    waits.push(standing.waitSeconds);
    seconds += standing.waitSeconds;
  }
}

for (const kind of recoveryKinds) {
  test(`each step of a ${kind} that always works ends at its bound, and says what it waited for`, () => {
    for (const step of stepNames) {
      const boundSeconds = stepBoundSeconds(step, plan, kind);
      for (const asked of [1, 30, 300]) {
        const { seconds, standing } = workFor({ boundSeconds }, step, asked);
        assert.equal(seconds, boundSeconds, `${step} asking for ${asked} s`);
        assert.ok(standing.status === 'failed');
        assert.equal(standing.code, 'BoundReached');
        assert.match(standing.reason, new RegExp(`^${step} reached its bound of .* what never comes$`));
        assert.equal(
          standing.unblock,
          'remove what it waits for, or raise the bound in the plan, then continue',
        );
      }
    }
  });
}

test('whatever a step asks for, it is looked at as its bound comes, and within the bound of its recovery', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: day }),
      fc.integer({ min: 1, max: day }),
      fc.integer({ min: 1, max: 300 }),
      (boundSeconds, overallBoundSeconds, asked) => {
        const { seconds, standing } = workFor({ boundSeconds, overallBoundSeconds }, 'servers', asked);
        assert.equal(seconds, Math.min(boundSeconds, overallBoundSeconds));
        const isOverall = standing.status === 'failed' && standing.reason.includes("the recovery's bound");
        assert.equal(isOverall, overallBoundSeconds <= boundSeconds);
      },
    ),
    { seed: 7, numRuns: 100 },
  );
});

test('somebody who aborts is heard within a minute for two hours, and within five minutes ever after', () => {
  const { waits } = workFor({ boundSeconds: day }, 'traffic', 300);
  let seconds = 0;
  for (const wait of waits) {
    assert.ok(wait <= (seconds < 7200 ? 60 : 300), `${wait} s after ${seconds} s`);
    seconds += wait;
  }
});

test('four branches that are looked at for the longest recovery stay within the history of an execution', () => {
  const looks = workFor({ boundSeconds: day }, 'servers', 1).waits.length;
  assert.ok(looks * eventsOfLook * branches < historyMax, `${looks} looks`);
});

test('a step that is done, held or failed is not bounded any more', () => {
  const lived = { step: 'servers', sinceSeconds: 9e9, boundSeconds: 1, overallSeconds: 9e9 } as const;
  const done: Standing = { status: 'done', counts: nothing };
  assert.equal(withinBounds(done, lived), done);
});

test('a look comes no sooner than asked, unless the bound does', () => {
  assert.equal(nextLook(20, 5, 1000), 20);
  assert.equal(nextLook(20, 5, 7.2), 8);
  assert.equal(nextLook(1, 1000, 1000), 30);
});

test('of two bounds the one that is reached is told, and of both at once that of the recovery', () => {
  const working: Standing = { status: 'working', waitSeconds: 5, waitingFor: 'i-1', counts: nothing };
  const at = (sinceSeconds: number, overallSeconds: number) => {
    const lived = { step: 'servers', sinceSeconds, boundSeconds: 900, overallSeconds } as const;
    const standing = withinBounds(working, { ...lived, overallBoundSeconds: 3600 });
    return standing.status === 'failed' ? standing.reason : standing.status;
  };
  assert.equal(at(899, 3599), 'working');
  assert.equal(at(900, 3599), 'servers reached its bound of 15m while it waited for i-1');
  assert.equal(at(899, 3600), "servers reached the recovery's bound of 1h while it waited for i-1");
  assert.equal(at(900, 3600), "servers reached the recovery's bound of 1h while it waited for i-1");
});

test('what has worked for two hours is looked at no more often than its share of them asks for', () => {
  assert.equal(nextLook(300, 7199, 90_000), 60);
  assert.equal(nextLook(1, 7200, 90_000), 216);
});
