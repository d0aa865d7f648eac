import { readFileSync } from 'node:fs';

/** A volume that is attached to the server before anything runs. */
export interface Disk {
  readonly volume: string;
  readonly holds: 'xfs' | 'ext4' | 'swap' | 'none';
  /** Absent, a UUID of its own. */
  readonly uuid?: string;
  /** Absent, the whole disk holds the file system. */
  readonly partitions?: 1 | 2;
  readonly condition?: 'cut off' | 'damaged' | 'unwritable';
  /** A Xen disk: it is there under this name and has no serial number. */
  readonly attachedAs?: string;
  /** A further name for a disk that has its serial number. */
  readonly alias?: string;
}

export interface Line {
  readonly path: string;
  readonly volume: string;
  readonly options: readonly string[];
  /** The line names the device as the kernel does now; absent, the UUID. */
  readonly by?: 'device';
}

/** One case of what the mount document does, in a simulated guest and on loop devices. */
export interface MountCase {
  readonly name: string;
  /** Why the case exists on loop devices only. */
  readonly only?: string;
  readonly disks: readonly Disk[];
  readonly mounted?: Readonly<Record<string, { readonly volume: string }>>;
  readonly fstab?: readonly Line[];
  /** Directories with the files in them. */
  readonly directories?: Readonly<Record<string, readonly string[]>>;
  readonly links?: Readonly<Record<string, string>>;
  /** All runs begin at the same moment; in a simulated guest, where a run takes no time, one after the other. */
  readonly atOnce?: true;
  /** Another run holds the lock and does not end. */
  readonly locked?: true;
  readonly runs: readonly Readonly<Record<string, string>>[];
  readonly expect: {
    readonly exits: readonly number[];
    /** Of the runs that end 0. */
    readonly states?: readonly string[];
    /** Part of what the last run says on stderr. */
    readonly says?: string;
    readonly mounts: Readonly<
      Record<string, { readonly volume: string; readonly options: readonly string[] }>
    >;
    /** By path, in the order of lines; `by` is how the volume is named. */
    readonly fstab: Readonly<Record<string, Omit<Line, 'path' | 'by'> & { readonly by: 'uuid' | 'id' }>>;
    readonly absent?: readonly string[];
  };
}

/** The case table. */
export const mountCases: readonly MountCase[] = JSON.parse(
  readFileSync(new URL('cases/mount.json', import.meta.url), 'utf8'),
);

/** The UUID of a volume's file system; a volume that is not in the case has one too. */
export function uuidOf({ disks }: MountCase, volume: string): string {
  const digits = volume.slice('vol-'.length);
  const own = `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4000-8000-0000000${digits.slice(12)}`;
  return disks.find((one) => one.volume === volume)?.uuid ?? own;
}
