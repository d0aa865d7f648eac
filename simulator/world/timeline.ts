import type { PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { metricKey, readDimensions } from '../cloudwatch/metric.ts';
import type { Guest } from '../guest.ts';
import type { Call, RegionName } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { databaseAt } from './health.ts';

/** From AWS having been asked for something to its being there. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One life of an instance: from being launched or started until it leaves `running`. */
export interface InstanceLife {
  readonly region: RegionName;
  readonly instanceId: string;
  readonly acceptedAtMs: number;
  runningAtMs?: number;
  bootedAtMs?: number;
  onlineAtMs?: number;
  /** The first time that the server on it found itself healthy, and what it worked with then. */
  healthy?: {
    readonly atMs: number;
    readonly volumeIds: readonly string[];
    readonly databases: readonly { readonly region: RegionName; readonly id: string }[];
    /** Names of the settings that it had read. */
    readonly settings: readonly string[];
  };
  /** When a target group first counted it as healthy. */
  targetHealthy?: { readonly registeredAtMs: number; readonly atMs: number };
}

/** A volume on its way to an instance. */
export interface VolumeSpans {
  readonly volumeId: string;
  readonly instanceId: string;
  readonly available: Span;
  readonly attached: Span;
}

/** A database that became one that takes writes. */
export interface DatabaseSpan extends Span {
  readonly region: RegionName;
  readonly id: string;
  readonly how: 'promoted' | 'restored';
}

/** A parameter that was written: the request, and when it was answered. */
export interface Write {
  readonly name: string;
  readonly span: () => Span;
}

/** How long a health check is watched for what a metric does to it. */
const switchWatchMs = 1_800_000;

/** A health check that turned unhealthy because a metric was put that its alarm watches: from the request on. */
export interface HealthSwitch {
  readonly healthCheckId: string;
  readonly fromMs: number;
  /** When the name servers began to go by it. */
  toMs?: number;
}

/**
 * What AWS did, and when: the durations that were drawn, as they showed in the state of resources. It only listens. What
 * is gone at the end, such as a drill's copies, stays in here.
 */
export class Timeline {
  readonly lives: InstanceLife[] = [];
  readonly volumes: VolumeSpans[] = [];
  readonly databases: DatabaseSpan[] = [];
  readonly writes: Write[] = [];
  /** Changes of hosted zones: when they were asked for, and when the name servers had them. */
  readonly changes: { readonly zoneId: string; readonly span: () => Span }[] = [];
  readonly switches: HealthSwitch[] = [];
  /** When clients were first answered from somewhere else than before, and where. */
  answered: { readonly atMs: number; readonly region: RegionName } | undefined;
  readonly #sim: Simulator;
  readonly #registered = new Map<string, number>();
  readonly #asked = new Map<string, { readonly atMs: number; readonly how: DatabaseSpan['how'] }>();

  constructor(sim: Simulator) {
    this.#sim = sim;
  }

  /** Begins to listen, once everything that the world has is in its place. */
  listen(): void {
    for (const region of this.#sim.regions) {
      const { name, ec2, guests, ssm, rds } = region;
      const noted = (note: (life: InstanceLife) => void) => (instanceId: string) => {
        const life = this.lifeOf(name, instanceId);
        if (life) note(life);
      };
      ec2.onInstanceState((instance) => {
        if (instance.state === 'pending') {
          this.lives.push({ region: name, instanceId: instance.id, acceptedAtMs: this.#nowMs });
        }
        if (instance.state === 'running') noted((life) => (life.runningAtMs ??= this.#nowMs))(instance.id);
      });
      guests.onUp((guest) => noted((life) => (life.bootedAtMs ??= this.#nowMs))(guest.instanceId));
      ssm.agents.onListening(noted((life) => (life.onlineAtMs ??= this.#nowMs)));
      ec2.onAttachment((volume, attachment) => {
        if (attachment.state !== 'attached') return;
        this.volumes.push({
          volumeId: volume.id,
          instanceId: attachment.instanceId,
          available: { fromMs: volume.createdAtMs, toMs: volume.availableAtMs ?? volume.createdAtMs },
          attached: { fromMs: attachment.requestedAtMs, toMs: this.#nowMs },
        });
      });
      rds.onStatus(({ instance }) => {
        if (instance.status === 'available' && instance.replicaSource === undefined)
          this.#noteDatabase(name, instance.id);
      });
    }
    this.#sim.faults.unshift((call, input) => {
      this.#noteCall(call, input as Readonly<Record<string, unknown>>);
      return undefined;
    });
  }

  /** The newest life of an instance, if it began after the world did. */
  lifeOf(region: RegionName, instanceId: string): InstanceLife | undefined {
    return this.lives.findLast((life) => life.region === region && life.instanceId === instanceId);
  }

  /** The server on an instance answered that it is healthy. */
  noteHealthy(region: RegionName, guest: Guest): void {
    const life = this.lifeOf(region, guest.instanceId);
    if (!life || life.healthy) return;
    const databases = [...guest.settings.values()].flatMap((value) => {
      const found = databaseAt(this.#sim, value);
      return found ? [{ region: found.region.name, id: found.database.id }] : [];
    });
    life.healthy = {
      atMs: this.#nowMs,
      volumeIds: [...guest.mounts.values()].map(({ volumeId }) => volumeId),
      databases,
      settings: [...guest.settings.keys()],
    };
  }

  /** A target group began to count an instance as healthy. */
  noteTarget(region: RegionName, instanceId: string): void {
    const life = this.lifeOf(region, instanceId);
    const registeredAtMs =
      this.#registered.get(`${region}/${instanceId}`) ?? life?.acceptedAtMs ?? this.#nowMs;
    if (life) life.targetHealthy ??= { registeredAtMs, atMs: this.#nowMs };
  }

  noteAnswered(region: RegionName): void {
    this.answered ??= { atMs: this.#nowMs, region };
  }

  get #nowMs(): number {
    return this.#sim.clock.nowMs();
  }

  #noteDatabase(region: RegionName, id: string): void {
    const asked = this.#asked.get(`${region}/${id}`);
    if (!asked) return;
    this.#asked.delete(`${region}/${id}`);
    this.databases.push({ region, id, how: asked.how, fromMs: asked.atMs, toMs: this.#nowMs });
  }

  #noteCall({ operation, region, requestId }: Call, input: Readonly<Record<string, unknown>>): void {
    const atMs = this.#nowMs;
    switch (operation) {
      case 'PromoteReadReplica':
      case 'RestoreDBInstanceFromDBSnapshot':
      case 'RestoreDBInstanceToPointInTime': {
        const id = String(input['DBInstanceIdentifier'] ?? input['TargetDBInstanceIdentifier']);
        // A repeated call is refused once the first was accepted, and must not make the operation look shorter.
        if (this.#sim.region(region).rds.instances.get(id)?.accepted !== undefined) return;
        const how = operation === 'PromoteReadReplica' ? 'promoted' : 'restored';
        if (how === 'promoted' || !this.#asked.has(`${region}/${id}`))
          this.#asked.set(`${region}/${id}`, { atMs, how });
        return;
      }
      case 'RegisterTargets':
        for (const { Id } of input['Targets'] as readonly { readonly Id?: string }[]) {
          this.#registered.set(`${region}/${Id}`, atMs);
        }
        return;
      case 'PutParameter':
        this.writes.push({ name: String(input['Name']), span: this.#answeredSpan(requestId, atMs) });
        return;
      case 'ChangeResourceRecordSets': {
        const zoneId = String(input['HostedZoneId']).replace(/^\/?hostedzone\//, '');
        const insyncAtMs = () =>
          this.#sim.route53.zones.all.find(({ id }) => id === zoneId)?.insyncAtMs ?? atMs;
        this.changes.push({ zoneId, span: () => ({ fromMs: atMs, toMs: Math.max(atMs, insyncAtMs()) }) });
        return;
      }
      case 'PutMetricData':
        for (const id of this.#healthyFollowers(region, input as Partial<PutMetricDataCommandInput>))
          this.#watchSwitch(id, atMs);
        return;
      default:
    }
  }

  /** Health checks that are still healthy and follow an alarm on a metric of this request. */
  #healthyFollowers(region: RegionName, input: Partial<PutMetricDataCommandInput>): string[] {
    const { alarms } = this.#sim.region(region).cloudwatch.alarms;
    const { Namespace: namespace = '', MetricData = [] } = input;
    const put = MetricData.map(({ MetricName: name = '', Dimensions }) =>
      metricKey({ namespace, name, dimensions: readDimensions(Dimensions) }),
    );
    return this.#sim.route53.health.all.flatMap(({ id, applied }) => {
      if (applied.kind !== 'alarm' || applied.alarmRegion !== region) return [];
      const alarm = alarms.get(applied.alarmName);
      const isPut = alarm !== undefined && put.includes(metricKey(alarm.rule.metric));
      return isPut && this.#sim.route53.health.isHealthy(id) ? [id] : [];
    });
  }

  /** Looks each second, since nobody tells when a health check changes its mind. */
  #watchSwitch(healthCheckId: string, fromMs: number): void {
    if (this.switches.some((one) => one.healthCheckId === healthCheckId && one.toMs === undefined)) return;
    const watched: HealthSwitch = { healthCheckId, fromMs };
    this.switches.push(watched);
    const look = (): void => {
      if (!this.#sim.route53.health.isHealthy(healthCheckId)) watched.toMs = this.#nowMs;
      else if (this.#nowMs < fromMs + switchWatchMs) this.#sim.clock.after(1000, look);
    };
    look();
  }

  #answeredSpan(requestId: string, atMs: number): () => Span {
    return () => {
      const record = this.#sim.transcript.find((each) => each.requestId === requestId);
      return { fromMs: atMs, toMs: record?.endedAtMs ?? atMs };
    };
  }
}
