import assert from 'node:assert/strict';
import test from 'node:test';
import { type Account, openAccount } from '../../drill/account.ts';
import { isolateFromMachine } from '../../drill/isolation.ts';
import { readLedger } from '../../drill/ledger.ts';
import { noticesNamed, undocumented } from '../../drill/notices.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { RunEvidence } from '../../recovery/steps/evidence.ts';
import type { Execution } from '../../simulator/stepfunctions/stepfunctions.ts';
import { diffInventories, inventory } from '../../simulator/world/inventory.ts';
import { runWith } from '../cli/run.ts';
import { Person } from './person.ts';
import { hurry, shopPlan, shopWorld, template, tokyo } from './shop.ts';

isolateFromMachine(process.env);
const world = shopWorld();
/** The second and the third Tuesday of the quarter that the world lies in, 09:47 in Seoul: the shop's own minute. */
const monthlyAt = '2026-10-13T00:47:00Z';
const quarterlyAt = '2026-10-20T00:47:00Z';
const practiceFunction = `arn:aws:lambda:${tokyo}:123456789012:function:lifeboat-live-practice`;
const scheduleOf = (dueAt: string) => (dueAt === monthlyAt ? 'monthly' : 'quarterly');
const minute = 60_000;
const hour = 60 * minute;

/** A plan whose backups may be older: nobody makes new ones while the clock of this account runs. */
const patient = shopPlan({ from: 'rpo: 1h', to: 'rpo: 30d' }, { from: 'rpo: 26h', to: 'rpo: 30d' });

function open(plan: Plan, startsAt: string): Account {
  const account = openAccount({
    plan,
    plans: [plan, { ...plan, plan: 'elsewhere', regions: { ...plan.regions, recovery: 'eu-west-1' } }],
    world: { ...world, startsAtMs: Date.parse(startsAt) },
    template,
    seed: 7,
  });
  hurry(account.sim);
  // An alarm is evaluated each minute of a week; the others are not what is looked at here.
  const { alarms } = account.sim.region(tokyo).cloudwatch.alarms;
  for (const name of [...alarms.keys()]) if (!name.startsWith('lifeboat-shop-drill-')) alarms.delete(name);
  return account;
}

const pass = ({ sim }: Account, untilMs: number) => sim.clock.driveUntil(untilMs);
const at = (instant: string, laterMs = 0) => Date.parse(instant) + laterMs;

function drillsOf({ sim }: Account): readonly Execution[] {
  return sim.region(tokyo).states.executions.filter(({ name }) => name.startsWith('shop-drill-'));
}

function alarmOf({ sim }: Account, metric: 'overdue' | 'failed'): string | undefined {
  return sim.region(tokyo).cloudwatch.alarms.alarms.get(`lifeboat-shop-drill-${metric}`)?.state.value;
}

function told({ sim }: Account): readonly string[] {
  return sim.region(tokyo).sns.published.map(({ message }) => message);
}

interface Practised {
  readonly recovery: string;
  readonly evidence: RunEvidence;
}

/**
 * The Tuesday of one drill, from shortly before it, with both schedules on: the drill that runs, which leaves nothing behind,
 * and after which no alarm stands. The week between the two is left out, in which nothing happens but health checks.
 */
async function practise(dueAt: string): Promise<Practised> {
  const account = open(patient, new Date(at(dueAt, -10 * minute)).toISOString());
  const { sim } = account;
  const ignoring = { withoutBuckets: [account.ledgerBucket] };
  const before = inventory(sim, ignoring);
  account.startSchedules((name) => /shop-(monthly|quarterly)$|practice-look$/.test(name));
  await pass(account, at(dueAt, 3.5 * hour));
  const { lambda } = sim.region(tokyo);
  const again = { plan: 'shop', schedule: scheduleOf(dueAt), at: dueAt };
  lambda.invokeLater(practiceFunction, again, 'delivered a second time, hours later');
  await pass(account, sim.clock.nowMs() + minute);
  const [drill, ...more] = drillsOf(account);
  assert.deepEqual(
    [drill?.status, more.length],
    ['SUCCEEDED', 0],
    'whoever is told again starts nothing again',
  );
  const { created, deleted, changed } = diffInventories(before, inventory(sim, ignoring));
  assert.deepEqual([created, deleted, changed], [[], [], []]);
  assert.deepEqual([alarmOf(account, 'overdue'), alarmOf(account, 'failed')], ['OK', 'OK']);
  const recovery = drill?.name.replace('-r1', '') ?? '';
  const { evidence } = readLedger(account, 'shop', recovery);
  assert.equal(evidence?.outcome, 'drilled');
  assert.ok(sim.s3.read(account.ledgerBucket, ledgerKeys.lastDrill('shop', evidence.scope ?? 'full')));
  return { recovery, evidence };
}

test('a restore drill runs by itself on the second Tuesday of a month, and says how old the backups are', async () => {
  const { recovery, evidence } = await practise(monthlyAt);
  assert.deepEqual([recovery, evidence.scope], ['shop-drill-20261013t004700', 'restore']);
  const skipped = evidence.steps.filter(({ status }) => status === 'skipped').map(({ name }) => name);
  const left = ['servers', 'mounts', 'gate', 'fence', 'settings', 'reload', 'verify', 'traffic', 'settle'];
  assert.deepEqual(skipped, left);
  assert.deepEqual(evidence.resources.map(({ type }) => type).sort(), ['dbInstance', 'volume']);
  assert.deepEqual(
    evidence.dataLoss.map(({ item }) => item),
    ['databases.orders', 'volumes.data'],
  );
  for (const { item, mostSeconds = 0, basis } of evidence.dataLoss) {
    assert.match(basis, /^snapshot \S+ of 2026-/, item);
    assert.ok(mostSeconds > 1800, `${item} is ${mostSeconds} s old`);
  }
});

test('a full drill runs by itself on the third Tuesday of a quarter', async () => {
  const { recovery, evidence } = await practise(quarterlyAt);
  assert.deepEqual([recovery, evidence.scope], ['shop-drill-20261020t004700', 'full']);
  const verified = evidence.steps.find(({ name }) => name === 'verify');
  assert.equal(verified?.status, 'done');
});

test('a drill that a schedule could not start raises the alarm; the command that people are told mends it', async () => {
  const account = open(patient, '2026-10-13T00:30:00Z');
  const { sim } = account;
  account.startSchedules((name) => name.endsWith('practice-look'));
  await pass(account, at(monthlyAt, 80 * minute));
  assert.deepEqual([alarmOf(account, 'overdue'), told(account)], ['OK', []], 'it may still be started');
  await pass(account, at(monthlyAt, 4 * hour));
  assert.equal(alarmOf(account, 'overdue'), 'ALARM');
  const [message = '', alarm = '', ...more] = told(account);
  assert.match(
    message,
    /^the monthly restore drill of the plan shop was due at 2026-10-13T00:47:00\.000Z, and no drill was started\. lifeboat drill /,
  );
  assert.equal(JSON.parse(alarm).AlarmName, 'lifeboat-shop-drill-overdue');
  assert.deepEqual(more, [], 'people are told once');
  const lapsed = noticesNamed(sim, 'Practice Lapsed').map(({ detail }) => detail['finding']);
  assert.deepEqual([lapsed, undocumented(sim)], [['overdue'], []], 'and machines too');
  const [, command = ''] = /lifeboat (drill .*) starts one now$/.exec(message) ?? [];
  const person = new Person(sim, 'ana');
  const ran = await sim.clock.drive(runWith(() => person.deps, ...command.split(' ')));
  assert.equal(ran.exitCode, 0, ran.stderr);
  await pass(account, sim.clock.nowMs() + 3 * hour);
  const [drill = assert.fail()] = drillsOf(account);
  assert.equal(drill.status, 'SUCCEEDED');
  const { evidence } = readLedger(account, 'shop', drill.name.replace('-r1', ''));
  assert.equal(evidence?.scope, 'restore');
  assert.deepEqual([alarmOf(account, 'overdue'), alarmOf(account, 'failed')], ['OK', 'OK']);
});

test('a drill that does not come to a good end raises the alarm', async () => {
  // The plan accepts no volume snapshot of more than an hour, and the newest is an hour and a half old by then.
  const account = open(shopPlan({ from: 'rpo: 26h', to: 'rpo: 30d' }), '2026-10-19T23:45:00Z');
  account.startSchedules((name) => /shop-quarterly$|practice-look$/.test(name));
  await pass(account, at(quarterlyAt, 6 * hour));
  assert.equal(alarmOf(account, 'failed'), 'ALARM');
  assert.equal(alarmOf(account, 'overdue'), 'OK');
  const lapsed = told(account).find((message) => message.startsWith('the last full drill'));
  assert.match(
    lapsed ?? '',
    /^the last full drill of the plan shop, shop-drill-20261020t004700, ended held: volumes\.data: the newest snapshot \S+ is 1h\w+ old/,
  );
  assert.match(lapsed ?? '', /\. lifeboat drill shop --aws starts one now$/);
});

test('a drill whose start is not answered is tried again until it is, and starts once', async () => {
  const account = open(patient, new Date(at(monthlyAt, -minute)).toISOString());
  account.sim.faults.push(({ operation }) =>
    operation === 'StartExecution' && account.sim.clock.nowMs() < at(monthlyAt, 2 * minute)
      ? { kind: 'hang' }
      : undefined,
  );
  account.startSchedules((name) => name.endsWith('shop-monthly'));
  await pass(account, at(monthlyAt, 10 * minute));
  assert.deepEqual(
    drillsOf(account).map(({ name }) => name),
    ['shop-drill-20261013t004700-r1'],
  );
  const asked = account.sim.transcript.filter(({ operation }) => operation === 'StartExecution');
  assert.ok(asked.length > 1, `${asked.length} times`);
});
