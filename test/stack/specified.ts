/** Holds a template against AWS's own specification of resource types, as the CDK's service spec keeps it. */
import spec from '@aws-cdk/aws-service-spec';
import type { PropertyType, Resource, TypeDefinition } from '@aws-cdk/service-spec-types';

interface CfnTemplate {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>>;
}

type Members = Resource['properties'];

const database = spec.loadAwsServiceSpecSync();

/** What is there and not specified, or specified as required and not there, as `LogicalId/Path: what`. */
export function unspecified(template: CfnTemplate): readonly string[] {
  return Object.entries(template.Resources).flatMap(([id, { Type, Properties = {} }]) => {
    const [resource] = database.lookup('resource', 'cloudFormationType', 'equals', Type);
    return resource ? ofMembers(Properties, resource.properties, id) : [`${id}: there is no type ${Type}`];
  });
}

function ofMembers(value: unknown, members: Members, path: string): readonly string[] {
  if (!isMap(value)) return [`${path}: ${JSON.stringify(value)} is no map`];
  const missing = Object.entries(members)
    .filter(([name, { required }]) => required === true && !(name in value))
    .map(([name]) => `${path}: ${name} is required`);
  const wrong = Object.entries(value).flatMap(([name, given]) => {
    const member = members[name];
    return member ? ofType(given, member.type, `${path}/${name}`) : [`${path}: there is no ${name}`];
  });
  return [...missing, ...wrong];
}

/** What an intrinsic function will be is known when it is deployed. */
function ofType(value: unknown, type: PropertyType, path: string): readonly string[] {
  if (isIntrinsic(value)) return [];
  switch (type.type) {
    case 'ref': {
      const definition = database.get('typeDefinition', type.reference) as TypeDefinition;
      return ofMembers(value, definition.properties, path);
    }
    case 'array':
      return Array.isArray(value)
        ? value.flatMap((item, index) => ofType(item, type.element, `${path}/${index}`))
        : [`${path}: it is no list`];
    case 'map':
      return isMap(value)
        ? Object.entries(value).flatMap(([name, item]) => ofType(item, type.element, `${path}/${name}`))
        : [`${path}: it is no map`];
    case 'union': {
      const each = type.types.map((one) => ofType(value, one, path));
      return each.find((problems) => problems.length === 0) ?? each[0] ?? [];
    }
    case 'string':
      if (typeof value !== 'string') return [`${path}: ${JSON.stringify(value)} is no text`];
      return isAllowed(value, type.allowedValues) ? [] : [`${path}: ${value} is not allowed`];
    case 'integer':
    case 'number':
      return typeof value === 'number' ? [] : [`${path}: ${JSON.stringify(value)} is no number`];
    case 'boolean':
      return typeof value === 'boolean'
        ? []
        : [`${path}: ${JSON.stringify(value)} is neither true nor false`];
    case 'json':
      return isMap(value) || typeof value === 'string' ? [] : [`${path}: it is no JSON`];
    case 'tag':
    case 'date-time':
    case 'null':
      return [];
    default:
      return type satisfies never;
  }
}

function isAllowed(value: string, allowed: readonly string[] | undefined): boolean {
  return allowed === undefined || allowed.includes(value);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIntrinsic(value: unknown): boolean {
  if (!isMap(value)) return false;
  const [name = '', ...others] = Object.keys(value);
  return others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'));
}
