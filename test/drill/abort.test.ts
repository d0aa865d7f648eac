import assert from 'node:assert/strict';
import test from 'node:test';
import { ledgerKeys } from '../../recovery/ledger.ts';
import { inventory } from '../../simulator/world/inventory.ts';
import { Stage } from './stage.ts';

test('an abort ends a failover within a minute, with nothing promoted and its lock kept', async () => {
  const stage = new Stage({ faults: ['replica-lagging'] }).start();
  await stage.pass(30);
  await stage.abort();
  const abortedMs = stage.account.sim.clock.nowMs();
  const { evidence } = await stage.end();
  const seconds = (stage.account.sim.clock.nowMs() - abortedMs) / 1000;
  assert.ok(seconds <= 60, `${seconds} s`);
  assert.equal(evidence?.outcome, 'aborted');
  assert.match(evidence.reason ?? '', /kim aborted shop-failover-7 at .*: false alarm/);
  assert.match(evidence.unblock ?? '', /lifeboat continue shop-failover-7/);
  assert.equal(stage.isPromoted(), false);
  assert.equal(stage.active().releasedAt, undefined);
  assert.match(stage.told().at(-1)!, /ended aborted/);
});

test('an aborted failover does not begin again by itself, and goes on once the abort is taken back', async () => {
  const stage = new Stage().start();
  await stage.pass(10);
  await stage.abort();
  await stage.end();
  const { evidence: second } = await stage.start(2).end();
  assert.equal(second?.outcome, 'aborted');
  const { abort: _takenBack, ...active } = stage.active();
  await stage.write(ledgerKeys.active('shop'), active);
  const { evidence: third } = await stage.start(3).end();
  assert.equal(third?.outcome, 'recovered');
});

test('an aborted drill takes away what it made and gives the plan back', async () => {
  const stage = new Stage({ kind: 'drill' }).start();
  await stage.pass(60);
  await stage.abort();
  const { evidence } = await stage.end();
  assert.equal(evidence?.outcome, 'aborted');
  assert.ok(stage.active().releasedAt);
  const left = inventory(stage.account.sim, { withoutBuckets: [stage.account.ledgerBucket] });
  assert.deepEqual(
    left.filter(({ attributes }) => JSON.stringify(attributes).includes(stage.recovery)),
    [],
  );
});
