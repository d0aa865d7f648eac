import { NotSimulated } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { evaluateCondition } from './conditions.ts';
import { evaluate, type Scope } from './intrinsics.ts';
import type { Identity, Naming, ResolvedResource, ResourceModel, ResourceModels } from './model.ts';
import { type Template, TemplateError, type TemplateResource } from './template.ts';

/** Where a stack is and what it is given. */
export interface StackSetting {
  readonly stackName: string;
  readonly region: string;
  readonly accountId: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Full names of the zones of a Region. */
  zones(region: string): readonly string[];
  /** What makes a generated name unique: lower-case letters and digits, the same at each call for a logical id. */
  suffix(logicalId: string): string;
}

const sections = new Set([
  'AWSTemplateFormatVersion',
  'Conditions',
  'Description',
  'Mappings',
  'Metadata',
  'Outputs',
  'Parameters',
  'Resources',
]);
/** `DeletionPolicy` and `UpdateReplacePolicy` only say what happens later; a simulated stack is made once. */
const resourceMembers = new Set([
  'Condition',
  'DeletionPolicy',
  'DependsOn',
  'Metadata',
  'Properties',
  'Type',
  'UpdateReplacePolicy',
]);

/** A template in a place: resolves each intrinsic function, and finds the order in which the resources can be made. */
export class Stack implements Scope {
  readonly region: string;
  readonly #template: Template;
  readonly #setting: StackSetting;
  readonly #models: ResourceModels;
  readonly #identities = new Map<string, Identity & { readonly name: string }>();
  readonly #conditions = new Map<string, boolean>();
  /** What is being worked out right now, to notice a circle. */
  readonly #open = new Set<string>();
  /** Logical ids that were named while the current resource was resolved. */
  #named = new Set<string>();

  /** @throws NotSimulated for a section or a resource member that is not modelled. */
  constructor(template: Template, setting: StackSetting, models: ResourceModels) {
    this.region = setting.region;
    this.#template = template;
    this.#setting = setting;
    this.#models = models;
    refuseUnknown(Object.keys(template), sections, 'a template with the section');
    for (const [id, resource] of Object.entries(template.Resources)) {
      refuseUnknown(Object.keys(resource), resourceMembers, `the template's resource ${id} with`);
    }
    for (const name of Object.keys(setting.parameters)) {
      if (!template.Parameters?.[name])
        throw new TemplateError('Parameters', `the template has no parameter ${name}`);
    }
  }

  /**
   * The resources whose condition holds, each after those that it names.
   * @throws TemplateError for what CloudFormation would refuse, circular dependencies included.
   */
  resources(): readonly ResolvedResource[] {
    const made = Object.entries(this.#template.Resources).filter(([id]) => this.#exists(id));
    const resolved = new Map(made.map(([id, resource]) => [id, this.#resolve(id, resource)]));
    const ordered = new Set<ResolvedResource>();
    const visit = (id: string): void => {
      const { resource, needs } = resolved.get(id)!;
      if (ordered.has(resource)) return;
      this.#once(`the resource ${id}`, id, () => needs.forEach(visit));
      ordered.add(resource);
    };
    for (const id of resolved.keys()) visit(id);
    return [...ordered];
  }

  /** The stack's outputs, resolved. */
  outputs(): Readonly<Record<string, Json>> {
    const outputs = Object.entries(this.#template.Outputs ?? {}).filter(
      ([id, { Condition }]) => Condition === undefined || this.condition(Condition, `Outputs/${id}`),
    );
    return Object.fromEntries(
      outputs.map(([id, { Value }]) => [id, evaluate(Value, this, `Outputs/${id}/Value`) ?? null]),
    );
  }

  ref(id: string, path: string): Json | undefined {
    if (id.startsWith('AWS::')) return this.#pseudo(id, path);
    if (this.#template.Parameters?.[id]) return this.#parameter(id, path);
    return this.#identity(id, path).ref;
  }

  attribute(id: string, name: string, path: string): Json {
    const found = this.#identity(id, path).attributes[name];
    if (found === undefined)
      throw new TemplateError(path, `${this.#typeOf(id)} ${id} has no attribute ${name}`);
    return found;
  }

  condition(name: string, path: string): boolean {
    const known = this.#conditions.get(name);
    if (known !== undefined) return known;
    const definition = this.#template.Conditions?.[name];
    if (definition === undefined) throw new TemplateError(path, `there is no condition ${name}`);
    const holds = this.#once(`the condition ${name}`, path, () =>
      evaluateCondition(definition, this, `Conditions/${name}`),
    );
    this.#conditions.set(name, holds);
    return holds;
  }

  mapping(keys: readonly [string, string, string], path: string): Json {
    const found = keys.reduce<Json | undefined>(
      (level, key) => (level as JsonObject | undefined)?.[key],
      this.#template.Mappings,
    );
    if (found === undefined) throw new TemplateError(path, `there is no mapping ${keys.join('.')}`);
    return found;
  }

  zones(region: string): readonly string[] {
    return this.#setting.zones(region);
  }

  #exists(id: string): boolean {
    const condition = this.#template.Resources[id]?.Condition;
    return condition === undefined || this.condition(condition, id);
  }

  #resolve(
    id: string,
    resource: TemplateResource,
  ): { readonly resource: ResolvedResource; readonly needs: readonly string[] } {
    const identity = this.#identity(id, id);
    this.#named = new Set();
    for (const other of [resource.DependsOn ?? []].flat()) this.#identity(other, `${id}/DependsOn`);
    const properties = evaluate(resource.Properties ?? {}, this, `${id}/Properties`) as JsonObject;
    const { modelled, inert } = this.#model(id);
    refuseUnknown(Object.keys(properties), new Set([...modelled, ...inert]), `${resource.Type} with`);
    return {
      resource: { ...identity, logicalId: id, type: resource.Type, properties },
      needs: [...this.#named],
    };
  }

  #identity(id: string, path: string): Identity & { readonly name: string } {
    const resource = this.#template.Resources[id];
    if (!resource) throw new TemplateError(path, `there is no parameter or resource ${id}`);
    if (!this.#exists(id)) throw new TemplateError(path, `the resource ${id} is left out by its condition`);
    this.#named.add(id);
    const known = this.#identities.get(id);
    if (known) return known;
    return this.#once(`the resource ${id}`, path, () => {
      const naming = this.#naming(id, resource, this.#model(id));
      const identity = { ...this.#model(id).identify(naming), name: naming.name };
      this.#identities.set(id, identity);
      return identity;
    });
  }

  #naming(id: string, resource: TemplateResource, model: ResourceModel): Naming {
    const { region, accountId, stackName } = this.#setting;
    const property = (name: string) => {
      const value = resource.Properties?.[name];
      return value === undefined ? undefined : evaluate(value, this, `${id}/Properties/${name}`);
    };
    const given = model.nameProperty === undefined ? undefined : property(model.nameProperty);
    if (given !== undefined && typeof given !== 'string') {
      throw new TemplateError(`${id}/Properties/${model.nameProperty}`, 'a name is a string');
    }
    return {
      name: given ?? `${stackName}-${id}-${this.#setting.suffix(id)}`,
      accountId,
      arn: (service, rest) => `arn:aws:${service}:${region}:${accountId}:${rest}`,
      property,
    };
  }

  #model(id: string): ResourceModel {
    const type = this.#typeOf(id);
    const model = this.#models[type];
    if (!model) throw new NotSimulated(`the resource type ${type} (${id})`);
    return model;
  }

  #typeOf(id: string): string {
    return this.#template.Resources[id]?.Type ?? 'nothing';
  }

  #pseudo(id: string, path: string): Json | undefined {
    const { region, accountId, stackName } = this.#setting;
    switch (id) {
      case 'AWS::AccountId':
        return accountId;
      case 'AWS::NoValue':
        return undefined;
      case 'AWS::Partition':
        return 'aws';
      case 'AWS::Region':
        return region;
      case 'AWS::StackId':
        return `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/${this.#setting.suffix(stackName)}`;
      case 'AWS::StackName':
        return stackName;
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      default:
        throw new TemplateError(path, `there is no pseudo parameter ${id}`);
    }
  }

  #parameter(id: string, path: string): Json {
    const parameter = this.#template.Parameters?.[id];
    const given = this.#setting.parameters[id] ?? parameter?.Default;
    if (parameter === undefined || given === undefined)
      throw new TemplateError(path, `the parameter ${id} has no value`);
    if (parameter.AllowedValues && !parameter.AllowedValues.map(String).includes(String(given))) {
      throw new TemplateError(`Parameters/${id}`, `${given} is not an allowed value`);
    }
    switch (parameter.Type) {
      case 'String':
      case 'Number':
        return String(given);
      case 'CommaDelimitedList':
        return String(given)
          .split(',')
          .map((item) => item.trim());
      default:
        throw new NotSimulated(`a template parameter of type ${parameter.Type}`);
    }
  }

  #once<T>(what: string, path: string, work: () => T): T {
    if (this.#open.has(what)) throw new TemplateError(path, `${what} depends on itself`);
    this.#open.add(what);
    try {
      return work();
    } finally {
      this.#open.delete(what);
    }
  }
}

function refuseUnknown(found: readonly string[], known: ReadonlySet<string>, what: string): void {
  for (const each of found) if (!known.has(each)) throw new NotSimulated(`${what} ${each}`);
}
