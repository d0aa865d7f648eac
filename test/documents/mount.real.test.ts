import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { lineOf, type Observed, serverLines } from './arena.ts';
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

/** Plays the case; loop devices and images are gone afterwards, whatever happens. */
async function play(number: number): Promise<Observed> {
  const work = mkdtempSync(join(tmpdir(), 'lifeboat-mount-'));
  try {
    const args = ['--mount', '--propagation', 'private', process.execPath, arena, String(number), work];
    const { stdout } = await playAlone('unshare', args, { timeout: 30_000 });
    return JSON.parse(stdout);
  } finally {
    for (const file of readdirSync(work).filter((name) => name.endsWith('.img'))) {
      const loops = spawnSync('losetup', ['-n', '-O', 'NAME', '-j', join(work, file)], { encoding: 'utf8' });
      for (const loop of loops.stdout.split('\n').filter(Boolean)) spawnSync('losetup', ['-d', loop.trim()]);
    }
    rmSync(work, { recursive: true, force: true });
  }
}

function checkFstab(given: MountCase, { fstab, deviceOf }: Observed): void {
  assert.ok(fstab.startsWith(serverLines), `lines of others were touched:\n${fstab}`);
  const lines = fstab.slice(serverLines.length).split('\n').filter(Boolean);
  const expected = Object.entries(given.expect.fstab).map(([path, { volume, by, options }]) => {
    const before = given.fstab?.find((line) => line.path === path && line.volume === volume);
    if (before && before.options.join() === options.join()) return lineOf(given, before).trimEnd();
    const disk = given.disks.find((one) => one.volume === volume);
    const part = disk?.partitions === 1 ? '-part1' : '';
    const byId = `disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume.replace('-', '')}${part}`;
    const source = by === 'uuid' ? `UUID=${uuidOf(given, volume)}` : byId;
    return `${source} ${path} ${disk?.holds} ${options.join(',')} 0 ${disk?.holds === 'ext4' ? 2 : 0}`;
  });
  const found = lines.map((line) => line.replace(/^\S*\/(?=disk\/by-id\/)/, ''));
  assert.deepEqual(found, expected, JSON.stringify(deviceOf));
}

describe('on loop devices', { concurrency: 2 }, () => {
  for (const [number, given] of mountCases.entries()) {
    it(given.name, { skip: reasonToSkip(given) }, async () => {
      const observed = await play(number);
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
      const cutOff = given.disks.some(({ condition }) => condition === 'cut off');
      assert.equal(observed.written, cutOff ? 'before the disaster' : undefined);
      assert.deepEqual(observed.present, [], `left behind: ${absent.join(', ')}`);
    });
  }
});
