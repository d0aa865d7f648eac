import assert from 'node:assert/strict';
import test from 'node:test';
import { DisableRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { leaksOf } from '../../drill/checkers.ts';
import type { RecoveryKind } from '../../recovery/terms.ts';
import type { Execution } from '../../simulator/stepfunctions/stepfunctions.ts';
import { diffInventories, inventory } from '../../simulator/world/inventory.ts';
import { shopPlan, tokyo } from './shop.ts';
import { Stage } from './stage.ts';

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

/** Stops the first run a second after it comes to a state, and waits for the end of the second run. */
async function stopAt(kind: RecoveryKind, state: string, by: 'rule' | 'schedule') {
  const stage = new Stage({ kind });
  const { sim, ledgerBucket } = stage.account;
  const ignoring = { withoutBuckets: [ledgerBucket] };
  const before = inventory(sim, ignoring);
  if (by === 'schedule') {
    const rules = new EventBridgeClient(person(stage));
    await sim.clock.drive(rules.send(new DisableRuleCommand({ Name: 'lifeboat-live-recovery-ended-badly' })));
  }
  const reached = new Promise<void>((resolve) => {
    sim.region(tokyo).states.onHistoryEvent((_execution, event) => {
      if (event.stateEnteredEventDetails?.name === state) resolve();
    });
  });
  stage.start();
  if (by === 'schedule') stage.account.startSchedules();
  await sim.clock.drive(reached);
  await stage.pass(1);
  const [first = assert.fail()] = runsOf(stage);
  const states = new SFNClient(person(stage));
  await sim.clock.drive(states.send(new StopExecutionCommand({ executionArn: first.arn })));
  for (let waited = 0; waited < 40 && runsOf(stage)[1]?.status !== 'SUCCEEDED'; waited += 1) {
    if (runsOf(stage)[1] && runsOf(stage)[1]?.status !== 'RUNNING') break;
    await stage.pass(30);
  }
  assert.deepEqual(
    runsOf(stage).map(({ name }) => name),
    [`${stage.recovery}-r1`, `${stage.recovery}-r2`],
  );
  const { evidence } = stage.ledger();
  const difference = diffInventories(before, inventory(sim, ignoring));
  const outcome = evidence?.outcome ?? 'failed';
  const leaks = leaksOf({ sim, plan: shopPlan(), kind, recovery: stage.recovery, outcome, difference });
  return { stage, evidence, leaks };
}

for (const [state, by] of [
  ['Servers', 'rule'],
  ['Verify', 'rule'],
  ['CleanUp', 'rule'],
  ['Servers', 'schedule'],
] as const) {
  test(`a drill stopped in ${state} is cleaned up by its next run, which a ${by} brings about`, async () => {
    const { stage, evidence, leaks } = await stopAt('drill', state, by);
    assert.deepEqual([evidence?.outcome, evidence?.run], ['aborted', 2], evidence?.reason ?? '');
    assert.ok(stage.active().releasedAt);
    assert.deepEqual(leaks, []);
  });
}

for (const state of ['Gate', 'Databases', 'Traffic']) {
  test(`a failover stopped in ${state} is held for a person, and keeps its lock`, async () => {
    const { stage, evidence } = await stopAt('failover', state, 'rule');
    assert.deepEqual([evidence?.outcome, evidence?.run], ['held', 2]);
    assert.match(evidence?.reason ?? '', /interrupted: .*-r1 ended ABORTED/);
    assert.match(evidence?.unblock ?? '', /lifeboat continue shop-failover-7/);
    assert.equal(stage.ledger().steps.open?.code, 'Interrupted');
    assert.equal(stage.active().releasedAt, undefined);
  });
}
