import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type ExecutionStatus,
  interruptedBy,
  isOverdue,
  isUntold,
  janitorNeed,
  preemptedNeed,
} from '../../recovery/janitor.ts';
import { type ActiveRecord, executionOf, type PreemptedDrill, preemptedBy } from '../../recovery/ledger.ts';

const at = '2026-11-02T00:00:00.000Z';
const soon = '2026-11-02T00:05:00.000Z';
const later = '2026-11-02T01:00:00.000Z';
const drill: ActiveRecord = { nonce: 'n', recovery: 'shop-drill-1', kind: 'drill', at, run: 1 };
const failover: ActiveRecord = { ...drill, recovery: 'shop-failover-1', kind: 'failover' };
const ended: readonly ExecutionStatus[] = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'];

test('a plan that nobody holds needs nothing', () => {
  assert.equal(janitorNeed(undefined, undefined, undefined, later).kind, 'nothing');
  assert.equal(janitorNeed({ ...drill, releasedAt: soon }, 'ABORTED', undefined, later).kind, 'nothing');
});

test('a recovery whose execution runs is left alone, however old it is', () => {
  assert.equal(janitorNeed(drill, 'RUNNING', undefined, '2027-01-01T00:00:00.000Z').kind, 'nothing');
});

test('a drill that holds its lock after any end is finished by its next run', () => {
  for (const status of ended) {
    const need = janitorNeed(drill, status, { run: 1, outcome: 'drilled' }, later);
    assert.equal(need.kind, 'finish', status);
    assert.equal(need.kind === 'finish' && need.nextRun, 2);
    assert.match(need.kind === 'finish' ? need.reason : '', new RegExp(`shop-drill-1-r1 ended ${status}`));
  }
});

test('a failover that concluded and keeps its lock waits for a person', () => {
  assert.equal(janitorNeed(failover, 'FAILED', { run: 1, outcome: 'held' }, later).kind, 'nothing');
});

test('a failover whose newest evidence is of an earlier run was interrupted', () => {
  assert.equal(
    janitorNeed({ ...failover, run: 2 }, 'ABORTED', { run: 1, outcome: 'held' }, later).kind,
    'finish',
  );
  assert.equal(janitorNeed(failover, 'ABORTED', undefined, later).kind, 'finish');
});

test('a failover whose next run was refused at its door, and said so, waits for a person: it was not interrupted', () => {
  assert.equal(janitorNeed(failover, 'FAILED', { run: 2, outcome: 'aborted' }, later).kind, 'nothing');
  assert.equal(janitorNeed(failover, 'RUNNING', { run: 2, outcome: 'aborted' }, later).kind, 'nothing');
});

test('an execution that is not found is waited for, then told to a person', () => {
  assert.equal(janitorNeed(failover, 'absent', undefined, soon).kind, 'nothing');
  assert.equal(janitorNeed(failover, 'absent', undefined, later).kind, 'tell');
});

test('a mark without its run is a janitor that broke off: the same run is started again', () => {
  const marked = { ...drill, run: 2, abort: { by: 'janitor', at, reason: 'it was stopped' } };
  assert.deepEqual(janitorNeed(marked, 'absent', undefined, soon), {
    kind: 'finish',
    nextRun: 2,
    reason: 'it was stopped',
  });
});

test('a person who aborted what was then interrupted is not forgotten', () => {
  const abort = { by: 'AIDAANA', at: soon, reason: 'a false alarm' };
  const need = janitorNeed({ ...failover, abort }, 'ABORTED', undefined, later);
  assert.match(
    need.kind === 'finish' ? need.reason : '',
    /ended ABORTED before it was concluded, after AIDAANA had aborted it at .*: a false alarm$/,
  );
});

test('runs that end nothing are given up in the end, and a person is told', () => {
  assert.equal(janitorNeed({ ...drill, run: 6 }, 'FAILED', undefined, later).kind, 'tell');
});

test('a failover that recovered and broke off before it let go of the plan is only released, once it has ended', () => {
  const recovered = { run: 1, outcome: 'recovered' } as const;
  assert.equal(janitorNeed(failover, 'ABORTED', recovered, later).kind, 'release');
  assert.equal(janitorNeed(failover, 'RUNNING', recovered, later).kind, 'nothing');
});

test('a run that a person has just asked for is waited for, however old its recovery is', () => {
  const continued = { ...failover, run: 2, runAt: later };
  assert.equal(janitorNeed(continued, 'absent', { run: 1, outcome: 'held' }, later).kind, 'nothing');
});

test('a run whose lock was marked a moment ago is on its way', () => {
  const marked = { ...drill, run: 2, runAt: at, abort: { by: 'janitor', at, reason: 'it was stopped' } };
  const [before, after] = ['2026-11-02T00:01:59.000Z', '2026-11-02T00:02:00.000Z'];
  assert.equal(janitorNeed(marked, 'absent', undefined, before).kind, 'nothing');
  assert.equal(janitorNeed(marked, 'absent', undefined, after).kind, 'finish');
});

test('people are told once for each reason, and again where whoever set out to tell them broke off', () => {
  const record = { nonce: 'n', recovery: 'shop-drill-1', reason: 'it was stopped', at };
  assert.equal(isUntold(undefined, 'shop-drill-1', 'it was stopped', at), true);
  assert.equal(isUntold({ ...record, toldAt: at }, 'shop-drill-1', 'it was stopped', later), false);
  assert.equal(isUntold({ ...record, toldAt: at }, 'shop-drill-1', 'it broke', at), true);
  assert.equal(isUntold({ ...record, toldAt: at }, 'shop-drill-2', 'it was stopped', at), true);
  assert.equal(isUntold(record, 'shop-drill-1', 'it was stopped', '2026-11-02T00:01:59.000Z'), false);
  assert.equal(isUntold(record, 'shop-drill-1', 'it was stopped', '2026-11-02T00:02:00.000Z'), true);
});

test('a recovery is overdue beyond what was promised of its kind, until the plan is let go', () => {
  const plan = { objectives: { rtoSeconds: 1800 }, drill: { maxDurationSeconds: 7200 } } as Parameters<
    typeof isOverdue
  >[1];
  const after = (minutes: number) => new Date(Date.parse(at) + minutes * 60_000).toISOString();
  assert.deepEqual(
    [30, 31].map((minutes) => isOverdue(failover, plan, after(minutes))),
    [false, true],
  );
  assert.deepEqual(
    [120, 121].map((minutes) => isOverdue(drill, plan, after(minutes))),
    [false, true],
  );
  assert.equal(isOverdue({ ...failover, releasedAt: later }, plan, after(600)), false);
});

const taken: PreemptedDrill = { recovery: 'shop-drill-1', run: 1, takenBy: 'shop-failover-1', takenAt: at };

test('a drill that lost its plan and was stopped is tidied up by a run of its own', () => {
  for (const status of ended) {
    const reason = `its execution shop-drill-1-r1 ended ${status} before it was concluded, and shop-failover-1 had taken its plan`;
    assert.deepEqual(preemptedNeed(taken, status, undefined, later), { kind: 'finish', nextRun: 2, reason });
  }
});

test('a drill that lost its plan is left alone while its execution runs, or while nobody can say', () => {
  assert.equal(preemptedNeed(taken, 'RUNNING', undefined, later).kind, 'nothing');
  assert.equal(preemptedNeed(taken, undefined, undefined, later).kind, 'nothing');
});

test('a drill that lost its plan is settled once a run of it as late as the last has been concluded', () => {
  assert.equal(preemptedNeed({ ...taken, run: 2 }, 'FAILED', { run: 1 }, later).kind, 'finish');
  assert.equal(preemptedNeed({ ...taken, run: 2 }, 'FAILED', { run: 2 }, later).kind, 'settled');
  assert.equal(preemptedNeed({ ...taken, run: 2 }, 'ABORTED', { run: 3 }, later).kind, 'settled');
});

test('a tidying run that was asked for and never started is started under its own name, after a while', () => {
  const asked = { ...taken, run: 2, runAt: soon };
  assert.equal(preemptedNeed(asked, 'absent', undefined, '2026-11-02T00:06:00.000Z').kind, 'nothing');
  const need = preemptedNeed(asked, 'absent', undefined, '2026-11-02T00:08:00.000Z');
  assert.equal(need.kind === 'finish' && need.nextRun, 2);
  const neverSeen = preemptedNeed(taken, 'absent', undefined, later);
  assert.equal(neverSeen.kind === 'finish' && neverSeen.nextRun, 2);
});

test('after six tidying runs a drill that lost its plan is left to a person', () => {
  const need = preemptedNeed({ ...taken, run: 6 }, 'FAILED', undefined, later);
  assert.match(need.kind === 'tell' ? need.reason : '', /shop-drill-1-r6 ended FAILED/);
});

test('whoever takes a plan keeps in mind the drills that lost it', () => {
  const held = { ...drill, execution: 'by-hand', runAt: soon };
  const [first] = preemptedBy(held, 'shop-failover-1', later);
  assert.deepEqual(first, {
    recovery: 'shop-drill-1',
    run: 1,
    execution: 'by-hand',
    runAt: soon,
    takenBy: 'shop-failover-1',
    takenAt: later,
  });
  const orders = {
    continued: { run: 1, by: 'ana', at: soon, comment: 'go on' },
    planAcceptedBy: 'ana',
    abort: { by: 'ben', at: soon, reason: 'enough' },
  };
  const [ordered] = preemptedBy({ ...held, ...orders }, 'shop-failover-1', later);
  assert.deepEqual(ordered, { ...first, ...orders }, 'its evidence has still to tell what people ordered');
  const other = { ...drill, recovery: 'shop-drill-2', preempted: [first!] };
  const names = (held: ActiveRecord | undefined, by: string) =>
    preemptedBy(held, by, later).map(({ recovery }) => recovery);
  assert.deepEqual(names(other, 'shop-failover-2'), ['shop-drill-1', 'shop-drill-2']);
  assert.deepEqual(names({ ...other, releasedAt: soon }, 'shop-failover-2'), ['shop-drill-1']);
  assert.deepEqual(names(other, 'shop-drill-2'), ['shop-drill-1']);
  assert.deepEqual(names(undefined, 'shop-drill-2'), []);
});

test('the mark of an interrupted recovery keeps the order of a person that was there', () => {
  const order = { by: 'ana', at: soon, reason: 'a false alarm' };
  const marked = interruptedBy({ abort: order }, later, 'it was stopped');
  assert.deepEqual(marked, { by: 'janitor', at: later, reason: 'it was stopped', after: order });
  assert.deepEqual(interruptedBy({ abort: marked }, later, 'again').after, order);
  const alone = { by: 'janitor', at: later, reason: 'it was stopped' };
  assert.deepEqual(interruptedBy({}, later, 'it was stopped'), alone);
  assert.deepEqual(interruptedBy({ abort: alone }, later, 'it was stopped'), alone);
});

test('an execution that was started by hand under another name is looked for by that name', () => {
  assert.equal(executionOf({ recovery: 'shop-1', execution: 'by-hand' }), 'by-hand');
  assert.equal(executionOf({ recovery: 'shop-1', run: 3 }), 'shop-1-r3');
  assert.equal(executionOf({ recovery: 'shop-1' }), 'shop-1-r1');
});
