import { StartInstancesCommand, StopInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import type { GuestDocument, Mount } from '../../simulator/guest.ts';
import { openAccount, region } from './guest-account.ts';

export const server = 'i-00000000000000001';
export const other = 'i-00000000000000002';
export const volume = 'vol-00000000000000001';

const mountContent = {
  schemaVersion: '2.2',
  parameters: {
    path: { type: 'String', allowedPattern: '^/srv/[a-z]+$' },
    options: { type: 'StringList', default: ['noatime'], maxItems: 2 },
    mode: { type: 'String', default: 'rw', allowedValues: ['rw', 'ro'] },
    executionTimeout: { type: 'String', default: '600' },
  },
  mainSteps: [
    {
      action: 'aws:runShellScript',
      name: 'mount',
      inputs: { runCommand: ['true'], timeoutSeconds: '{{ executionTimeout }}' },
    },
  ],
};

/** An account with two servers, of which the test says whether they run, a data volume on the first, and a document. */
export function openServers(
  options: { seed?: string; state?: 'running' | 'stopped'; profile?: boolean; attach?: boolean } = {},
) {
  const { seed = 'servers', state = 'running', profile = true, attach = true } = options;
  const account = openAccount(seed);
  const { here, drive, ec2 } = account;
  const instanceProfile = profile ? { instanceProfile: 'shop' } : {};
  const zone = `${region}a`;
  here.ec2.addInstance({
    id: server,
    zone,
    state,
    tags: { Name: 'worker', Role: 'worker' },
    ...instanceProfile,
  });
  here.ec2.addInstance({ id: other, zone, state, tags: { Name: 'web', Role: 'web' }, ...instanceProfile });
  const fileSystem = { type: 'xfs', uuid: '0d6ba3b4-7c2c-4f8e-a1b2-1f2e3d4c5b6a' } as const;
  here.ec2.addVolume({
    id: volume,
    zone,
    fileSystem,
    ...(attach ? { attach: { instanceId: server, device: '/dev/sdf' } } : {}),
  });
  here.ssm.addDocument({ name: 'shop-mount', content: mountContent });
  const guest = here.guests.of(server);
  const line = (...mountOptions: string[]): Mount => ({
    path: '/srv/data',
    volumeId: volume,
    options: mountOptions,
  });
  return {
    ...account,
    guest,
    line,
    /** Says what the document does, and how often it did it. */
    play(behaviour: GuestDocument): { readonly runs: () => number } {
      let runs = 0;
      here.ssm.registerGuestDocument('shop-mount', (...given) => {
        runs += 1;
        return behaviour(...given);
      });
      return { runs: () => runs };
    },
    stop: (id = server) => drive(ec2.send(new StopInstancesCommand({ InstanceIds: [id] }))),
    start: (id = server) => drive(ec2.send(new StartInstancesCommand({ InstanceIds: [id] }))),
    terminate: (id = server) => drive(ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }))),
  };
}
