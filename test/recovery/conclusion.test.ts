import assert from 'node:assert/strict';
import test from 'node:test';
import type { StepRecord, StepStatus } from '../../recovery/step.ts';
import {
  concludeRun as conclude,
  dataLossOf,
  evidenceSteps,
  type GivenOrder,
  joinOrders,
} from '../../recovery/steps/evidence.ts';
import { type RecoveryKind, type StepName, stepNames } from '../../recovery/terms.ts';
import { shopPlan } from './plans.ts';

const at = '2026-03-02T09:00:00.000Z';
const concludeRun = (kind: RecoveryKind, records: Parameters<typeof conclude>[1]) =>
  conclude({ kind, recovery: `shop-${kind}-1` }, records);

function record(step: StepName, status: StepStatus, parts: Partial<StepRecord> = {}): StepRecord {
  return {
    step,
    run: 1,
    status,
    firstAt: at,
    lastAt: at,
    attempts: 1,
    counts: { done: 0, total: 0 },
    resources: [],
    memory: null,
    ...parts,
  };
}

function allDone(
  changes: Partial<Record<StepName, StepRecord | undefined>> = {},
): Partial<Record<StepName, StepRecord>> {
  const done = Object.fromEntries(
    stepNames.filter((name) => name !== 'conclude').map((name) => [name, record(name, 'done')]),
  );
  return Object.fromEntries(
    Object.entries({ ...done, ...changes }).filter(([, value]) => value !== undefined),
  ) as Partial<Record<StepName, StepRecord>>;
}

test('all steps done is recovered for a failover and drilled for a drill', () => {
  assert.equal(concludeRun('failover', allDone()).outcome, 'recovered');
  assert.equal(concludeRun('drill', allDone()).outcome, 'drilled');
});

test('a skipped step counts as done: the plan had nothing for it', () => {
  assert.equal(
    concludeRun('failover', allDone({ reload: record('reload', 'skipped') })).outcome,
    'recovered',
  );
});

test('a drill that has ended is not continued, since it has let go of its plan: one drills again', () => {
  const unblock = 'create what is missing, or correct the plan, then continue';
  const records = allDone({ volumes: record('volumes', 'failed', { reason: 'why', unblock }) });
  assert.equal(
    concludeRun('drill', records).unblock,
    'create what is missing, or correct the plan, then drill again',
  );
  assert.equal(concludeRun('failover', records).unblock, unblock);
  const brokenOff = concludeRun('drill', allDone({ servers: undefined }));
  assert.equal(brokenOff.unblock, 'look at the execution history, then drill again');
});

for (const kind of ['failover', 'drill'] as const satisfies readonly RecoveryKind[]) {
  const needed = stepNames.filter(
    (name) => name !== 'conclude' && (kind === 'drill' || (name !== 'cleanup' && name !== 'sweep')),
  );
  for (const name of needed) {
    test(`a ${kind} that never reached ${name} is failed, not ${kind === 'drill' ? 'drilled' : 'recovered'}`, () => {
      const concluded = concludeRun(kind, allDone({ [name]: undefined }));
      assert.equal(concluded.outcome, 'failed');
      assert.match(concluded.reason ?? '', new RegExp(name));
    });
    test(`a ${kind} whose ${name} still was working is failed`, () => {
      assert.equal(concludeRun(kind, allDone({ [name]: record(name, 'working') })).outcome, 'failed');
    });
    test(`a ${kind} whose ${name} is held is held, with its reason and its way out`, () => {
      const concluded = concludeRun(
        kind,
        allDone({ [name]: record(name, 'held', { reason: 'why', unblock: 'how' }) }),
      );
      assert.deepEqual(concluded, { outcome: 'held', reason: 'why', unblock: 'how' });
    });
  }
}

test('a failed step speaks before a held one', () => {
  const records = allDone({
    servers: record('servers', 'held', { reason: 'held' }),
    volumes: record('volumes', 'failed', { reason: 'failed' }),
  });
  assert.equal(concludeRun('failover', records).reason, 'failed');
});

test('a step that failed is failed where one is held, and the other way round', () => {
  const outcome = (status: StepStatus) =>
    concludeRun('failover', allDone({ volumes: record('volumes', status) }));
  assert.deepEqual(outcome('failed'), { outcome: 'failed', reason: null, unblock: null });
  assert.deepEqual(outcome('held'), { outcome: 'held', reason: null, unblock: null });
});

test('a failover is not judged by what only a drill does', () => {
  const records = allDone({
    cleanup: record('cleanup', 'failed', { reason: 'why' }),
    sweep: record('sweep', 'failed', { reason: 'why' }),
  });
  assert.equal(concludeRun('failover', records).outcome, 'recovered');
});

test('a step that broke off after the databases is not why an earlier one was missed', () => {
  const missed = record('volumes', 'failed', { code: 'NoServer', reason: 'its server is failed' });
  const broken = (name: StepName) =>
    concludeRun('failover', allDone({ volumes: missed, [name]: record(name, 'working') })).reason;
  assert.equal(broken('databases'), 'the step databases came to no end that it could write down');
  assert.equal(broken('settings'), 'its server is failed');
  assert.equal(broken('traffic'), 'its server is failed');
});

test('what was aborted without a word is aborted all the same', () => {
  const records = allDone({ servers: record('servers', 'failed', { code: 'Aborted' }) });
  assert.deepEqual(concludeRun('failover', records), { outcome: 'aborted', reason: '', unblock: '' });
});

test('a sweep that found copies says so, though the clean-up said that it was done', () => {
  const left = { code: 'LeftBehind', reason: 'one is left', unblock: 'look, then continue' };
  const records = allDone({ sweep: record('sweep', 'failed', left) });
  assert.equal(
    concludeRun('drill', records).unblock,
    'delete what carries lifeboat:recovery=shop-drill-1; look, then drill again',
  );
});

test('evidence says why a step ended where it says so', () => {
  const [open, servers] = evidenceSteps({
    open: record('open', 'done'),
    servers: record('servers', 'failed', { reason: 'no capacity' }),
  });
  assert.ok(open && !('reason' in open));
  assert.equal(servers?.reason, 'no capacity');
});

test('orders that several runs know are told once, the oldest first, and those without a time before all', () => {
  const order = (by: string, at: string | null): GivenOrder => ({
    order: 'continued',
    by,
    at,
    comment: null,
  });
  const [one, two, three] = [order('kim', at), order('jane', '2026-03-02T10:00:00.000Z'), order('lee', null)];
  assert.deepEqual(joinOrders([one], [two, one, three]), [three, one, two]);
  assert.deepEqual(joinOrders([two], [one]), [one, two]);
  assert.deepEqual(joinOrders([one, two], []), [one, two]);
});

test('evidence lists the steps in the order of the machine, with what they touched', () => {
  const resources = [{ region: 'r', type: 'volume', id: 'vol-1' }];
  const steps = evidenceSteps({
    volumes: record('volumes', 'done', { resources, endedAt: at, attempts: 3 }),
    open: record('open', 'working'),
  });
  assert.deepEqual(steps, [
    { name: 'open', status: 'working', startedAt: at, endedAt: null, attempts: 1, resources: 0 },
    { name: 'volumes', status: 'done', startedAt: at, endedAt: at, attempts: 3, resources: 1 },
  ]);
});

test('the loss of a database is an interval up to the onset, that of a volume the age of its snapshot, each against its own limit', () => {
  const losses = dataLossOf(
    shopPlan(),
    {
      lags: { orders: { seconds: 4, at: '2026-03-02T08:59:00.000Z' } },
      snapshots: { data: { id: 'snap-1', startedAt: '2026-03-02T08:35:00.000Z' } },
    },
    at,
  );
  assert.deepEqual(losses, [
    {
      item: 'databases.orders',
      leastSeconds: 4,
      mostSeconds: 64,
      allowedSeconds: 300,
      basis: 'ReplicaLag of shop-orders-replica at 2026-03-02T08:59:00.000Z',
    },
    {
      item: 'volumes.data',
      leastSeconds: 1500,
      mostSeconds: 1500,
      allowedSeconds: 3600,
      basis: 'snapshot snap-1 of 2026-03-02T08:35:00.000Z',
    },
  ]);
});

test('an idle source has lost nothing at least, and its last tooth at most', () => {
  const lags = { orders: { seconds: 240, at: '2026-03-02T08:59:00.000Z', idle: true } } as const;
  const [orders] = dataLossOf(shopPlan(), { lags, snapshots: {} }, at);
  assert.deepEqual([orders?.leastSeconds, orders?.mostSeconds], [0, 300]);
  assert.match(orders?.basis ?? '', /wrote nothing/);
});

test('a loss that nothing measured, or only long before the onset, stays unknown', () => {
  const old = { orders: { seconds: 1, at: '2026-03-02T08:56:59.000Z' } };
  for (const lags of [{}, old]) {
    const [orders] = dataLossOf(shopPlan(), { lags, snapshots: {} }, at);
    assert.equal(orders?.mostSeconds, undefined);
    assert.match(orders?.basis ?? '', /no sample/);
  }
});

test('what somebody aborted is aborted, whatever else went wrong, and says who did it', () => {
  const abort = { code: 'Aborted', reason: 'kim aborted it', unblock: 'lifeboat continue shop-1' };
  const records = allDone({
    servers: record('servers', 'failed', { code: 'NoCapacity', reason: 'no capacity' }),
    settings: record('settings', 'failed', abort),
  });
  assert.deepEqual(concludeRun('failover', records), {
    outcome: 'aborted',
    reason: abort.reason,
    unblock: abort.unblock,
  });
});

test('an aborted drill that left something behind says so', () => {
  const records = allDone({
    servers: record('servers', 'failed', {
      code: 'Aborted',
      reason: 'kim aborted it',
      unblock: 'drill again',
    }),
    sweep: record('sweep', 'failed', { reason: 'vol-1 is still there', unblock: 'delete vol-1' }),
  });
  assert.deepEqual(concludeRun('drill', records), {
    outcome: 'aborted',
    reason: 'kim aborted it; sweep: vol-1 is still there',
    unblock: 'drill again; delete vol-1',
  });
});

test('a drill whose copies may stay says to delete them, whatever ended it, since nobody comes back to them', () => {
  const bound = { code: 'BoundReached', reason: 'why', unblock: 'remove what it waits for, then continue' };
  const left = {
    code: 'LeftBehind',
    reason: 'seven are left',
    unblock: 'delete what carries lifeboat:recovery=shop-drill-1, then drill again',
  };
  const cleanup = record('cleanup', 'failed', bound);
  const sweep = record('sweep', 'failed', left);
  const says = (changes: Parameters<typeof allDone>[0]) => concludeRun('drill', allDone(changes)).unblock;
  const remove = 'delete what carries lifeboat:recovery=shop-drill-1';
  const both = `${remove}; remove what it waits for, then drill again`;
  assert.equal(says({ cleanup, sweep }), both);
  assert.equal(says({ cleanup, sweep: record('sweep', 'failed', bound) }), both, 'nobody could look');
  assert.equal(says({ volumes: record('volumes', 'failed', bound), cleanup, sweep }), both);
  assert.equal(says({ sweep }), left.unblock, 'once is enough');
  const unreached = says({ cleanup: undefined, sweep: undefined });
  assert.equal(unreached, `${remove}; look at the execution history, then drill again`);
  const looked = 'remove what it waits for, then drill again';
  assert.equal(says({ cleanup }), looked, 'the sweep found nothing');
  const changed = record('sweep', 'failed', { code: 'LiveChanged', reason: 'why', unblock: 'look' });
  assert.equal(says({ cleanup, sweep: changed }), looked);
  assert.equal(concludeRun('failover', allDone({ volumes: cleanup })).unblock, bound.unblock);
});

test('a drill whose plan a failover took is aborted, and what that failover changed is not held against it', () => {
  const records = allDone({
    servers: record('servers', 'failed', {
      code: 'Preempted',
      reason: 'a failover took it',
      unblock: 'later',
    }),
    sweep: record('sweep', 'failed', { reason: 'the live workload changed', unblock: 'look' }),
  });
  assert.deepEqual(concludeRun('drill', records), {
    outcome: 'aborted',
    reason: 'a failover took it',
    unblock: 'later',
  });
});

test('a step that broke off speaks before those that missed it', () => {
  const records = allDone({
    servers: record('servers', 'working'),
    volumes: record('volumes', 'failed', { code: 'NoServer', reason: 'its server is failed' }),
  });
  assert.match(concludeRun('drill', records).reason ?? '', /servers came to no end/);
});

test('what a step missed because of another one speaks only when nothing else does', () => {
  const because = { code: 'NoServer', reason: 'its server is failed' };
  const records = allDone({
    servers: record('servers', 'failed', { code: 'NoCapacity', reason: 'no capacity' }),
    volumes: record('volumes', 'failed', because),
  });
  assert.equal(concludeRun('failover', records).reason, 'no capacity');
  assert.equal(
    concludeRun('failover', allDone({ volumes: record('volumes', 'failed', because) })).reason,
    because.reason,
  );
});

test('a gate that is held for a step that broke off is not the cause: that step is', () => {
  const {
    fence: _fence,
    databases: _databases,
    ...before
  } = allDone({
    servers: record('servers', 'working'),
    gate: record('gate', 'held', { code: 'CannotFinish', reason: 'servers broke off' }),
  });
  const concluded = concludeRun('failover', before);
  assert.equal(concluded.outcome, 'failed');
  assert.equal(concluded.reason, 'the step servers came to no end that it could write down');
});
