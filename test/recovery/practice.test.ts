import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { LastDrill } from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { missedObjective } from '../../recovery/practice/missed.ts';
import {
  cronOf,
  type DrillSchedule,
  dueBefore,
  occasionOf,
  type PracticeSchedule,
} from '../../recovery/practice/schedules.ts';
import { findings, lastFor } from '../../recovery/practice/standing.ts';
import { scopeProblem } from '../../recovery/scope.ts';
import { nextOf, readTiming } from '../../simulator/events/schedule-expression.ts';
import { runCases } from '../cases.ts';
import { shopPlan } from './plans.ts';

const plan = shopPlan();
const hour = 3_600_000;

function planOf(name: string, atTime: string, timeZone: string): Pick<Plan, 'plan' | 'drill'> {
  return { plan: name, drill: { ...plan.drill, atTime, timeZone } };
}

const timeOfDay = fc
  .nat(24 * 60 - 1)
  .map((all) => [Math.floor(all / 60), all % 60].map((part) => String(part).padStart(2, '0')).join(':'));
const someZone = fc.constantFrom(
  'UTC',
  'Asia/Seoul',
  'America/New_York',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Asia/Kathmandu',
  'America/Sao_Paulo',
);
const someName = fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/);
const someSchedule = fc.constantFrom<PracticeSchedule>('monthly', 'quarterly', 'yearly');

test('what the look expects is what EventBridge Scheduler does with the same expression', () => {
  fc.assert(
    fc.property(
      someName,
      timeOfDay,
      someZone,
      someSchedule,
      fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2034, 0, 1) }),
      (name, atTime, timeZone, schedule, nowMs) => {
        const occasion = occasionOf(planOf(name, atTime, timeZone), schedule);
        const dueAt = dueBefore(occasion, new Date(nowMs).toISOString());
        assert.ok(dueAt);
        const timing = readTiming(cronOf(occasion), timeZone);
        assert.equal(nextOf(timing, 0, Date.parse(dueAt) - 1), Date.parse(dueAt));
        assert.ok((nextOf(timing, 0, Date.parse(dueAt)) ?? 0) > nowMs, 'nothing was due in between');
      },
    ),
    { seed: 7, numRuns: 200 },
  );
});

test('a plan begins within the hour after its time, never after midnight, and always at the same minute', () => {
  fc.assert(
    fc.property(someName, timeOfDay, (name, atTime) => {
      const [hours = 0, minutes = 0] = atTime.split(':').map(Number);
      const { hour: at, minute } = occasionOf(planOf(name, atTime, 'UTC'), 'monthly');
      const late = at * 60 + minute - (hours * 60 + minutes);
      assert.ok(late >= 0 && late < 60 && at < 24, `${late} minutes`);
    }),
    { seed: 7 },
  );
  const minutes = Array.from({ length: 20 }, (_, n) =>
    occasionOf(planOf(`plan-${n}`, '09:00', 'UTC'), 'monthly'),
  );
  assert.ok(new Set(minutes.map(({ minute }) => minute)).size > 10, 'plans are spread over the hour');
});

test('the two drills of a plan are a week apart, on working days in the middle of the week, for ten years', () => {
  const times = (schedule: DrillSchedule) => {
    const timing = readTiming(cronOf(occasionOf(plan, schedule)), plan.drill.timeZone);
    const found: number[] = [];
    for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2036, 0, 1); at = found.at(-1) ?? 0)
      found.push(nextOf(timing, 0, at) ?? Number.POSITIVE_INFINITY);
    return found;
  };
  const [monthly, quarterly] = [times('monthly'), times('quarterly')];
  assert.deepEqual([monthly.length, quarterly.length], [121, 41]);
  for (const at of [...monthly, ...quarterly]) assert.equal(new Date(at).getUTCDay(), 2, 'a Tuesday');
  for (const at of quarterly)
    assert.ok(
      monthly.every((other) => Math.abs(other - at) >= 7 * 24 * hour),
      new Date(at).toISOString(),
    );
});

interface Given {
  readonly schedule?: DrillSchedule;
  readonly since?: string;
  readonly last?: Partial<LastDrill>;
  readonly isOpened?: boolean;
  readonly now: string;
}

const good: LastDrill = {
  recovery: 'shop-drill-1',
  scope: 'restore',
  outcome: 'drilled',
  reason: null,
  missed: null,
  endedAt: '2026-10-13T01:20:00Z',
};

runCases<Given>(new URL('cases/practice-standing.json', import.meta.url), (given) => {
  const { schedule = 'monthly', since = '2026-01-01T00:00:00Z', isOpened = false, last, now } = given;
  const found = findings(plan, schedule, { since, isOpened, last: last && { ...good, ...last } }, now);
  return { count: found.length, found };
});

test('a good full drill stands for the restore drill; a bad one says nothing of it; a restore drill never stands for a full one', () => {
  const full: LastDrill = { ...good, scope: 'full', endedAt: '2026-10-20T02:00:00Z' };
  assert.equal(lastFor('monthly', { restore: good, full }), full);
  assert.equal(lastFor('monthly', { full }), full);
  assert.equal(lastFor('monthly', { restore: good, full: { ...full, outcome: 'failed' } }), good);
  assert.equal(
    lastFor('monthly', { restore: { ...good, endedAt: '2026-10-21T00:00:00Z' }, full })?.scope,
    'restore',
  );
  assert.equal(lastFor('quarterly', { restore: good }), undefined);
  assert.equal(lastFor('quarterly', { restore: good, full }), full);
});

test('a full drill misses its RPO by what its replica lags, and a restore drill by nothing', () => {
  const onset = '2026-10-20T00:47:00.000Z';
  const dataLoss = [
    { item: 'databases.orders', leastSeconds: 400, mostSeconds: 400, basis: 'a sample', allowedSeconds: 300 },
  ];
  assert.equal(
    missedObjective(plan, { scope: 'full', dataLoss, steps: [], onset }),
    'databases.orders would lose up to 400 s, more than the 300 s that the plan allows (a sample)',
  );
  assert.equal(missedObjective(plan, { scope: 'restore', dataLoss, steps: [], onset }), null);
  const steps = (endedAt: string) =>
    [{ name: 'verify', status: 'done', startedAt: onset, endedAt, attempts: 1, resources: 0 }] as const;
  const bare = { ...plan, databases: [] };
  const late = missedObjective(bare, {
    scope: 'full',
    dataLoss: [],
    steps: steps('2026-10-20T01:20:00.000Z'),
    onset,
  });
  assert.equal(late, 'it took 1980 s to be verified, more than the 1800 s of the RTO');
  const inTime = steps('2026-10-20T01:00:00.000Z');
  assert.equal(missedObjective(bare, { scope: 'full', dataLoss: [], steps: inTime, onset }), null);
});

test('a failover has no scope, and all runs of a drill have that of the first', () => {
  for (const scope of ['full', 'restore'] as const)
    assert.equal(scopeProblem('failover', scope, 'full')?.status, 'failed');
  assert.equal(scopeProblem('failover', undefined, 'full'), undefined);
  assert.equal(scopeProblem('drill', undefined, 'restore'), undefined);
  assert.equal(scopeProblem('drill', 'restore', 'restore'), undefined);
  assert.partialDeepStrictEqual(scopeProblem('drill', 'full', 'restore'), {
    code: 'WrongScope',
    reason: 'this drill was opened with the scope restore, not full',
  });
});
