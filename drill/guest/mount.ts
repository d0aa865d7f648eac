import { mountRefusal } from '../../simulator/guest/mounting.ts';
import type { BlockDevice, Guest, GuestDocument, GuestResult, Mount } from '../../simulator/guest.ts';

/** The exit statuses of `stack/documents/mount.sh` that a simulated guest can come to; one case table holds both to them. */
const exits = {
  wrongParameters: 64,
  noDevice: 70,
  noFileSystem: 71,
  otherFileSystem: 73,
  pathTaken: 76,
  mountedElsewhere: 77,
  fstabConflict: 78,
  mountFailed: 80,
} as const;

interface Refusal {
  readonly exitCode: number;
  readonly stderr: string;
}

interface Request {
  readonly volume: string;
  readonly path: string;
  readonly fileSystem: string;
}

const ours = 'x-lifeboat.volume=';

/**
 * What the mount document does in a simulated guest: finds the disk by volume id, mounts it, and writes its line into fstab,
 * with the refusals of `stack/documents/mount.sh`. A simulated guest has no partitions, no files and no damaged file
 * systems, so that the refusals about those cannot come up; its disks are there as soon as a volume is attached.
 */
export const mountDocument: GuestDocument = (guest, parameters) => {
  const request = requestOf(parameters);
  const device = 'exitCode' in request ? request : deviceOf(guest, request);
  if ('exitCode' in request) return refused(request);
  if ('exitCode' in device) return refused(device);
  const objection = objectionTo(guest, request);
  if (objection) return refused(objection);
  return mount(guest, request, device);
};

function requestOf(parameters: Readonly<Record<string, readonly string[]>>): Request | Refusal {
  const [volume = ''] = parameters['VolumeId'] ?? [];
  const [path = ''] = parameters['MountPath'] ?? [];
  const [fileSystem = ''] = parameters['FileSystem'] ?? [];
  if (!/^vol-[0-9a-f]+$/.test(volume))
    return { exitCode: exits.wrongParameters, stderr: `not a volume id: ${volume}` };
  if (!/^(?:\/[A-Za-z0-9_][A-Za-z0-9._-]*)+$/.test(path)) {
    return { exitCode: exits.wrongParameters, stderr: `not a mount path: ${path}` };
  }
  if (!['', 'ext4', 'xfs'].includes(fileSystem)) {
    return {
      exitCode: exits.wrongParameters,
      stderr: `not a file system that Lifeboat mounts: ${fileSystem}`,
    };
  }
  return { volume, path, fileSystem };
}

function deviceOf(guest: Guest, { volume, fileSystem }: Request): BlockDevice | Refusal {
  const device = guest.blockDevices().find(({ volumeId }) => volumeId === volume);
  if (!device) return { exitCode: exits.noDevice, stderr: `${volume} did not appear as a disk` };
  const { type } = device.fileSystem;
  if (type === 'none') {
    return { exitCode: exits.noFileSystem, stderr: `no file system on ${volume}; Lifeboat never formats` };
  }
  if (fileSystem !== '' && fileSystem !== type) {
    return {
      exitCode: exits.otherFileSystem,
      stderr: `${volume} holds ${type}, and ${fileSystem} was expected`,
    };
  }
  return device;
}

function objectionTo(guest: Guest, { volume, path }: Request): Refusal | undefined {
  const there = guest.mounts.get(path);
  if (there && there.volumeId !== volume) {
    return { exitCode: exits.pathTaken, stderr: `${there.volumeId} is mounted at ${path} already` };
  }
  const elsewhere = [...guest.mounts.values()].find(
    (other) => other.volumeId === volume && other.path !== path,
  );
  if (!there && elsewhere) {
    return { exitCode: exits.mountedElsewhere, stderr: `${volume} is mounted at ${elsewhere.path} already` };
  }
  const line = guest.fstab.get(path);
  if (line && !isOurs(line) && line.volumeId !== volume) {
    const stderr = `/etc/fstab mounts ${line.volumeId} at ${path}; remove that line, or choose another path`;
    return { exitCode: exits.fstabConflict, stderr };
  }
  return undefined;
}

function mount(guest: Guest, { volume, path }: Request, device: BlockDevice): GuestResult {
  const { type, uuid } = device.fileSystem;
  const twins = guest.blockDevices().filter((other) => other.fileSystem.uuid === uuid);
  const nouuid = type === 'xfs' && twins.length > 1 ? ['nouuid'] : [];
  const state = guest.mounts.has(path) ? 'already-mounted' : 'mounted';
  if (state === 'mounted') {
    const wanted = { path, volumeId: volume, options: ['rw', ...nouuid] };
    const why = mountRefusal(guest, wanted);
    if (why !== undefined)
      return refused({ exitCode: exits.mountFailed, stderr: `mount of ${volume} at ${path} failed: ${why}` });
    guest.mounts.set(path, wanted);
  }
  for (const [place, line] of guest.fstab) {
    if (isOurs(line) && (place === path || line.volumeId === volume)) guest.fstab.delete(place);
  }
  if (!guest.fstab.has(path)) {
    const options = ['defaults', 'nofail', 'x-systemd.device-timeout=30s', ...nouuid, `${ours}${volume}`];
    guest.fstab.set(path, { path, volumeId: volume, options });
  }
  return {
    exitCode: 0,
    stdout: `${JSON.stringify({ volume, device: device.name, path, state })}\n`,
    stderr: '',
  };
}

function isOurs({ options }: Mount): boolean {
  return options.some((option) => option.startsWith(ours));
}

function refused({ exitCode, stderr }: Refusal): GuestResult {
  return { exitCode, stdout: '', stderr: `${stderr}\n` };
}
