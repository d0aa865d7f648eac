import { Draws } from '../../simulator/draws.ts';
import type { Instance } from '../../simulator/ec2/state.ts';
import { AwsError } from '../../simulator/errors.ts';
import { faults } from '../../simulator/world/faults.ts';
import { someCalls } from './calls.ts';
import { between, type End, endAll, type Scenario, type Scenarios, type Stage } from './scenario.ts';

/** A fault of the world as a scenario. What has no end of its own stays. */
export function worldFault(
  name: string,
  how: Omit<Scenario, 'says' | 'begin'> & { readonly says?: string },
): Scenario {
  const fault = faults[name];
  if (!fault) throw new TypeError(`no world knows the fault ${name}`);
  return {
    says: fault.says,
    ...how,
    begin: ({ sim, world }) => fault.apply(sim, world) ?? (() => {}),
  };
}

/** Every type that a plan of the world may launch or start. */
function typesOf({ plans, recovery }: Stage): readonly string[] {
  const planned = plans.flatMap(({ servers }) => servers.flatMap(({ source }) => source.types));
  const standing = [...recovery.ec2.instances.values()].map(({ instanceType }) => instanceType);
  return [...new Set([...planned, ...standing])];
}

/** Takes the capacity for some types in some zones away. */
function withdraw({ recovery }: Stage, zones: readonly string[], types: readonly string[]): End {
  const each = (count: number) => {
    for (const zone of zones) for (const type of types) recovery.ec2.setCapacity(zone, type, count);
  };
  each(0);
  return () => each(Number.POSITIVE_INFINITY);
}

/** What goes wrong with servers in the recovery Region. */
export const computeScenarios: Scenarios = {
  'no-capacity': {
    says: 'some zones of the recovery Region have no capacity for some types',
    facts: ['F5'],
    probability: 0.2,
    seconds: [120, 3600],
    breaks: 'capacity',
    begin: (stage, given) => {
      const { zones } = stage.recovery;
      const types = typesOf(stage);
      const most = Math.ceil(between(0.01, 1, given) * zones.length);
      return withdraw(stage, zones.slice(0, most), given.strength < 0.5 ? types.slice(0, 1) : types);
    },
  },
  evacuation: {
    says: 'everybody evacuates into the recovery Region: launches are slow, and capacity runs short at times',
    probability: 0.15,
    seconds: [600, 3600],
    breaks: 'capacity',
    begin: ({ recovery: { ec2 } }) => {
      ec2.capacity.demand = 'regionalEvacuation';
      return () => {
        ec2.capacity.demand = 'normal';
      };
    },
  },
  'launch-fails': worldFault('launch-fails', { probability: 0.1, seconds: [600, 1800], breaks: 'launches' }),
  'launches-fail': {
    says: 'a share of all instances falls back from pending',
    probability: 0.1,
    seconds: [120, 1800],
    breaks: 'launches',
    begin: ({ sim, recovery: { ec2 } }, given) => {
      const before = ec2.launchFault;
      ec2.launchFault = ({ id }) =>
        sim.draws.chance(between(0.1, 0.8, given), 'storm.launches-fail', id)
          ? { code: 'Server.InternalError', message: 'Server.InternalError: Internal error on launch' }
          : undefined;
      return () => {
        ec2.launchFault = before;
      };
    },
  },
  'no-network': {
    says: 'a share of the instances that start runs without network: no agent comes online, and nothing answers',
    facts: ['F7'],
    probability: 0.15,
    seconds: [120, 3600],
    begin: ({ sim, recovery: { ec2, guests } }, given) => {
      const standing = new Set([...ec2.instances.values()].filter(isUp).map(({ id }) => id));
      const share = between(0.1, 1, given);
      return guests.loseNetwork(
        ({ id }) => !standing.has(id) && new Draws(sim.draws.seed).chance(share, 'storm.no-network', id),
      );
    },
  },
  'network-lost': {
    says: 'a share of the instances that run loses its network: agents fall silent, and nothing answers',
    facts: ['F7'],
    probability: 0.1,
    seconds: [60, 1200],
    begin: ({ sim, recovery: { ec2, guests } }, given) => {
      const share = between(0.3, 1, given);
      const hit = [...ec2.instances.values()]
        .filter(isUp)
        .filter(({ id }) => sim.draws.chance(share, 'storm.network-lost', id))
        .map(({ id }) => id);
      return guests.loseNetwork(({ id }) => hit.includes(id));
    },
  },
  'starts-slow': {
    says: 'instances, operating systems and agents take longer than usual',
    probability: 0.15,
    seconds: [300, 3600],
    begin: ({ sim: { draws } }, given) =>
      endAll(
        ...[
          'ec2.pendingToRunning',
          'ec2.startInstancesToRunning',
          'ec2.runningToOsReady',
          'ssm.agentOnlineAfterRunning',
        ].map((path) => draws.stretch(path, between(1.5, 6, given))),
      ),
  },
  'volumes-slow': {
    says: 'volumes take long to be made, attached and detached',
    probability: 0.15,
    seconds: [300, 3600],
    begin: ({ sim: { draws } }, given) =>
      endAll(
        ...[
          'ebs.createVolumeFromSnapshotToAvailable',
          'ebs.attach',
          'ebs.detach',
          'ebs.deletingToDeleted',
        ].map((path) => draws.stretch(path, between(3, 30, given))),
      ),
  },
  'devices-busy': {
    says: 'a device is still in use when a volume is attached to it',
    facts: ['F14'],
    probability: 0.15,
    seconds: [120, 1800],
    begin: (stage) =>
      someCalls(stage, 'devices-busy', 0.6, ({ operation }, input) =>
        operation === 'AttachVolume' ? { kind: 'error', error: deviceInUse(input) } : undefined,
      ),
  },
};

function isUp({ state }: Instance): boolean {
  return state === 'running';
}

function deviceInUse(input: unknown): AwsError {
  const { Device = '' } = input as { readonly Device?: string };
  const message = `Invalid value '${Device}' for unixDevice. Attachment point ${Device} is already in use`;
  return new AwsError('InvalidParameterValue', message);
}
