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
