import type { Guest, Mount } from '../guest.ts';

/**
 * Why Linux refuses to mount a volume, as mount(8) and the kernel say it; undefined where it mounts it. XFS keeps the UUIDs
 * of what is mounted and takes none twice: two volumes from one snapshot, or from one and its origin, cannot both be mounted
 * unless one of them is mounted with `nouuid`, which neither looks at the list nor stands in it (xfs(5), "nouuid";
 * `xfs_uuid_mount` in fs/xfs/xfs_mount.c). ext4 has no such list.
 */
export function mountRefusal(
  guest: Guest,
  { path, volumeId, options }: Pick<Mount, 'path' | 'volumeId' | 'options'>,
): string | undefined {
  const devices = new Map(guest.blockDevices().map((device) => [device.volumeId, device]));
  const device = devices.get(volumeId);
  if (!device) return `mount: ${path}: special device of ${volumeId} does not exist.`;
  const { type, uuid } = device.fileSystem;
  if (type !== 'xfs' || options.includes('nouuid')) return undefined;
  const isTwin = (other: Mount) => {
    const fileSystem = devices.get(other.volumeId)?.fileSystem;
    return (
      other.volumeId !== volumeId &&
      fileSystem?.type === 'xfs' &&
      fileSystem.uuid === uuid &&
      !other.options.includes('nouuid')
    );
  };
  if (![...guest.mounts.values()].some(isTwin)) return undefined;
  return `mount: ${path}: wrong fs type, bad option, bad superblock on ${device.name}, missing codepage or helper program, or other error.`;
}
