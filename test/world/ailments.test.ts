import assert from 'node:assert/strict';
import test from 'node:test';
import { RunInstancesCommand } from '@aws-sdk/client-ec2';
import { breakService, isDatabaseThere, loseZone } from '../../simulator/world/ailments.ts';
import { answerOf } from '../../simulator/world/answering.ts';
import { buildWorld } from '../../simulator/world/build.ts';
import { instanceHealth, regionHealth } from '../../simulator/world/health.ts';
import type { World } from '../../simulator/world/schema.ts';
import { ec2In, openShop, readWorld, seoul } from './shop.ts';

const minuteMs = 60_000;

async function shopOf(application: Partial<World['application']> = {}) {
  const world = readWorld('shop');
  const sim = buildWorld({ ...world, application: { ...world.application, ...application } }, { seed: 1 });
  const wait = (minutes: number) => sim.clock.driveUntil(sim.clock.nowMs() + minutes * minuteMs);
  await wait(1);
  assert.deepEqual(regionHealth(sim, seoul), { healthy: true, missing: [] });
  return { sim, region: sim.region(seoul), wait };
}

const front = { region: seoul, target: 'shop-prod' };
const statusOf = (sim: Parameters<typeof answerOf>[0]) => {
  const outcome = answerOf(sim, front, 443, '/healthz');
  return outcome.kind === 'response' ? outcome.status : outcome.kind;
};

test('a zone that is lost takes its only worker along, and users with it, until it is back', async () => {
  const { sim, region, wait } = await shopOf();
  const end = loseZone(sim, region, `${seoul}a`);
  assert.deepEqual(instanceHealth(sim, seoul, 'i-0a22c0ffee0000003').missing, [`${seoul}a is lost`]);
  await wait(3);
  assert.equal(statusOf(sim), 503);
  assert.equal(region.ec2.instances.get('i-0a22c0ffee0000003')?.state, 'running', 'nobody stopped it');
  end();
  await wait(2);
  assert.equal(statusOf(sim), 200);
});

test('a zone with one of two web servers and no database is not missed', async () => {
  const { sim, region, wait } = await shopOf();
  loseZone(sim, region, `${seoul}c`);
  await wait(2);
  assert.equal(statusOf(sim), 200);
});

test('a Multi-AZ database fails over within two minutes where another zone of its subnets is there', async () => {
  const { sim, region, wait } = await shopOf();
  const database = region.rds.instances.get('shop-orders')!;
  loseZone(sim, region, `${seoul}a`);
  assert.equal(isDatabaseThere(sim, region, database), false);
  await wait(2);
  assert.equal(isDatabaseThere(sim, region, database), true);
  loseZone(sim, region, `${seoul}c`);
  await wait(5);
  assert.equal(isDatabaseThere(sim, region, database), false);
});

test('EC2 starts nothing in a zone that is lost', async () => {
  const shop = await openShop();
  const region = shop.sim.region(seoul);
  const run = new RunInstancesCommand({
    ImageId: 'ami-0a22c0ffee0000001',
    InstanceType: 'm7g.large',
    SubnetId: 'subnet-0a22c0ffee0000003',
    MinCount: 1,
    MaxCount: 1,
    ClientToken: 'lost-zone',
  });
  const end = loseZone(shop.sim, region, `${seoul}c`);
  const ec2 = ec2In(shop, seoul);
  await assert.rejects(shop.sim.clock.drive(ec2.send(run)), { name: 'InsufficientInstanceCapacity' });
  end();
  await shop.sim.clock.drive(ec2.send(run));
});

test('servers that call a service are as well as it is; users that come through one are answered as it answers', async () => {
  const calling = await shopOf({ calls: ['dynamodb'] });
  const end = breakService(calling.sim, seoul, 'dynamodb');
  await calling.wait(1);
  assert.equal(statusOf(calling.sim), 503);
  end();
  await calling.wait(1);
  assert.equal(statusOf(calling.sim), 200);

  const { sim } = await shopOf({ behind: ['apigateway'] });
  breakService(sim, seoul, 'dynamodb');
  assert.equal(statusOf(sim), 200, 'nobody calls it');
  breakService(sim, seoul, 'apigateway');
  assert.equal(statusOf(sim), 503);
  assert.equal(instanceHealth(sim, seoul, 'i-0a22c0ffee0000003').healthy, true, 'the server itself is well');
});
