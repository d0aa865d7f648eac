import type { Instance, Snapshot } from '../ec2/state.ts';
import { AwsError } from '../errors.ts';
import type { DbInstance } from '../rds/state.ts';
import type { Region, Simulator } from '../simulator.ts';
import { loseFirstAnswers, refuse, throttle } from './call-faults.ts';
import { serverOf } from './health.ts';
import { reportByHealth } from './health-event.ts';
import { cutOff, type End, loseRegion } from './outage.ts';
import { worldOf } from './placed.ts';
import type { World } from './schema.ts';

/** Something that goes wrong in a world, from the instant at which it is applied. */
export interface WorldFault {
  /** One line for a list of faults. */
  readonly says: string;
  /** Returns what ends it; undefined where it happens once, ends by itself or stays. */
  apply(sim: Simulator, world: World): End | undefined;
}

/** Everything that can be made to go wrong, by the names that `--fault` takes. */
export const faults: Readonly<Record<string, WorldFault>> = {
  'primary-outage': {
    says: 'the primary Region is gone: calls hang, nothing is served, alarms and events are silent, Health is late',
    apply: (sim, { application: { runsIn } }) => {
      const end = loseRegion(sim, runsIn);
      reportByHealth(sim, runsIn);
      return end;
    },
  },
  'primary-returns': {
    says: 'the primary Region is gone for 20 minutes, then back as it was, and its database takes writes',
    apply: (sim, { application: { runsIn } }) => {
      const end = loseRegion(sim, runsIn);
      reportByHealth(sim, runsIn);
      sim.clock.after(outageMs, end);
    },
  },
  'primary-api-outage': {
    says: "the primary Region's APIs, alarms and events are gone, while what runs there goes on serving",
    apply: (sim, { application: { runsIn } }) => {
      const end = cutOff(sim, runsIn);
      reportByHealth(sim, runsIn);
      return end;
    },
  },
  'health-false-alarm': {
    says: 'AWS Health reports trouble in the primary Region, and there is none',
    apply: (sim, { application: { runsIn } }) => {
      reportByHealth(sim, runsIn);
    },
  },
  'no-capacity': {
    says: 'no zone of the recovery Region has capacity for the type of the standing servers, for 20 minutes',
    apply: (sim, world) => withdrawCapacity(sim, recovery(sim, world), 20 * 60),
  },
  'no-capacity-at-all': {
    says: 'the recovery Region can start and launch nothing at all',
    apply: (sim, { application: { recoversIn } }) =>
      refuse(sim, recoversIn, ['RunInstances', 'StartInstances'], () => insufficientCapacity()),
  },
  'launch-fails': {
    says: 'the first instance that starts in the recovery Region falls back from pending',
    apply: (sim, world) => failFirstLaunch(recovery(sim, world)),
  },
  'agent-offline': {
    says: 'the SSM agent of the first instance that starts in the recovery Region never comes online',
    apply: (sim, world) => {
      const region = recovery(sim, world);
      const isFirst = firstToRun(region);
      return region.ssm.keepOffline(({ id }) => isFirst(id));
    },
  },
  'agent-offline-always': {
    says: 'no SSM agent of an instance that starts in the recovery Region comes online',
    apply: (sim, world) => {
      const { ec2, ssm } = recovery(sim, world);
      const standing = new Set([...ec2.instances.values()].filter(isRunning).map(({ id }) => id));
      return ssm.keepOffline(({ id }) => !standing.has(id));
    },
  },
  'no-replica': {
    says: 'the read replica in the recovery Region does not exist',
    apply: (sim, world) => {
      const { rds } = recovery(sim, world);
      for (const replica of replicasOf(sim, world)) {
        rds.unlinkReplica(replica);
        rds.instances.delete(replica.id);
      }
    },
  },
  'replica-backing-up': {
    says: 'the read replica is backing up for ten minutes and cannot be promoted meanwhile',
    apply: (sim, world) => {
      const { rds } = recovery(sim, world);
      for (const replica of replicasOf(sim, world)) {
        rds.setStatus(replica, 'backing-up');
        sim.clock.after(600_000, () => rds.setStatus(replica, 'available'));
      }
    },
  },
  'replica-lagging': {
    says: 'the read replica has been a quarter of an hour behind all along',
    apply: (sim, world) => {
      for (const { id } of replicasOf(sim, world)) recovery(sim, world).rds.setLag(id, 900);
    },
  },
  'slow-promotion': {
    says: 'promotions take four times as long as usual',
    apply: (sim) => sim.draws.stretch('rds.promote.total', 4),
  },
  'no-image': {
    says: 'the images that servers are launched from are gone from the recovery Region',
    apply: (sim, world) => {
      dropLaunchImages(sim, recovery(sim, world));
    },
  },
  'no-snapshot': {
    says: 'the snapshots of the data volumes are gone from the recovery Region',
    apply: (sim, world) => {
      const { ec2 } = recovery(sim, world);
      for (const { id } of dataSnapshots(sim, world)) ec2.snapshots.delete(id);
    },
  },
  'no-database-snapshot': {
    says: 'the copied database snapshots are gone from the recovery Region',
    apply: (sim, world) => {
      const { rds } = recovery(sim, world);
      for (const { id, copiedFrom } of [...rds.snapshots.values()]) {
        if (copiedFrom !== undefined) rds.snapshots.delete(id);
      }
    },
  },
  'stale-snapshot': {
    says: 'the snapshots of the data volumes in the recovery Region are a day older than they should be',
    apply: (sim, world) => {
      const { ec2 } = recovery(sim, world);
      for (const snapshot of dataSnapshots(sim, world)) {
        const startedAtMs = snapshot.startedAtMs - 24 * 3_600_000;
        ec2.snapshots.set(snapshot.id, { ...snapshot, startedAtMs });
      }
    },
  },
  'key-disabled': {
    says: 'the key of the data volumes is disabled: volumes are accepted and then fail',
    apply: (sim, world) => {
      const { keyProblems } = recovery(sim, world).ec2;
      const keys = dataSnapshots(sim, world).flatMap(({ kmsKeyId }) => kmsKeyId ?? []);
      for (const key of keys) keyProblems.set(key, 'is disabled.');
      return () => {
        for (const key of keys) keyProblems.delete(key);
      };
    },
  },
  throttled: {
    says: 'three calls to AWS in ten are throttled',
    apply: (sim) => throttle(sim, 0.3),
  },
  'lost-answers': {
    says: 'the first call of each operation that changes something acts, and its answer is lost',
    apply: (sim) => loseFirstAnswers(sim),
  },
  'route53-down': {
    says: "Route 53's control plane is down; names go on being answered as they are",
    apply: (sim) => {
      sim.route53.controlPlane = 'down';
      return () => {
        sim.route53.controlPlane = 'up';
      };
    },
  },
  'dns-stuck': {
    says: 'changes of records take twenty times as long as usual to be in sync',
    apply: (sim) => sim.draws.stretch('route53.changeInsync', 20),
  },
};

function recovery(sim: Simulator, world: World): Region {
  return sim.region(world.application.recoversIn);
}

const outageMs = 20 * 60_000;

function replicasOf(sim: Simulator, world: World): readonly DbInstance[] {
  const { runsIn } = world.application;
  return [...recovery(sim, world).rds.instances.values()].filter(({ replicaSource }) =>
    replicaSource?.startsWith(`arn:aws:rds:${runsIn}:`),
  );
}

/** Snapshots that hold the file system of a server's data. */
function dataSnapshots(sim: Simulator, world: World): readonly Snapshot[] {
  const needed = new Set(
    Object.values(world.application.servers).flatMap(({ mounts }) => Object.values(mounts)),
  );
  return [...recovery(sim, world).ec2.snapshots.values()].filter(({ fileSystem }) =>
    needed.has(fileSystem.uuid),
  );
}

function standingServers(sim: Simulator, region: Region): readonly Instance[] {
  return [...region.ec2.instances.values()].filter(
    (instance) => instance.state === 'stopped' && serverOf(sim, region, instance) !== undefined,
  );
}

function withdrawCapacity(sim: Simulator, region: Region, seconds: number): undefined {
  const { ec2, zones } = region;
  const types = new Set(standingServers(sim, region).map(({ instanceType }) => instanceType));
  const each = (act: (zone: string, type: string) => void) => {
    for (const zone of zones) for (const type of types) act(zone, type);
  };
  each((zone, type) => ec2.setCapacity(zone, type, 0));
  sim.clock.after(seconds * 1000, () =>
    each((zone, type) => ec2.setCapacity(zone, type, Number.POSITIVE_INFINITY)),
  );
}

function insufficientCapacity(): AwsError {
  const message = 'We currently do not have sufficient capacity in the Availability Zone you requested.';
  return new AwsError('InsufficientInstanceCapacity', message, 500);
}

function failFirstLaunch({ ec2 }: Region): End {
  const before = ec2.launchFault;
  let hasFailed = false;
  ec2.launchFault = () => {
    if (hasFailed) return undefined;
    hasFailed = true;
    return { code: 'Server.InternalError', message: 'Server.InternalError: Internal error on launch' };
  };
  return () => {
    ec2.launchFault = before;
  };
}

/** Tells the first instance that enters `running` from all others. */
function firstToRun({ ec2 }: Region): (id: string) => boolean {
  let first: string | undefined;
  ec2.onInstanceState(({ id, state }) => {
    if (state === 'running') first ??= id;
  });
  return (id) => id === first;
}

function isRunning({ state }: Instance): boolean {
  return state === 'running';
}

/** Images of servers that no instance of the Region was made from: those are there to be launched. */
function dropLaunchImages(sim: Simulator, region: Region): void {
  const { servers } = worldOf(sim).world.application;
  const used = new Set([...region.ec2.instances.values()].map(({ imageId }) => imageId));
  for (const { id, tags } of [...region.ec2.images.values()]) {
    const isServer = Object.values(servers).some(({ image }) =>
      Object.entries(image.tags).every(([key, value]) => tags[key] === value),
    );
    if (isServer && !used.has(id)) region.ec2.images.delete(id);
  }
}
