import assert from 'node:assert/strict';
import test from 'node:test';
import { exitCodeOf } from '../../report/exit-code.ts';
import { Resolver } from '../../simulator/dns/resolver.ts';
import { AwsError } from '../../simulator/errors.ts';
import { happenInShop, sampleEvent } from './respond.ts';
import { assertPhases, assertReadable, tokyo } from './shop.ts';

const health = sampleEvent('health-regional-issue');

test('AWS Health alone, while the application answers everybody, recovers nothing and says why', async () => {
  const { decisions, recoveries, unrecorded } = await happenInShop({ events: [health], at: [240] });
  assert.deepEqual(unrecorded, []);
  assert.deepEqual(recoveries, []);
  assert.ok(decisions.length > 0, 'detection is always recorded');
  for (const { plan, decision, analysis, blockedBy, reason, unblock } of decisions) {
    assert.deepEqual([plan, decision], ['shop', 'hold']);
    assert.match(analysis, /^[A-Z][A-Za-z]+$/);
    assert.ok(blockedBy);
    assertReadable(reason);
    assertReadable(unblock);
  }
});

const outage = await happenInShop({ faults: ['primary-outage'] });

test('an outage of the primary Region is recovered from once, without an event and without anybody', () => {
  const { recoveries, decisions, unrecorded } = outage;
  assert.deepEqual(unrecorded, []);
  assert.equal(recoveries.length, 1);
  const [evidence = assert.fail()] = recoveries;
  assert.deepEqual([evidence.kind, evidence.outcome], ['failover', 'recovered'], evidence.reason ?? '');
  assert.match(evidence.recovery, /^shop-failover-\d{8}t\d{6}$/);
  assert.deepEqual(evidence.violations, []);
  assert.equal(exitCodeOf(evidence), 0);
  assert.equal(decisions.filter(({ decision }) => decision === 'recover').length, 1);
  for (const { reason } of decisions) assertReadable(reason);
});

test('its users are answered by the recovery Region', () => {
  const { sim } = outage.account;
  const resolver = new Resolver(sim, { name: 'asks now', clientTtlTail: 'never' });
  const answer = resolver.resolve('app.shop.example.com', 'CNAME').records.map(({ value }) => value);
  assert.deepEqual(answer, ['shop-dr-1234567890.ap-northeast-1.elb.amazonaws.com']);
  assert.equal(outage.recoveries[0]?.traffic.target, answer[0]);
});

test('the fence that it could not confirm is tried before the silent Region has been waited for', () => {
  const { transcript } = outage.account.sim;
  const ofAssess = transcript.filter(({ callerArn }) => callerArn.endsWith('assess'));
  const looks = ofAssess.filter(({ operation }) => operation === 'GetMetricData').map(({ atMs }) => atMs);
  const tries = ofAssess.filter(({ operation }) => operation === 'DescribeAutoScalingGroups');
  assert.ok(tries.length > 2);
  for (const { atMs } of tries) {
    const lookedAtMs = looks.findLast((each) => each <= atMs) ?? assert.fail('it looks first');
    assert.ok(atMs - lookedAtMs < 2000, `${atMs - lookedAtMs} ms`);
  }
});

test('its time counts from the first bad sample, and the phases add up to it', () => {
  const [evidence = assert.fail()] = outage.recoveries;
  assertPhases(evidence);
  const { phases, rtoSeconds, onsetAt, startedAt, criticalPathSeconds } = evidence;
  const { detectSeconds, decideSeconds } = phases;
  const before = (Date.parse(startedAt) - Date.parse(onsetAt!)) / 1000;
  assert.ok(before > 0 && before < 600, `it was started ${before} s after the onset`);
  assert.ok(Math.abs(detectSeconds! + decideSeconds! - before) < 30, 'decided and started are one moment');
  assert.ok(criticalPathSeconds! <= rtoSeconds! - before, 'AWS was asked for nothing before the start');
});

test('its evidence carries the decisions that led to it, and only the calls of its own functions', () => {
  const [evidence = assert.fail()] = outage.recoveries;
  assert.equal(evidence.decisions.filter(({ decision }) => decision === 'recover').length, 1);
  assert.ok(evidence.apiCalls > 0);
  assert.ok(evidence.apiCalls < outage.account.sim.transcript.length);
});

test('the same events twice and the other way round start the same single recovery', async () => {
  const later = { ...health, id: `${health.id.slice(0, -4)}ffff`, region: 'ap-northeast-2' };
  const events = [later, health, health, later];
  const { recoveries, account } = await happenInShop({
    events,
    at: [300, 240, 245, 240],
    faults: ['primary-outage'],
  });
  assert.deepEqual(
    recoveries.map(({ recovery, outcome }) => [recovery, outcome]),
    outage.recoveries.map(({ recovery }) => [recovery, 'recovered']),
  );
  const { states } = account.sim.region(tokyo);
  const started = states.executions.filter(({ machine }) => machine.arn === account.machineArns.failover);
  assert.equal(started.length, 1);
});

test('a plan that cannot be assessed is told of, and nothing is started', async () => {
  const { decisions, recoveries, unrecorded } = await happenInShop({
    faults: ['primary-outage'],
    forSeconds: 300,
    sabotage: (sim) => {
      sim
        .region(tokyo)
        .lambda.faults.push(({ functionName }) =>
          functionName.includes('assess') ? { kind: 'killBeforeStart' } : undefined,
        );
    },
  });
  assert.deepEqual([decisions, recoveries], [[], []]);
  assert.deepEqual(unrecorded, ['a plan could not be assessed at the end']);
});

test('a hold that cannot be written down is told of', async () => {
  const { decisions, unrecorded } = await happenInShop({
    events: [health],
    at: [240],
    forSeconds: 400,
    sabotage: (sim) => {
      sim.faults.push(({ operation }, input) => {
        const { Key = '' } = input as { readonly Key?: string };
        const isDecision = operation === 'PutObject' && Key.includes('/decisions/');
        return isDecision ? { kind: 'error', error: new AwsError('AccessDenied', 'no', 403) } : undefined;
      });
    },
  });
  assert.deepEqual(decisions, []);
  assert.deepEqual(unrecorded, ['the hold of shop, PrimaryAnswers, is not in the ledger']);
});
