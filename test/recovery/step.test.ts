import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Refusal, RefusalKind } from '../../recovery/answer.ts';
import { stepBoundSeconds } from '../../recovery/bounds.ts';
import {
  clientToken,
  creationTags,
  databaseCopyId,
  recoveryIdPattern,
  recoveryName,
  settingsPrefix,
  tagKeys,
} from '../../recovery/identity.ts';
import { mayTakeLock } from '../../recovery/ledger.ts';
import {
  type Problem,
  standingAfterCalls,
  standingOf,
  waitForExpected,
  weighRefusal,
} from '../../recovery/step.ts';
import { stepNames } from '../../recovery/terms.ts';
import { shopPlan } from './plans.ts';

const counts = { done: 1, total: 2 };
const held: Problem = { status: 'held', code: 'Held', reason: 'held because', unblock: 'do this' };
const failed: Problem = { status: 'failed', code: 'Failed', reason: 'failed because', unblock: 'do that' };
const refusal = (kind: RefusalKind, code = 'Code'): Refusal => ({
  ok: false,
  kind,
  code,
  message: 'message',
  asked: 'ec2:Act',
});

test('work goes on while there is any, whatever has failed beside it', () => {
  const standing = standingOf({
    counts,
    problems: [failed],
    waits: [
      { seconds: 9, for: 'a' },
      { seconds: 4, for: 'b' },
    ],
  });
  assert.ok(standing.status === 'working' && standing.waitSeconds === 4);
});

test('without work a failure speaks before a hold, and says how many more there are', () => {
  const standing = standingOf({ counts, problems: [held, failed], waits: [] });
  assert.ok(standing.status === 'failed');
  assert.equal(standing.reason, 'failed because (and 1 more)');
});

test('nothing left to do and nothing wrong is done', () => {
  assert.deepEqual(standingOf({ counts, problems: [], waits: [] }), { status: 'done', counts });
});

test('an error without a rule holds; a missing permission holds and names the action; the rest is looked at again', () => {
  const code = (kind: RefusalKind) => {
    const weighed = weighRefusal(refusal(kind), 'x');
    return 'problem' in weighed ? weighed.problem.status : 'wait';
  };
  assert.deepEqual(
    (['transient', 'absent', 'conflict', 'denied', 'capacity', 'unknown', 'unlisted'] as const).map(code),
    ['wait', 'wait', 'wait', 'held', 'wait', 'wait', 'held'],
  );
  const denied = weighRefusal(refusal('denied'), 'x');
  assert.ok('problem' in denied && denied.problem.unblock.includes('ec2:Act'));
});

test('a call that gave no answer is unknown, never failed', () => {
  const standing = standingAfterCalls(
    { counts, problems: [], waits: [] },
    [refusal('unknown', 'Deadline')],
    'servers',
  );
  assert.ok(standing.status === 'working');
  assert.match(standing.waitingFor, /gave no answer in time/);
});

test('a wait is a whole number of seconds from 1 to 300 and never passes the earliest end by more than its share', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e5, noNaN: true }),
      fc.integer({ min: 0, max: 2000 }),
      (elapsedSeconds, earliestSeconds) => {
        const wait = waitForExpected(elapsedSeconds, { earliestSeconds });
        assert.ok(Number.isInteger(wait) && wait >= 1 && wait <= 300);
        if (elapsedSeconds > earliestSeconds) assert.ok(wait <= Math.max(4, elapsedSeconds * 0.03 + 1));
      },
    ),
    { seed: 7 },
  );
});

test('every step has a bound, and a drill allows a restore the time that a promotion does not need', () => {
  const plan = shopPlan();
  for (const name of stepNames) assert.ok(stepBoundSeconds(name, plan, 'failover') > 0, name);
  const cleanupSeconds = stepBoundSeconds('cleanup', plan, 'drill');
  assert.ok(
    cleanupSeconds > stepBoundSeconds('databases', plan, 'drill'),
    'what is still restored is deleted after it',
  );
  assert.ok(stepBoundSeconds('databases', plan, 'drill') > stepBoundSeconds('databases', plan, 'failover'));
});

test('everything that is created carries plan, recovery and item; in a drill also when it expires', () => {
  const identity = {
    recovery: 'shop-drill-7',
    plan: 'shop',
    startedAt: '2026-03-02T09:00:00.000Z',
    maxDurationSeconds: 7200,
  };
  assert.deepEqual(creationTags({ ...identity, kind: 'failover' }, 'servers.web'), {
    [tagKeys.plan]: 'shop',
    [tagKeys.recovery]: 'shop-drill-7',
    [tagKeys.item]: 'servers.web',
  });
  assert.equal(
    creationTags({ ...identity, kind: 'drill' }, 'x')[tagKeys.expires],
    '2026-03-02T11:00:00.000Z',
  );
});

test('a drill writes settings below its own prefix, a failover in place', () => {
  assert.equal(settingsPrefix({ kind: 'drill', recovery: 'shop-drill-7' }), '/lifeboat/drill/shop-drill-7');
  assert.equal(settingsPrefix({ kind: 'failover', recovery: 'shop-failover-7' }), '');
});

test('tokens and identifiers are legal, stable, and differ when any of their parts does', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string(), { minLength: 1, maxLength: 4 }),
      fc.string({ minLength: 1 }),
      (parts, more) => {
        assert.match(clientToken(...parts), /^[0-9a-f]{48}$/);
        assert.equal(clientToken(...parts), clientToken(...parts));
        assert.notEqual(clientToken(...parts), clientToken(...parts, `x${more}`));
        assert.match(databaseCopyId('shop-drill-7', more), /^lifeboat-[a-z0-9-]{0,31}[a-f0-9]{10}$/);
      },
    ),
    { seed: 7 },
  );
});

const active = {
  nonce: 'n',
  recovery: 'shop-drill-1',
  kind: 'drill' as const,
  at: '2026-03-02T09:00:00.000Z',
};

test('the lock is taken when nobody holds it, when it was released, and again by its own recovery', () => {
  const claim = { recovery: 'shop-drill-2', kind: 'drill' as const };
  assert.equal(mayTakeLock(undefined, claim), true);
  assert.equal(mayTakeLock({ ...active, releasedAt: active.at }, claim), true);
  assert.equal(mayTakeLock(active, { recovery: 'shop-drill-1', kind: 'drill' }), true);
});

test('a failover takes the lock from a drill; nothing takes it from a failover, and no drill from a drill', () => {
  assert.equal(mayTakeLock(active, { recovery: 'shop-failover-1', kind: 'failover' }), true);
  assert.equal(mayTakeLock(active, { recovery: 'shop-drill-2', kind: 'drill' }), false);
  const failover = { ...active, recovery: 'shop-failover-1', kind: 'failover' as const };
  assert.equal(mayTakeLock(failover, { recovery: 'shop-failover-2', kind: 'failover' }), false);
});

test('a recovery of the plan with the longest name has an id that steps take, and an execution of it a name', () => {
  for (const kind of ['drill', 'failover'] as const) {
    const id = recoveryName(`a${'b'.repeat(39)}`, kind, '2026-11-02T00:03:00.000Z');
    assert.match(id, recoveryIdPattern);
    assert.ok(`${id}-r9999`.length <= 80, id);
  }
});
