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
  practiceNamespace,
} from '../../recovery/practice/schedules.ts';
import { commandFor, findings, lastFor } from '../../recovery/practice/standing.ts';
import { scopeProblem } from '../../recovery/scope.ts';
import type { StepStatus } from '../../recovery/step.ts';
import type { StepName } from '../../recovery/terms.ts';
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

test('the later it is, the later the last due time, which never lies ahead', () => {
  const someMs = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2034, 0, 1) });
  fc.assert(
    fc.property(
      timeOfDay,
      someZone,
      someSchedule,
      someMs,
      someMs,
      (atTime, timeZone, schedule, oneMs, otherMs) => {
        const occasion = occasionOf(planOf('shop', atTime, timeZone), schedule);
        const due = (ms: number) => dueBefore(occasion, new Date(ms).toISOString()) ?? '';
        const [first, second] = [Math.min(oneMs, otherMs), Math.max(oneMs, otherMs)];
        assert.ok(due(first) <= due(second));
        assert.ok(Date.parse(due(second)) <= second);
        assert.equal(due(Date.parse(due(second))), due(second), 'it is due at its own time');
      },
    ),
    { seed: 20261121, numRuns: 200 },
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

test('a drill is judged by what it loses at most, and by when it was verified, in that order', () => {
  const onset = '2026-10-20T00:47:00.000Z';
  const loss = (mostSeconds?: number) => ({
    item: 'databases.orders',
    basis: 'a sample',
    allowedSeconds: 300,
    ...(mostSeconds !== undefined && { mostSeconds }),
  });
  const step = (name: StepName, status: StepStatus, endedAt: string | null) => ({
    name,
    status,
    startedAt: onset,
    endedAt,
    attempts: 1,
    resources: 0,
  });
  const late = '2026-10-20T01:17:01.000Z';
  const bare = { ...plan, databases: [] };
  const missed = (
    dataLoss: readonly ReturnType<typeof loss>[],
    steps: readonly ReturnType<typeof step>[],
    of: Plan = bare,
  ) => missedObjective(of, { scope: 'full', dataLoss, steps, onset });
  const verified = [step('verify', 'done', late)];
  assert.equal(missed([], verified), 'it took 1801 s to be verified, more than the 1800 s of the RTO');
  assert.equal(missed([loss(300), loss()], []), null, 'as much as is allowed, and what nothing measured');
  assert.match(missed([loss(300), loss(301)], verified) ?? '', /would lose up to 301 s/);
  assert.equal(missed([], verified, plan), null, 'a restored copy stood in for the promotion');
  assert.equal(missed([], [step('verify', 'done', '2026-10-20T01:17:00.000Z')]), null, 'exactly in time');
  for (const steps of [
    [],
    [step('verify', 'done', null)],
    [step('verify', 'failed', late)],
    [step('servers', 'done', late)],
  ])
    assert.equal(missed([], steps), null);
  assert.match(missed([], [step('servers', 'done', onset), ...verified]) ?? '', /1801 s/);
});

test('the commands that start drills as schedules do, their expressions, and their namespace', () => {
  assert.equal(commandFor('shop', 'monthly'), 'lifeboat drill shop --scope restore --aws');
  assert.equal(commandFor('shop', 'quarterly'), 'lifeboat drill shop --aws');
  const at = (schedule: PracticeSchedule) => cronOf({ ...occasionOf(plan, schedule), hour: 9, minute: 5 });
  assert.deepEqual(
    [at('monthly'), at('quarterly'), at('yearly')],
    ['cron(5 9 ? * 3#2 *)', 'cron(5 9 ? 1,4,7,10 3#3 *)', 'cron(5 9 ? 2 4#2 *)'],
  );
  assert.equal(practiceNamespace, 'Lifeboat/Drill');
});

test('where clocks skip the time of day each year, nothing was due', () => {
  // Each second Sunday of March, New York goes from 02:00 to 03:00.
  const skipped = { months: [3], weekday: 1, nth: 2, hour: 2, minute: 30, timeZone: 'America/New_York' };
  assert.equal(dueBefore(skipped, '2030-06-01T00:00:00.000Z'), undefined);
  const once = { ...skipped, hour: 1 };
  assert.equal(dueBefore(once, '2030-06-01T00:00:00.000Z'), '2030-03-10T06:30:00.000Z');
});

test('what was due as the promise was made, or as the last drill ended, is kept by it', () => {
  const dueAt = '2026-10-13T00:47:00.000Z';
  const seen = { since: dueAt, isOpened: false, last: undefined };
  const now = '2026-10-20T00:00:00Z';
  assert.equal(findings(plan, 'monthly', seen, now).length, 1, 'it was promised');
  assert.equal(findings(plan, 'monthly', { ...seen, since: '2026-10-13T00:47:00.001Z' }, now).length, 0);
  assert.equal(findings(plan, 'monthly', { ...seen, last: { ...good, endedAt: dueAt } }, now).length, 0);
});

test('of two drills that ended at once, the restore drill speaks for itself', () => {
  const full: LastDrill = { ...good, scope: 'full' };
  assert.equal(lastFor('monthly', { restore: good, full }), good);
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
