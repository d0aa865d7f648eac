import assert from 'node:assert/strict';
import test from 'node:test';
import { ledgerKeys, type OpenedRecord } from '../../recovery/ledger.ts';
import type { RecoveryKind, RecoveryScope } from '../../recovery/terms.ts';
import { tokyo } from './shop.ts';
import { Stage } from './stage.ts';

/** Starts a run of a stage's recovery with a scope, and waits for its end. */
async function run(stage: Stage, kind: RecoveryKind, number: number, scope?: string): Promise<string> {
  const { sim, machineArns } = stage.account;
  const execution = sim.region(tokyo).states.start({
    machineArn: machineArns[kind],
    name: `${stage.recovery}-r${number}`,
    input: { plan: 'shop', recovery: stage.recovery, run: number, ...(scope !== undefined && { scope }) },
  });
  await sim.clock.drive(execution.done);
  return execution.status;
}

for (const scope of ['full', 'restore'] satisfies readonly RecoveryScope[]) {
  test(`the machine of a failover refuses the scope ${scope}, and does nothing`, async () => {
    const stage = new Stage({ kind: 'failover' });
    assert.equal(await run(stage, 'failover', 1, scope), 'FAILED');
    const { evidence } = stage.ledger();
    assert.deepEqual([evidence?.outcome, evidence?.reason], ['failed', 'a failover has no scope']);
    assert.deepEqual([evidence?.resources, stage.isPromoted()], [[], false]);
  });
}

test('a scope that nobody knows starts nothing', async () => {
  const stage = new Stage({ kind: 'drill' });
  assert.equal(await run(stage, 'drill', 1, 'restored'), 'FAILED');
  assert.deepEqual([stage.calls('RunInstances'), stage.calls('CreateVolume')], [0, 0]);
});

test('a restore drill writes its scope down, launches nothing, and a later run cannot make it a full one', async () => {
  const stage = new Stage({ kind: 'drill' });
  const { sim, ledgerBucket } = stage.account;
  assert.equal(await run(stage, 'drill', 1, 'restore'), 'SUCCEEDED');
  const { body } = sim.s3.read(ledgerBucket, ledgerKeys.opened('shop', stage.recovery)) ?? {};
  const opened = JSON.parse(new TextDecoder().decode(body)) as OpenedRecord;
  assert.equal(opened.scope, 'restore');
  const never = ['RunInstances', 'SendCommand', 'PutParameter', 'AttachVolume'];
  assert.deepEqual(
    never.map((operation) => stage.calls(operation)),
    never.map(() => 0),
  );
  assert.deepEqual([stage.calls('CreateVolume'), stage.calls('DeleteVolume')], [1, 1]);
  assert.equal(await run(stage, 'drill', 2, 'full'), 'FAILED');
  assert.equal(stage.ledger().evidence?.reason, 'this drill was opened with the scope restore, not full');
  assert.equal(stage.calls('RunInstances'), 0);
});
