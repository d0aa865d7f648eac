/** What Lifeboat tells machines and people while it works, and that its work goes on where nobody can be told. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { noticesOf, undocumented } from '../../drill/notices.ts';
import { type NoticeName, noticeNames } from '../../recovery/notices.ts';
import { AwsError } from '../../simulator/errors.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { happenInShop, sampleEvent } from './respond.ts';
import { assertReadable, hurry, rehearseShop, tokyo } from './shop.ts';
import { Stage } from './stage.ts';

/** Notices whose scenario is in a test of its own, by the file that names them. */
const elsewhere: Partial<Readonly<Record<NoticeName, string>>> = {
  'Volume Remounted': 'remount.test.ts',
  'Remount Held': 'restoring.ts',
  'Practice Lapsed': 'practice.test.ts',
};
const sent = new Set<string>();

/** The names of what was told, in order; each of a documented form, and told to people in the same words. */
function toldIn(sim: Simulator): readonly string[] {
  assert.deepEqual(undocumented(sim), []);
  const messages = sim.region(tokyo).sns.published.map(({ message }) => message.toLowerCase());
  for (const { name, region, detail } of noticesOf(sim)) {
    assert.equal(region, tokyo);
    const reason = String(detail['reason']);
    assert.ok(
      messages.some((message) => message.startsWith(reason.toLowerCase())),
      `${name}: ${reason}`,
    );
    sent.add(name);
  }
  return noticesOf(sim).map(({ name }) => name);
}

/** The same without what readiness is told of: it is looked at beside everything else. */
const ofFailures = (sim: Simulator) => toldIn(sim).filter((name) => name !== 'Readiness Changed');

const refuse = (sim: Simulator, operation: string, when: (input: object) => boolean, error: AwsError) =>
  sim.faults.push((call, input) =>
    call.operation === operation && when(input as object) ? { kind: 'error', error } : undefined,
  );

test('a primary that fails is told of once before its recovery, which then speaks for itself', async () => {
  const { account } = await happenInShop({ faults: ['primary-outage'], sabotage: hurry, forSeconds: 500 });
  assert.deepEqual(ofFailures(account.sim), ['Failure Detected', 'Recovery Started', 'Recovery Concluded']);
});

test('a failover says how it ended, and when the old primary is fenced at last', async () => {
  const stage = new Stage({ faults: ['primary-returns'] }).start();
  await stage.end();
  assert.equal(toldIn(stage.account.sim).at(-1), 'Recovery Concluded');
  await stage.pass(1210 - (stage.account.sim.clock.nowMs() - stage.startMs) / 1000);
  stage.account.startSchedules((name) => name.endsWith('response'));
  await stage.pass(200);
  assert.equal(toldIn(stage.account.sim).filter((name) => name === 'Primary Fenced').length, 1);
});

test('an old primary that nobody could fence before its failover was acknowledged is told of', async () => {
  const stage = new Stage();
  const isOld = (input: object) =>
    'DBInstanceIdentifier' in input && input.DBInstanceIdentifier === 'shop-orders';
  refuse(stage.account.sim, 'ModifyDBInstance', isOld, new AwsError('AccessDenied', 'no', 403));
  await stage.start().end();
  const { recovery } = stage;
  const acknowledged = { by: 'kim', at: stage.now(), comment: 'traffic stays' };
  await stage.write('plans/shop/period.json', {
    recovery,
    from: stage.now(),
    until: stage.now(),
    acknowledged,
  });
  // Half an hour after it was last seen unfenced it is the person's own.
  await stage.pass(1800);
  stage.account.startSchedules((name) => name.endsWith('response'));
  await stage.pass(150);
  assert.equal(toldIn(stage.account.sim).filter((name) => name === 'Primary Unfenced').length, 1);
});

test('what AWS Health reports and takes back is a failure that is resolved', async () => {
  const closed = sampleEvent('health-regional-issue.closed');
  const endTime = 'Mon, 2 Nov 2026 00:07:00 GMT';
  const detail = { ...(closed['detail'] as object), endTime };
  const { account } = await happenInShop({
    events: [sampleEvent('health-regional-issue'), { ...closed, detail }],
    at: [120, 480],
    forSeconds: 900,
  });
  assert.deepEqual(ofFailures(account.sim), ['Failure Detected', 'Failure Resolved']);
});

test('a look without the whole ledger is told as held', async () => {
  const { account } = await happenInShop({
    forSeconds: 200,
    sabotage: (sim) => {
      const isHealth = (input: object) => 'Key' in input && String(input.Key).endsWith('health.json');
      refuse(sim, 'GetObject', isHealth, new AwsError('AccessDenied', 'Access Denied', 403));
    },
  });
  assert.deepEqual(ofFailures(account.sim), ['Recovery Held']);
});

test('a part of the plan that is missing is told of by the readiness check', async () => {
  const stage = new Stage();
  const { sim } = stage.account;
  sim.region(tokyo).ssm.documents.delete('shop-reload');
  stage.account.startSchedules((name) => name.endsWith('readiness'));
  await stage.pass(1900);
  assert.deepEqual(toldIn(sim), ['Readiness Changed']);
});

test('a failover that waits for a person and is interrupted says both, and how it ended', async () => {
  const stage = new Stage({ faults: ['replica-lagging'] }).start();
  const { sim } = stage.account;
  await stage.pass(60);
  const states = new SFNClient({
    region: tokyo,
    requestHandler: sim.connect(),
    credentials: { accessKeyId: 'AKIAKIM', secretAccessKey: 'simulated' },
    maxAttempts: 1,
  });
  const [{ arn: executionArn } = assert.fail()] = sim.region(tokyo).states.executions;
  await sim.clock.drive(states.send(new StopExecutionCommand({ executionArn })));
  await stage.pass(300);
  assert.deepEqual(toldIn(sim), ['Approval Needed', 'Recovery Interrupted', 'Recovery Concluded']);
  const [asked, , ended] = noticesOf(sim).map(({ detail }) => detail);
  assert.deepEqual(asked?.['problems'], ['LagTooHigh']);
  assert.match(String(asked?.['unblock']), /--override LagTooHigh/);
  assert.deepEqual([ended?.['outcome'], ended?.['run']], ['held', 2]);
});

test('a drill whose end nobody can be told of ends as well, and its evidence says so', async () => {
  let throttled = 0;
  const { evidence, account } = await rehearseShop({
    kind: 'drill',
    sabotage: (sim) => {
      hurry(sim);
      refuse(sim, 'Publish', () => true, new AwsError('NotFound', 'Topic does not exist', 404));
      // The first tries are throttled as a whole; what comes after them is put.
      const first = () => {
        throttled += 1;
        return throttled <= 2;
      };
      refuse(sim, 'PutEvents', first, new AwsError('ThrottlingException', 'Rate exceeded', 400));
    },
  });
  assert.equal(evidence.outcome, 'drilled');
  const untold = evidence.explanations.filter(({ code }) => code === 'Untold');
  assert.deepEqual(
    untold.map(({ reason }) => reason),
    ['people were not told: sns:Publish answered NotFoundException: Topic does not exist'],
  );
  assert.deepEqual(
    noticesOf(account.sim).map(({ name, detail }) => [name, detail['outcome']]),
    [['Drill Concluded', 'drilled']],
  );
  assert.ok(throttled > 2);
  sent.add('Drill Concluded');
});

test('a run whose ledger is gone is told of as not concluded', async () => {
  const { account } = await rehearseShop({
    kind: 'drill',
    sabotage: (sim) => {
      const isRecord = (input: object) => 'Key' in input && /recoveries/.test(String(input.Key));
      refuse(sim, 'GetObject', isRecord, new AwsError('AccessDenied', 'Access Denied', 403));
    },
  });
  const told = toldIn(account.sim);
  assert.deepEqual(told, ['Conclusion Failed']);
  assertReadable(String(noticesOf(account.sim)[0]?.detail['reason']));
});

test('each documented notice is sent by some scenario', () => {
  for (const [name, file] of Object.entries(elsewhere))
    assert.ok(readFileSync(new URL(file, import.meta.url), 'utf8').includes(name), `${name} in ${file}`);
  const missing = noticeNames.filter((name) => !sent.has(name) && elsewhere[name] === undefined);
  assert.deepEqual(missing, []);
});
