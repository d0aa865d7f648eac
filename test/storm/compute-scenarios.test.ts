import assert from 'node:assert/strict';
import test from 'node:test';
import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  RunInstancesCommand,
  StartInstancesCommand,
} from '@aws-sdk/client-ec2';
import { PromoteReadReplicaCommand, RestoreDBInstanceFromDBSnapshotCommand } from '@aws-sdk/client-rds';
import { mountDocument } from '../../drill/guest/mount.ts';
import { mountRefusal } from '../../simulator/guest/mounting.ts';
import { isInstanceThere } from '../../simulator/world/ailments.ts';
import { instanceHealth } from '../../simulator/world/health.ts';
import { replica, standingServers } from '../drill/shop.ts';
import { Struck } from './struck.ts';

const [server = ''] = standingServers;
let tokens = 0;

/** Launches one of the instances that the shop's workers are, in the subnet of a zone. */
async function launch(struck: Struck, subnet = 'subnet-0a11c0ffee0000001', type = 'm7g.large') {
  const [image] = [...struck.stage.recovery.ec2.images.values()].filter(
    ({ tags }) => tags['Role'] === 'worker',
  );
  tokens += 1;
  const command = new RunInstancesCommand({
    ImageId: image!.id,
    InstanceType: type as 'm7g.large',
    MinCount: 1,
    MaxCount: 1,
    SubnetId: subnet,
    ClientToken: `launch-${tokens}`,
  });
  let id = '';
  const code = await struck.answer(
    struck.ec2.send(command).then(({ Instances }) => {
      id = Instances?.[0]?.InstanceId ?? '';
    }),
  );
  return { code, id };
}

function stateOf({ stage }: Struck, id: string): string | undefined {
  return stage.recovery.ec2.instances.get(id)?.state;
}

test('while no-capacity, some zones have none for some types, by strength, and afterwards all have', async () => {
  const struck = new Struck();
  const [a, c] = ['subnet-0a11c0ffee0000001', 'subnet-0a11c0ffee0000003'];
  const measure = async () => [(await launch(struck, a)).code, (await launch(struck, c)).code];
  const all = await struck.course('no-capacity', measure);
  const none = 'InsufficientInstanceCapacity';
  assert.deepEqual(all, { before: ['ok', 'ok'], during: [none, none], after: ['ok', 'ok'] });
  const some = await struck.course('no-capacity', measure, { strength: 0.3 });
  assert.deepEqual(some.during, [none, 'ok']);
});

test('during an evacuation launches run short of capacity or of requests at times', async () => {
  const struck = new Struck();
  const measure = async () => {
    const codes = new Set<string>();
    for (let n = 0; n < 12; n += 1) codes.add((await launch(struck)).code);
    return [...codes].filter((code) => code !== 'ok').length;
  };
  const { before, during, after } = await struck.course('evacuation', measure);
  assert.ok(before === 0 && after === 0 && during > 0, `${before}, ${during}, ${after}`);
});

for (const name of ['launch-fails', 'launches-fail']) {
  test(`while ${name}, an instance falls back from pending, and afterwards none does`, async () => {
    const struck = new Struck();
    const measure = async () => {
      const ids: string[] = [];
      for (let n = 0; n < 4; n += 1) ids.push((await launch(struck)).id);
      await struck.pass(240);
      return ids.filter((id) => stateOf(struck, id) === 'running').length;
    };
    const { before, during, after } = await struck.course(name, measure);
    assert.ok(before === 4 && after === 4 && during < 4, `${before}, ${during}, ${after}`);
  });
}

test('while no-network, agents of instances that start do not come online, and afterwards they do', async () => {
  const struck = new Struck();
  const { ssm } = struck.stage.recovery;
  const isOnline = (id: string) => ssm.agents.isListening(id);
  const end = struck.begin('no-network');
  await struck.answer(struck.ec2.send(new StartInstancesCommand({ InstanceIds: [server] })));
  await struck.pass(1800);
  assert.equal(stateOf(struck, server), 'running');
  assert.equal(isOnline(server), false);
  end();
  await struck.pass(1800);
  assert.equal(isOnline(server), true);
});

test('while devices-busy, volumes are refused their device at times', async () => {
  const struck = new Struck();
  const command = () =>
    struck.ec2.send(
      new AttachVolumeCommand({ InstanceId: server, VolumeId: 'vol-0a11c0ffee0000099', Device: '/dev/sdf' }),
    );
  const { before, during, after } = await struck.course('devices-busy', () => struck.answers(command, 12));
  assert.deepEqual([before, after], [['InvalidVolume.NotFound'], ['InvalidVolume.NotFound']]);
  assert.deepEqual(during, ['InvalidParameterValue', 'InvalidVolume.NotFound']);
});

test('while key-disabled, volumes are accepted and come to nothing', async () => {
  const struck = new Struck();
  const { ec2 } = struck.stage.recovery;
  const snapshot = [...ec2.snapshots.values()].find(({ tags }) => tags['Volume'] === 'data');
  const measure = async () => {
    tokens += 1;
    const AvailabilityZone = 'ap-northeast-1a';
    const command = new CreateVolumeCommand({
      AvailabilityZone,
      SnapshotId: snapshot!.id,
      ClientToken: `volume-${tokens}`,
    });
    const made = await struck.stage.sim.clock.drive(struck.ec2.send(command));
    await struck.pass(180);
    return ec2.volumes.get(made.VolumeId ?? '')?.state ?? 'gone';
  };
  const { before, during, after } = await struck.course('key-disabled', measure);
  assert.deepEqual([before, after], ['available', 'available']);
  assert.notEqual(during, 'available');
});

test('while replica-backing-up, the replica cannot be promoted, and then it can', async () => {
  const struck = new Struck();
  const promote = () =>
    struck.answer(struck.rds.send(new PromoteReadReplicaCommand({ DBInstanceIdentifier: replica })));
  struck.begin('replica-backing-up');
  assert.equal(await promote(), 'InvalidDBInstanceStateFault');
  await struck.pass(660);
  assert.equal(await promote(), 'ok');
});

for (const [name, lag] of [
  ['replica-lagging', 1798],
  ['replication-broken', -1],
] as const) {
  test(`while ${name}, the lag of the replica is ${lag}, and then it has caught up`, async () => {
    const struck = new Struck();
    const { rds } = struck.stage.recovery;
    const measure = async () => {
      await struck.pass(120);
      const instance = rds.instances.get(replica);
      return instance && rds.lag.at(instance, struck.stage.sim.clock.nowMs() - 60_000);
    };
    const { before, during, after } = await struck.course(name, measure);
    assert.ok((before ?? 0) >= 0 && (before ?? 0) < 120, String(before));
    assert.equal(during, lag);
    assert.equal(after, 1);
  });
}

test('while promotion-fails, RDS answers every promotion with an error of its own', async () => {
  const struck = new Struck();
  const promote = () =>
    struck.answer(struck.rds.send(new PromoteReadReplicaCommand({ DBInstanceIdentifier: replica })));
  const end = struck.begin('promotion-fails');
  assert.equal(await promote(), 'InternalFailure');
  end();
  assert.equal(await promote(), 'ok');
});

test('while promotions-given-up, a promotion is accepted and the replica stays a replica', async () => {
  const struck = new Struck();
  const { rds } = struck.stage.recovery;
  const promote = async () => {
    const code = await struck.answer(
      struck.rds.send(new PromoteReadReplicaCommand({ DBInstanceIdentifier: replica })),
    );
    await struck.pass(5400);
    return [code, rds.instances.get(replica)?.status, rds.isWritable(replica)];
  };
  const end = struck.begin('promotions-given-up');
  assert.deepEqual(await promote(), ['ok', 'available', false]);
  end();
  assert.deepEqual(await promote(), ['ok', 'available', true]);
});

test('while restores-given-up, a restored database has no access to its key, and afterwards it has', async () => {
  const struck = new Struck();
  const { rds } = struck.stage.recovery;
  const [snapshot] = [...rds.snapshots.values()];
  const measure = async () => {
    tokens += 1;
    const id = `copy-${tokens}`;
    const command = new RestoreDBInstanceFromDBSnapshotCommand({
      DBInstanceIdentifier: id,
      DBSnapshotIdentifier: snapshot!.id,
      DBSubnetGroupName: rds.instances.get(replica)!.subnetGroup,
    });
    const code = await struck.answer(struck.rds.send(command));
    await struck.pass(7200);
    return [code, rds.instances.get(id)?.status];
  };
  assert.deepEqual(await struck.course('restores-given-up', measure), {
    before: ['ok', 'available'],
    during: ['ok', 'inaccessible-encryption-credentials'],
    after: ['ok', 'available'],
  });
});

test('while network-lost, servers that run are silent and serve nobody, and afterwards they do again', async () => {
  const struck = new Struck();
  const { sim, recovery } = struck.stage;
  await struck.answer(struck.ec2.send(new StartInstancesCommand({ InstanceIds: [server] })));
  await struck.pass(1800);
  const measure = () => [recovery.ssm.agents.isListening(server), isInstanceThere(sim, recovery, server)];
  const course = await struck.course('network-lost', measure);
  assert.deepEqual(course, { before: [true, true], during: [false, false], after: [true, true] });
  const end = struck.begin('network-lost');
  assert.deepEqual(instanceHealth(sim, recovery.name, server).missing, [`${server} has no network`]);
  const { id } = await launch(struck);
  assert.ok(recovery.guests.isConnected(id), 'what starts later has its network');
  end();
});

test('while copies-mounted, a worker has its data twice, and its own are mounted only with nouuid', async () => {
  const struck = new Struck();
  const { ec2, guests } = struck.stage.recovery;
  const dataOf = (id: string) => guests.of(id).blockDevices();
  const end = struck.begin('copies-mounted');
  const { id } = await launch(struck);
  await struck.pass(900);
  const [copy] = dataOf(id);
  assert.equal(guests.of(id).mounts.get('/mnt/copy-0')?.volumeId, copy?.volumeId);
  const attach = { instanceId: id, device: '/dev/sdf' };
  const { snapshotId } = ec2.volumes.get(copy!.volumeId)!;
  const data = ec2.addVolume({ attach, snapshotId: snapshotId! });
  const plain = { path: '/srv/data', volumeId: data.id, options: ['rw'] };
  assert.match(mountRefusal(guests.of(id), plain) ?? '', /bad superblock/);
  const { exitCode } = mountDocument(guests.of(id), { VolumeId: [data.id], MountPath: ['/srv/data'] });
  assert.equal(exitCode, 0);
  assert.deepEqual(guests.of(id).mounts.get('/srv/data')?.options, ['rw', 'nouuid']);
  end();
  const later = await launch(struck);
  await struck.pass(900);
  assert.deepEqual(dataOf(later.id), []);
});
