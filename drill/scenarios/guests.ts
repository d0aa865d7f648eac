import { serverOf } from '../../simulator/world/health.ts';
import { worldOf } from '../../simulator/world/placed.ts';
import type { Scenarios, Stage } from './scenario.ts';

/** What goes wrong inside servers of the recovery Region. */
export const guestScenarios: Scenarios = {
  'copies-mounted': {
    says: 'servers come up with a copy of their data mounted elsewhere: one UUID on two disks, the copy the first of them',
    facts: ['F14'],
    probability: 0.12,
    seconds: [600, 3600],
    begin: (stage) => {
      let isOver = false;
      stage.recovery.guests.onUp(({ instanceId }) => {
        if (!isOver) bringCopies(stage, instanceId);
      });
      return () => {
        isOver = true;
      };
    },
  },
};

const copyDevices = ['/dev/sdp', '/dev/sdo', '/dev/sdn'];

/** As an image does that was made with its data volumes attached: a disk from a snapshot of the same file system each. */
function bringCopies({ sim, recovery }: Stage, instanceId: string): void {
  const { ec2, guests } = recovery;
  const instance = ec2.instances.get(instanceId);
  const server = instance && serverOf(sim, recovery, instance);
  if (server === undefined) return;
  const guest = guests.of(instanceId);
  const mounted = worldOf(sim).world.application.servers[server]?.mounts ?? {};
  for (const [place, uuid] of Object.values(mounted).entries()) {
    const path = `/mnt/copy-${place}`;
    const device = copyDevices[place];
    const snapshot = [...ec2.snapshots.values()].find(({ fileSystem }) => fileSystem.uuid === uuid);
    if (!snapshot || device === undefined || guest.mounts.has(path)) continue;
    const { id } = ec2.addVolume({
      snapshotId: snapshot.id,
      attach: { instanceId, device, deleteOnTermination: true },
    });
    guest.mounts.set(path, { path, volumeId: id, options: ['rw'] });
  }
}
