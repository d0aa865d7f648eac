/** What `lifeboat status` makes of what it read: the picture of a plan, and what a person can do now. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import type { Verdict } from '../../recovery/deciding/observation.ts';
import type { ActiveRecord, PauseRecord, PeriodRecord } from '../../recovery/ledger.ts';
import { planStatus, type StatusFacts } from '../../recovery/status.ts';
import type { StepRecord } from '../../recovery/step.ts';
import type { RunEvidence } from '../../recovery/steps/evidence.ts';

const now = '2026-11-02T00:30:00.000Z';
const at = '2026-11-02T00:03:00.000Z';

/** What a row adds to a plan of which nothing is known. */
interface Told extends Partial<Pick<StatusFacts, 'execution'>> {
  readonly active?: Partial<ActiveRecord>;
  readonly evidence?: Partial<RunEvidence>;
  readonly steps?: readonly Partial<StepRecord>[];
  readonly brake?: Partial<PauseRecord>;
  readonly pause?: Partial<PauseRecord>;
  readonly period?: Partial<PeriodRecord>;
  readonly decision?: Partial<Verdict>;
}

const word: PauseRecord = { nonce: 'n', by: 'jane', at, comment: 'moving the database' };
const active: ActiveRecord = {
  nonce: 'n',
  recovery: 'shop-failover-1',
  kind: 'failover',
  at,
  run: 1,
};
const period: PeriodRecord = {
  nonce: 'n',
  recovery: 'shop-failover-0',
  from: at,
  until: '2026-11-02T06:03:00.000Z',
};
const decision: Verdict = {
  plan: 'shop',
  decision: 'hold',
  analysis: 'PrimaryAnswers',
  blockedBy: 'PrimaryAnswers',
  reason: 'it answers',
  unblock: 'lifeboat failover shop',
  at,
};
const step: StepRecord = {
  step: 'gate',
  run: 1,
  status: 'working',
  firstAt: at,
  lastAt: now,
  attempts: 3,
  counts: { done: 0, total: 1 },
  resources: [],
  memory: null,
};
const evidence = {
  recovery: 'shop-failover-1',
  run: 1,
  outcome: 'held',
  reason: 'the lag is too high',
  unblock: 'approve it again',
} as RunEvidence;

function factsOf(told: Told): StatusFacts {
  return {
    plan: 'shop',
    now,
    active: told.active && { ...active, ...told.active },
    execution: told.execution,
    evidence: told.evidence && { ...evidence, ...told.evidence },
    steps: (told.steps ?? []).map((one) => ({ ...step, ...one })),
    approvals: [],
    requests: [],
    brake: told.brake && { ...word, ...told.brake },
    pause: told.pause && { ...word, ...told.pause },
    period: told.period && { ...period, ...told.period },
    decision: told.decision && { ...decision, ...told.decision },
  };
}

const rows = JSON.parse(readFileSync(new URL('cases/status.json', import.meta.url), 'utf8')) as readonly {
  readonly name: string;
  readonly given: Told;
  readonly wayOut: string | null;
  readonly waitsFor?: readonly string[];
}[];

for (const { name, given, wayOut, waitsFor } of rows) {
  test(name, () => {
    const status = planStatus(factsOf(given));
    assert.equal(status.wayOut, wayOut);
    if (waitsFor) assert.deepEqual(status.recovery?.waitsFor, waitsFor);
  });
}

test('of a plan that nothing is known of, nothing is told', () => {
  assert.deepEqual(planStatus(factsOf({})), {
    plan: 'shop',
    at: now,
    recovery: null,
    brake: null,
    pause: null,
    period: null,
    decision: null,
    wayOut: null,
  });
});

test('everything that is known of a recovery is in its picture', () => {
  const abort = { by: 'kim', at, reason: 'a false alarm' };
  const continued = { run: 2, by: 'jane', at, comment: 'the grant is there' };
  const facts: StatusFacts = {
    ...factsOf({
      active: { run: 2, abort, continued, releasedAt: now },
      execution: 'FAILED',
      evidence: { run: 2 },
      brake: {},
      pause: {},
      period: { acknowledged: { by: 'kim', at, comment: 'c' } },
      decision: {},
      steps: [
        { run: 1, step: 'open' },
        { run: 2, step: 'gate', waitingFor: 'a person' },
        {
          run: 2,
          step: 'fence',
          status: 'held',
          code: 'Denied',
          reason: 'no',
          endedAt: now,
          waitingFor: 'x',
        },
        { run: 2, step: 'open', status: 'done' },
      ],
    }),
    requests: [{ nonce: 'n', principal: 'AIDAJANE', at, comment: 'it is down' }],
    approvals: [{ nonce: 'n', principal: 'AIDAKIM', at, comment: 'go', overrides: ['LagTooHigh'] }],
  };
  const none = { endedAt: null, waitingFor: null, code: null, reason: null };
  const said = { by: 'jane', at, comment: 'moving the database' };
  const { plan: _, ...verdict } = decision;
  assert.deepEqual(planStatus(facts), {
    plan: 'shop',
    at: now,
    recovery: {
      recovery: 'shop-failover-1',
      kind: 'failover',
      run: 2,
      since: at,
      isActive: false,
      execution: 'FAILED',
      outcome: 'held',
      reason: 'the lag is too high',
      abort,
      continued,
      waitsFor: [],
      steps: [
        { ...none, name: 'gate', status: 'working', startedAt: at, waitingFor: 'a person' },
        {
          name: 'fence',
          status: 'held',
          startedAt: at,
          endedAt: now,
          waitingFor: null,
          code: 'Denied',
          reason: 'no',
        },
        { ...none, name: 'open', status: 'done', startedAt: at },
      ],
      requestedBy: ['AIDAJANE'],
      approvals: [{ by: 'AIDAKIM', at, comment: 'go', overrides: ['LagTooHigh'] }],
    },
    brake: said,
    pause: said,
    period: { recovery: 'shop-failover-0', until: period.until, isOpen: false, acknowledgedBy: 'kim' },
    decision: verdict,
    wayOut: 'lifeboat unpause --all lifts the brake',
  });
});

test('what is not known of a recovery is null, and a lock without a run is that of the first', () => {
  const { run: _, ...before } = active;
  const { recovery } = planStatus({ ...factsOf({ execution: 'absent', steps: [{}] }), active: before });
  assert.deepEqual(recovery, {
    recovery: 'shop-failover-1',
    kind: 'failover',
    run: 1,
    since: at,
    isActive: true,
    execution: null,
    outcome: null,
    reason: null,
    abort: null,
    continued: null,
    waitsFor: [],
    steps: [
      {
        name: 'gate',
        status: 'working',
        startedAt: at,
        endedAt: null,
        waitingFor: null,
        code: null,
        reason: null,
      },
    ],
    requestedBy: [],
    approvals: [],
  });
  assert.equal(planStatus(factsOf({ active: {} })).recovery?.execution, null);
});

test('a period is open until its end, and nobody has acknowledged it unless somebody has', () => {
  const seen = (parts: Partial<PeriodRecord>) => planStatus(factsOf({ period: parts })).period;
  assert.deepEqual(seen({}), {
    recovery: 'shop-failover-0',
    until: period.until,
    isOpen: true,
    acknowledgedBy: null,
  });
  assert.equal(seen({ until: '2026-11-02T00:30:01.000Z' })?.isOpen, true);
  assert.equal(seen({ until: now })?.isOpen, false);
});

test('what was lifted is not told any more', () => {
  const { brake, pause } = planStatus(factsOf({ brake: { liftedAt: now }, pause: { liftedAt: now } }));
  assert.deepEqual([brake, pause], [null, null]);
});
