import type { PutParameterCommandInput } from '@aws-sdk/client-ssm';
import { AwsError, NotSimulated } from '../errors.ts';
import type { Simulator } from '../simulator.ts';
import { constraintError, validationError } from './errors.ts';
import type { Parameter, ParameterTier, ParameterType, ParameterVersion } from './state.ts';

const versionsMost = 100;
const levelsMost = 15;
const charactersMost: Readonly<Record<ParameterTier, number>> = { Standard: 4096, Advanced: 8192 };

/** Parameter Store of one Region (Systems Manager API Reference, PutParameter and GetParameter). */
export class Parameters {
  readonly #sim: Simulator;
  readonly #byName = new Map<string, Parameter>();

  constructor(sim: Simulator) {
    this.#sim = sim;
  }

  /** By name, in ASCII order. */
  get all(): readonly Parameter[] {
    return [...this.#byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): Parameter | undefined {
    return this.#byName.get(name);
  }

  /** @throws AwsError ParameterNotFound */
  get(name: string): Parameter {
    const parameter = this.#byName.get(name);
    if (!parameter) throw new AwsError('ParameterNotFound', `Parameter ${name} not found.`);
    return parameter;
  }

  /**
   * The parameter and the version that a selector such as `/shop/endpoint:3` names; the newest without a number.
   * @throws AwsError ParameterNotFound, ParameterVersionNotFound
   * @throws NotSimulated for labels.
   */
  select(given: string): {
    readonly parameter: Parameter;
    readonly version: ParameterVersion;
    readonly selector?: string;
  } {
    const [, inArn, name = given, selector] =
      /^(arn:[^:]+:ssm:[^:]*:[^:]*:parameter)?([^:]+)(?::(.+))?$/.exec(given) ?? [];
    // The ARN of a parameter outside a path has a slash that its name has not.
    const parameter = this.get(
      inArn !== undefined && !this.#byName.has(name) ? name.replace(/^\//, '') : name,
    );
    if (selector === undefined) return { parameter, version: parameter.versions.at(-1)! };
    if (!/^\d+$/.test(selector)) throw new NotSimulated('an SSM parameter label');
    const version = parameter.versions.find((one) => one.version === Number(selector));
    if (version) return { parameter, version, selector: `:${selector}` };
    throw new AwsError(
      'ParameterVersionNotFound',
      `Systems Manager could not find version ${selector} of ${name}. Verify the version and try again.`,
    );
  }

  /** @returns the parameter with its new version. */
  put(input: PutParameterCommandInput, callerArn: string): Parameter {
    const name = checkedName(input.Name);
    const current = this.#byName.get(name);
    if (current && !input.Overwrite) {
      throw new AwsError(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      );
    }
    if (input.Overwrite && input.Tags && input.Tags.length > 0) {
      throw validationError(
        "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
      );
    }
    const type = typeFor(input.Type, current);
    const value = checkedValue(input.Value, type, input.AllowedPattern);
    const tier = tierFor(input.Tier, current?.tier, value);
    if (type !== 'SecureString' && input.KeyId) {
      throw validationError('KeyId is required for SecureString type parameter only.');
    }
    const version: ParameterVersion = {
      version: (current?.versions.at(-1)?.version ?? 0) + 1,
      value,
      modifiedAtMs: this.#sim.clock.nowMs(),
      modifiedBy: callerArn,
    };
    // Without a key the account's default one is used, also where another encrypted it before (PutParameter, KeyId).
    const keyId = type === 'SecureString' ? (input.KeyId ?? 'alias/aws/ssm') : undefined;
    const parameter: Parameter = {
      ...current,
      name,
      type,
      tier,
      tags:
        current?.tags ??
        Object.fromEntries((input.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
      ...(keyId === undefined ? {} : { keyId }),
      ...(input.Description === undefined ? {} : { description: input.Description }),
      ...(input.AllowedPattern === undefined ? {} : { allowedPattern: input.AllowedPattern }),
      versions: [...(current?.versions ?? []), version].slice(-versionsMost),
    };
    this.#byName.set(name, parameter);
    return parameter;
  }

  delete(name: string): void {
    this.#byName.delete(name);
  }
}

/** @throws AwsError for a name that Parameter Store refuses (User Guide, requirements for parameter names). */
export function checkedName(given: string | undefined): string {
  const name = given ?? '';
  if (name.length < 1 || name.length > 1011) {
    throw constraintError('name', name, 'Member must have length between 1 and 1011');
  }
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(name) || /^\/?(aws|ssm)/i.test(name)) {
    throw validationError(
      'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  }
  if (name.includes('/') && !name.startsWith('/'))
    throw validationError('Parameter name must be a fully qualified name.');
  if (name.endsWith('/') || name.includes('//'))
    throw validationError(`Parameter name: ${name} has an empty sub-path.`);
  if (name.split('/').length - 1 > levelsMost) {
    throw new AwsError(
      'HierarchyLevelLimitExceededException',
      `The hierarchy of a parameter name can have at most ${levelsMost} levels.`,
    );
  }
  return name;
}

function typeFor(given: ParameterType | undefined, current: Parameter | undefined): ParameterType {
  if (current && given !== undefined && given !== current.type) {
    throw new AwsError(
      'HierarchyTypeMismatchException',
      `You can't change a parameter from the type ${current.type} to the type ${given}.`,
    );
  }
  const type = given ?? current?.type;
  if (!type) throw validationError('A parameter type is required when you create a parameter.');
  return type;
}

function checkedValue(
  given: string | undefined,
  type: ParameterType,
  allowedPattern: string | undefined,
): string {
  const value = given ?? '';
  if (value.length === 0)
    throw constraintError('value', value, 'Member must have length greater than or equal to 1');
  if (/\{\{.*\}\}/.test(value)) {
    throw validationError(`Parameter value, cannot reference another parameter: ${value}`);
  }
  const items = type === 'StringList' ? value.split(',') : [value];
  if (
    allowedPattern !== undefined &&
    !items.every((item) => new RegExp(`^(?:${allowedPattern})$`).test(item))
  ) {
    throw new AwsError(
      'ParameterPatternMismatchException',
      `Parameter value, cannot be validated against allowedPattern: ${allowedPattern}`,
    );
  }
  return value;
}

/** A parameter never goes back to the standard tier (User Guide, managing parameter tiers). */
function tierFor(
  given: string | undefined,
  current: ParameterTier | undefined,
  value: string,
): ParameterTier {
  const length = Buffer.byteLength(value);
  if (given === 'Intelligent-Tiering') {
    return checkedTier(
      current === 'Advanced' || length > charactersMost.Standard ? 'Advanced' : 'Standard',
      length,
    );
  }
  if (given === 'Standard' && current === 'Advanced') {
    throw validationError(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier.",
    );
  }
  return checkedTier(given === 'Advanced' ? 'Advanced' : (current ?? 'Standard'), length);
}

function checkedTier(tier: ParameterTier, length: number): ParameterTier {
  if (length <= charactersMost[tier]) return tier;
  throw validationError(
    tier === 'Standard'
      ? 'Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.'
      : 'Advanced tier parameters support a maximum parameter value of 8192 characters.',
  );
}
