import assert from 'node:assert/strict';
import test from 'node:test';
import { type Account, openAccount } from '../../drill/account.ts';
import { isolateFromMachine } from '../../drill/isolation.ts';
import { type LedgerTruth, readLedger } from '../../drill/ledger.ts';
import type { RecoveryKind } from '../../recovery/terms.ts';
import { AwsError } from '../../simulator/errors.ts';
import type { Execution } from '../../simulator/stepfunctions/stepfunctions.ts';
import { regionHealth } from '../../simulator/world/health.ts';
import { diffInventories, inventory } from '../../simulator/world/inventory.ts';
import { hurry, replica, shopPlan, shopWorld, template, tokyo } from './shop.ts';
import { changes, type SeenCall, watch } from './watch.ts';

isolateFromMachine(process.env);
const plan = shopPlan();
const world = shopWorld();

function open(): Account {
  const account = openAccount({ plan, world, template, seed: 7 });
  hurry(account.sim);
  return account;
}

function start(account: Account, kind: RecoveryKind, recovery: string, run = 1): Execution {
  const input = { plan: plan.plan, recovery, run };
  const machineArn = account.machineArns[kind];
  return account.sim.region(tokyo).states.start({ machineArn, name: `${recovery}-r${run}`, input });
}

async function ended(account: Account, ...executions: readonly Execution[]): Promise<void> {
  await account.sim.clock.drive(Promise.all(executions.map(({ done }) => done)));
}

const pass = ({ sim }: Account, seconds: number) => sim.clock.driveUntil(sim.clock.nowMs() + seconds * 1000);
const ledgerOf = (account: Account, recovery: string): LedgerTruth =>
  readLedger(account, plan.plan, recovery);

/** What carries the tag of a recovery, or names it, and is still there. */
function resourcesOf(account: Account, recovery: string): readonly string[] {
  return inventory(account.sim, { withoutBuckets: [account.ledgerBucket] })
    .filter(({ id, attributes }) => JSON.stringify({ id, attributes }).includes(recovery))
    .map(({ type, id }) => `${type} ${id}`);
}

test('a second start under the same name is the same execution while it runs, and is refused afterwards', async () => {
  const account = open();
  const first = start(account, 'drill', 'shop-drill-a');
  await pass(account, 30);
  assert.equal(start(account, 'drill', 'shop-drill-a'), first);
  await ended(account, first);
  assert.equal(ledgerOf(account, 'shop-drill-a').evidence?.outcome, 'drilled');
  const again = () => start(account, 'drill', 'shop-drill-a');
  assert.throws(again, (error) => error instanceof AwsError && error.code === 'ExecutionAlreadyExists');
  // The drill's volume has woken the remount machine, which left it alone.
  const drills = account.sim
    .region(tokyo)
    .states.executions.filter(({ machine }) => machine.arn === account.machineArns.drill);
  assert.equal(drills.length, 1);
});

test('of two drills of a plan at once the second is held with ActiveRecovery and touches nothing', async () => {
  const account = open();
  const { calls, before } = watch(account.sim);
  const first = start(account, 'drill', 'shop-drill-a');
  await pass(account, 20);
  const from = calls.length;
  const second = start(account, 'drill', 'shop-drill-b');
  await ended(account, second);
  const named = (call: SeenCall) => JSON.stringify(call.input).includes('shop-drill-b');
  const acts = calls.slice(from).filter((call) => changes(call) && named(call));
  const beyondLedger = acts.filter(
    ({ operation }) => !['PutObject', 'Publish', 'PutEvents'].includes(operation),
  );
  assert.deepEqual(beyondLedger, []);
  const { steps, evidence } = ledgerOf(account, 'shop-drill-b');
  assert.equal(evidence?.outcome, 'held');
  assert.equal(steps.open?.code, 'ActiveRecovery');
  assert.match(evidence?.reason ?? '', /shop-drill-a .*active since/);
  assert.deepEqual(Object.keys(steps).sort(), ['cleanup', 'conclude', 'open', 'sweep']);
  assert.deepEqual(resourcesOf(account, 'shop-drill-b'), []);
  assert.equal(first.status, 'RUNNING', 'the first goes on');
  await ended(account, first);
  assert.equal(ledgerOf(account, 'shop-drill-a').evidence?.outcome, 'drilled');
  const ignoring = { withoutBuckets: [account.ledgerBucket] };
  const was = before.filter(({ id }) => !id.startsWith(account.ledgerBucket));
  const difference = diffInventories(was, inventory(account.sim, ignoring));
  assert.deepEqual(difference, { created: [], changed: [], deleted: [] });
});

test('two drills that start at the same instant do not both begin', async () => {
  const account = open();
  const names = ['shop-drill-a', 'shop-drill-b'];
  await ended(account, ...names.map((name) => start(account, 'drill', name)));
  const outcomes = names.map((name) => ledgerOf(account, name).evidence?.outcome);
  assert.deepEqual(outcomes.sort(), ['drilled', 'held']);
});

test('when a drill is over the next one begins', async () => {
  const account = open();
  await ended(account, start(account, 'drill', 'shop-drill-a'));
  await ended(account, start(account, 'drill', 'shop-drill-b'));
  assert.equal(ledgerOf(account, 'shop-drill-b').evidence?.outcome, 'drilled');
});

for (const seconds of [15, 90]) {
  test(`a failover ${seconds} s into a drill of the same plan recovers, and the drill takes its own away`, async () => {
    const account = open();
    const drill = start(account, 'drill', 'shop-drill-a');
    await pass(account, seconds);
    assert.ok(resourcesOf(account, 'shop-drill-a').length > 0, 'the drill has made something');
    const failover = start(account, 'failover', 'shop-failover-b');
    await ended(account, drill, failover);
    assert.equal(ledgerOf(account, 'shop-failover-b').evidence?.outcome, 'recovered');
    const drilled = ledgerOf(account, 'shop-drill-a').evidence;
    assert.equal(drilled?.outcome, 'aborted');
    assert.match(drilled?.reason ?? '', /a failover took the plan .*shop-failover-b/);
    assert.deepEqual(resourcesOf(account, 'shop-drill-a'), []);
    assert.deepEqual(regionHealth(account.sim, tokyo), { healthy: true, missing: [] });
    assert.ok(account.sim.region(tokyo).rds.isWritable(replica));
    const made = resourcesOf(account, 'shop-failover-b');
    assert.ok(
      made.some((one) => one.startsWith('volume ')),
      'the data of the failover are still there',
    );
  });
}

test('a drill during a failover is held and touches nothing', async () => {
  const account = open();
  const failover = start(account, 'failover', 'shop-failover-a');
  await pass(account, 20);
  await ended(account, start(account, 'drill', 'shop-drill-b'));
  const { steps, evidence } = ledgerOf(account, 'shop-drill-b');
  assert.equal(evidence?.outcome, 'held');
  assert.equal(steps.open?.code, 'ActiveRecovery');
  await ended(account, failover);
  assert.equal(ledgerOf(account, 'shop-failover-a').evidence?.outcome, 'recovered');
});
