import assert from 'node:assert/strict';
import test from 'node:test';
import {
  AttachVolumeCommand,
  type AttachVolumeCommandInput,
  DeleteVolumeCommand,
  DetachVolumeCommand,
  type DetachVolumeCommandInput,
} from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { openEc2, zoneA, zoneC } from './ec2-account.ts';

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
    detach: (input: DetachVolumeCommandInput) => drive(client.send(new DetachVolumeCommand(input))),
    remove: (VolumeId: string) => drive(client.send(new DeleteVolumeCommand({ VolumeId }))),
  };
};

test('attaching takes some seconds, and the two views of it converge each on its own', async () => {
  const { ec2, instance, attach, describeVolume, describeInstances, wait } = open();
  const volume = ec2.addVolume({ zone: zoneA });
  const heard: string[] = [];
  ec2.onAttachment((of, attachment) => heard.push(`${of.id} ${attachment.state}`));
  const answer = await attach({ VolumeId: volume.id, InstanceId: instance.id });
  assert.deepEqual([answer.State, answer.Device, answer.InstanceId], ['attaching', '/dev/sdf', instance.id]);
  assert.deepEqual(ec2.blockDevices(instance.id), []);
  await wait(121);
  const { State, Attachments } = await describeVolume(volume.id);
  assert.deepEqual([State, Attachments?.[0]?.State], ['in-use', 'attached']);
  const [shown] = await describeInstances({ InstanceIds: [instance.id] });
  assert.deepEqual(
    shown?.BlockDeviceMappings?.map(({ DeviceName }) => DeviceName),
    ['/dev/xvda', '/dev/sdf'],
  );
  assert.deepEqual(heard, [`${volume.id} attaching`, `${volume.id} attached`]);
  const [device] = ec2.blockDevices(instance.id);
  assert.deepEqual([device?.name, device?.volumeId], ['/dev/nvme1n1', volume.id]);
});

test('the view of the instance lags the view of the volume, when attaching and when detaching', async () => {
  for (let seed = 0; ; seed += 1) {
    const { ec2, instance, attach, detach, describeVolume, describeInstances, wait } = open(`views ${seed}`);
    const volume = ec2.addVolume({ zone: zoneA });
    await attach({ VolumeId: volume.id, InstanceId: instance.id });
    while (volume.attachment?.state !== 'attached') await wait(0.5);
    if (volume.attachment.instanceViewAtMs - ec2.nowMs < 2000) continue;
    const mapped = async () => {
      const [shown] = await describeInstances({ InstanceIds: [instance.id] });
      const found = shown?.BlockDeviceMappings?.find(({ Ebs }) => Ebs?.VolumeId === volume.id);
      return [(await describeVolume(volume.id)).State, found?.Ebs?.Status];
    };
    assert.deepEqual(await mapped(), ['in-use', undefined]);
    await wait(31);
    assert.deepEqual(await mapped(), ['in-use', 'attached']);
    await detach({ VolumeId: volume.id });
    while (volume.attachment !== undefined) await wait(0.5);
    assert.deepEqual(await mapped(), ['available', 'detaching']);
    await wait(10);
    assert.deepEqual(await mapped(), ['available', undefined]);
    return;
  }
});

test('attachments that EC2 refuses', async (t) => {
  const { ec2, instance, subnetA, attach, refusal } = open();
  const free = ec2.addVolume({ zone: zoneA });
  const used = ec2.addVolume({ attach: { instanceId: instance.id, device: '/dev/sdg' } });
  const elsewhere = ec2.addVolume({ zone: zoneC });
  const unfinished = ec2.addVolume({ zone: zoneA });
  unfinished.state = 'creating';
  const starting = ec2.addInstance({ subnetId: subnetA.id, state: 'stopped' });
  ec2.lifecycle.start(starting);
  const cases: Record<string, [Partial<AttachVolumeCommandInput>, string]> = {
    'a volume of another zone': [
      { VolumeId: elsewhere.id },
      `InvalidVolume.ZoneMismatch: The volume '${elsewhere.id}' is not in the same availability zone as instance '${instance.id}'`,
    ],
    'a volume that is attached': [
      { VolumeId: used.id },
      `VolumeInUse: ${used.id} is already attached to an instance`,
    ],
    'a volume that is being created': [
      { VolumeId: unfinished.id },
      `IncorrectState: ${unfinished.id} is not 'available'.`,
    ],
    'an instance that is starting': [
      { InstanceId: starting.id },
      `IncorrectState: Instance '${starting.id}' is not 'running'.`,
    ],
    'a device that is taken': [
      { Device: '/dev/sdg' },
      "InvalidParameterValue: Invalid value '/dev/sdg' for unixDevice. Attachment point /dev/sdg is already in use",
    ],
    'a name that is no device': [
      { Device: '/dev/nvme1n1' },
      'InvalidParameterValue: Value (/dev/nvme1n1) for parameter device is invalid. /dev/nvme1n1 is not a valid EBS device name.',
    ],
    'an unknown volume': [
      { VolumeId: 'vol-00000000000000000' },
      "InvalidVolume.NotFound: The volume 'vol-00000000000000000' does not exist.",
    ],
    'an unknown instance': [
      { InstanceId: 'i-00000000000000000' },
      "InvalidInstanceID.NotFound: The instance ID 'i-00000000000000000' does not exist",
    ],
  };
  for (const [name, [input, expected]] of Object.entries(cases)) {
    await t.test(name, async () => {
      assert.equal(await refusal(attach({ VolumeId: free.id, InstanceId: instance.id, ...input })), expected);
    });
  }
  assert.equal(free.attachment, undefined);
});

test('an instance takes as many volumes as its type allows', async () => {
  const { ec2, instance, attach, refusal } = open();
  const letters = [...'bcdefghijklmnopqrstuvwxyz'].map((letter) => `/dev/sd${letter}`);
  for (const device of [...letters, '/dev/xvdba'])
    ec2.addVolume({ attach: { instanceId: instance.id, device } });
  const { id } = ec2.addVolume({ zone: zoneA });
  const tooMany = attach({ VolumeId: id, InstanceId: instance.id, Device: '/dev/xvdbb' });
  assert.match(await refusal(tooMany), /^AttachmentLimitExceeded: You may attach up to 27 devices/);
});

test('after a detachment the device stays taken, and the volume undeletable, for some seconds', async () => {
  const { ec2, instance, attach, detach, describeVolume, refusal, wait, remove } = open();
  const volume = ec2.addVolume({ attach: { instanceId: instance.id, device: '/dev/sdf' } });
  const next = ec2.addVolume({ zone: zoneA });
  const answer = await detach({ VolumeId: volume.id });
  assert.equal(answer.State, 'detaching');
  while (volume.state !== 'available') await wait(0.5);
  assert.deepEqual((await describeVolume(volume.id)).Attachments, []);
  const retry = { VolumeId: next.id, InstanceId: instance.id };
  assert.match(await refusal(attach(retry)), /Attachment point \/dev\/sdf is already in use$/);
  volume.inUseUntilMs = ec2.nowMs + 2000;
  assert.match(await refusal(remove(volume.id)), /^VolumeInUse/);
  await wait(10);
  await attach(retry);
  await remove(volume.id);
  await wait(61);
  assert.match(await refusal(describeVolume(volume.id)), /^InvalidVolume\.NotFound/);
});

test('a mounted volume stays busy until it is unmounted, or is torn away by force', async () => {
  const { ec2, instance, detach, describeVolume, wait } = open();
  const data = ec2.addVolume({ attach: { instanceId: instance.id, device: '/dev/sdf' } });
  const logs = ec2.addVolume({ attach: { instanceId: instance.id, device: '/dev/sdg' } });
  const mounted = new Set([data.id, logs.id]);
  ec2.isMounted = (volumeId) => mounted.has(volumeId);
  await detach({ VolumeId: data.id });
  await detach({ VolumeId: logs.id });
  await wait(600);
  assert.equal((await describeVolume(data.id)).Attachments?.[0]?.State, 'busy');
  mounted.delete(data.id);
  await detach({ VolumeId: logs.id, Force: true });
  await wait(600);
  assert.deepEqual([data.state, logs.state], ['available', 'available']);
});

test('a stop frees what a guest held', async () => {
  const { ec2, instance, detach, wait } = open();
  const data = ec2.addVolume({ attach: { instanceId: instance.id, device: '/dev/sdf' } });
  ec2.isMounted = () => true;
  await detach({ VolumeId: data.id });
  await wait(60);
  ec2.lifecycle.stop(instance);
  await wait(900);
  assert.equal(data.state, 'available');
});

test('detachments that EC2 refuses', async () => {
  const { ec2, instance, subnetA, detach, refusal } = open();
  const loose = ec2.addVolume({ zone: zoneA });
  const data = ec2.addVolume({ attach: { instanceId: instance.id, device: '/dev/sdf' } });
  const other = ec2.addInstance({ subnetId: subnetA.id });
  const root = ec2.attachments.of(other.id)[0]!;
  assert.match(
    await refusal(detach({ VolumeId: loose.id })),
    /^IncorrectState: Volume .* is in the 'available' state/,
  );
  assert.match(
    await refusal(detach({ VolumeId: data.id, InstanceId: other.id })),
    /^InvalidAttachment\.NotFound/,
  );
  assert.match(
    await refusal(detach({ VolumeId: data.id, Device: '/dev/sdg' })),
    /^InvalidAttachment\.NotFound/,
  );
  assert.match(
    await refusal(detach({ VolumeId: root.id })),
    /^OperationNotPermitted: Unable to detach root volume/,
  );
});

test('the names of block devices may change at a start, and then stay', async () => {
  const order = async (seed: number) => {
    const { ec2, instance, wait } = open(`nvme ${seed}`);
    const volumes = ['/dev/sdf', '/dev/sdg', '/dev/sdh'].map((device) =>
      ec2.addVolume({ tags: { Name: device }, attach: { instanceId: instance.id, device } }),
    );
    const named = () =>
      ec2
        .blockDevices(instance.id)
        .map(({ name, volumeId }) => [name, volumes.findIndex(({ id }) => id === volumeId)]);
    assert.deepEqual(named(), [
      ['/dev/nvme1n1', 0],
      ['/dev/nvme2n1', 1],
      ['/dev/nvme3n1', 2],
    ]);
    ec2.lifecycle.stop(instance);
    assert.deepEqual(named(), []);
    await wait(301);
    ec2.lifecycle.start(instance);
    await wait(181);
    const after = named();
    assert.deepEqual(
      after.map(([name]) => name),
      ['/dev/nvme1n1', '/dev/nvme2n1', '/dev/nvme3n1'],
    );
    return after.map(([, volume]) => volume).join('');
  };
  const orders = [];
  for (let seed = 0; seed < 20; seed += 1) orders.push(await order(seed));
  const changed = orders.filter((each) => each !== '012').length;
  assert.ok(changed > 0 && changed < 14, `${changed} of 20 starts changed the order`);
  assert.equal(await order(7), orders[7], 'the same seed gives the same order');
});

test('whatever is asked at whatever moment, a volume hangs on one instance and a device holds one volume', async () => {
  const ask = fc.record({
    what: fc.constantFrom('attach', 'detach', 'force', 'terminate'),
    volume: fc.nat(2),
    instance: fc.nat(1),
    device: fc.constantFrom('/dev/sdf', '/dev/sdg'),
    afterSeconds: fc.integer({ min: 0, max: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(ask, { maxLength: 14 }), fc.nat(1000), async (steps, seed) => {
      const { ec2, instance, subnetA, client, wait } = open(`law ${seed}`);
      const instances = [instance, ec2.addInstance({ subnetId: subnetA.id, tags: { Name: 'other' } })];
      const volumes = [0, 1, 2].map((n) => ec2.addVolume({ zone: zoneA, tags: { Name: `v${n}` } }));
      const held = new Map<string, string>();
      const broken: string[] = [];
      ec2.onAttachment(({ id }, { instanceId, device, state }) => {
        if (state === 'attaching') {
          if (held.has(id)) broken.push(`${id} is attached twice`);
          if ([...held.values()].includes(`${instanceId}${device}`)) broken.push(`${device} is taken twice`);
          held.set(id, `${instanceId}${device}`);
        } else if (state === 'detached') held.delete(id);
      });
      for (const { what, volume, instance: at, device, afterSeconds } of steps) {
        await wait(afterSeconds);
        const VolumeId = volumes[volume]!.id;
        const InstanceId = instances[at]!.id;
        // Answers are not waited for: several requests are on their way at once.
        if (what === 'terminate' && instances[at]!.state === 'running')
          ec2.lifecycle.terminate(instances[at]!);
        else if (what === 'attach') {
          const command = new AttachVolumeCommand({ VolumeId, InstanceId, Device: device });
          client.send(command).catch(() => undefined);
        } else
          client.send(new DetachVolumeCommand({ VolumeId, Force: what === 'force' })).catch(() => undefined);
      }
      await wait(1000);
      assert.deepEqual(broken, []);
      for (const { id, state, attachment } of ec2.volumes.values()) {
        assert.equal(state === 'in-use', attachment !== undefined, id);
      }
    }),
    { seed: 11, numRuns: 25 },
  );
});
