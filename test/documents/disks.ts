/** Real disks for the mount script: loop devices with file systems, for a process that is root in a mount namespace of its own. */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import type { Disk } from './mount-cases.ts';

const mebibyte = 1024 * 1024;
/** mkfs.xfs makes nothing below 300 MiB (mkfs.xfs(8)); the files are sparse. */
const sizes = { xfs: 304 * mebibyte, ext4: 12 * mebibyte, swap: 4 * mebibyte, none: 4 * mebibyte } as const;

/** Runs a program and gives its stdout; throws what it said when it fails. */
export function run(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')} ended ${status}: ${error?.message ?? stderr}`);
  return stdout.trim();
}

/** Where the images are, and where the script looks instead of `/sys` and `/dev`. */
export interface Roots {
  readonly work: string;
  readonly sys: string;
  readonly dev: string;
}

/** The file behind a volume's loop device. */
export function imageOf(volume: string, { work }: Roots): string {
  return join(work, `${volume}.img`);
}

/** Takes away the loop devices of all images below a directory. */
export function detachAll(work: string): void {
  const loops = run('losetup', '-n', '-O', 'NAME,BACK-FILE', '-l').split('\n');
  for (const [, loop = '', file = ''] of loops.map((line) => /^(\S+)\s+(\S+)/.exec(line) ?? [])) {
    if (file.startsWith(`${work}/`)) run('losetup', '-d', loop);
  }
}

/** Makes a disk of a case and shows it below the roots; returns the device that holds its file system. */
export function attach(disk: Disk, uuid: string, roots: Roots): string {
  const image = imageOf(disk.volume, roots);
  const { partitions } = disk;
  writeFileSync(image, '');
  truncateSync(image, sizes[disk.holds] * (partitions ?? 1) + mebibyte);
  if (partitions) partition(image, partitions, sizes[disk.holds]);
  else makeFileSystem(disk, uuid, image);
  if (disk.condition === 'cut off') cutOff(image, roots);
  const loop = run('losetup', '--find', '--show', '--partscan', image);
  for (let number = 1; number <= (partitions ?? 0); number += 1)
    addPartition(loop, number, sizes[disk.holds]);
  const device = partitions === 1 ? `${loop}p1` : loop;
  if (partitions === 1) makeFileSystem(disk, uuid, device);
  show(disk, basename(loop), roots);
  return device;
}

function makeFileSystem({ holds, condition }: Disk, uuid: string, target: string): void {
  if (holds === 'swap') run('mkswap', '-q', target);
  if (holds === 'ext4') run('mkfs.ext4', '-q', '-F', '-U', uuid, target);
  if (holds === 'xfs') run('mkfs.xfs', '-q', '-f', '-m', `uuid=${uuid}`, target);
  if (condition === 'damaged' && holds === 'ext4') damageExt4(target);
  if (condition === 'damaged' && holds === 'xfs') overwrite(target, 4096, Buffer.alloc(mebibyte));
  // The root directory gets the flags EXTENTS and IMMUTABLE (ext4(5)): nothing can be created in it.
  if (condition === 'unwritable') run('debugfs', '-w', '-R', 'set_inode_field <2> flags 0x80010', target);
}

/** No root directory, and a note in the superblock that errors were seen, so that e2fsck looks. */
function damageExt4(target: string): void {
  run('debugfs', '-w', '-R', 'clri <2>', target);
  run('debugfs', '-w', '-R', 'set_super_value state 2', target);
}

/** The image as a snapshot sees it: taken while the file system is mounted and was just written to. */
function cutOff(image: string, { work }: Roots): void {
  const mountPoint = join(work, 'before');
  mkdirSync(mountPoint);
  run('mount', '-o', 'loop', image, mountPoint);
  writeFileSync(join(mountPoint, 'written'), 'before the disaster');
  run('sync', '-f', mountPoint);
  run('cp', '--sparse=always', image, `${image}.snapshot`);
  run('umount', mountPoint);
  run('mv', `${image}.snapshot`, image);
}

/** A master boot record with Linux partitions of one size, the first at 1 MiB. */
function partition(image: string, count: number, bytes: number): void {
  const record = Buffer.alloc(512);
  for (let place = 0; place < count; place += 1) {
    const entry = 446 + 16 * place;
    record.writeUInt8(0x83, entry + 4);
    record.writeUInt32LE((mebibyte + bytes * place) / 512, entry + 8);
    record.writeUInt32LE(bytes / 512, entry + 12);
  }
  record.writeUInt16LE(0xaa55, 510);
  overwrite(image, 0, record);
}

/** Not every kernel reads partition tables; each takes a partition that it is told of. */
function addPartition(loop: string, number: number, bytes: number): void {
  if (existsSync(`${loop}p${number}`)) return;
  const first = (mebibyte + bytes * (number - 1)) / 512;
  run('addpart', loop, String(number), String(first), String(bytes / 512));
}

function overwrite(target: string, position: number, bytes: Buffer): void {
  const file = openSync(target, 'r+');
  writeSync(file, bytes, 0, bytes.length, position);
  closeSync(file);
}

/** What the kernel and udev of a server tell of a disk, in a form that loop devices can be dressed up in. */
function show(disk: Disk, loop: string, { sys, dev }: Roots): void {
  const { volume, attachedAs, alias } = disk;
  const serial = volume.replace('-', '');
  const names = [loop, ...Array.from({ length: disk.partitions ?? 0 }, (_, place) => `${loop}p${place + 1}`)];
  mkdirSync(join(sys, 'block', loop, 'device'), { recursive: true });
  if (!attachedAs) writeFileSync(join(sys, 'block', loop, 'device', 'serial'), `${serial}   \n`);
  for (const [place, name] of names.entries()) {
    mkdirSync(join(sys, 'class/block', name), { recursive: true });
    symlinkSync(`/dev/${name}`, join(dev, name));
    if (place > 0) {
      mkdirSync(join(sys, 'class/block', loop, name));
      writeFileSync(join(sys, 'class/block', loop, name, 'partition'), `${place}\n`);
    }
    const link = `nvme-Amazon_Elastic_Block_Store_${serial}${place > 0 ? `-part${place}` : ''}`;
    if (!attachedAs) symlinkSync(`/dev/${name}`, join(dev, 'disk/by-id', link));
  }
  if (attachedAs) symlinkSync(`/dev/${loop}`, join(dev, attachedAs.replace('/dev/sd', 'xvd')));
  if (alias) symlinkSync(`/dev/${loop}`, join(dev, alias.slice('/dev/'.length)));
}
