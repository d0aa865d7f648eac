import assert from 'node:assert/strict';
import test from 'node:test';
import {
  AttachVolumeCommand,
  CreateTagsCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  RunInstancesCommand,
  StartInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  PromoteReadReplicaCommand,
} from '@aws-sdk/client-rds';
import { ListHostedZonesCommand } from '@aws-sdk/client-route-53';
import { clientsFrom } from '../../simulator/world/clients.ts';
import { faults } from '../../simulator/world/faults.ts';
import {
  createData,
  isAnswered,
  listen,
  openShop,
  openWith,
  type Shop,
  switchTraffic,
  tokyo,
  webIds,
} from './shop.ts';

const start = (id: string) => new StartInstancesCommand({ InstanceIds: [id] });
const promote = () => new PromoteReadReplicaCommand({ DBInstanceIdentifier: 'shop-orders-replica' });

test('every fault says in one line what it does', () => {
  for (const [name, { says }] of Object.entries(faults)) {
    assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    assert.ok(says.length > 20 && says.length < 120 && !says.includes('\n'), `${name}: ${says}`);
  }
});

test('no-capacity: standing servers cannot start, another type can be launched, and it ends', async () => {
  const shop = await openWith('no-capacity');
  const launch = (InstanceType: 'm7g.large' | 'm6g.large') =>
    shop.ec2.send(
      new RunInstancesCommand({
        ImageId: 'ami-0a11c0ffee0000010',
        InstanceType,
        SubnetId: 'subnet-0a11c0ffee0000003',
        MinCount: 1,
        MaxCount: 1,
      }),
    );
  assert.equal(await shop.refusal(shop.ec2.send(start(webIds[0]!))), 'InsufficientInstanceCapacity');
  assert.equal(await shop.refusal(launch('m7g.large')), 'InsufficientInstanceCapacity');
  await shop.drive(launch('m6g.large'));
  await shop.wait(1200);
  await shop.drive(shop.ec2.send(start(webIds[0]!)));
});

test('no-capacity-at-all: nothing starts, ever', async () => {
  const shop = await openWith('no-capacity-at-all');
  assert.equal(await shop.refusal(shop.ec2.send(start(webIds[0]!))), 'InsufficientInstanceCapacity');
  await shop.wait(7200);
  assert.equal(await shop.refusal(shop.ec2.send(start(webIds[0]!))), 'InsufficientInstanceCapacity');
});

test('launch-fails: the first instance falls back, the second comes up', async () => {
  const shop = await openWith('launch-fails');
  const { instances } = shop.sim.region(tokyo).ec2;
  await shop.drive(shop.ec2.send(start(webIds[0]!)));
  await shop.until(() => instances.get(webIds[0]!)?.state === 'stopped');
  assert.equal(instances.get(webIds[0]!)?.stateReason?.code, 'Server.InternalError');
  await shop.drive(shop.ec2.send(start(webIds[1]!)));
  await shop.until(() => instances.get(webIds[1]!)?.state === 'running');
});

test('agent-offline: one instance runs without its agent, the next one has it', async () => {
  const shop = await openWith('agent-offline');
  const { ssm, guests } = shop.sim.region(tokyo);
  await shop.drive(shop.ec2.send(start(webIds[0]!)));
  await shop.until(() => guests.isUp(webIds[0]!));
  await shop.drive(shop.ec2.send(start(webIds[1]!)));
  await shop.until(() => ssm.agents.isListening(webIds[1]!));
  await shop.wait(3600);
  assert.equal(ssm.agents.isListening(webIds[0]!), false);
});

test('agent-offline-always: no new agent comes online, those of others stay', async () => {
  const shop = await openWith('agent-offline-always');
  const { ssm } = shop.sim.region(tokyo);
  await shop.drive(shop.ec2.send(new StartInstancesCommand({ InstanceIds: webIds })));
  await shop.wait(3600);
  assert.deepEqual(
    [...webIds, 'i-0b11b0000000000b1'].map((id) => ssm.agents.isListening(id)),
    [false, false, true],
  );
});

test('no-replica: there is nothing to promote', async () => {
  const shop = await openWith('no-replica');
  assert.equal(await shop.refusal(shop.rds.send(promote())), 'DBInstanceNotFoundFault');
});

test('replica-backing-up: a promotion is refused for ten minutes', async () => {
  const shop = await openWith('replica-backing-up');
  assert.equal(await shop.refusal(shop.rds.send(promote())), 'InvalidDBInstanceStateFault');
  await shop.wait(601);
  await shop.drive(shop.rds.send(promote()));
});

test('replica-lagging: the lag was too high before anything happened', async () => {
  const shop = await openWith('replica-lagging');
  const { rds } = shop.sim.region(tokyo);
  const replica = rds.instances.get('shop-orders-replica')!;
  assert.equal(rds.lag.at(replica, shop.world.startsAtMs - 600_000), 900);
});

test('slow-promotion: it takes four times as long', async () => {
  const promotionSeconds = async (shop: Shop) => {
    const { rds } = shop.sim.region(tokyo);
    const beginMs = shop.sim.clock.nowMs();
    await shop.drive(shop.rds.send(promote()));
    while (!rds.isWritable('shop-orders-replica')) await shop.wait(1);
    return (shop.sim.clock.nowMs() - beginMs) / 1000;
  };
  const usual = await promotionSeconds(await openShop());
  const slow = await promotionSeconds(await openWith('slow-promotion'));
  assert.ok(Math.abs(slow - 4 * usual) < 10, `${slow} and ${usual}`);
});

test('no-image: images to launch from are gone, those of standing servers and of others stay', async () => {
  const shop = await openWith('no-image');
  const { Images = [] } = await shop.drive(shop.ec2.send(new DescribeImagesCommand({ Owners: ['self'] })));
  assert.deepEqual(Images.map(({ ImageId }) => ImageId).sort(), [
    'ami-0a11c0ffee0000001',
    'ami-0b11b0000000000b1',
  ]);
});

const shopData = [
  { Name: 'tag:App', Values: ['shop'] },
  { Name: 'tag:Volume', Values: ['data'] },
];

test('no-snapshot: snapshots of the data are gone, those of others stay', async () => {
  const shop = await openWith('no-snapshot');
  const describe = new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters: shopData });
  assert.deepEqual((await shop.drive(shop.ec2.send(describe))).Snapshots, []);
  assert.ok(shop.sim.region(tokyo).ec2.snapshots.has('snap-0b11b0000000000b2'));
});

test('stale-snapshot: the newest one is a day older', async () => {
  const shop = await openWith('stale-snapshot');
  const describe = new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters: shopData });
  const { Snapshots = [] } = await shop.drive(shop.ec2.send(describe));
  const newest = Math.max(...Snapshots.map(({ StartTime }) => StartTime!.getTime()));
  assert.equal((shop.world.startsAtMs - newest) / 60_000, 25 + 24 * 60);
});

test('no-database-snapshot: no copy is left to restore', async () => {
  const shop = await openWith('no-database-snapshot');
  const { DBSnapshots = [] } = await shop.drive(shop.rds.send(new DescribeDBSnapshotsCommand({})));
  assert.deepEqual(
    DBSnapshots.map(({ DBSnapshotIdentifier }) => DBSnapshotIdentifier),
    ['catalog-0800'],
  );
});

test('key-disabled: the volume is accepted and then fails', async () => {
  const shop = await openWith('key-disabled');
  const events = listen(shop, tokyo);
  const volumeId = await createData(shop);
  const volume = shop.sim.region(tokyo).ec2.volumes.get(volumeId);
  assert.ok(volume === undefined || volume.state === 'error');
  const failed = events.find(
    ({ detail }) => detail['event'] === 'createVolume' && detail['result'] === 'failed',
  );
  assert.match(String(failed?.detail['cause']), /5f0c2a1e-.* is disabled\./);
});

test('throttled: some calls are refused with the code of their service, others go through', async () => {
  const shop = await openWith('throttled');
  const outcomes = async (send: () => Promise<unknown>) => {
    const found = new Set<string>();
    for (let call = 0; call < 30; call++) {
      const outcome = send().then(
        () => 'ok',
        (error: Error) => error.name,
      );
      found.add(await shop.drive(outcome));
      await shop.wait(5);
    }
    return [...found].sort();
  };
  const describe = () => shop.ec2.send(new DescribeInstancesCommand({}));
  assert.deepEqual(await outcomes(describe), ['RequestLimitExceeded', 'ok']);
  assert.deepEqual(await outcomes(() => shop.rds.send(new DescribeDBInstancesCommand({}))), [
    'Throttling',
    'ok',
  ]);
});

test('lost-answers: the first call of an operation acts without an answer, the second one is answered', async () => {
  const shop = await openWith('lost-answers');
  const resource = 'vol-0b11b0000000000b3';
  const tag = (Value: string) =>
    new CreateTagsCommand({ Resources: [resource], Tags: [{ Key: 'Round', Value }] });
  const { volumes } = shop.sim.region(tokyo).ec2;
  assert.equal(await isAnswered(shop, shop.ec2.send(tag('1')), 60), false);
  assert.equal(volumes.get(resource)?.tags['Round'], '1');
  assert.equal(await isAnswered(shop, shop.ec2.send(tag('2')), 60), true);
  const attach = { VolumeId: resource, InstanceId: webIds[1], Device: '/dev/sdg' };
  assert.equal(await isAnswered(shop, shop.ec2.send(new AttachVolumeCommand(attach)), 60), false);
  assert.equal(await isAnswered(shop, shop.ec2.send(new DescribeInstancesCommand({})), 60), true);
});

test('route53-down: calls are refused or never answered, and names are answered as before', async () => {
  const shop = await openWith('route53-down');
  const outcomes = new Set<string>();
  for (let call = 0; call < 8; call++) {
    let outcome = 'silence';
    const list = shop.route53.send(new ListHostedZonesCommand({}));
    list.then(
      () => (outcome = 'answered'),
      (error: Error) => (outcome = error.name),
    );
    await shop.wait(60);
    outcomes.add(outcome);
  }
  assert.deepEqual([...outcomes].sort(), ['ServiceUnavailable', 'silence']);
  const { http } = clientsFrom(shop.sim, tokyo, 'test');
  const answer = await shop.drive(http.get('https://app.shop.example.com/healthz', { timeoutSeconds: 5 }));
  assert.equal('status' in answer && answer.status, 200);
});

test('dns-stuck: a change stays pending for many minutes', async () => {
  const shop = await openWith('dns-stuck');
  await switchTraffic(shop);
  const { insyncAtMs } = shop.sim.route53.zones.get('Z0123456789');
  assert.ok(insyncAtMs - shop.sim.clock.nowMs() > 120_000);
});
