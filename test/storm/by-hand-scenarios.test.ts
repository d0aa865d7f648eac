import assert from 'node:assert/strict';
import test from 'node:test';
import { isPerson } from '../../drill/truth/acts.ts';
import { AwsError } from '../../simulator/errors.ts';
import type { EventEnvelope } from '../../simulator/events/events.ts';
import { refuse } from '../../simulator/world/call-faults.ts';
import { replica } from '../drill/shop.ts';
import { Struck } from './struck.ts';

test('replica-promoted-by-hand makes the replica a database of its own, by a call of a person', async () => {
  const struck = new Struck();
  const { rds } = struck.stage.recovery;
  struck.begin('replica-promoted-by-hand');
  await struck.pass(5400);
  assert.ok(rds.isWritable(replica));
  const calls = struck.stage.sim.transcript.filter(({ operation }) => operation === 'PromoteReadReplica');
  assert.deepEqual(calls.map(isPerson), [true]);
  const excused = struck.stage.excused.map(({ type, id }) => `${type} ${id}`);
  assert.deepEqual(excused, [`dbInstance ${replica}`, 'dbInstance shop-orders'], 'nobody else is blamed');
});

test('replica-promoted-by-hand asks again while RDS refuses, and no more once it is over', async () => {
  const struck = new Struck();
  const { rds } = struck.stage.recovery;
  const failing = () => new AwsError('InternalFailure', 'It failed.', 500);
  const mend = refuse(struck.stage.sim, struck.stage.recovery.name, ['PromoteReadReplica'], failing);
  const end = struck.begin('replica-promoted-by-hand');
  await struck.pass(150);
  end();
  mend();
  await struck.pass(5400);
  assert.equal(rds.isWritable(replica), false);
  const calls = struck.stage.sim.transcript.filter(({ operation }) => operation === 'PromoteReadReplica');
  assert.equal(calls.length, 3);
});

/** A volume that somebody restores, what is told of it, and how many executions of the remount that begins. */
async function restored(struck: Struck) {
  const { sim, recovery, account } = struck.stage;
  const told: EventEnvelope[] = [];
  recovery.events.onEvent((bus, event) => {
    const isOfARestore = ['aws.backup', 'aws.ec2'].includes(event.source);
    if (bus === 'default' && isOfARestore) told.push(event);
  });
  struck.begin('volume-restored-by-hand');
  await struck.pass(900);
  const machineArn = account.stack.ref('LifeboatRemount');
  return {
    volumes: [...recovery.ec2.volumes.values()].filter(({ tags }) => 'lifeboat:remount' in tags),
    told: told.map((event) => event['detail-type']),
    looks: recovery.states.executions.filter(({ machine }) => machine.arn === machineArn).length,
    calls: sim.transcript.filter(isPerson).map(({ operation }) => operation),
  };
}

test('volume-restored-by-hand makes a volume, asks for its place by its tags, and AWS Backup tells of it', async () => {
  const struck = new Struck();
  const { volumes, told, looks, calls } = await restored(struck);
  assert.deepEqual(
    volumes.map(({ tags, state }) => [tags, state]),
    [[{ 'lifeboat:plan': 'shop', 'lifeboat:remount': 'volumes.data' }, 'available']],
  );
  assert.deepEqual(told, ['EBS Volume Notification', 'Restore Job State Change']);
  assert.equal(looks, 2);
  assert.deepEqual([...new Set(calls)], ['CreateVolume', 'CreateTags']);
});

test('while restore-events-lost, nobody hears of a volume that is restored, and afterwards they do', async () => {
  const struck = new Struck();
  const end = struck.begin('restore-events-lost');
  const lost = await restored(struck);
  assert.deepEqual([lost.volumes.length, lost.looks], [1, 0]);
  end();
  const later = new Struck();
  later.begin('restore-events-lost')();
  assert.equal((await restored(later)).looks, 2);
});
