import { NotSimulated } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { TemplateError } from './template.ts';

/** What an intrinsic function can ask of the stack around it. A result of `undefined` is `AWS::NoValue`. */
export interface Scope {
  /** The value of a parameter, of a pseudo parameter or of a resource's `Ref`. */
  ref(id: string, path: string): Json | undefined;
  attribute(id: string, name: string, path: string): Json;
  condition(name: string, path: string): boolean;
  mapping(keys: readonly [string, string, string], path: string): Json;
  /** Full names of the zones of a Region. */
  zones(region: string): readonly string[];
  readonly region: string;
}

type Intrinsic = (argument: Json, scope: Scope, path: string) => Json | undefined;

/**
 * Replaces the intrinsic functions in a value, as the CloudFormation User Guide's intrinsic function reference defines
 * them. Members whose value is `AWS::NoValue` are left out.
 * @throws TemplateError where CloudFormation would refuse the value; NotSimulated for a function that is not modelled.
 */
export function evaluate(value: Json, scope: Scope, path: string): Json | undefined {
  if (Array.isArray(value)) {
    return value
      .map((item, index) => evaluate(item, scope, `${path}/${index}`))
      .filter((item) => item !== undefined);
  }
  if (!isObject(value)) return value;
  const name = intrinsicName(value, path);
  if (name !== undefined) return intrinsics[name]!(value[name]!, scope, `${path}/${name}`);
  const members = Object.entries(value)
    .map(([key, child]) => [key, evaluate(child, scope, `${path}/${key}`)] as const)
    .filter((member): member is readonly [string, Json] => member[1] !== undefined);
  return Object.fromEntries(members);
}

function intrinsicName(value: JsonObject, path: string): string | undefined {
  const keys = Object.keys(value);
  const name = keys.find((key) => key === 'Ref' || key.startsWith('Fn::'));
  if (name === undefined || (name === 'Ref' && keys.length > 1)) return undefined;
  if (keys.length > 1) throw new TemplateError(path, `${name} stands beside other members`);
  if (!(name in intrinsics)) throw new NotSimulated(`the intrinsic function ${name} at ${path}`);
  return name;
}

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope, path) => scope.ref(literal(argument, path), path),
  'Fn::GetAtt': getAtt,
  'Fn::Sub': substitute,
  'Fn::Join': join,
  'Fn::Select': select,
  'Fn::Split': split,
  'Fn::If': branch,
  'Fn::FindInMap': findInMap,
  'Fn::Base64': (argument, scope, path) => Buffer.from(text(argument, scope, path)).toString('base64'),
  'Fn::GetAZs': (argument, scope, path) => [...scope.zones(text(argument, scope, path) || scope.region)],
  'Fn::ImportValue': (_argument, _scope, path) => {
    throw new TemplateError(path, 'a value imported from another stack is not in this template');
  },
};

function getAtt(argument: Json, scope: Scope, path: string): Json {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    if (dot < 1) throw new TemplateError(path, `${argument} names no attribute`);
    return scope.attribute(argument.slice(0, dot), argument.slice(dot + 1), path);
  }
  const [id, attribute] = tuple(argument, 2, path);
  return scope.attribute(literal(id, path), text(attribute, scope, path), path);
}

/** `${!Literal}` stays, without its mark; `${Name}` comes from the map, then from `Ref`; `${Id.Attribute}` from `GetAtt`. */
function substitute(argument: Json, scope: Scope, path: string): Json {
  if (!Array.isArray(argument)) return fillIn(literal(argument, path), {}, scope, path);
  const [pattern, variables] = tuple(argument, 2, path);
  if (!isObject(variables)) throw new TemplateError(path, 'its second element is not a map');
  return fillIn(literal(pattern, path), variables, scope, path);
}

function fillIn(pattern: string, variables: JsonObject, scope: Scope, path: string): string {
  return pattern.replace(/\$\{(!?)([^{}]*)\}/g, (_match, mark: string, name: string) => {
    if (mark) return `\${${name}}`;
    const key = name.trim();
    if (Object.hasOwn(variables, key)) return text(variables[key]!, scope, `${path}/${key}`);
    const found = key.includes('.') ? getAtt(key, scope, path) : scope.ref(key, path);
    return asText(found, `${path}/\${${key}}`);
  });
}

function join(argument: Json, scope: Scope, path: string): Json {
  const [delimiter, items] = tuple(argument, 2, path);
  return list(items, scope, path)
    .map((item, index) => asText(item, `${path}/${index}`))
    .join(literal(delimiter, path));
}

function select(argument: Json, scope: Scope, path: string): Json {
  const [index, items] = tuple(argument, 2, path);
  const position = Number(text(index, scope, path));
  const found = list(items, scope, path)[position];
  if (found === undefined) throw new TemplateError(path, `there is no element ${position}`);
  return found;
}

function split(argument: Json, scope: Scope, path: string): Json {
  const [delimiter, source] = tuple(argument, 2, path);
  return text(source, scope, path).split(literal(delimiter, path));
}

/** Only the branch taken is evaluated: the other one may name resources that the same condition leaves out. */
function branch(argument: Json, scope: Scope, path: string): Json | undefined {
  const [condition, yes, no] = tuple(argument, 3, path);
  const taken = scope.condition(literal(condition, path), path);
  return evaluate(taken ? yes : no, scope, `${path}/${taken ? 1 : 2}`);
}

function findInMap(argument: Json, scope: Scope, path: string): Json {
  const [map, top, second] = tuple(argument, 3, path).map((key) => text(key, scope, path));
  return scope.mapping([map!, top!, second!], path);
}

/** @throws TemplateError unless the argument is a list of exactly `length` elements. */
export function tuple(argument: Json, length: 2, path: string): readonly [Json, Json];
export function tuple(argument: Json, length: 3, path: string): readonly [Json, Json, Json];
export function tuple(argument: Json, length: number, path: string): readonly Json[] {
  if (!Array.isArray(argument) || argument.length !== length) {
    throw new TemplateError(path, `it takes a list of ${length} elements`);
  }
  return argument;
}

/** A string that stands in the template itself, where CloudFormation allows no function. */
export function literal(value: Json, path: string): string {
  if (typeof value !== 'string') throw new TemplateError(path, 'only a literal string may stand here');
  return value;
}

/** The string that a value evaluates to; numbers and booleans are written out, as CloudFormation does. */
export function text(value: Json, scope: Scope, path: string): string {
  return asText(evaluate(value, scope, path), path);
}

function asText(value: Json | undefined, path: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TemplateError(path, 'a string was expected');
}

function list(value: Json, scope: Scope, path: string): readonly Json[] {
  const items = evaluate(value, scope, path);
  if (!Array.isArray(items)) throw new TemplateError(path, 'a list was expected');
  return items;
}
