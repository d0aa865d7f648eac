import defaults from '../defaults.json' with { type: 'json' };
import type { Ec2 } from './ec2.ts';
import type { Instance, InstanceState } from './state.ts';

/** EC2 User Guide, "Amazon EC2 instance state changes"; a failed launch terminates, a failed start stops again. */
const nextStates: Readonly<Record<InstanceState, readonly InstanceState[]>> = {
  pending: ['running', 'stopped', 'shutting-down', 'terminated'],
  running: ['stopping', 'shutting-down'],
  stopping: ['stopped', 'shutting-down'],
  stopped: ['pending', 'shutting-down'],
  'shutting-down': ['terminated'],
  terminated: [],
};

/** Why a launch or a start comes to nothing after EC2 has accepted it. */
export interface StateReason {
  readonly code: string;
  readonly message: string;
}

/** EC2 API Reference, StateReason: it was stopped or terminated by a call. */
export const userInitiated: StateReason = {
  code: 'Client.UserInitiatedShutdown',
  message: 'Client.UserInitiatedShutdown: User initiated shutdown',
};

/** Moves instances along EC2's state diagram, on the virtual clock, and tells whoever listens. */
export class Lifecycle {
  readonly #ec2: Ec2;
  /** Counts the moves of each instance, so that a timer set for an earlier life of it does nothing. */
  readonly #moves = new Map<string, number>();

  constructor(ec2: Ec2) {
    this.#ec2 = ec2;
  }

  /** Goes on from `pending`: to `running`, or back out when the launch or start fails. */
  powerOn(instance: Instance, cause: 'launch' | 'start'): void {
    const path = cause === 'launch' ? 'ec2.pendingToRunning' : 'ec2.startInstancesToRunning';
    const failure = this.#failure(instance);
    this.#later(instance, path, this.#ec2.capacity.slowness, () => {
      if (!failure) this.#enterRunning(instance);
      else if (cause === 'launch') this.#enterTerminated(instance, failure);
      else this.enter(instance, 'stopped', failure);
    });
  }

  start(instance: Instance): void {
    delete instance.stateReason;
    instance.launchedAtMs = this.#ec2.nowMs;
    this.enter(instance, 'pending');
    this.powerOn(instance, 'start');
  }

  stop(instance: Instance): void {
    instance.endAskedAtMs = this.#ec2.nowMs;
    this.enter(instance, 'stopping', userInitiated);
    this.#later(instance, 'ec2.runningToStopped', 1, () =>
      this.enter(instance, 'stopped', instance.stateReason),
    );
  }

  terminate(instance: Instance): void {
    instance.endAskedAtMs = this.#ec2.nowMs;
    this.enter(instance, 'shutting-down', userInitiated);
    this.#later(instance, 'ec2.shuttingDownToTerminated', 1, () =>
      this.#enterTerminated(instance, userInitiated),
    );
  }

  /** Puts an instance into its next state. A move off the diagram is a defect of the simulator. */
  enter(instance: Instance, next: InstanceState, reason?: StateReason): void {
    const previous = instance.state;
    if (!nextStates[previous].includes(next))
      throw new Error(`${instance.id} cannot go from ${previous} to ${next}`);
    instance.state = next;
    this.#moves.set(instance.id, this.#move(instance) + 1);
    if (reason) instance.stateReason = reason;
    if (next !== 'running') delete instance.statusOkAtMs;
    this.announce(instance, previous);
  }

  /** Tells listeners and the event bus of the state that an instance is in now. */
  announce(instance: Instance, previous: InstanceState | undefined): void {
    this.#ec2.notifyInstanceState(instance, previous);
    this.#ec2.sim.emit(this.#ec2.region, {
      source: 'aws.ec2',
      detailType: 'EC2 Instance State-change Notification',
      resources: [this.#ec2.arn('instance', instance.id)],
      detail: { 'instance-id': instance.id, state: instance.state },
    });
  }

  #enterRunning(instance: Instance): void {
    const { sim } = this.#ec2;
    instance.runningAtMs = sim.clock.nowMs();
    instance.statusOkAtMs = instance.runningAtMs + this.#checksPassAfterMs(instance);
    delete instance.stateReason;
    this.#ec2.nvme.boot(instance.id);
    this.enter(instance, 'running');
  }

  /** Status checks run each minute, so they pass at a whole number of minutes after the start. */
  #checksPassAfterMs(instance: Instance): number {
    const { cadence } = defaults.ec2.statusCheckOk;
    const seconds = this.#ec2.sim.draws.sample('ec2.statusCheckOk', instance.id);
    return Math.ceil(seconds / cadence) * cadence * 1000;
  }

  #enterTerminated(instance: Instance, reason: StateReason): void {
    this.enter(instance, 'terminated', reason);
    this.#ec2.attachments.releaseAllOf(instance);
    const subnet = this.#ec2.subnets.get(instance.subnetId);
    if (subnet) subnet.availableIps += 1;
    this.#later(instance, 'ec2.terminatedVisible', 1, () => this.#ec2.instances.delete(instance.id));
  }

  #failure(instance: Instance): StateReason | undefined {
    const ec2 = this.#ec2;
    const asked = ec2.launchFault(instance);
    if (asked) return asked;
    const locked = ec2.attachments
      .of(instance.id)
      .some(({ kmsKeyId }) => kmsKeyId && ec2.keyProblem(kmsKeyId));
    if (locked)
      return { code: 'Client.InternalError', message: 'Client.InternalError: Client error on launch' };
    const { probability } = defaults.ec2.failedLaunch;
    if (!ec2.sim.draws.chance(probability, 'ec2.failedLaunch', instance.id)) return undefined;
    return { code: 'Server.InternalError', message: 'Server.InternalError: Internal error on launch' };
  }

  #later(instance: Instance, path: string, factor: number, act: () => void): void {
    const move = this.#move(instance);
    const seconds = this.#ec2.sim.draws.sample(path, instance.id) * factor;
    this.#ec2.sim.clock.after(seconds * 1000, () => {
      if (this.#move(instance) === move) act();
    });
  }

  #move(instance: Instance): number {
    return this.#moves.get(instance.id) ?? 0;
  }
}
