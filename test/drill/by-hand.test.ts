import assert from 'node:assert/strict';
import test from 'node:test';
import { Stage } from './stage.ts';

test('a failover that a person starts late in an outage counts from its onset: no newer snapshot can have come since', async () => {
  const stage = new Stage();
  await stage.request('kim');
  await stage.outage();
  await stage.pass(3000);
  const { evidence, steps } = await stage.start().end();
  assert.notEqual(steps.volumes?.code, 'SnapshotTooOld');
  assert.equal(evidence?.outcome, 'recovered');
});

test('without an outage that was agreed on, a failover by hand counts from its own start', async () => {
  const stage = new Stage();
  await stage.request('kim');
  await stage.pass(3000);
  const { evidence, steps } = await stage.start().end();
  assert.equal(steps.volumes?.code, 'SnapshotTooOld');
  assert.equal(evidence?.outcome, 'held');
});
