/** Values as JSON, as Smithy 2.0, "AWS JSON 1.0 and 1.1 protocols", defines it. */
import { base64, Malformed, textOfScalar } from './scalars.ts';
import type { Shape, Structure } from './schema.ts';

type Values = Readonly<Record<string, unknown>>;

/** A JSON value (before `JSON.stringify`) for a value of the shape. */
export function jsonOf(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'structure':
      return jsonOfStructure(shape, value as Values);
    case 'list':
      return (value as readonly unknown[]).map((item) => jsonOf(shape.item.shape, item));
    case 'map':
      return mapValues(value as Values, (item) => jsonOf(shape.value.shape, item));
    case 'blob':
      return base64(value as Uint8Array | string);
    case 'timestamp': {
      const text = textOfScalar(shape, value, 'epoch-seconds');
      return shape.format === undefined || shape.format === 'epoch-seconds' ? Number(text) : text;
    }
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'string':
    case 'boolean':
      return value;
    default:
      return shape satisfies never;
  }
}

function jsonOfStructure(structure: Structure, value: Values): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const [name, content] of Object.entries(value)) {
    const member = structure.members.get(name);
    if (member && content !== undefined) json[name] = jsonOf(member.shape, content);
  }
  return json;
}

/**
 * The value of the shape that a JSON value means. Members that the model lacks are left out, as AWS does; `null` counts
 * as absent.
 * @throws Malformed for a JSON value of another type.
 */
export function valueOfJson(shape: Shape, json: unknown): unknown {
  switch (shape.kind) {
    case 'structure':
      return structureOfJson(shape, objectOf(json, shape.name));
    case 'list':
      if (!Array.isArray(json)) throw new Malformed(`${typeof json} can not be converted to a list`);
      return json.map((item) => valueOfJson(shape.item.shape, item));
    case 'map':
      return mapValues(objectOf(json, 'a map'), (item) => valueOfJson(shape.value.shape, item));
    case 'blob':
      return new Uint8Array(Buffer.from(typed(json, 'string'), 'base64'));
    case 'timestamp':
      return dateOfJson(json, shape.format === undefined || shape.format === 'epoch-seconds');
    case 'number':
      return typeof json === 'string' && /^(NaN|-?Infinity)$/.test(json)
        ? Number(json)
        : typed(json, 'number');
    case 'string':
      return typed(json, 'string');
    case 'boolean':
      return typed(json, 'boolean');
    default:
      return shape satisfies never;
  }
}

function structureOfJson(structure: Structure, json: Values): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [name, content] of Object.entries(json)) {
    const member = structure.members.get(name);
    if (member && content !== null) value[name] = valueOfJson(member.shape, content);
  }
  return value;
}

function dateOfJson(json: unknown, isEpoch: boolean): Date {
  // Seconds with a fraction: rounded, since the product of a decimal fraction and 1000 is not always whole.
  const date = new Date(isEpoch ? Math.round(typed(json, 'number') * 1000) : typed(json, 'string'));
  if (Number.isNaN(date.getTime())) throw new Malformed(`'${String(json)}' is not a timestamp`);
  return date;
}

interface JsonTypes {
  readonly string: string;
  readonly number: number;
  readonly boolean: boolean;
}

function typed<K extends keyof JsonTypes>(json: unknown, type: K): JsonTypes[K] {
  if (typeof json !== type) throw new Malformed(`${typeof json} can not be converted to a ${type}`);
  return json as JsonTypes[K];
}

function objectOf(json: unknown, what: string): Values {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new Malformed(`${typeof json} can not be converted to ${what}`);
  }
  return json as Values;
}

function mapValues(entries: Values, convert: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, convert(value)]));
}
