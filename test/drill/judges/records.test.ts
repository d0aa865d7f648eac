import assert from 'node:assert/strict';
import test from 'node:test';
import { wayOutOf } from '../../../drill/checkers/way-out.ts';
import { judgeRecord } from '../../../drill/checkers.ts';
import { ledgerKeys } from '../../../recovery/ledger.ts';
import type { RunEvidence } from '../../../recovery/steps/evidence.ts';
import type { Evidence } from '../../../report/evidence.ts';
import type { Template } from '../../../simulator/cloudformation/deploy.ts';
import { impatientPlan, rehearseShop, replica, template, tokyo } from '../shop.ts';
import { nothing, Trial } from './trial.ts';

const recovery = 'shop-failover-7';
const key = ledgerKeys.evidence('shop', recovery);

test('a record that says more than happened, or less, or something else, is found', async () => {
  const trial = await new Trial().end('failover');
  const forged = (change: (evidence: RunEvidence) => object): readonly string[] => {
    let original: RunEvidence | undefined;
    trial.forge<RunEvidence>(key, (evidence) => {
      original = evidence;
      return change(evidence);
    });
    const found = trial.violations({ difference: nothing });
    trial.forge(key, () => original!);
    assert.deepEqual([...new Set(found.map(({ checker }) => checker))], ['evidenceIsTrue']);
    return found.map(({ message }) => message);
  };
  assert.deepEqual(trial.objections(), []);
  const says = (found: readonly string[], what: RegExp) => assert.match(found.join('\n'), what);
  const invented = { region: tokyo, type: 'instance', id: 'i-0123456789abcdef0' };
  says(
    forged((evidence) => ({ ...evidence, resources: [...evidence.resources, invented] })),
    /names the instance i-0123456789abcdef0, which there is not/,
  );
  says(
    forged((evidence) => ({ ...evidence, resources: evidence.resources.filter(({ id }) => id !== replica) })),
    /does not name shop-orders-replica, which it promoted/,
  );
  says(
    forged((evidence) => ({
      ...evidence,
      resources: evidence.resources.filter(({ type }) => type !== 'volume'),
    })),
    /does not name vol-\S+, which it made/,
  );
  says(
    forged((evidence) => ({
      ...evidence,
      resources: evidence.resources.filter(({ type }) => type !== 'trafficMetric'),
    })),
    /does not say that it moved traffic/,
  );
  says(
    forged((evidence) => ({ ...evidence, startedAt: '2026-11-01T23:50:00.000Z' })),
    /says that it began at 2026-11-01T23:50/,
  );
  says(
    forged((evidence) => ({ ...evidence, endedAt: '2026-11-02T09:00:00.000Z' })),
    /says that it ended at 2026-11-02T09:00:00.000Z, which is not within its run/,
  );
  const told = { reason: 'it did not', unblock: 'look at it' };
  const lie = forged((evidence) => ({ ...evidence, ...told, outcome: 'failed' }));
  says(lie, /says failed, and its execution succeeded/);
  const override = { code: 'LagTooHigh', reason: 'late', by: 'AIDAKIM', at: '', comment: '' };
  says(
    forged((evidence) => ({ ...evidence, overrides: [override] })),
    /says that AIDAKIM overrode LagTooHigh, who has approved nothing/,
  );
  const order = { order: 'aborted', by: 'AIDAKIM', at: null, comment: null };
  says(
    forged((evidence) => ({ ...evidence, orders: [order] })),
    /says that AIDAKIM aborted it, who has not/,
  );
  const loss = (leastSeconds: number) => (evidence: RunEvidence) => ({
    ...evidence,
    dataLoss: evidence.dataLoss.map((one) => ({ ...one, leastSeconds, mostSeconds: leastSeconds + 1 })),
  });
  says(forged(loss(500)), /says that shop-orders-replica lost 500 s to 501 s, and it was \S+ s behind/);
});

test('what had begun when an execution was stopped may end within a minute, and no later', async () => {
  const trial = await new Trial().end('failover');
  const execution = trial.sim.region(tokyo).states.executions.find(({ name }) => name.startsWith(recovery))!;
  const isFound = (seconds: number) => {
    const endedAt = new Date(execution.stoppedAtMs! + seconds * 1000).toISOString();
    trial.forge<RunEvidence>(key, (evidence) => ({ ...evidence, endedAt }));
    return trial
      .violations({ difference: nothing })
      .some(({ message }) => /not within its run/.test(message));
  };
  assert.deepEqual([0.9, 1.1, 59].map(isFound), [false, true, true]);
  Object.defineProperty(execution, 'status', { value: 'ABORTED' });
  assert.deepEqual([59, 61].map(isFound), [false, true]);
});

test('an order that the evidence does not tell of is found', async () => {
  const trial = await new Trial().end('failover');
  await trial.pass(300);
  trial.forge<RunEvidence>(key, (evidence) => evidence);
  const given = {
    at: new Date(trial.sim.clock.nowMs() - 900_000).toISOString(),
    by: 'AIDALEE',
    command: 'continue',
    plan: 'shop',
    recovery,
    run: 2,
    isDone: true,
    says: 'it goes on',
    unblock: null,
  } as const;
  assert.deepEqual(trial.objections({ orders: [given] }), ['evidenceIsTrue']);
});

test('a record for people that does not agree with the truth, or with itself, is found', async () => {
  const { evidence, account } = await rehearseShop({ kind: 'failover' });
  const { plan } = new Trial();
  const judged = {
    sim: account.sim,
    plan,
    kind: 'failover',
    recovery,
    outcome: 'recovered',
    difference: nothing,
  } as const;
  const messages = (changed: Partial<Evidence>) =>
    judgeRecord(judged, { ...evidence, ...changed })
      .map(({ message }) => message)
      .join('\n');
  assert.equal(messages({}), '');
  assert.match(messages({ apiCalls: evidence.apiCalls + 1 }), /calls, and it made/);
  assert.match(messages({ historyEvents: 3 }), /counts 3 events of its history/);
  assert.match(messages({ rtoSeconds: 12 }), /says an RTO of 12 s, and users were answered \d+ s after/);
  const early = { switchedAt: evidence.startedAt, target: evidence.traffic.target };
  assert.match(messages({ traffic: early }), /before anybody moved them|did not serve/);
  assert.match(messages({ phases: { ...evidence.phases, verifySeconds: 9999 } }), /its phases add up to/);
});

/** A template whose failover waits for two days where it waited for seconds. */
function endless(given: Template): Template {
  const resources = Object.entries(given.Resources).map(([id, resource]) => {
    if (resource.Type !== 'AWS::StepFunctions::StateMachine') return [id, resource] as const;
    const text = JSON.stringify(resource).replaceAll(
      '"SecondsPath":"$.last.waitSeconds"',
      '"Seconds":172800',
    );
    return [id, JSON.parse(text) as typeof resource] as const;
  });
  return { ...given, Resources: Object.fromEntries(resources) };
}

test('a run that does not end within its bound is found', async () => {
  const trial = new Trial({ template: endless(template) });
  trial.start('failover');
  await trial.pass(3 * 3600);
  assert.deepEqual(trial.objections(), []);
  await trial.pass(36 * 3600);
  assert.deepEqual(trial.objections(), ['everyRunEnds']);
  assert.match(
    trial.violations()[0]?.message ?? '',
    /shop-failover-7-r1 has been running for \d+ s, more than/,
  );
});

test('a run that ended and left no word, or one without a reason and a way out, is found', async () => {
  const trial = await new Trial().end('failover');
  const { sim, ledgerBucket } = trial.account;
  trial.forge<RunEvidence>(key, (evidence) => ({ ...evidence, run: 0 }));
  assert.ok(trial.objections().includes('everyEndHasAReason'));
  sim.s3.buckets.get(ledgerBucket)!.keys.delete(key);
  assert.deepEqual(trial.objections(), ['everyEndHasAReason']);
  const refused = new Trial({
    with: (each) => each.region(tokyo).rds.setLag(replica, 900),
    plan: impatientPlan(),
  });
  await refused.end('failover');
  assert.deepEqual(refused.violations(), [], 'nobody approved it: held, with a way out');
  refused.forge<RunEvidence>(key, (evidence) => ({ ...evidence, unblock: null }));
  assert.deepEqual(refused.objections(), ['everyEndHasAReason', 'holdsHaveAWayOut']);
});

test('a way out that says nothing, names what there is not, or can be followed by nobody is found', async () => {
  const trial = new Trial({ with: (sim) => sim.region(tokyo).rds.setLag(replica, 900) });
  await trial.end('failover');
  assert.deepEqual(trial.violations(), []);
  const judgeWay = (unblock: string) => {
    trial.forge<RunEvidence>(key, (evidence) => ({ ...evidence, unblock }));
    return trial.violations().map(({ checker, message }) => `${checker}: ${message}`);
  };
  assert.match(judgeWay('that is how it is').join(), /^holdsHaveAWayOut: .* tells nobody what to do/);
  assert.match(judgeWay(`lifeboat resume ${recovery}`).join(), /names lifeboat resume, which there is not/);
  assert.match(
    judgeWay('lifeboat continue shop-failover-8').join(),
    /names shop-failover-8, which there is not/,
  );
  assert.deepEqual(judgeWay(`lifeboat continue ${recovery}`), []);
  const active = ledgerKeys.active('shop');
  trial.forge(active, (lock) => ({ ...lock, releasedAt: '2026-11-02T09:00:00.000Z' }));
  assert.match(judgeWay('look at the error, remove its cause, then continue').join(), /cannot be followed/);
});

test('a way out is read as a person reads it', () => {
  const command = (name: string, subject?: string, overrides: readonly string[] = [], all = false) => ({
    kind: 'command',
    command: name,
    subject,
    overrides,
    acceptsChangedPlan: false,
    all,
  });
  assert.deepEqual(
    wayOutOf(
      'lifeboat approve shop-failover-7 --override LagTooHigh (2 people), or lifeboat abort shop-failover-7; after an approval, lifeboat continue shop-failover-7',
    ),
    [command('approve', recovery, ['LagTooHigh']), command('abort', recovery), command('continue', recovery)],
  );
  assert.deepEqual(wayOutOf('copy a newer image, then continue'), [
    { kind: 'action', says: 'copy a newer image' },
    command('continue'),
  ]);
  assert.deepEqual(wayOutOf('lifeboat unpause --all'), [command('unpause', undefined, [], true)]);
  assert.deepEqual(wayOutOf('lifeboat acknowledge shop --comment …'), [command('acknowledge', 'shop')]);
  assert.deepEqual(
    wayOutOf('deploy the plan as it was; or lifeboat continue shop-failover-7 --accept-changed-plan'),
    [
      { kind: 'action', says: 'deploy the plan as it was' },
      { ...command('continue', recovery), acceptsChangedPlan: true },
    ],
  );
  for (const nothingToDo of [null, undefined, '', 'too bad']) assert.deepEqual(wayOutOf(nothingToDo), []);
});
