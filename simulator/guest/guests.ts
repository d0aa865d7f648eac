import type { Ec2 } from '../ec2/ec2.ts';
import type { Instance, InstanceState } from '../ec2/state.ts';
import type { BlockDevice, Guest, Mount } from '../guest.ts';
import type { RegionName } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { mountRefusal } from './mounting.ts';

/** What the application answers on an instance, as a request to its own port would see it. */
export type Application = (guest: Guest, path: string) => { readonly status: number; readonly body: string };

/** Boot attempts are counted, so that a timer of an earlier boot finds out that it is stale. */
interface Machine {
  readonly guest: Guest;
  boots: number;
  state: 'off' | 'booting' | 'up' | 'emergency';
}

/**
 * The operating systems of a Region's instances. One comes up some time after its instance is `running`
 * (`ec2.runningToOsReady`) and then reads its settings. It mounts what `fstab` names; a volume that is missing there or that
 * cannot be mounted leaves it in emergency mode without `nofail` (systemd, fstab(5)): no agent, no application, until the
 * next boot.
 * An instance that runs from the start of a world is up from its first instant.
 */
export class Guests {
  /** What the application says; the application layer sets it. Nothing listens without it. */
  application: Application = () => ({ status: 503, body: 'no application' });
  /** Names of the SSM parameters that the application on an instance reads at its start. */
  settingsOf: (instance: Instance) => readonly string[] = () => [];
  /** Lines that the image of an instance brings in its fstab, as of the first boot. */
  imageFstab: (instance: Instance) => readonly Mount[] = () => [];
  readonly #sim: Simulator;
  readonly #region: RegionName;
  readonly #ec2: Ec2;
  readonly #machines = new Map<string, Machine>();
  readonly #upListeners: ((guest: Guest) => void)[] = [];
  readonly #cutOff: ((instance: Instance) => boolean)[] = [];
  readonly #networkListeners: (() => void)[] = [];

  constructor(sim: Simulator, region: RegionName, ec2: Ec2) {
    this.#sim = sim;
    this.#region = region;
    this.#ec2 = ec2;
    ec2.onInstanceState((instance, previous) => this.#follow(instance, previous));
    ec2.onAttachment((volume, attachment) => {
      // A volume that was torn away is mounted no longer: what the path showed is gone.
      if (attachment.state === 'detached') this.#unmount(attachment.instanceId, volume.id);
    });
    ec2.isMounted = (volumeId) => this.#holderOf(volumeId) !== undefined;
    ec2.isConnected = (instanceId) => this.isConnected(instanceId);
  }

  /** The operating system of an instance, whether it is up or not. */
  of(instanceId: string): Guest {
    return this.#machine(instanceId).guest;
  }

  /** True from the end of the boot until the instance leaves `running`. */
  isUp(instanceId: string): boolean {
    return this.#machines.get(instanceId)?.state === 'up';
  }

  /** False while an instance runs without its network: nothing leaves it, and nothing arrives. */
  isConnected(instanceId: string): boolean {
    const instance = this.#ec2.instances.get(instanceId);
    return !instance || !this.#cutOff.some((applies) => applies(instance));
  }

  /**
   * Takes the network away from instances, those that run and those that will; returns what gives it back. Their operating
   * systems go on, and what they have mounted stays.
   */
  loseNetwork(applies: (instance: Instance) => boolean): () => void {
    this.#cutOff.push(applies);
    for (const told of this.#networkListeners) told();
    return () => {
      const at = this.#cutOff.indexOf(applies);
      if (at >= 0) this.#cutOff.splice(at, 1);
      for (const told of this.#networkListeners) told();
    };
  }

  /** Calls `told` whenever instances have lost their network or have it back. */
  onNetwork(told: () => void): void {
    this.#networkListeners.push(told);
  }

  /** True when a boot ended in emergency mode, for the lack of a volume. */
  isInEmergency(instanceId: string): boolean {
    return this.#machines.get(instanceId)?.state === 'emergency';
  }

  /** Calls `listener` each time that a boot is complete. */
  onUp(listener: (guest: Guest) => void): void {
    this.#upListeners.push(listener);
  }

  #machine(instanceId: string): Machine {
    let machine = this.#machines.get(instanceId);
    if (!machine) {
      machine = { guest: this.#newGuest(instanceId), boots: 0, state: 'off' };
      this.#machines.set(instanceId, machine);
    }
    return machine;
  }

  #newGuest(instanceId: string): Guest {
    const settings = new Map<string, string>();
    const instance = this.#ec2.instances.get(instanceId);
    const fstab = instance ? this.imageFstab(instance) : [];
    const guest: Guest = {
      instanceId,
      blockDevices: (): readonly BlockDevice[] => this.#ec2.blockDevices(instanceId),
      mounts: new Map<string, Mount>(),
      fstab: new Map(fstab.map((mount) => [mount.path, mount])),
      settings,
      reloadSettings: (prefix) => this.#readSettings(instanceId, settings, prefix),
      askApplication: (path) =>
        this.isUp(instanceId) ? this.application(guest, path) : { status: 503, body: 'connection refused' },
    };
    return guest;
  }

  #follow(instance: Instance, previous: InstanceState | undefined): void {
    switch (instance.state) {
      case 'running':
        this.#boot(instance, previous === undefined);
        break;
      case 'stopping':
      case 'shutting-down':
        this.#leave(instance.id);
        break;
      case 'stopped':
        this.#machine(instance.id).guest.mounts.clear();
        break;
      case 'terminated':
        this.#machines.delete(instance.id);
        break;
      case 'pending':
        break;
      default:
        unreachable(instance.state);
    }
  }

  #boot(instance: Instance, isSeeded: boolean): void {
    const machine = this.#machine(instance.id);
    machine.boots += 1;
    machine.state = 'booting';
    const { boots } = machine;
    // A world's own instance is up at the first instant, after everything else of the world is there.
    const seconds = isSeeded ? 0 : this.#sim.draws.sample('ec2.runningToOsReady', instance.id);
    this.#sim.clock.after(seconds * 1000, () => {
      if (machine.boots === boots && machine.state === 'booting') this.#finishBoot(instance, machine);
    });
  }

  #finishBoot(instance: Instance, machine: Machine): void {
    const { guest } = machine;
    for (const line of guest.fstab.values()) {
      if (mountRefusal(guest, line) === undefined) guest.mounts.set(line.path, line);
      else if (!line.options.includes('nofail')) machine.state = 'emergency';
    }
    if (machine.state === 'emergency') return;
    machine.state = 'up';
    this.#readSettings(instance.id, guest.settings, '');
    for (const listener of this.#upListeners) listener(guest);
  }

  /** The shutdown unmounts volumes only when it is through, which `stopped` and `terminated` tell. */
  #leave(instanceId: string): void {
    const machine = this.#machine(instanceId);
    machine.state = 'off';
    machine.guest.settings.clear();
  }

  #readSettings(instanceId: string, settings: Map<string, string>, prefix: string): void {
    const instance = this.#ec2.instances.get(instanceId);
    const { ssm } = this.#sim.region(this.#region);
    settings.clear();
    for (const name of instance ? this.settingsOf(instance) : []) {
      const value = ssm.parameterValue(joined(prefix, name));
      if (value !== undefined) settings.set(name, value);
    }
  }

  #unmount(instanceId: string, volumeId: string): void {
    const mounts = this.#machines.get(instanceId)?.guest.mounts;
    for (const [path, mount] of mounts ?? []) if (mount.volumeId === volumeId) mounts?.delete(path);
  }

  #holderOf(volumeId: string): Machine | undefined {
    return [...this.#machines.values()].find(({ guest }) =>
      [...guest.mounts.values()].some((mount) => mount.volumeId === volumeId),
    );
  }
}

/** `/lifeboat/drill/7` and `/shop/endpoint` make `/lifeboat/drill/7/shop/endpoint`. */
function joined(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix.replace(/\/$/, '')}/${name.replace(/^\//, '')}`;
}

function unreachable(state: never): never {
  throw new Error(`unknown instance state ${String(state)}`);
}
