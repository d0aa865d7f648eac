import { NotSimulated } from '../errors.ts';
import { runSchedule, type Schedule } from '../events/schedules.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Handler } from '../lambda/lambda.ts';
import type { Service } from '../service.ts';
import type { Region, Simulator } from '../simulator.ts';
import type { ResolvedResource } from './model.ts';
import { TemplateError } from './template.ts';

/** A function of a template, as far as finding its code goes. */
export interface TemplateFunction {
  readonly logicalId: string;
  readonly name: string;
  /** Such as `dist/open/index.handler`. */
  readonly handler: string;
}

/** Gives the code of a function: a simulated stack has no archives. */
export type FunctionCode = (found: TemplateFunction) => Handler;

/** A role as a template made it: who may assume it, and what it may do. */
export interface Role {
  readonly arn: string;
  readonly name: string;
  readonly trust: JsonObject;
  readonly policies: readonly { readonly name: string; readonly document: JsonObject }[];
}

/** What the policy of a function lets a service do, whatever its source. */
export interface Permission {
  readonly principal: string;
  readonly action: string;
  readonly functionArn: string;
}

/** A template that is deployed into a Region: what came of its resources. */
export class Deployment {
  readonly sim: Simulator;
  readonly region: Region;
  readonly stackName: string;
  readonly code: FunctionCode;
  /** By name. */
  readonly outputs: Readonly<Record<string, Json>>;
  /** By ARN. */
  readonly roles = new Map<string, Role>();
  /** By name. Nothing wakes before `startSchedules`. */
  readonly schedules = new Map<string, Schedule>();
  /** ARNs of the stack's functions. */
  readonly functions = new Set<string>();
  /** What the functions' own policies allow. */
  readonly permissions: Permission[] = [];
  /** Names of log groups. */
  readonly logGroups = new Set<string>();
  readonly #resources: ReadonlyMap<string, ResolvedResource>;

  constructor(options: {
    readonly sim: Simulator;
    readonly region: Region;
    readonly stackName: string;
    readonly code: FunctionCode;
    readonly resources: readonly ResolvedResource[];
    readonly outputs: Readonly<Record<string, Json>>;
  }) {
    this.sim = options.sim;
    this.region = options.region;
    this.stackName = options.stackName;
    this.code = options.code;
    this.outputs = options.outputs;
    this.#resources = new Map(options.resources.map((resource) => [resource.logicalId, resource]));
  }

  /** What `Ref` returns for a resource. @throws TemplateError when the template has none of this logical id */
  ref(logicalId: string): string {
    return this.#find(logicalId).ref;
  }

  /** The ARN of a resource. @throws TemplateError when it is not there or has none */
  arn(logicalId: string): string {
    const { Arn: arn } = this.#find(logicalId).attributes;
    if (typeof arn !== 'string') throw new TemplateError(logicalId, 'it has no ARN');
    return arn;
  }

  /**
   * Asks a service to create something, as CloudFormation does: with the operation's own checks, but at once and without
   * a place in the transcript, since the stack stands before the simulation begins.
   */
  ask(service: Service, operation: string, input: object): unknown {
    const handler = service.operations[operation];
    if (!handler) throw new NotSimulated(`${service.name}:${operation}`);
    const caller = {
      accessKeyId: 'cloudformation',
      arn: `arn:aws:sts::${this.sim.accountId}:assumed-role/cloudformation/${this.stackName}`,
      userId: `AROACLOUDFORMATION:${this.stackName}`,
    };
    const requestId = this.sim.draws.uuid(
      'cloudformation.requestId',
      `${this.stackName}/${service.name}/${operation}`,
    );
    return handler(input as never, {
      service: service.name,
      region: this.region.name,
      operation,
      caller,
      requestId,
      headers: {},
    });
  }

  /**
   * Lets the stack's schedules run from this instant on, or only those chosen; they never end by themselves. Returns the way
   * to stop them.
   * @throws NotSimulated for a schedule whose members or expression are not modelled
   */
  startSchedules(chosen: (schedule: Schedule) => boolean = () => true): () => void {
    const stops = [...this.schedules.values()]
      .filter(chosen)
      .map((schedule) => runSchedule(this.sim, this.region.name, schedule));
    return () => {
      for (const stop of stops) stop();
    };
  }

  /**
   * Sees that a role which a service is given trusts that service, as Lambda and Step Functions do.
   * @throws TemplateError when the role is not in the template or does not trust the service
   */
  requireTrust(roleArn: string, service: string, path: string): void {
    const role = this.roles.get(roleArn);
    if (!role) throw new TemplateError(path, `the role ${roleArn} is not in the template`);
    const trusts = [role.trust['Statement'] ?? []].flat().some((statement) => {
      const { Effect, Principal, Action } = statement as Record<string, unknown>;
      const services = [(Principal as Record<string, unknown> | undefined)?.['Service'] ?? []].flat();
      return Effect === 'Allow' && [Action].flat().includes('sts:AssumeRole') && services.includes(service);
    });
    if (!trusts) throw new TemplateError(path, `the role ${role.name} cannot be assumed by ${service}`);
  }

  #find(logicalId: string): ResolvedResource {
    const resource = this.#resources.get(logicalId);
    if (!resource) throw new TemplateError(logicalId, 'the template has no such resource');
    return resource;
  }
}
