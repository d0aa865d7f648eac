import defaults from '../defaults.json' with { type: 'json' };
import type { Ec2 } from '../ec2/ec2.ts';
import type { Instance, InstanceState } from '../ec2/state.ts';
import type { Guests } from '../guest/guests.ts';
import type { Simulator } from '../simulator.ts';

/** A registered agent. One that never came online is unknown to Systems Manager. */
export interface Agent {
  readonly instanceId: string;
  readonly registeredAtMs: number;
  /** When it last was heard of; while it is online, now. */
  lastPingAtMs: number;
  online: boolean;
  /** Since when it is silent although its instance runs. */
  silentSinceMs?: number;
}

/** Takes a fault back. */
export type Release = () => void;

/**
 * The SSM agents of a Region's instances. One comes online `ssm.agentOnlineAfterRunning` after its instance is `running`,
 * never before the operating system is up, and only with an instance profile; it is lost when the instance stops.
 */
export class Agents {
  readonly #sim: Simulator;
  readonly #ec2: Ec2;
  readonly #guests: Guests;
  readonly #byInstance = new Map<string, Agent>();
  /** Instances whose agent has had the time to come online, and waits for the operating system or a fault's end. */
  readonly #ready = new Set<string>();
  readonly #starts = new Map<string, number>();
  readonly #kept: ((instance: Instance) => boolean)[] = [];
  readonly #listeners: ((instanceId: string) => void)[] = [];
  /** Agents that are silent because their instances have lost their network. */
  readonly #withoutNetwork = new Set<Agent>();

  constructor(sim: Simulator, ec2: Ec2, guests: Guests) {
    this.#sim = sim;
    this.#ec2 = ec2;
    this.#guests = guests;
    ec2.onInstanceState((instance, previous) => this.#follow(instance, previous));
    guests.onUp(({ instanceId }) => this.#comeOnline(instanceId));
    guests.onNetwork(() => this.#followNetwork());
  }

  /** Registered agents, in the order in which they registered. */
  get all(): readonly Agent[] {
    return [...this.#byInstance.values()];
  }

  find(instanceId: string): Agent | undefined {
    return this.#byInstance.get(instanceId);
  }

  /** What Systems Manager believes: an agent that fell silent reads online for some minutes more. */
  seemsOnline(instanceId: string): boolean {
    const agent = this.#byInstance.get(instanceId);
    if (!agent?.online) return false;
    const silentMs = this.#sim.clock.nowMs() - (agent.silentSinceMs ?? Number.POSITIVE_INFINITY);
    return silentMs < defaults.ssm.connectionLostAfterSilence.value * 1000;
  }

  /** Whether a command that is sent now arrives. */
  isListening(instanceId: string): boolean {
    const agent = this.#byInstance.get(instanceId);
    return agent?.online === true && agent.silentSinceMs === undefined;
  }

  /** Calls `listener` whenever an agent begins to listen. */
  onListening(listener: (instanceId: string) => void): void {
    this.#listeners.push(listener);
  }

  keepOffline(applies: (instance: Instance) => boolean): Release {
    this.#kept.push(applies);
    for (const agent of this.all) {
      const instance = this.#ec2.instances.get(agent.instanceId);
      if (instance && applies(instance)) this.#lose(agent);
    }
    return () => {
      const at = this.#kept.indexOf(applies);
      if (at >= 0) this.#kept.splice(at, 1);
      for (const instanceId of this.#ready) this.#comeOnline(instanceId);
    };
  }

  silence(instanceId: string): Release {
    const agent = this.#byInstance.get(instanceId);
    if (!agent?.online) throw new Error(`the agent of ${instanceId} is not online`);
    agent.silentSinceMs = this.#sim.clock.nowMs();
    return () => {
      delete agent.silentSinceMs;
      if (this.isListening(instanceId)) this.#announce(instanceId);
    };
  }

  #follow(instance: Instance, previous: InstanceState | undefined): void {
    if (instance.state === 'running') this.#start(instance, previous === undefined);
    else this.#stop(instance);
  }

  #start(instance: Instance, isSeeded: boolean): void {
    const starts = (this.#starts.get(instance.id) ?? 0) + 1;
    this.#starts.set(instance.id, starts);
    const seconds = isSeeded ? 0 : this.#sim.draws.sample('ssm.agentOnlineAfterRunning', instance.id);
    this.#sim.clock.after(seconds * 1000, () => {
      if (this.#starts.get(instance.id) !== starts || instance.state !== 'running') return;
      this.#ready.add(instance.id);
      this.#comeOnline(instance.id);
    });
  }

  /** An agent without a network is not heard of, and tells nobody so; one that has it back is at once what it was. */
  #followNetwork(): void {
    for (const agent of this.all) {
      const { instanceId } = agent;
      if (!this.#guests.isConnected(instanceId)) {
        if (!this.isListening(instanceId)) continue;
        agent.silentSinceMs = this.#sim.clock.nowMs();
        this.#withoutNetwork.add(agent);
      } else if (this.#withoutNetwork.delete(agent) && agent.online) {
        delete agent.silentSinceMs;
        this.#announce(instanceId);
      }
    }
    for (const instanceId of this.#ready) this.#comeOnline(instanceId);
  }

  #stop(instance: Instance): void {
    this.#ready.delete(instance.id);
    const agent = this.#byInstance.get(instance.id);
    if (agent) this.#lose(agent);
    if (instance.state === 'terminated') this.#byInstance.delete(instance.id);
  }

  #lose(agent: Agent): void {
    if (agent.online) agent.lastPingAtMs = agent.silentSinceMs ?? this.#sim.clock.nowMs();
    agent.online = false;
    delete agent.silentSinceMs;
  }

  #comeOnline(instanceId: string): void {
    const instance = this.#ec2.instances.get(instanceId);
    const isReady = this.#ready.has(instanceId) && this.#guests.isUp(instanceId);
    if (!instance?.instanceProfileArn || !isReady || !this.#guests.isConnected(instanceId)) return;
    const known = this.#byInstance.get(instanceId);
    if (known?.online || this.#kept.some((applies) => applies(instance))) return;
    const nowMs = this.#sim.clock.nowMs();
    const registeredAtMs = known?.registeredAtMs ?? nowMs;
    this.#byInstance.set(instanceId, { instanceId, registeredAtMs, lastPingAtMs: nowMs, online: true });
    this.#announce(instanceId);
  }

  #announce(instanceId: string): void {
    for (const listener of this.#listeners) listener(instanceId);
  }
}
