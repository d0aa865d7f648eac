import assert from 'node:assert/strict';
import test from 'node:test';
import {
  AttachVolumeCommand,
  type AttachVolumeCommandInput,
  CreateVolumeCommand,
  type CreateVolumeCommandInput,
  DeleteVolumeCommand,
} from '@aws-sdk/client-ec2';
import { NotSimulated } from '../../simulator/errors.ts';
import { recordEvents } from './data-account.ts';
import { openEc2, zoneA } from './ec2-account.ts';

const open = (seed?: string) => {
  const account = openEc2(seed);
  const { client, drive, ec2, subnetA } = account;
  return {
    ...account,
    instance: ec2.addInstance({ subnetId: subnetA.id, tags: { Name: 'worker' } }),
    attach: (input: Partial<AttachVolumeCommandInput>) => {
      const command = { VolumeId: undefined, InstanceId: undefined, Device: '/dev/sdf', ...input };
      return drive(client.send(new AttachVolumeCommand(command)));
    },
    remove: (VolumeId: string) => drive(client.send(new DeleteVolumeCommand({ VolumeId }))),
  };
};

test('a volume of a snapshot keeps its file system and becomes available with an event', async () => {
  const { ec2, sim, region, createVolume, describeVolume, wait } = open();
  const events = recordEvents(sim, region);
  const snapshot = ec2.addSnapshot({ sizeGiB: 20, tags: { Volume: 'data' } });
  const id = await createVolume({
    SnapshotId: snapshot.id,
    Size: undefined,
    VolumeType: 'gp3',
    TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'lifeboat:item', Value: 'data' }] }],
  });
  assert.equal(ec2.volumes.get(id)?.state, 'creating');
  await wait(121);
  const volume = await describeVolume(id);
  assert.deepEqual(
    [volume.State, volume.Size, volume.SnapshotId, volume.Iops],
    ['available', 20, snapshot.id, 3000],
  );
  assert.deepEqual(ec2.volumes.get(id)?.fileSystem, snapshot.fileSystem);
  assert.deepEqual(volume.Tags, [{ Key: 'lifeboat:item', Value: 'data' }]);
  const [event] = events;
  assert.deepEqual([event?.source, event?.['detail-type']], ['aws.ec2', 'EBS Volume Notification']);
  assert.deepEqual(event?.resources, [`arn:aws:ec2:${region}:123456789012:volume/${id}`]);
  assert.deepEqual(
    [event?.detail['event'], event?.detail['result'], event?.detail['cause']],
    ['createVolume', 'available', ''],
  );
});

test('a key that is disabled lets the request succeed and the volume fail', async () => {
  const { ec2, sim, region, createVolume, describeVolume, refusal, wait } = open();
  const events = recordEvents(sim, region);
  const snapshot = ec2.addSnapshot({ kmsKeyId: 'key-1' });
  ec2.keyProblems.set('key-1', 'is disabled.');
  const id = await createVolume({ SnapshotId: snapshot.id });
  while (ec2.volumes.get(id)?.state === 'creating') await wait(1);
  assert.equal(ec2.volumes.get(id)?.state, 'error');
  const { detail } = events[0]!;
  assert.deepEqual([detail['event'], detail['result']], ['createVolume', 'failed']);
  assert.equal(detail['cause'], `arn:aws:kms:${region}:123456789012:key/key-1 is disabled.`);
  await wait(61);
  assert.match(await refusal(describeVolume(id)), /^InvalidVolume\.NotFound/);
});

test('a token makes one volume, and is refused for another one', async () => {
  const { ec2, createVolume, refusal } = open();
  const first = await createVolume({ ClientToken: 'once' });
  assert.equal(await createVolume({ ClientToken: 'once' }), first);
  assert.match(
    await refusal(createVolume({ ClientToken: 'once', Size: 11 })),
    /^IdempotentParameterMismatch/,
  );
  assert.equal([...ec2.volumes.values()].filter(({ clientToken }) => clientToken === 'once').length, 1);
});

test('volumes that EC2 does not make', async (t) => {
  const { ec2, createVolume, refusal, instance } = open();
  const whole = ec2.addSnapshot({ sizeGiB: 20 });
  const half = ec2.addSnapshot({ sizeGiB: 20, state: 'pending' });
  const cases: Record<string, [Partial<CreateVolumeCommandInput>, RegExp]> = {
    'in a zone of another Region': [
      { AvailabilityZone: 'eu-west-1a' },
      /^InvalidZone\.NotFound: The zone 'eu-west-1a' does not exist/,
    ],
    'in no zone': [{ AvailabilityZone: undefined }, /^MissingParameter/],
    'of an unknown snapshot': [{ SnapshotId: 'snap-00000000000000000' }, /^InvalidSnapshot\.NotFound/],
    'of a snapshot that is not complete': [{ SnapshotId: half.id, Size: undefined }, /^IncorrectState/],
    'smaller than its snapshot': [
      { SnapshotId: whole.id, Size: 8 },
      /^InvalidParameterValue: Volume of 8GiB is smaller than snapshot/,
    ],
    'with neither size nor snapshot': [{ Size: undefined }, /^MissingParameter/],
    'with a key but not encrypted': [{ KmsKeyId: 'key-1' }, /^InvalidParameterDependency/],
    'with throughput on gp2': [{ Throughput: 200 }, /^InvalidParameterValue/],
    'io2 without IOPS': [{ VolumeType: 'io2' }, /^MissingParameter/],
    'with tags for an instance': [
      { TagSpecifications: [{ ResourceType: 'instance', Tags: [] }] },
      /^InvalidParameterValue/,
    ],
    'in a dry run': [{ DryRun: true }, /^DryRunOperation/],
  };
  for (const [name, [input, expected]] of Object.entries(cases)) {
    await t.test(name, async () => assert.match(await refusal(createVolume(input)), expected));
  }
  assert.equal(ec2.volumes.size, ec2.attachments.of(instance.id).length);
});

test('what is not modelled of a volume stops the run', async () => {
  await assert.rejects(open().createVolume({ MultiAttachEnabled: true }), NotSimulated);
});

test('deletions that EC2 refuses', async () => {
  const { ec2, instance, remove, refusal, createVolume } = open();
  const data = ec2.addVolume({ attach: { instanceId: instance.id, device: '/dev/sdf' } });
  assert.equal(
    await refusal(remove(data.id)),
    `VolumeInUse: Volume ${data.id} is currently attached to ${instance.id}`,
  );
  assert.match(await refusal(remove('vol-00000000000000000')), /^InvalidVolume\.NotFound/);
  const fresh = ec2.volumes.get(await createVolume())!;
  Object.assign(fresh, { visibleAtMs: 0 });
  assert.equal(fresh.state, 'creating');
  assert.match(await refusal(remove(fresh.id)), /^IncorrectState/);
});

test('a volume that is not described yet can be neither attached nor tagged', async () => {
  for (let seed = 0; ; seed += 1) {
    const { createVolume, attach, refusal, ec2, instance, wait } = open(`unseen ${seed}`);
    const id = await createVolume();
    const volume = ec2.volumes.get(id)!;
    if (volume.visibleAtMs - ec2.nowMs < 5000) continue;
    const command = () => attach({ VolumeId: id, InstanceId: instance.id });
    assert.match(await refusal(command()), /^InvalidVolume\.NotFound/);
    await wait(121);
    await command();
    assert.equal(volume.state, 'in-use');
    return;
  }
});

test('a dry run attaches, detaches and deletes nothing', async () => {
  const { ec2, instance, client, refusal } = open();
  const free = ec2.addVolume({ zone: zoneA });
  const VolumeId = free.id;
  const attachment = { VolumeId, InstanceId: instance.id, Device: '/dev/sdf', DryRun: true };
  assert.match(await refusal(client.send(new AttachVolumeCommand(attachment))), /^DryRunOperation/);
  assert.match(
    await refusal(client.send(new DeleteVolumeCommand({ VolumeId, DryRun: true }))),
    /^DryRunOperation/,
  );
  const creation = new CreateVolumeCommand({ AvailabilityZone: zoneA, Size: 1, DryRun: true });
  assert.match(await refusal(client.send(creation)), /^DryRunOperation/);
  assert.deepEqual([free.state, ec2.volumes.size], ['available', 2]);
});
