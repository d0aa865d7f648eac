import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { lineOf, type Observed, type Played, serverLines } from './arena.ts';
import { detachAll } from './disks.ts';
import { type MountCase, mountCases, uuidOf } from './mount-cases.ts';

const playAlone = promisify(execFile);
const arena = fileURLToPath(new URL('arena.ts', import.meta.url));
const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** Why no case can be played here at all. */
const impossible = (() => {
  if (process.platform !== 'linux') return 'loop devices are of Linux';
  if (process.getuid?.() !== 0) return 'loop devices and mounts need root';
  if (!existsSync('/dev/loop-control')) return 'this kernel shows no loop devices';
  const missing = [
    'losetup',
    'blkid',
    'findmnt',
    'flock',
    'mkfs.ext4',
    'debugfs',
    'addpart',
    'unshare',
  ].filter((name) => !has(name));
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`;
  const namespace = spawnSync('unshare', [
    '--mount',
    '--propagation',
    'private',
    'mount',
    '-t',
    'tmpfs',
    'srv',
    '/srv',
  ]);
  return namespace.status === 0 ? undefined : 'no mount namespace of its own is allowed here';
})();

function reasonToSkip({ disks }: MountCase): string | false {
  if (impossible) return impossible;
  return disks.some(({ holds }) => holds === 'xfs') && !has('mkfs.xfs') ? 'not installed: mkfs.xfs' : false;
}

/** Plays cases; loop devices and images are gone afterwards, whatever happens. */
async function play(numbers: readonly number[]): Promise<Record<string, Played>> {
  const work = mkdtempSync(join(tmpdir(), 'lifeboat-mount-'));
  try {
    const args = [
      '--mount',
      '--propagation',
      'private',
      process.execPath,
      arena,
      work,
      ...numbers.map(String),
    ];
    const { stdout } = await playAlone('unshare', args, { timeout: 60_000 });
    return JSON.parse(stdout);
  } finally {
    detachAll(work);
    rmSync(work, { recursive: true, force: true });
  }
}

function checkFstab(given: MountCase, { fstab, fstabMode, deviceOf }: Observed): void {
  assert.equal(fstabMode, 0o640, 'its mode');
  assert.ok(fstab.startsWith(serverLines), `lines of others were touched:\n${fstab}`);
  const lines = fstab.slice(serverLines.length).split('\n').filter(Boolean);
  const expected = Object.entries(given.expect.fstab).map(([path, { volume, by, options }]) => {
    const before = given.fstab?.find((line) => line.path === path && line.volume === volume);
    if (before && before.options.join() === options.join()) return lineOf(given, before, deviceOf).trimEnd();
    const disk = given.disks.find((one) => one.volume === volume);
    const part = disk?.partitions === 1 ? '-part1' : '';
    const byId = `disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume.replace('-', '')}${part}`;
    const source = by === 'uuid' ? `UUID=${uuidOf(given, volume)}` : byId;
    return `${source} ${path} ${disk?.holds} ${options.join(',')} 0 ${disk?.holds === 'ext4' ? 2 : 0}`;
  });
  const found = lines.map((line) => line.replace(/^\S*\/(?=disk\/by-id\/)/, ''));
  const inOrder = (list: string[]) => (given.atOnce ? list.sort() : list);
  assert.deepEqual(inOrder(found), inOrder(expected));
}

/** Two processes play the cases, one those with even numbers. */
const played: Record<string, Played> = {};
before(async () => {
  const possible = [...mountCases.entries()]
    .filter(([, given]) => !reasonToSkip(given))
    .map(([number]) => number);
  const halves = [0, 1].map((rest) => possible.filter((number) => number % 2 === rest));
  Object.assign(played, ...(await Promise.all(halves.filter(({ length }) => length > 0).map(play))));
});

for (const [number, given] of mountCases.entries()) {
  test(`on loop devices: ${given.name}`, { skip: reasonToSkip(given) }, () => {
    const outcome = played[number];
    const observed = outcome?.observed;
    assert.ok(observed, outcome?.failed ?? 'the case was not played');
    const { results } = observed;
    const { exits, states = [], says = '', mounts, absent = [] } = given.expect;
    const statuses = results.map(({ status }) => status);
    assert.deepEqual(statuses, exits, results.map(({ stderr }) => stderr).join(''));
    const done = results
      .filter(({ status }) => status === 0)
      .map(({ stdout }) => JSON.parse(stdout.trimEnd().split('\n').at(-1)!));
    const succeeded = given.runs.filter((_, place) => statuses[place] === 0);
    const told = succeeded.map(({ VolumeId = '', MountPath }, place) => ({
      volume: VolumeId,
      device: observed.deviceOf[VolumeId],
      path: MountPath,
      state: states[place],
    }));
    assert.deepEqual(done, told);
    assert.ok(results.at(-1)?.stderr.includes(says), results.at(-1)?.stderr);
    for (const { status, stderr } of results) assert.equal(stderr === '', status === 0, stderr);
    assert.deepEqual(Object.keys(observed.mounts).sort(), Object.keys(mounts).sort());
    for (const [path, { volume, options }] of Object.entries(mounts)) {
      assert.equal(observed.mounts[path]?.volume, volume);
      for (const option of options)
        assert.ok(observed.mounts[path]?.options.includes(option), `${path} without ${option}`);
    }
    checkFstab(given, observed);
    assert.deepEqual(observed.leftovers, []);
    const cutOff = given.disks.some(({ condition }) => condition === 'cut off');
    assert.equal(observed.written, cutOff ? 'before the disaster' : undefined);
    assert.deepEqual(observed.present, [], `left behind: ${absent.join(', ')}`);
  });
}
