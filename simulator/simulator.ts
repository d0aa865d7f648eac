import { AutoScaling } from './autoscaling/autoscaling.ts';
import { type Cancel, VirtualClock } from './clock.ts';
import { CloudWatch } from './cloudwatch/cloudwatch.ts';
import { Connection, neverAnswered } from './connection.ts';
import { Draws } from './draws.ts';
import { Ec2 } from './ec2/ec2.ts';
import { LoadBalancing } from './elbv2/elbv2.ts';
import { AwsError, NotSimulated } from './errors.ts';
import { EventBridge } from './events/events.ts';
import { Guests } from './guest/guests.ts';
import { Iam } from './iam/iam.ts';
import { Kms } from './kms/kms.ts';
import { Lambda } from './lambda/lambda.ts';
import { ServiceQuotas } from './quotas/quotas.ts';
import { Rds } from './rds/rds.ts';
import { Route53 } from './route53/route53.ts';
import { S3 } from './s3/s3.ts';
import type { Call, Caller, RegionName, Service, ServiceName } from './service.ts';
import { Sns } from './sns/sns.ts';
import { Ssm } from './ssm/ssm.ts';
import { StepFunctions } from './stepfunctions/stepfunctions.ts';
import { Sts } from './sts/sts.ts';
import { type DecodedCall, type WireRequest, type WireResponse, WireServer } from './wire/server.ts';

export { Connection } from './connection.ts';

export interface SimulatorOptions {
  readonly seed: string | number;
  /** Simulated milliseconds since the epoch at which the world begins. */
  readonly startMs: number;
  readonly accountId: string;
  /** Zones of each Region, as letters: `{ 'ap-northeast-1': ['a', 'c', 'd'] }`. */
  readonly regions: Readonly<Record<RegionName, readonly string[]>>;
  /**
   * Told what the model lacks and what went wrong in it. Without it such a thing ends the run; a simulator that serves
   * strangers says it and goes on.
   */
  readonly onDefect?: (defect: unknown) => void;
}

/** One Region of the simulated account with its services. Global services (Route 53, S3's names) are the simulator's. */
export interface Region {
  readonly name: RegionName;
  /** Full zone names, e.g. `ap-northeast-1a`. */
  readonly zones: readonly string[];
  readonly autoscaling: AutoScaling;
  readonly ec2: Ec2;
  readonly elbv2: LoadBalancing;
  readonly events: EventBridge;
  readonly lambda: Lambda;
  readonly cloudwatch: CloudWatch;
  readonly kms: Kms;
  readonly quotas: ServiceQuotas;
  readonly rds: Rds;
  readonly sns: Sns;
  readonly ssm: Ssm;
  /** The operating systems of the Region's instances. */
  readonly guests: Guests;
  readonly states: StepFunctions;
  readonly sts: Sts;
}

/** What became of one call: for evidence, for checkers and for the count of calls. */
export interface CallRecord {
  readonly requestId: string;
  readonly atMs: number;
  /** When the answer was back at the caller. */
  endedAtMs?: number;
  readonly service: ServiceName;
  readonly region: RegionName;
  readonly operation: string;
  readonly callerArn: string;
  /** `ok`, the error code that AWS answered, or `hung` for a call that never was answered. */
  outcome: string;
}

/** What a fault does to a call: `hang` never answers it; `loseAnswer` lets it act and then never answers. */
export type Interference =
  | { readonly kind: 'hang' }
  | { readonly kind: 'loseAnswer' }
  | { readonly kind: 'delay'; readonly seconds: number }
  | { readonly kind: 'error'; readonly error: Error };

/** Looks at each call before it reaches its service; `undefined` leaves it alone. */
export type Fault = (call: Call, input: unknown, sim: Simulator) => Interference | undefined;

/**
 * Says whether a role may do what AWS does in its name without a signed call: Step Functions invoking a function,
 * EventBridge starting an execution. Without guards and without policies of the role everything is allowed.
 */
export type Guard = (principal: string, action: string, resource: string) => boolean;

/** An AWS account in memory: Regions, services, a virtual clock and seeded chance. */
export class Simulator {
  readonly clock: VirtualClock;
  readonly draws: Draws;
  readonly accountId: string;
  readonly iam: Iam;
  readonly route53: Route53;
  readonly s3: S3;
  readonly transcript: CallRecord[] = [];
  readonly faults: Fault[] = [];
  readonly guards: Guard[] = [];
  readonly #regions: ReadonlyMap<RegionName, Region>;
  readonly #callers = new Map<string, Caller>();
  readonly #servedListeners = new Map<string, () => void>();
  readonly #wire: WireServer;

  constructor(options: SimulatorOptions) {
    this.clock = new VirtualClock(options.startMs, options.onDefect);
    this.draws = new Draws(options.seed);
    this.accountId = options.accountId;
    this.iam = new Iam(this);
    this.route53 = new Route53(this);
    this.s3 = new S3(this);
    this.#regions = new Map(
      Object.entries(options.regions).map(([name, zones]) => [name, this.#openRegion(name, zones)]),
    );
    this.#wire = new WireServer(
      (call) => this.#answer(call),
      (defect) => this.clock.abort(defect),
    );
  }

  get regions(): readonly Region[] {
    return [...this.#regions.values()];
  }

  /** @throws NotSimulated for a Region that the world does not have. */
  region(name: RegionName): Region {
    const region = this.#regions.get(name);
    if (!region) throw new NotSimulated(`Region ${name}`);
    return region;
  }

  /** Makes a caller known, so that its access key identifies it. */
  addCaller(caller: Caller): void {
    this.#callers.set(caller.accessKeyId, caller);
  }

  /** Whether an access key is one of `addCaller`. */
  knows(accessKeyId: string): boolean {
    return this.#callers.has(accessKeyId);
  }

  /** Calls `told` each time that AWS is through with a call of a caller and has not answered it yet; one a caller. */
  onServed(accessKeyId: string, told: () => void): Cancel {
    this.#servedListeners.set(accessKeyId, told);
    return () => {
      this.#servedListeners.delete(accessKeyId);
    };
  }

  /**
   * A connection for SDK clients (their `requestHandler`). After `close`, its requests are never answered: a Lambda
   * invocation that timed out must not go on acting or learning.
   */
  connect(): Connection {
    return new Connection((request) => this.#wire.dispatch(request), this.#wire);
  }

  /** Answers one HTTP request, whatever carried it here. */
  dispatch(request: WireRequest): Promise<WireResponse> {
    return this.#wire.dispatch(request);
  }

  /**
   * Makes a call from inside AWS (a workflow's integration, a rule's target) in the name of a known caller. Faults, throttles
   * and latency apply to it as to a call over the wire.
   */
  ask(call: DecodedCall): Promise<unknown> {
    return this.#answer(call);
  }

  /** Whether a role or a service principal may do what AWS does in its name without a signed call. */
  permits(principal: string, action: string, resource: string): boolean {
    return (
      this.guards.every((guard) => guard(principal, action, resource)) &&
      this.iam.permissions.permits(principal, action, resource)
    );
  }

  /** Puts an event of an AWS service on a Region's default bus. */
  emit(
    region: RegionName,
    event: { source: string; detailType: string; resources?: string[]; detail: object },
  ): void {
    this.region(region).events.publish({ ...event, resources: event.resources ?? [] });
  }

  /** Calls `fire` after a drawn duration (seconds) of `defaults.json`. Returns how long that will be, and a way back. */
  afterDraw(
    path: string,
    subject: string,
    fire: () => void,
  ): { readonly seconds: number; readonly cancel: Cancel } {
    const seconds = this.draws.sample(path, subject);
    return { seconds, cancel: this.clock.after(seconds * 1000, fire) };
  }

  #openRegion(name: RegionName, zones: readonly string[]): Region {
    const ec2 = new Ec2(this, name);
    const guests = new Guests(this, name, ec2);
    const elbv2 = new LoadBalancing(this, name, ec2);
    return {
      name,
      zones: zones.map((letter) => name + letter),
      autoscaling: new AutoScaling(this, name, ec2, elbv2),
      ec2,
      elbv2,
      events: new EventBridge(this, name),
      lambda: new Lambda(this, name),
      cloudwatch: new CloudWatch(this, name),
      kms: new Kms(this, name, ec2),
      quotas: new ServiceQuotas(this, name, ec2),
      rds: new Rds(this, name),
      sns: new Sns(this, name),
      ssm: new Ssm(this, name, ec2, guests),
      guests,
      states: new StepFunctions(this, name),
      sts: new Sts(this, name),
    };
  }

  #service(name: ServiceName, regionName: RegionName): Service {
    if (name === 'iam') return this.iam;
    if (name === 'route53') return this.route53;
    if (name === 's3') return this.s3;
    const region = this.region(regionName);
    switch (name) {
      case 'autoscaling':
        return region.autoscaling;
      case 'ec2':
        return region.ec2;
      case 'elasticloadbalancing':
        return region.elbv2;
      case 'events':
        return region.events;
      case 'kms':
        return region.kms;
      case 'monitoring':
        return region.cloudwatch;
      case 'rds':
        return region.rds;
      case 'servicequotas':
        return region.quotas;
      case 'sns':
        return region.sns;
      case 'ssm':
        return region.ssm;
      case 'states':
        return region.states;
      case 'sts':
        return region.sts;
      default:
        throw new NotSimulated(`the service ${name satisfies never}`);
    }
  }

  async #answer(decoded: DecodedCall): Promise<unknown> {
    try {
      return await this.#serve(decoded);
    } catch (error) {
      // A gap in the model is a defect of the run, not an answer that a caller may handle.
      if (error instanceof NotSimulated) this.clock.abort(error);
      throw error;
    }
  }

  async #serve(decoded: DecodedCall): Promise<unknown> {
    const { input, accessKeyId, ...rest } = decoded;
    const caller = this.#callers.get(accessKeyId);
    if (!caller) throw new NotSimulated(`a caller with the access key ${accessKeyId}`);
    const call: Call = { ...rest, caller };
    const { service: name, region, operation } = call;
    const { requestId } = call;
    const record: CallRecord = {
      requestId,
      atMs: this.clock.nowMs(),
      service: name,
      region,
      operation,
      callerArn: caller.arn,
      outcome: 'hung',
    };
    this.transcript.push(record);
    const service = this.#service(name, region);
    const handler = service.operations[operation];
    if (!handler) throw new NotSimulated(`${name}:${operation}`);
    const interference = this.#interfere(call, input);
    if (interference?.kind === 'hang') return neverAnswered();
    const latencyPath = service.latency?.(operation) ?? 'api.latency';
    const latencyMs = this.draws.sample(latencyPath, `${caller.accessKeyId}/${operation}`) * 1000;
    const delayMs = interference?.kind === 'delay' ? interference.seconds * 1000 : 0;
    await this.clock.sleep(delayMs + latencyMs / 2);
    try {
      if (interference?.kind === 'error') throw interference.error;
      service.throttle?.(call, input);
      service.authorize?.(call, input);
      this.iam.permissions.require(call, input, service.policyFor?.(call, input));
      const output = await handler(input as never, call);
      record.outcome = 'ok';
      if (interference?.kind === 'loseAnswer') return neverAnswered();
      return output;
    } catch (error) {
      record.outcome = error instanceof Error && 'code' in error ? String(error.code) : 'defect';
      // A refusal is an answer as well, and is lost like any other; a defect is none.
      if (interference?.kind === 'loseAnswer' && error instanceof AwsError) return neverAnswered();
      throw error;
    } finally {
      await this.clock.sleep(latencyMs / 2);
      record.endedAtMs = this.clock.nowMs();
      this.#servedListeners.get(accessKeyId)?.();
    }
  }

  #interfere(call: Call, input: unknown): Interference | undefined {
    for (const fault of this.faults) {
      const interference = fault(call, input, this);
      if (interference) return interference;
    }
    return undefined;
  }
}
