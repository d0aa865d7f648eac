import assert from 'node:assert/strict';
import test from 'node:test';
import { DisableRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { leaksOf } from '../../drill/checkers.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import type { RecoveryKind } from '../../recovery/terms.ts';
import type { Execution } from '../../simulator/stepfunctions/stepfunctions.ts';
import { diffInventories, inventory } from '../../simulator/world/inventory.ts';
import { readRepository, shopPlan, tokyo } from './shop.ts';
import { Stage } from './stage.ts';

const plan = shopPlan();

function person(stage: Stage) {
  return {
    region: tokyo,
    requestHandler: stage.account.sim.connect(),
    credentials: { accessKeyId: 'AKIAKIM', secretAccessKey: 'simulated' },
    maxAttempts: 1,
  };
}

function runsOf(stage: Stage): readonly Execution[] {
  return stage.account.sim
    .region(tokyo)
    .states.executions.filter(({ name }) => name.startsWith(stage.recovery));
}

/** Whether the plan was taken and given back. */
function isReleased(stage: Stage): boolean {
  const { sim, ledgerBucket } = stage.account;
  const isTaken = sim.s3.read(ledgerBucket, ledgerKeys.active(plan.plan)) !== undefined;
  return isTaken && stage.active().releasedAt !== undefined;
}

/** What the janitor told people; the next run tells how it ended. */
function interruptions(stage: Stage): readonly string[] {
  return stage.account.sim
    .region(tokyo)
    .sns.published.flatMap(({ subject, message }) =>
      subject?.endsWith('Recovery Interrupted') ? [message] : [],
    );
}

/** Nothing but the schedule wakes the janitor. */
async function withoutRule(stage: Stage): Promise<void> {
  const rules = new EventBridgeClient(person(stage));
  const disabled = rules.send(new DisableRuleCommand({ Name: 'lifeboat-live-recovery-ended-badly' }));
  await stage.account.sim.clock.drive(disabled);
}

async function stop(stage: Stage): Promise<void> {
  const [first = assert.fail()] = runsOf(stage);
  const states = new SFNClient(person(stage));
  await stage.account.sim.clock.drive(states.send(new StopExecutionCommand({ executionArn: first.arn })));
}

/** Resolves as soon as the machine comes to a state. */
function reaching(stage: Stage, state: string): Promise<void> {
  return new Promise((resolve) => {
    stage.account.sim.region(tokyo).states.onHistoryEvent((_execution, event) => {
      if (event.stateEnteredEventDetails?.name === state) resolve();
    });
  });
}

/** Stops the first run as it comes to a state, and waits until the plan is as the janitor leaves it. */
async function stopAt(kind: RecoveryKind, state: string, by?: 'schedule') {
  const stage = new Stage({ kind });
  const { sim, ledgerBucket } = stage.account;
  const ignoring = { withoutBuckets: [ledgerBucket] };
  const before = inventory(sim, ignoring);
  if (by) await withoutRule(stage);
  const reached = reaching(stage, state);
  stage.start();
  // The call that is under way when the machine is stopped in Open takes the lock after the janitor has looked.
  if (by ?? state === 'Open') stage.account.startSchedules();
  await sim.clock.drive(reached);
  await stop(stage);
  const isOver = () => runsOf(stage)[1]?.status === 'SUCCEEDED' || isReleased(stage);
  for (let waited = 0; waited < 40 && !isOver(); waited += 1) await stage.pass(30);
  const { evidence } = stage.ledger();
  const difference = diffInventories(before, inventory(sim, ignoring));
  const outcome = evidence?.outcome ?? 'failed';
  const leaks = leaksOf({ sim, plan, kind, recovery: stage.recovery, outcome, difference });
  const told = interruptions(stage);
  return { stage, evidence, leaks, told, runs: runsOf(stage).map(({ name }) => name) };
}

interface Machine {
  readonly States: Readonly<
    Record<string, { readonly Type: string; readonly Branches?: readonly Machine[] }>
  >;
}

/** Every state in which time passes, at whatever depth: a state that is added to the machine is stopped in as well. */
function lastingStates({ States }: Machine): readonly string[] {
  return Object.entries(States).flatMap(([name, { Type, Branches = [] }]) =>
    Type === 'Task' || Type === 'Wait' ? [name] : Branches.flatMap(lastingStates),
  );
}

/** States that a kind comes to when nothing goes wrong. */
async function visited(kind: RecoveryKind): Promise<ReadonlySet<string>> {
  const stage = new Stage({ kind });
  const seen = new Set<string>();
  stage.account.sim
    .region(tokyo)
    .states.onHistoryEvent((_execution, { stateEnteredEventDetails: entered }) => {
      if (entered?.name) seen.add(entered.name);
    });
  await stage.start().end();
  return seen;
}

const lasting = lastingStates(JSON.parse(readRepository('statemachines/recovery.asl.json')) as Machine);
const [inDrill, inFailover] = [await visited('drill'), await visited('failover')];

test('between them, a drill and a failover come to every Task of the machine', () => {
  const tasks = lasting.filter((name) => !name.endsWith('Wait'));
  assert.deepEqual(
    tasks.filter((name) => !inDrill.has(name) && !inFailover.has(name)),
    [],
  );
});

/** What a drill only skips takes no time in it, and is stopped in a failover. */
const skipped = ['Gate', 'Fence', 'Traffic', 'Settle'];

/**
 * Each step once in either kind. In a Task a call is under way, which goes on when its machine is stopped; in a Wait none is:
 * a drill is stopped in the Task of every other step and in the Wait of those between, a failover the other way round.
 */
const stopped = lasting
  .filter((name) => !name.endsWith('Wait'))
  .flatMap((task, place) =>
    (['drill', 'failover'] as const).flatMap((kind) => {
      const states = kind === 'drill' ? inDrill : inFailover;
      if (!states.has(task) || (kind === 'drill' && skipped.includes(task))) return [];
      const prefersWait = (place % 2 === 0) === (kind === 'drill') && states.has(`${task}Wait`);
      return [{ kind, state: prefersWait ? `${task}Wait` : task }];
    }),
  );

for (const { state } of stopped.filter(({ kind }) => kind === 'drill')) {
  test(`a drill stopped in ${state} leaves nothing behind and gives the plan back`, async () => {
    const { stage, evidence, leaks, runs, told } = await stopAt('drill', state);
    assert.ok(stage.active().releasedAt);
    assert.deepEqual(leaks, []);
    // The function of a stopped execution still ends its call: one that had come to its end has concluded.
    if (evidence?.run === 1) return assert.deepEqual([state, evidence.outcome], ['Conclude', 'drilled']);
    assert.deepEqual([evidence?.outcome, evidence?.run], ['aborted', 2], evidence?.reason ?? '');
    assert.deepEqual(runs, [`${stage.recovery}-r1`, `${stage.recovery}-r2`]);
    assert.equal(told.length, 1, told.join('\n'));
  });
}

for (const { state } of stopped.filter(({ kind }) => kind === 'failover')) {
  test(`a failover stopped in ${state} is held for a person, or has come to its end`, async () => {
    const { stage, evidence, runs } = await stopAt('failover', state);
    if (evidence?.run === 1) {
      assert.deepEqual([state, evidence.outcome], ['Conclude', 'recovered']);
      return assert.ok(stage.active().releasedAt);
    }
    assert.deepEqual([evidence?.outcome, evidence?.run], ['held', 2]);
    assert.deepEqual(runs, [`${stage.recovery}-r1`, `${stage.recovery}-r2`]);
    assert.match(evidence?.reason ?? '', /interrupted: .*-r1 ended ABORTED/);
    assert.match(evidence?.unblock ?? '', /lifeboat continue shop-failover-7/);
    assert.equal(stage.ledger().steps.open?.code, 'Interrupted');
    assert.equal(stage.active().releasedAt, undefined);
  });
}

test('a run that concludes late does not give away the lock that was given to its next run meanwhile', async () => {
  const stage = new Stage();
  const { sim, ledgerBucket } = stage.account;
  const key = ledgerKeys.active('shop');
  sim.faults.push(({ operation }, input) => {
    const written = (input as { readonly Key?: string }).Key;
    if (operation !== 'PutObject' || !written?.endsWith('evidence.json')) return undefined;
    const record = sim.s3.buckets.get(ledgerBucket)!.keys.get(key)!;
    const body = new TextEncoder().encode(JSON.stringify({ ...stage.active(), run: 2 }));
    record.versions = [...record.versions.slice(0, -1), { ...record.versions.at(-1)!, body }];
    return undefined;
  });
  const { evidence } = await stage.start().end();
  assert.deepEqual([evidence?.outcome, evidence?.run], ['recovered', 1]);
  assert.deepEqual([stage.active().run, stage.active().releasedAt], [2, undefined]);
});

test('the schedule alone brings the next run about, where the event of the end was lost', async () => {
  const { stage, evidence, leaks } = await stopAt('drill', 'Servers', 'schedule');
  assert.deepEqual([evidence?.outcome, evidence?.run], ['aborted', 2], evidence?.reason ?? '');
  assert.ok(stage.active().releasedAt);
  assert.deepEqual(leaks, []);
});

/** Janitors that are woken at one instant; each answers how many recoveries it set out to end. */
async function janitorsAtOnce(stage: Stage, count: number): Promise<readonly unknown[]> {
  const { sim } = stage.account;
  const { lambda } = sim.region(tokyo);
  const answers = Array.from({ length: count }, (_, i) =>
    lambda.invoke('lifeboat-live-janitor', {}, `wake ${i}`),
  );
  return sim.clock.drive(Promise.all(answers));
}

test('janitors that wake at once bring about one next run, one message and one claim to have done it', async () => {
  const stage = new Stage({ kind: 'failover' });
  await withoutRule(stage);
  const reached = reaching(stage, 'Databases');
  stage.start();
  await stage.account.sim.clock.drive(reached);
  await stop(stage);
  const answers = JSON.stringify(await janitorsAtOnce(stage, 4));
  const more = JSON.stringify(await janitorsAtOnce(stage, 2));
  await stage.pass(120);
  assert.equal(answers.match(/finished\W+1/g)?.length, 1, answers);
  assert.doesNotMatch(more, /finished\W+1/, 'the next run is on its way, or runs');
  assert.deepEqual(
    runsOf(stage).map(({ name }) => name),
    [`${stage.recovery}-r1`, `${stage.recovery}-r2`],
  );
  assert.equal(interruptions(stage).length, 1);
});

test('a lock whose execution nobody knows is told of once, however often it is looked at', async () => {
  const stage = new Stage({ kind: 'failover' });
  const at = new Date(stage.startMs - 3_600_000).toISOString();
  const active = { recovery: 'shop-failover-9', kind: 'failover', at, run: 1 };
  await stage.write(ledgerKeys.active('shop'), active);
  for (let look = 0; look < 5; look += 1) {
    await janitorsAtOnce(stage, 2);
    await stage.pass(300);
  }
  // The alarm on recoveries that are overdue tells of it too, in its own words.
  const told = () => stage.told().filter((message) => !message.startsWith('{"AlarmName"'));
  assert.deepEqual(
    told().map((message) => message.replace(/^.*: no/, 'no')),
    ["no execution shop-failover-9-r1 is known, and it holds the plan's lock"],
  );
  await stage.write(ledgerKeys.active('shop'), { ...active, recovery: 'shop-failover-10' });
  await janitorsAtOnce(stage, 2);
  assert.equal(told().length, 2, 'another cause is told of');
});
