/** When the janitor moves, to the second, and what it says then. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { isUntold, janitorNeed, preemptedNeed, recoveryNamespace } from '../../recovery/janitor.ts';
import type { ActiveRecord, PreemptedDrill } from '../../recovery/ledger.ts';
import { instantAfter } from '../../recovery/terms.ts';

const at = '2026-11-02T00:00:00.000Z';
const after = (seconds: number) => instantAfter(at, seconds);
const lock: ActiveRecord = { nonce: 'n', recovery: 'shop-1', kind: 'failover', at, run: 1 };
const abort = { by: 'janitor', at, reason: 'it was stopped' };

test('an execution that is not found is told to a person after ten minutes, from when its run was asked for', () => {
  const told = { kind: 'tell', reason: "no execution shop-1-r1 is known, and it holds the plan's lock" };
  assert.deepEqual(janitorNeed(lock, 'absent', undefined, after(599)), { kind: 'nothing' });
  assert.deepEqual(janitorNeed(lock, 'absent', undefined, after(600)), told);
  const asked = { ...lock, runAt: after(100) };
  assert.deepEqual(janitorNeed(asked, 'absent', undefined, after(699)), { kind: 'nothing' });
  assert.deepEqual(janitorNeed(asked, 'absent', undefined, after(700)), told);
  const byPerson = { ...lock, abort: { ...abort, by: 'kim' } };
  assert.deepEqual(janitorNeed(byPerson, 'absent', undefined, after(600)), told, 'nobody starts it again');
});

test('a run that the janitor marked is started by it after two minutes, from when it was marked', () => {
  const marked = { ...lock, run: 3, abort };
  const finish = { kind: 'finish', nextRun: 3, reason: 'it was stopped' };
  assert.deepEqual(janitorNeed(marked, 'absent', undefined, after(119)), { kind: 'nothing' });
  assert.deepEqual(janitorNeed(marked, 'absent', undefined, after(120)), finish);
  const asked = { ...marked, runAt: after(60) };
  assert.deepEqual(janitorNeed(asked, 'absent', undefined, after(179)), { kind: 'nothing' });
  assert.deepEqual(janitorNeed(asked, 'absent', undefined, after(180)), finish);
});

test('what ended before it was concluded says so, and what a person had asked for, but not what a janitor had', () => {
  const reason = 'its execution shop-1-r1 ended FAILED before it was concluded';
  const need = (active: ActiveRecord) => janitorNeed(active, 'FAILED', undefined, at);
  assert.deepEqual(need(lock), { kind: 'finish', nextRun: 2, reason });
  assert.deepEqual(need({ ...lock, abort }), { kind: 'finish', nextRun: 2, reason });
  assert.deepEqual(need({ ...lock, abort: { by: 'kim', at, reason: 'a false alarm' } }), {
    kind: 'finish',
    nextRun: 2,
    reason: `${reason}, after kim had aborted it at ${at}: a false alarm`,
  });
  const { run: _, ...first } = lock;
  assert.deepEqual(
    need(first),
    { kind: 'finish', nextRun: 2, reason },
    'a lock without a run is of the first',
  );
  assert.equal(need({ ...lock, run: 5 }).kind, 'finish');
  assert.deepEqual(need({ ...lock, run: 6 }), {
    kind: 'tell',
    reason: 'its execution shop-1-r6 ended FAILED before it was concluded',
  });
});

test('nothing is done about an execution of which nobody can say how it stands', () => {
  assert.deepEqual(janitorNeed(lock, undefined, undefined, after(1e6)), { kind: 'nothing' });
  const recovered = { run: 1, outcome: 'recovered' } as const;
  assert.deepEqual(janitorNeed(lock, undefined, recovered, after(1e6)), { kind: 'nothing' });
});

test('a drill that was concluded and keeps its lock is finished, where a failover is released', () => {
  const recovered = { run: 1, outcome: 'recovered' } as const;
  assert.deepEqual(janitorNeed(lock, 'SUCCEEDED', recovered, at), { kind: 'release' });
  assert.equal(janitorNeed({ ...lock, kind: 'drill' }, 'SUCCEEDED', recovered, at).kind, 'finish');
  assert.equal(janitorNeed({ ...lock, run: 2 }, 'SUCCEEDED', recovered, at).kind, 'finish', 'an earlier run');
});

const drill: PreemptedDrill = { recovery: 'shop-drill-1', takenBy: 'shop-1', takenAt: at };

test('a drill that lost its plan before its execution was known is tidied up after two minutes', () => {
  const reason = 'its execution shop-drill-1-r1 is not known, and shop-1 had taken its plan';
  assert.deepEqual(preemptedNeed(drill, 'absent', undefined, after(119)), { kind: 'nothing' });
  assert.deepEqual(preemptedNeed(drill, 'absent', undefined, after(120)), {
    kind: 'finish',
    nextRun: 2,
    reason,
  });
  const asked = { ...drill, run: 6, runAt: at };
  assert.deepEqual(preemptedNeed(asked, 'absent', undefined, after(120)), {
    kind: 'tell',
    reason:
      'its execution shop-drill-1-r6 is not known, and shop-1 had taken its plan; 6 runs have not tidied it up: delete what carries lifeboat:recovery=shop-drill-1',
  });
  assert.deepEqual(preemptedNeed(drill, 'FAILED', { run: 1 }, at), { kind: 'settled' }, 'its first run');
  assert.equal(preemptedNeed({ ...drill, run: 5 }, 'FAILED', undefined, at).kind, 'finish');
});

test('people are told by one janitor at a time, and the metric of a recovery keeps its namespace', () => {
  const record = { nonce: 'n', recovery: 'shop-1', reason: 'why', at };
  assert.equal(isUntold(record, 'shop-1', 'why', after(119)), false);
  assert.equal(isUntold(record, 'shop-1', 'why', after(120)), true);
  assert.equal(isUntold({ ...record, toldAt: at }, 'shop-1', 'why', after(1e6)), false);
  assert.equal(isUntold({ ...record, toldAt: at }, 'shop-2', 'why', at), true);
  assert.equal(isUntold({ ...record, toldAt: at }, 'shop-1', 'other', at), true);
  assert.equal(recoveryNamespace, 'Lifeboat/Recovery');
});
