import assert from 'node:assert/strict';
import test from 'node:test';
import { AttachVolumeCommand, DescribeVolumesCommand, DetachVolumeCommand } from '@aws-sdk/client-ec2';
import { mountRefusal } from '../../simulator/guest/mounting.ts';
import { openServers, server, volume } from './guest-servers.ts';

test('a server of the world is up from its first instant, with what its fstab names', async () => {
  const { here, guest, line, wait } = openServers();
  guest.fstab.set('/srv/data', line());
  await wait(0.001);
  assert.equal(here.guests.isUp(server), true);
  assert.deepEqual([...guest.mounts.keys()], ['/srv/data']);
  assert.deepEqual(
    guest.blockDevices().map(({ volumeId, fileSystem }) => [volumeId, fileSystem.type]),
    [[volume, 'xfs']],
  );
});

test('mounts are lost with a stop; what fstab names is back after the next boot', async () => {
  const { here, guest, line, stop, start, wait } = openServers();
  await wait(1);
  guest.mounts.set('/mnt/byhand', { ...line(), path: '/mnt/byhand' });
  guest.fstab.set('/srv/data', line());
  await stop();
  await wait(600);
  assert.equal(guest.mounts.size, 0);
  assert.equal(here.guests.isUp(server), false);
  await start();
  await wait(600);
  assert.equal(here.guests.isUp(server), true);
  assert.deepEqual([...guest.mounts.keys()], ['/srv/data']);
});

test('the operating system is up some time after the instance runs', async () => {
  const { sim, here, start } = openServers({ state: 'stopped' });
  await start();
  const instance = here.ec2.instances.get(server);
  while (instance?.state !== 'running') await sim.clock.driveUntil(sim.clock.nowMs() + 100);
  assert.equal(here.guests.isUp(server), false);
  while (!here.guests.isUp(server)) await sim.clock.driveUntil(sim.clock.nowMs() + 100);
  assert.ok(sim.clock.nowMs() - (instance.runningAtMs ?? 0) > 1000);
});

test('a volume that fstab names without nofail keeps a server from coming up, until it is there at the next boot', async () => {
  const { here, guest, line, start, stop, wait, drive, ec2 } = openServers({
    state: 'stopped',
    attach: false,
  });
  guest.fstab.set('/srv/data', line('defaults'));
  await start();
  await wait(3600);
  assert.equal(here.ec2.instances.get(server)?.state, 'running');
  assert.equal(here.guests.isUp(server), false);
  assert.equal(here.guests.isInEmergency(server), true);
  assert.equal(here.ssm.agents.seemsOnline(server), false);
  await stop();
  await wait(600);
  await drive(
    ec2.send(new AttachVolumeCommand({ InstanceId: server, VolumeId: volume, Device: '/dev/sdf' })),
  );
  await wait(150);
  await start();
  await wait(3600);
  assert.equal(here.guests.isUp(server), true);
});

test('with nofail a server comes up without the volume', async () => {
  const { here, guest, line, start, wait } = openServers({ state: 'stopped', attach: false });
  guest.fstab.set('/srv/data', line('defaults', 'nofail'));
  await start();
  await wait(3600);
  assert.equal(here.guests.isUp(server), true);
  assert.equal(guest.mounts.size, 0);
});

test('XFS takes no UUID twice: a copy is not mounted beside its origin, unless one of them says nouuid', async () => {
  for (const [first, second, mounted, isUp] of [
    [['nofail'], ['nofail'], ['/srv/copy'], true],
    [['nofail'], ['defaults'], ['/srv/copy'], false],
    [['nofail'], ['defaults', 'nouuid'], ['/srv/copy', '/srv/data'], true],
    [['nofail', 'nouuid'], ['defaults'], ['/srv/copy', '/srv/data'], true],
  ] as const) {
    const { here, guest, line, start, wait } = openServers({ state: 'stopped' });
    const { fileSystem } = here.ec2.volumes.get(volume)!;
    const attach = { instanceId: server, device: '/dev/sdg' };
    const copy = here.ec2.addVolume({ id: 'vol-0000000000000000c', fileSystem, attach });
    const mount = { path: '/srv/copy', volumeId: copy.id, options: first };
    guest.fstab.set('/srv/copy', mount);
    guest.fstab.set('/srv/data', line(...second));
    await start();
    await wait(3600);
    assert.deepEqual([[...guest.mounts.keys()], here.guests.isUp(server)], [mounted, isUp]);
    assert.equal(mountRefusal(guest, mount), undefined, 'a device may be mounted again');
    const refusal = mountRefusal(guest, line('rw')) ?? '';
    assert.equal(refusal.includes('bad superblock'), !first.includes('nouuid' as never));
  }
});

test('ext4 does not mind a copy beside its origin', async () => {
  const { here, guest, line, wait } = openServers();
  const fileSystem = { type: 'ext4', uuid: '0d6ba3b4-7c2c-4f8e-a1b2-1f2e3d4c5b6a' } as const;
  const attach = (device: string) => ({ instanceId: server, device });
  const [origin, copy] = ['/dev/sdg', '/dev/sdh'].map((device, n) =>
    here.ec2.addVolume({ id: `vol-0000000000000000${n + 2}`, fileSystem, attach: attach(device) }),
  );
  await wait(1);
  guest.mounts.set('/srv/data', { ...line('rw'), volumeId: origin!.id });
  assert.equal(mountRefusal(guest, { path: '/srv/copy', volumeId: copy!.id, options: ['rw'] }), undefined);
  const gone = mountRefusal(guest, { path: '/srv/copy', volumeId: 'vol-0000000000000000f', options: [] });
  assert.match(gone ?? '', /does not exist/);
});

test('an image brings its own fstab to a server’s first boot', async () => {
  const { here, line } = openServers();
  here.guests.imageFstab = () => [line('nofail')];
  assert.deepEqual(
    [...here.guests.of('i-0000000000000000f').fstab.keys()],
    [],
    'nothing is known of an instance that is not there',
  );
  const fresh = here.ec2.addInstance({ zone: here.zones[0]!, tags: { Name: 'fresh' } });
  assert.deepEqual([...here.guests.of(fresh.id).fstab.keys()], ['/srv/data']);
});

test('a mounted volume is busy when it is detached, and gone from its path when it is forced off', async () => {
  const { guest, line, drive, wait, ec2 } = openServers();
  await wait(1);
  guest.mounts.set('/srv/data', line());
  await drive(ec2.send(new DetachVolumeCommand({ VolumeId: volume })));
  await wait(120);
  const { Volumes } = await drive(ec2.send(new DescribeVolumesCommand({ VolumeIds: [volume] })));
  assert.equal(Volumes?.[0]?.Attachments?.[0]?.State, 'busy');
  assert.equal(guest.mounts.size, 1);
  await drive(ec2.send(new DetachVolumeCommand({ VolumeId: volume, Force: true })));
  await wait(120);
  assert.equal(guest.mounts.size, 0);
});

test('an unmounted volume can be detached', async () => {
  const { drive, wait, ec2 } = openServers();
  await wait(1);
  await drive(ec2.send(new DetachVolumeCommand({ VolumeId: volume })));
  await wait(120);
  const { Volumes } = await drive(ec2.send(new DescribeVolumesCommand({ VolumeIds: [volume] })));
  assert.equal(Volumes?.[0]?.State, 'available');
});

test('the application reads its settings when it starts and when it is told to, under the prefix of a drill', async () => {
  const { here, guest, wait, stop, start } = openServers();
  here.guests.settingsOf = () => ['/shop/endpoint', '/shop/mode'];
  here.ssm.addParameter({ name: '/shop/endpoint', value: 'old' });
  await wait(1);
  assert.deepEqual([...guest.settings], [['/shop/endpoint', 'old']]);
  here.ssm.parameters.put(
    { Name: '/shop/endpoint', Value: 'new', Overwrite: true },
    'arn:aws:iam::123456789012:user/caller',
  );
  here.ssm.addParameter({ name: '/lifeboat/drill/7/shop/endpoint', value: 'copy' });
  await wait(60);
  assert.equal(guest.settings.get('/shop/endpoint'), 'old', 'nothing is read without a reload');
  guest.reloadSettings('/lifeboat/drill/7');
  assert.deepEqual([...guest.settings], [['/shop/endpoint', 'copy']]);
  guest.reloadSettings('');
  assert.equal(guest.settings.get('/shop/endpoint'), 'new');
  await stop();
  await wait(600);
  assert.equal(guest.settings.size, 0);
  await start();
  await wait(600);
  assert.equal(guest.settings.get('/shop/endpoint'), 'new');
});

test('the application is asked only on a server that is up', async () => {
  const { here, guest, wait, stop } = openServers();
  here.guests.application = (asked, path) => ({ status: 200, body: `${asked.instanceId}${path}` });
  assert.equal(guest.askApplication('/healthz').status, 503);
  await wait(1);
  assert.deepEqual(guest.askApplication('/healthz'), { status: 200, body: `${server}/healthz` });
  await stop();
  assert.equal(guest.askApplication('/healthz').status, 503);
});

test('nothing listens where no application was put', async () => {
  const { guest, wait } = openServers();
  await wait(1);
  assert.equal(guest.askApplication('/').status, 503);
});

test('a terminated server takes its operating system along', async () => {
  const { here, guest, line, terminate, wait } = openServers();
  await wait(1);
  guest.mounts.set('/srv/data', line());
  await terminate();
  await wait(600);
  assert.equal(here.ec2.isMounted(volume), false);
  assert.notEqual(here.guests.of(server), guest);
});
