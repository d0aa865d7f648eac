import { createHash } from 'node:crypto';
import type {
  AddTagsToResourceCommandInput,
  DeleteParameterCommandInput,
  DeleteParametersCommandInput,
  DeleteParametersCommandOutput,
  DescribeParametersCommandInput,
  DescribeParametersCommandOutput,
  GetParameterCommandInput,
  GetParameterCommandOutput,
  GetParametersByPathCommandInput,
  GetParametersByPathCommandOutput,
  GetParametersCommandInput,
  GetParametersCommandOutput,
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  ParameterMetadata,
  Parameter as ParameterShape,
  ParameterStringFilter,
  PutParameterCommandInput,
  PutParameterCommandOutput,
  RemoveTagsFromResourceCommandInput,
} from '@aws-sdk/client-ssm';
import type { Tags } from '../ec2/state.ts';
import { AwsError, NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { Call, Operations } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { checkCount, checkRange, pageOf, validationError } from './errors.ts';
import { checkedName, type Parameters } from './parameters.ts';
import type { Parameter, ParameterVersion } from './state.ts';

type Output<T> = Omit<T, '$metadata'>;

/** Where a parameter lives: what its ARN says, and where its changes are announced. */
export interface Place {
  readonly region: string;
  readonly sim: Simulator;
}

/** Operations of Parameter Store, and of the tags of parameters. Labels, policies and other data types are not modelled. */
export function parameterOperations(parameters: Parameters, place: Place): Operations {
  const shape = (given: string, withDecryption: boolean) => shapeOf(parameters, place, given, withDecryption);
  return {
    PutParameter(input: PutParameterCommandInput, call: Call): Output<PutParameterCommandOutput> {
      refuseUnmodelled('ssm:PutParameter', input, [
        'Name',
        'Description',
        'Value',
        'Type',
        'KeyId',
        'Overwrite',
        'AllowedPattern',
        'Tags',
        'Tier',
        'DataType',
      ]);
      if (input.DataType !== undefined && input.DataType !== 'text')
        throw new NotSimulated(`ssm:PutParameter with DataType ${input.DataType}`);
      const operation = parameters.find(input.Name ?? '') ? 'Update' : 'Create';
      const parameter = parameters.put(input, call.caller.arn);
      announce(place, operation, parameter);
      return { Version: parameter.versions.at(-1)!.version, Tier: parameter.tier };
    },
    GetParameter(input: GetParameterCommandInput): Output<GetParameterCommandOutput> {
      return { Parameter: shape(input.Name ?? '', input.WithDecryption ?? false) };
    },
    GetParameters: (input: GetParametersCommandInput) => getParameters(input, shape),
    GetParametersByPath(input: GetParametersByPathCommandInput): Output<GetParametersByPathCommandOutput> {
      refuseUnmodelled('ssm:GetParametersByPath', input, [
        'Path',
        'Recursive',
        'WithDecryption',
        'MaxResults',
        'NextToken',
      ]);
      checkRange('maxResults', input.MaxResults, 1, 10);
      const found = parameters.all.filter(({ name }) =>
        isBelow(name, input.Path ?? '', input.Recursive ?? false),
      );
      const { page, next } = pageOf(found, input.NextToken, input.MaxResults ?? 10);
      return { Parameters: page.map(({ name }) => shape(name, input.WithDecryption ?? false)), ...next };
    },
    DescribeParameters(input: DescribeParametersCommandInput): Output<DescribeParametersCommandOutput> {
      refuseUnmodelled('ssm:DescribeParameters', input, ['ParameterFilters', 'MaxResults', 'NextToken']);
      checkRange('maxResults', input.MaxResults, 1, 50);
      const filters = input.ParameterFilters ?? [];
      const found = parameters.all.filter((parameter) => filters.every((filter) => fits(parameter, filter)));
      const { page, next } = pageOf(found, input.NextToken, input.MaxResults ?? 50);
      return { Parameters: page.map((parameter) => metadataOf(parameter, place)), ...next };
    },
    DeleteParameter(input: DeleteParameterCommandInput): object {
      remove(parameters, place, parameters.get(input.Name ?? ''));
      return {};
    },
    DeleteParameters(input: DeleteParametersCommandInput): Output<DeleteParametersCommandOutput> {
      const names = [...new Set(input.Names ?? [])];
      checkCount('names', names, 10);
      const found = names.map((name) => parameters.find(name)).filter((parameter) => parameter !== undefined);
      const deleted = found.map(({ name }) => name);
      for (const parameter of found) remove(parameters, place, parameter);
      return {
        DeletedParameters: deleted,
        InvalidParameters: names.filter((name) => !deleted.includes(name)),
      };
    },
    ...tagOperations(parameters),
  };
}

function tagOperations(parameters: Parameters): Operations {
  return {
    AddTagsToResource(input: AddTagsToResourceCommandInput): object {
      const parameter = taggedParameter(parameters, input.ResourceType, input.ResourceId);
      const added = Object.fromEntries((input.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
      parameter.tags = checkedTags({ ...parameter.tags, ...added });
      return {};
    },
    RemoveTagsFromResource(input: RemoveTagsFromResourceCommandInput): object {
      const parameter = taggedParameter(parameters, input.ResourceType, input.ResourceId);
      const gone = new Set(input.TagKeys);
      parameter.tags = Object.fromEntries(Object.entries(parameter.tags).filter(([key]) => !gone.has(key)));
      return {};
    },
    ListTagsForResource(input: ListTagsForResourceCommandInput): Output<ListTagsForResourceCommandOutput> {
      const { tags } = taggedParameter(parameters, input.ResourceType, input.ResourceId);
      return { TagList: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
    },
  };
}

type Shape = (given: string, withDecryption: boolean) => ParameterShape;

/** Names that are not there are listed instead of refused (API Reference, GetParameters). */
function getParameters(input: GetParametersCommandInput, shape: Shape): Output<GetParametersCommandOutput> {
  const names = input.Names ?? [];
  checkCount('names', names, 10);
  if (new Set(names).size < names.length) throw validationError('There are duplicate names in the request.');
  const found: ParameterShape[] = [];
  const invalid: string[] = [];
  for (const name of names) {
    try {
      found.push(shape(name, input.WithDecryption ?? false));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      invalid.push(name);
    }
  }
  return { Parameters: found, InvalidParameters: invalid };
}

function shapeOf(
  parameters: Parameters,
  place: Place,
  given: string,
  withDecryption: boolean,
): ParameterShape {
  const { parameter, version, selector } = parameters.select(given);
  return {
    Name: parameter.name,
    Type: parameter.type,
    Value: parameter.type === 'SecureString' && !withDecryption ? ciphertext(version) : version.value,
    Version: version.version,
    ...(selector === undefined ? {} : { Selector: selector }),
    LastModifiedDate: new Date(version.modifiedAtMs),
    ARN: arnOf(parameter.name, place),
    DataType: 'text',
  };
}

function metadataOf(parameter: Parameter, place: Place): ParameterMetadata {
  const { name, type, tier, keyId, description, allowedPattern } = parameter;
  const newest = parameter.versions.at(-1)!;
  return {
    Name: name,
    ARN: arnOf(name, place),
    Type: type,
    ...(keyId === undefined ? {} : { KeyId: keyId }),
    ...(description === undefined ? {} : { Description: description }),
    ...(allowedPattern === undefined ? {} : { AllowedPattern: allowedPattern }),
    LastModifiedDate: new Date(newest.modifiedAtMs),
    LastModifiedUser: newest.modifiedBy,
    Version: newest.version,
    Tier: tier,
    Policies: [],
    DataType: 'text',
  };
}

function remove(parameters: Parameters, place: Place, parameter: Parameter): void {
  parameters.delete(parameter.name);
  announce(place, 'Delete', parameter);
}

/** Systems Manager User Guide, events of Parameter Store. */
function announce(place: Place, operation: 'Create' | 'Update' | 'Delete', { name, type }: Parameter): void {
  place.sim.emit(place.region, {
    source: 'aws.ssm',
    detailType: 'Parameter Store Change',
    resources: [arnOf(name, place)],
    detail: { operation, name, type },
  });
}

function arnOf(name: string, { region, sim }: Place): string {
  return `arn:aws:ssm:${region}:${sim.accountId}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
}

/** A stand-in for KMS's ciphertext: stable, opaque, and of the form in which Parameter Store returns it. */
function ciphertext({ value, version }: ParameterVersion): string {
  return `AQICAHh${createHash('sha512').update(`${version}\n${value}`).digest('base64')}`;
}

function isBelow(name: string, path: string, recursive: boolean): boolean {
  if (!path.startsWith('/')) {
    throw validationError(
      'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/".',
    );
  }
  if (path !== '/') checkedName(path.replace(/\/$/, ''));
  const prefix = path.endsWith('/') ? path : `${path}/`;
  return name.startsWith(prefix) && (recursive || !name.slice(prefix.length).includes('/'));
}

function fits(
  parameter: Parameter,
  { Key: key = '', Option: option = 'Equals', Values: values = [] }: ParameterStringFilter,
): boolean {
  if (key === 'Name') {
    if (option === 'BeginsWith') return values.some((value) => parameter.name.startsWith(value));
    if (option === 'Contains') return values.some((value) => parameter.name.includes(value));
    if (option === 'Equals') return values.includes(parameter.name);
  }
  if (key === 'Type' && option === 'Equals') return values.includes(parameter.type);
  if (key === 'Path' && (option === 'Recursive' || option === 'OneLevel')) {
    return values.some((value) => isBelow(parameter.name, value, option === 'Recursive'));
  }
  if (key.startsWith('tag:') && option === 'Equals') {
    const value = parameter.tags[key.slice('tag:'.length)];
    return value !== undefined && (values.length === 0 || values.includes(value));
  }
  throw new NotSimulated(`ssm:DescribeParameters with the filter ${key} ${option}`);
}

function taggedParameter(
  parameters: Parameters,
  type: string | undefined,
  id: string | undefined,
): Parameter {
  if (type !== 'Parameter') throw new NotSimulated(`tags of the SSM resource type ${type}`);
  const parameter = parameters.find(id ?? '');
  if (!parameter)
    throw new AwsError(
      'InvalidResourceId',
      "The resource ID isn't valid. Verify that you entered the correct ID and try again.",
    );
  return parameter;
}

function checkedTags(tags: Tags): Tags {
  if (Object.keys(tags).length > 50)
    throw new AwsError('TooManyTagsError', 'The Targets parameter includes too many tags.');
  return tags;
}
