/**
 * Plays cases of the mount script on loop devices: `node arena.ts WORK_DIRECTORY CASE_NUMBER…`, as root in a mount namespace
 * of its own (`unshare --mount`). Prints what was there after each, by its number, as JSON.
 */
import { execFile, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { mountDocument } from '../../stack/documents/documents.ts';
import { asTheAgentWrites } from './agent.ts';
import { attach, detachAll, imageOf, type Roots, run } from './disks.ts';
import { type Line, type MountCase, mountCases, uuidOf } from './mount-cases.ts';

/** What was found after the runs of a case. */
export interface Observed {
  readonly results: readonly {
    readonly status: number;
    readonly stdout: string;
    readonly stderr: string;
  }[];
  /** By mount point, of the case's volumes only. */
  readonly mounts: Readonly<Record<string, { readonly volume: string; readonly options: readonly string[] }>>;
  readonly fstab: string;
  readonly fstabMode: number;
  /** Files that the script made for itself and left. */
  readonly leftovers: readonly string[];
  readonly deviceOf: Readonly<Record<string, string>>;
  readonly present: readonly string[];
  /** What stood on a file system before its snapshot was cut off. */
  readonly written?: string;
}

/** Lines that belong to the server, with the spaces of people. */
export const serverLines =
  "# the server's own\nLABEL=root  /     ext4\tdefaults,discard 0 1\n\nproc /proc proc defaults 0 0\n";

async function play(given: MountCase, work: string): Promise<Observed> {
  const roots: Roots = { work, sys: join(work, 'sys'), dev: join(work, 'dev') };
  mkdirSync(join(roots.sys, 'block'), { recursive: true });
  mkdirSync(join(roots.dev, 'disk/by-id'), { recursive: true });
  const deviceOf = Object.fromEntries(
    given.disks.map((disk) => [disk.volume, attach(disk, uuidOf(given, disk.volume), roots)]),
  );
  furnish(given, deviceOf);
  const etc = join(work, 'etc');
  const fstab = join(etc, 'fstab');
  mkdirSync(etc);
  const lines = (given.fstab ?? []).map((line) => lineOf(given, line, deviceOf));
  writeFileSync(fstab, serverLines + lines.join(''), { mode: 0o640 });
  const release = given.locked ? await holdLock(join(work, 'lock')) : () => {};
  const begin = (parameters: Readonly<Record<string, string>>) =>
    runDocument(parameters, { ...roots, fstab, locked: given.locked === true });
  const results = [];
  if (given.atOnce) results.push(...(await Promise.all(given.runs.map(begin))));
  else for (const parameters of given.runs) results.push(await begin(parameters));
  release();
  const mounts = mountsOf(given, roots);
  const proof = '/srv/data/written';
  const made = [...readdirSync(etc), ...Object.keys(mounts).flatMap((path) => readdirSync(path))];
  return {
    results,
    mounts,
    fstab: readFileSync(fstab, 'utf8'),
    fstabMode: statSync(fstab).mode & 0o777,
    leftovers: made.filter((name) => name.includes('lifeboat')),
    deviceOf,
    present: (given.expect.absent ?? []).filter((path) => existsSync(path)),
    ...(existsSync(proof) && { written: readFileSync(proof, 'utf8') }),
  };
}

/** A process that holds the lock until it is released; it answers once it does. */
function holdLock(lock: string): Promise<() => void> {
  const holder = spawn('flock', [lock, 'cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  holder.stdin.write('held');
  return new Promise((resolve, reject) => {
    holder.on('error', reject);
    holder.stdout.once('data', () => resolve(() => holder.stdin.end()));
  });
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
export function lineOf(given: MountCase, line: Line, deviceOf: Readonly<Record<string, string>>): string {
  const source = line.by === 'device' ? deviceOf[line.volume] : `UUID=${uuidOf(given, line.volume)}`;
  return `${source} ${line.path} ext4 ${line.options.join(',')} 0 2\n`;
}

function runDocument(
  parameters: Readonly<Record<string, string>>,
  { work, sys, dev, fstab, locked }: Roots & { readonly fstab: string; readonly locked: boolean },
): Promise<Observed['results'][number]> {
  const script = join(mkdtempSync(join(work, 'run-')), '_script.sh');
  writeFileSync(script, asTheAgentWrites(mountDocument(), parameters), { mode: 0o700 });
  const env = {
    PATH: process.env['PATH'] ?? '',
    LIFEBOAT_SYS: sys,
    LIFEBOAT_DEV: dev,
    LIFEBOAT_FSTAB: fstab,
    LIFEBOAT_LOCK: join(work, 'lock'),
    LIFEBOAT_WAIT_SECONDS: '0',
    LIFEBOAT_LOCK_SECONDS: locked ? '0' : '20',
  };
  return new Promise((resolve) => {
    execFile('sh', ['-c', script], { env }, (error, stdout, stderr) => {
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
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

/** What a case came to, or why it could not be played. */
export interface Played {
  readonly observed?: Observed;
  readonly failed?: string;
}

async function playAndTidy(given: MountCase, work: string): Promise<Played> {
  mkdirSync(work);
  run('mount', '-t', 'tmpfs', 'srv', '/srv');
  try {
    return { observed: await play(given, work) };
  } catch (error) {
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  } finally {
    run('umount', '--recursive', '/srv');
    detachAll(work);
  }
}

if (import.meta.main) {
  const [top = '', ...numbers] = process.argv.slice(2);
  const played: Record<string, Played> = {};
  for (const number of numbers) {
    played[number] = await playAndTidy(mountCases[Number(number)]!, join(top, number));
  }
  process.stdout.write(JSON.stringify(played));
}
