import assert from 'node:assert/strict';
import test from 'node:test';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { clientsFrom } from '../../simulator/world/clients.ts';
import { regionHealth } from '../../simulator/world/health.ts';
import {
  ec2In,
  isAnswered,
  listen,
  openShop,
  openWith,
  recoverInTokyo,
  type Shop,
  seoul,
  tokyo,
} from './shop.ts';

function canary({ sim }: Shop): string {
  return sim.region(tokyo).cloudwatch.alarms.alarms.get('shop-canary')!.state.value;
}

test('primary-outage: calls to Seoul hang, those to Tokyo do not', async () => {
  const shop = await openWith('primary-outage');
  const look = () => new DescribeInstancesCommand({});
  assert.equal(await isAnswered(shop, ec2In(shop, seoul).send(look()), 3600), false);
  assert.equal(await isAnswered(shop, shop.ec2.send(look()), 5), true);
});

test('primary-outage: the application is gone, and the canary elsewhere notices within minutes', async () => {
  const shop = await openWith('primary-outage');
  assert.equal(regionHealth(shop.sim, seoul).healthy, false);
  const { http } = clientsFrom(shop.sim, 'us-west-2', 'test');
  const url = 'https://app.shop.example.com/healthz';
  assert.deepEqual(await shop.drive(http.get(url, { timeoutSeconds: 4 })), {
    failed: 'no answer within 4 s',
  });
  await shop.until(() => canary(shop) === 'ALARM');
  const minutes = (shop.sim.clock.nowMs() - shop.world.startsAtMs) / 60_000;
  assert.ok(minutes > 1 && minutes < 6, `after ${minutes} minutes`);
});

test('primary-outage: the replica falls behind from then on', async () => {
  const shop = await openWith('primary-outage');
  await shop.wait(600);
  const { rds } = shop.sim.region(tokyo);
  const replica = rds.instances.get('shop-orders-replica')!;
  assert.equal(rds.lag.at(replica, shop.world.startsAtMs - 60_000), 2);
  assert.ok(rds.lag.at(replica, shop.sim.clock.nowMs())! > 500);
});

test('primary-outage: Health reports it in Oregon, not before 20 minutes and not after 70', async () => {
  const shop = await openWith('primary-outage');
  const events = listen(shop, 'us-west-2');
  await shop.until(() => events.length > 0);
  const [event] = events;
  const minutes = (shop.sim.clock.nowMs() - shop.world.startsAtMs) / 60_000;
  assert.ok(minutes > 20 && minutes < 70, `after ${minutes} minutes`);
  assert.equal(event?.source, 'aws.health');
  assert.equal(event?.region, 'us-west-2');
  assert.equal(event?.detail['eventRegion'], seoul);
  assert.equal(event?.detail['eventTypeCategory'], 'issue');
  assert.match(String(event?.detail['startTime']), /^Mon, 02 Nov 2026 00:00:01 GMT$/);
});

test('primary-outage: a rule in Seoul brings nothing out any more', async () => {
  const deliveriesTo = async (shop: Shop): Promise<number> => {
    const { events } = shop.sim.region(seoul);
    const heard = listen(shop, tokyo);
    events.operations['PutRule']!(
      { Name: 'forward', EventPattern: '{"source":["shop.test"]}' } as never,
      { region: seoul } as never,
    );
    const Arn = `arn:aws:events:${tokyo}:${shop.world.account}:event-bus/default`;
    const RoleArn = `arn:aws:iam::${shop.world.account}:role/forward`;
    events.operations['PutTargets']!(
      { Rule: 'forward', Targets: [{ Id: 'tokyo', Arn, RoleArn }] } as never,
      { region: seoul } as never,
    );
    events.publish({ source: 'shop.test', detailType: 'test', resources: [], detail: {} });
    await shop.wait(60);
    return heard.filter(({ source }) => source === 'shop.test').length;
  };
  assert.ok((await deliveriesTo(await openShop())) >= 1);
  assert.equal(await deliveriesTo(await openWith('primary-outage')), 0);
});

test('primary-api-outage: nobody can call Seoul, and its users notice nothing', async () => {
  const shop = await openWith('primary-api-outage');
  const look = new DescribeInstancesCommand({});
  assert.equal(await isAnswered(shop, ec2In(shop, seoul).send(look), 600), false);
  assert.equal(regionHealth(shop.sim, seoul).healthy, true);
  assert.equal(canary(shop), 'OK');
});

test('health-false-alarm: Health reports trouble, and there is none', async () => {
  const shop = await openWith('health-false-alarm');
  const events = listen(shop, 'us-west-2');
  await shop.until(() => events.length > 0);
  assert.equal(events[0]?.detail['eventRegion'], seoul);
  assert.equal(regionHealth(shop.sim, seoul).healthy, true);
});

test('a recovery by hand works although the primary Region is gone', async () => {
  const shop = await openWith('primary-outage');
  await recoverInTokyo(shop);
  assert.deepEqual(regionHealth(shop.sim, tokyo), { healthy: true, missing: [] });
});
