import assert from 'node:assert/strict';
import test from 'node:test';
import { mountDocument } from '../../drill/guest/mount.ts';
import type { Guest, Mount } from '../../simulator/guest.ts';
import { type MountCase, mountCases, uuidOf } from './mount-cases.ts';

/** A guest with the disks, mounts and fstab of a case. */
function guestOf(given: MountCase): Guest {
  const devices = given.disks.map(({ volume, holds }, place) => {
    assert.ok(holds !== 'swap', 'a simulated disk holds XFS, ext4 or nothing');
    return {
      name: `/dev/nvme${place + 1}n1`,
      volumeId: volume,
      fileSystem: { type: holds, uuid: uuidOf(given, volume) },
    } as const;
  });
  const mounts = Object.entries(given.mounted ?? {}).map(([path, { volume }]): [string, Mount] => [
    path,
    { path, volumeId: volume, options: ['rw'] },
  ]);
  const lines = (given.fstab ?? []).map(({ path, volume, options }): [string, Mount] => [
    path,
    { path, volumeId: volume, options },
  ]);
  return {
    instanceId: 'i-0123456789abcdef0',
    blockDevices: () => devices,
    mounts: new Map(mounts),
    fstab: new Map(lines),
    settings: new Map(),
    reloadSettings: () => assert.fail('mounting reloads nothing'),
    askApplication: () => assert.fail('mounting asks nothing'),
  };
}

const plain = (mounts: ReadonlyMap<string, Mount>) =>
  [...mounts].map(([path, { volumeId, options }]) => [path, { volume: volumeId, options }]);

for (const given of mountCases.filter(({ only }) => only === undefined)) {
  test(`in a simulated guest: ${given.name}`, () => {
    const guest = guestOf(given);
    const results = given.runs.map((run) =>
      mountDocument(guest, Object.fromEntries(Object.entries(run).map(([name, value]) => [name, [value]]))),
    );
    const { exits, states = [], says = '', mounts, fstab } = given.expect;
    assert.deepEqual(
      results.map(({ exitCode }) => exitCode),
      exits,
    );
    const done = results.filter(({ exitCode }) => exitCode === 0).map(({ stdout }) => JSON.parse(stdout));
    assert.deepEqual(
      done.map(({ state }) => state),
      states,
    );
    for (const { volume, device } of done) {
      assert.equal(guest.blockDevices().find(({ name }) => name === device)?.volumeId, volume);
    }
    assert.ok(results.at(-1)?.stderr.includes(says), results.at(-1)?.stderr);
    assert.deepEqual(new Map(plain(guest.mounts) as []), new Map(Object.entries(mounts)));
    const lines = Object.entries(fstab).map(([path, { volume, options }]) => [path, { volume, options }]);
    assert.deepEqual(plain(guest.fstab), lines);
  });
}

test('every case that is for loop devices only says why a simulated guest cannot have it', () => {
  for (const { only } of mountCases) assert.notEqual(only, '');
});
