/** What a restore drill leaves out, and who may say how far a recovery goes. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { leftOutOf, scopeProblem } from '../../recovery/scope.ts';
import { stepNames } from '../../recovery/terms.ts';

test('a restore drill leaves out what needs a server or moves traffic, and says why', () => {
  const left = Object.fromEntries(
    stepNames.flatMap((step) => {
      const why = leftOutOf('restore', step);
      return why === undefined ? [] : [[step, why]];
    }),
  );
  assert.deepEqual(left, {
    servers: 'a restore drill launches no server',
    mounts: 'a restore drill has no server to mount volumes on',
    settings: 'a restore drill writes no settings',
    reload: 'a restore drill has no server to reload',
    verify: 'a restore drill has no server to ask',
    traffic: 'a drill moves no traffic',
    settle: 'a drill moves no traffic',
  });
});

test('a full drill leaves out nothing', () => {
  for (const step of stepNames) assert.equal(leftOutOf('full', step), undefined);
});

test("a scope that is not the recovery's own is refused, and says what to do", () => {
  const refused = { status: 'failed', code: 'WrongScope', counts: { done: 0, total: 0 } };
  assert.deepEqual(scopeProblem('failover', 'full', 'full'), {
    ...refused,
    reason: 'a failover has no scope',
    unblock: 'start it without a scope, or start a drill',
  });
  assert.deepEqual(scopeProblem('drill', 'full', 'restore'), {
    ...refused,
    reason: 'this drill was opened with the scope restore, not full',
    unblock: 'continue it without a scope, or start a new drill',
  });
});
