/**
 * Plays one case of the mount script on loop devices: `node arena.ts CASE_NUMBER WORK_DIRECTORY`, as root in a mount
 * namespace of its own (`unshare --mount`). Prints what was there afterwards as JSON; the caller removes the loop devices.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mountDocument } from '../../stack/documents/documents.ts';
import { asTheAgentWrites } from './agent.ts';
import { attach, imageOf, type Roots, run } from './disks.ts';
import { type MountCase, mountCases, uuidOf } from './mount-cases.ts';

/** What was found after the runs of a case. */
export interface Observed {
  readonly results: readonly {
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }[];
  /** By mount point, of the case's volumes only. */
  readonly mounts: Readonly<Record<string, { readonly volume: string; readonly options: readonly string[] }>>;
  readonly fstab: string;
  readonly deviceOf: Readonly<Record<string, string>>;
  readonly present: readonly string[];
  /** What stood on a file system before its snapshot was cut off. */
  readonly written?: string;
}

/** Lines that belong to the server, with the spaces of people. */
export const serverLines =
  "# the server's own\nLABEL=root  /     ext4\tdefaults,discard 0 1\n\nproc /proc proc defaults 0 0\n";

function play(given: MountCase, work: string): Observed {
  const roots: Roots = { work, sys: join(work, 'sys'), dev: join(work, 'dev') };
  mkdirSync(join(roots.sys, 'block'), { recursive: true });
  mkdirSync(join(roots.dev, 'disk/by-id'), { recursive: true });
  const deviceOf = Object.fromEntries(
    given.disks.map((disk) => [disk.volume, attach(disk, uuidOf(given, disk.volume), roots)]),
  );
  run('mount', '-t', 'tmpfs', 'srv', '/srv');
  furnish(given, deviceOf);
  const fstab = join(work, 'fstab');
  writeFileSync(fstab, serverLines + (given.fstab ?? []).map((line) => lineOf(given, line)).join(''));
  const results = given.runs.map((parameters) => runDocument(parameters, { ...roots, fstab }));
  const proof = '/srv/data/written';
  return {
    results,
    mounts: mountsOf(given, roots),
    fstab: readFileSync(fstab, 'utf8'),
    deviceOf,
    present: (given.expect.absent ?? []).filter((path) => existsSync(path)),
    ...(existsSync(proof) && { written: readFileSync(proof, 'utf8') }),
  };
}

function furnish(given: MountCase, deviceOf: Readonly<Record<string, string>>): void {
  for (const [path, files] of Object.entries(given.directories ?? {})) {
    mkdirSync(path, { recursive: true });
    for (const file of files) writeFileSync(join(path, file), 'precious');
  }
  for (const [path, target] of Object.entries(given.links ?? {})) symlinkSync(target, path);
  for (const [path, { volume }] of Object.entries(given.mounted ?? {})) {
    mkdirSync(path, { recursive: true });
    run('mount', deviceOf[volume] ?? '', path);
  }
}

/** A line of fstab, as a case has it before the script runs. */
export function lineOf(
  given: MountCase,
  line: { path: string; volume: string; options: readonly string[] },
): string {
  return `UUID=${uuidOf(given, line.volume)} ${line.path} ext4 ${line.options.join(',')} 0 2\n`;
}

function runDocument(
  parameters: Readonly<Record<string, string>>,
  { work, sys, dev, fstab }: Roots & { readonly fstab: string },
): Observed['results'][number] {
  const script = join(work, '_script.sh');
  writeFileSync(script, asTheAgentWrites(mountDocument(), parameters), { mode: 0o700 });
  const env = {
    PATH: process.env['PATH'] ?? '',
    LIFEBOAT_SYS: sys,
    LIFEBOAT_DEV: dev,
    LIFEBOAT_FSTAB: fstab,
    LIFEBOAT_LOCK: join(work, 'lock'),
    LIFEBOAT_WAIT_SECONDS: '0',
  };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script], { env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

function mountsOf(given: MountCase, roots: Roots): Observed['mounts'] {
  const volumes = new Map(given.disks.map(({ volume }) => [imageOf(volume, roots), volume]));
  const lines = run('findmnt', '-rn', '-o', 'TARGET,SOURCE,OPTIONS').split('\n');
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [target = '', source = '', options = ''] = line.split(' ');
      const loop = /^(\/dev\/loop\d+)/.exec(source)?.[1];
      const volume = loop && volumes.get(run('losetup', '-n', '-O', 'BACK-FILE', loop));
      return volume ? [[target, { volume, options: options.split(',') }]] : [];
    }),
  );
}

if (import.meta.main) {
  const [number = '', work = ''] = process.argv.slice(2);
  process.stdout.write(JSON.stringify(play(mountCases[Number(number)]!, work)));
}
