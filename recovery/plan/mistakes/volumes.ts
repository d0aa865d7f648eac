/** Volumes: one attachment point and one mount point each, on servers that can take them. */
import { type Draft, known } from '../draft.ts';
import type { Finding } from '../plan-error.ts';
import type { Check } from '../references.ts';

/** What one server sees of each volume. On Xen `/dev/sdf` and `/dev/xvdf` are one device (EC2 User Guide, Device names). */
function* placesOf({
  volumes,
}: Draft): Iterable<{ name: string; key: string; place: string; of: readonly string[] }> {
  for (const [name, { attach, mount }] of known(volumes)) {
    const { server, device } = attach ?? {};
    if (server === undefined) continue;
    if (device !== undefined) {
      yield {
        name,
        key: `${server} ${device.replace('/dev/xvd', '/dev/sd')}`,
        place: device,
        of: ['attach', 'device'],
      };
    }
    if (mount?.path !== undefined)
      yield { name, key: `${server} ${mount.path}`, place: mount.path, of: ['mount', 'path'] };
  }
}

function* placesOfTheirOwn(draft: Draft): Iterable<Finding> {
  const owners = new Map<string, string>();
  for (const { name, key, place, of } of placesOf(draft)) {
    const owner = owners.get(key);
    if (owner === undefined) owners.set(key, name);
    else {
      yield {
        path: ['volumes', name, ...of],
        message: `${place} is taken by volumes.${owner} on the same server`,
        fix: of[0] === 'attach' ? 'choose another device, such as /dev/sdg' : 'choose another path',
      };
    }
  }
}

/** Mounting over these hides the operating system, or is hidden by it (Filesystem Hierarchy Standard 3.0). */
const systemPaths = [
  'bin',
  'boot',
  'dev',
  'etc',
  'lib',
  'lib32',
  'lib64',
  'proc',
  'root',
  'run',
  'sbin',
  'sys',
  'usr',
  'var',
];
const kernelPaths = ['dev', 'proc', 'run', 'sys'];

function* pathsOfData({ volumes }: Draft): Iterable<Finding> {
  for (const [name, { mount }] of known(volumes)) {
    const [first = '', ...below] = mount?.path?.slice(1).split('/') ?? [];
    const system = below.length === 0 ? systemPaths.includes(first) : kernelPaths.includes(first);
    if (!system) continue;
    const message = `${mount?.path} belongs to the operating system`;
    yield { path: ['volumes', name, 'mount', 'path'], message, fix: 'mount it elsewhere, such as /srv/data' };
  }
}

function* oneVolumeOneInstance({ volumes, servers }: Draft): Iterable<Finding> {
  for (const [name, volume] of known(volumes)) {
    const server = volume.attach?.server;
    const count = server === undefined ? undefined : servers?.[server]?.launch?.count;
    if (count === undefined || count === 1 || volume.each === true) continue;
    yield {
      path: ['volumes', name, 'attach', 'server'],
      message: `servers.${server} has ${count} instances and a volume goes to one`,
      fix: `add each: true to volumes.${name}, or write count: 1`,
    };
  }
}

/** Where volumes go. */
export const volumeChecks: readonly Check[] = [placesOfTheirOwn, pathsOfData, oneVolumeOneInstance];
