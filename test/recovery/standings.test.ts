/** What a step answers, to the word and to the second: people read the words, and the machine waits the seconds. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { mapAnswer, type Refusal, type RefusalKind, sayRefusal } from '../../recovery/answer.ts';
import { InvalidInput, invariant } from '../../recovery/errors.ts';
import {
  absentProblem,
  clampWait,
  nothing,
  type Problem,
  standingAfterCalls,
  standingOf,
  waitForExpected,
  weighRefusal,
} from '../../recovery/step.ts';

const counts = { done: 1, total: 2 };
const refusal = (kind: RefusalKind, code = 'Code'): Refusal => ({
  ok: false,
  kind,
  code,
  message: 'message',
  asked: 'ec2:Act',
});
const problem = (status: Problem['status'], reason: string): Problem => ({
  status,
  code: 'Code',
  reason,
  unblock: 'do this',
});
const wait = (what: string, seconds = 9) => ({ seconds, for: what });

const waitsFor = (...reasons: readonly string[]) => {
  const standing = standingOf({ counts, problems: [], waits: reasons.map((what) => wait(what)) });
  return standing.status === 'working' ? standing.waitingFor : undefined;
};

test('a step that waits names up to three things, each once, and says how many more there are', () => {
  assert.equal(waitsFor('a'), 'a');
  assert.equal(waitsFor('a', 'b', 'a'), 'a; b');
  assert.equal(waitsFor('a', 'b', 'c'), 'a; b; c');
  assert.equal(waitsFor('a', 'b', 'c', 'd', 'd', 'e'), 'a; b; c; and 2 more');
});

test('a step that waits is called again when the first of its waits ends', () => {
  const waits = [wait('a', 9), wait('b', 4.2), wait('c', 7)];
  assert.deepEqual(standingOf({ counts, problems: [problem('failed', 'x')], waits }), {
    status: 'working',
    waitSeconds: 5,
    waitingFor: 'a; b; c',
    counts,
  });
});

test('the worst problem speaks, and says of how many more it knows', () => {
  const standing = (...problems: readonly Problem[]) => standingOf({ counts, problems, waits: [] });
  const first = problem('held', 'first');
  assert.deepEqual(standing(first), { ...first, counts });
  const both = standing(first, problem('held', 'second'));
  assert.deepEqual(both, { ...first, reason: 'first (and 1 more)', counts });
  const worst = standing(first, problem('failed', 'second'), problem('failed', 'third'));
  assert.deepEqual(worst, { ...problem('failed', 'second'), reason: 'second (and 2 more)', counts });
});

test('each refusal of a call is a wait or a problem beside those that were there', () => {
  assert.deepEqual(
    standingAfterCalls(
      { counts, problems: [problem('held', 'x')], waits: [wait('a', 4)] },
      [refusal('transient'), refusal('denied')],
      'servers.web',
    ),
    {
      status: 'working',
      waitSeconds: 3,
      waitingFor: 'a; servers.web: ec2:Act answered Code: message',
      counts,
    },
  );
  assert.deepEqual(
    standingAfterCalls({ counts, problems: [problem('held', 'x')], waits: [] }, [refusal('unlisted')], 'i'),
    { ...problem('held', 'x (and 1 more)'), counts },
  );
  assert.deepEqual(standingAfterCalls({ counts, problems: [], waits: [] }, [], 'i'), {
    status: 'done',
    counts,
  });
});

test('what a refused call means, kind by kind', () => {
  const says = 'servers.web: ec2:Act answered Code: message';
  for (const kind of ['transient', 'unknown'] as const)
    assert.deepEqual(weighRefusal(refusal(kind), 'servers.web'), { wait: wait(says, 3) });
  for (const kind of ['absent', 'conflict', 'capacity'] as const)
    assert.deepEqual(weighRefusal(refusal(kind), 'servers.web'), { wait: wait(says, 5) });
  assert.deepEqual(weighRefusal(refusal('denied'), 'servers.web'), {
    problem: {
      status: 'held',
      mayPass: true,
      code: 'Denied',
      reason: says,
      unblock: "grant the step's role the action ec2:Act, then continue",
    },
  });
  assert.deepEqual(weighRefusal(refusal('unlisted', 'Odd'), 'servers.web'), {
    problem: {
      status: 'held',
      mayPass: true,
      code: 'Odd',
      reason: 'servers.web: ec2:Act answered Odd: message',
      unblock: 'look at the error, remove its cause, then continue',
    },
  });
  const unheardOf = { ...refusal('absent'), kind: 'odd' } as unknown as Refusal;
  assert.throws(() => weighRefusal(unheardOf, 'x'), /no rule for a refusal of kind odd/);
});

test('defects are thrown under names that machines match', () => {
  assert.throws(() => invariant(false, 'the lock is held'), {
    name: 'BrokenInvariant',
    message: 'the lock is held',
  });
  invariant('held', 'the lock is held');
  assert.equal(new InvalidInput('x').name, 'InvalidInput');
});

test('what the plan names and is not there holds, and is created by a person', () => {
  assert.deepEqual(absentProblem('reload', refusal('absent')), {
    status: 'held',
    code: 'Absent',
    reason: 'reload: ec2:Act answered Code: message',
    unblock: 'create what is missing, or correct the plan, then continue',
  });
});

test('a refusal is one sentence, also where nobody answered and where nobody was asked', () => {
  assert.equal(sayRefusal(refusal('unknown', 'Deadline')), 'ec2:Act gave no answer in time');
  assert.equal(
    sayRefusal(refusal('unknown', 'OutOfTime')),
    'ec2:Act was not started: the invocation has too little time left',
  );
  assert.equal(sayRefusal(refusal('conflict', 'Busy')), 'ec2:Act answered Busy: message');
});

test('only a good answer is rewritten', () => {
  const double = (value: number) => value * 2;
  assert.deepEqual(mapAnswer({ ok: true, value: 2 }, double), { ok: true, value: 4 });
  assert.deepEqual(mapAnswer(refusal('denied'), double), refusal('denied'));
});

test('a wait is of whole seconds, one at the least and five minutes at the most', () => {
  assert.deepEqual([-4, 0, 0.2, 1, 1.01, 299.5, 300, 4000].map(clampWait), [1, 1, 1, 1, 2, 300, 300, 300]);
  assert.deepEqual(nothing, { done: 0, total: 0 });
});

test('what is expected is waited for until it can have happened, then in small shares of what has passed', () => {
  const looks = (elapsed: number, leastSeconds?: number) =>
    waitForExpected(elapsed, {
      earliestSeconds: 100,
      ...(leastSeconds !== undefined && { leastSeconds }),
    });
  assert.deepEqual(
    [0, 96, 97, 98, 200, 500, 5000].map((at) => looks(at)),
    [100, 4, 3, 3, 6, 15, 30],
  );
  assert.deepEqual(
    [89, 90, 91, 400].map((at) => looks(at, 10)),
    [11, 10, 10, 12],
  );
});
