/**
 * Values as a wire would carry them, without one: copies in which nothing is shared, and from which is gone what the
 * protocol cannot say. What a client would refuse, convert or make up is not for this file: such a value goes by the wire.
 */
import type { Member, Shape, Structure, TimestampFormat } from './schema.ts';

type Values = Readonly<Record<string, unknown>>;

/** What a protocol cannot tell from what is not there, and how it writes dates. */
export interface Carriage {
  readonly losesLists: boolean;
  readonly losesMaps: boolean;
  readonly losesStructures: boolean;
  /** Whether a list or map that is spread over its structure is lost when it is empty. */
  readonly losesFlattened: boolean;
  readonly format: TimestampFormat;
  /** Whether a token that is not there would be made up: in requests. */
  readonly makesTokens: boolean;
}

const complete = {
  losesLists: false,
  losesMaps: false,
  losesStructures: false,
  losesFlattened: false,
  makesTokens: false,
};

/** Smithy 2.0, "AWS JSON 1.0 and 1.1 protocols". */
export const jsonAnswer: Carriage = { ...complete, format: 'epoch-seconds' };
export const jsonRequest: Carriage = { ...jsonAnswer, makesTokens: true };
/** Requests of the query protocols: an empty list is a parameter without a value, other empty things are none at all. */
export const formRequest: Carriage = {
  ...complete,
  makesTokens: true,
  losesMaps: true,
  losesStructures: true,
  format: 'date-time',
};
/** EC2 has no form for an empty list either. */
export const ec2Request: Carriage = { ...formRequest, losesLists: true };
/** Answers of the query protocols. */
export const xmlAnswer: Carriage = { ...complete, losesFlattened: true, format: 'date-time' };

/** A value that only a client of AWS knows how to send. */
const unusual = Symbol('unusual');

/**
 * A value as it would arrive, or `undefined` where only the wire can tell: values of other types than the model's, tokens
 * that a client has to make up, `null`, texts that are not the same afterwards.
 */
export function carried(
  structure: Structure,
  value: unknown,
  carriage: Carriage,
): Record<string, unknown> | undefined {
  try {
    return carriedStructure(structure, value, carriage);
  } catch (error) {
    if (error === unusual) return undefined;
    throw error;
  }
}

function carriedStructure(structure: Structure, value: unknown, carriage: Carriage): Record<string, unknown> {
  if (!isPlain(value)) throw unusual;
  const copies: Record<string, unknown> = {};
  let count = 0;
  for (const name of Object.keys(value)) {
    const content = value[name];
    if (content === undefined) continue;
    const member = structure.members.get(name);
    if (!member || content === null) throw unusual;
    const copy = carriedMember(member, content, carriage);
    if (copy === undefined) continue;
    copies[name] = copy;
    count += 1;
  }
  if (structure.isUnion && count !== 1) throw unusual;
  if (carriage.makesTokens)
    for (const token of structure.tokens) if (copies[token] === undefined) throw unusual;
  return copies;
}

/** `undefined` for what is lost. */
function carriedMember(member: Member, value: unknown, carriage: Carriage): unknown {
  const { shape } = member;
  switch (shape.kind) {
    case 'structure': {
      const copy = carriedStructure(shape, value, carriage);
      return carriage.losesStructures && isEmpty(copy) ? undefined : copy;
    }
    case 'list': {
      const items = carriedList(shape.item, value, carriage);
      const isLost = carriage.losesLists || (carriage.losesFlattened && member.isFlattened);
      return isLost && items.length === 0 ? undefined : items;
    }
    case 'map': {
      const entries = carriedMap(shape.value, value, carriage);
      const isLost = carriage.losesMaps || (carriage.losesFlattened && member.isFlattened);
      return isLost && isEmpty(entries) ? undefined : entries;
    }
    default:
      return carriedScalar(shape, value, carriage);
  }
}

/** An item that is lost would change the places of the others. */
function carriedList(item: Member, value: unknown, carriage: Carriage): readonly unknown[] {
  if (!Array.isArray(value)) throw unusual;
  return value.map((each: unknown) => kept(carriedMember(item, each, carriage)));
}

function carriedMap(member: Member, value: unknown, carriage: Carriage): Values {
  if (!isPlain(value)) throw unusual;
  const entries: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    if (key === '__proto__' || !key.isWellFormed()) throw unusual;
    entries[key] = kept(carriedMember(member, value[key], carriage));
  }
  return entries;
}

function kept(value: unknown): unknown {
  if (value === undefined) throw unusual;
  return value;
}

function carriedScalar(shape: Exclude<Shape, Structure>, value: unknown, { format }: Carriage): unknown {
  switch (shape.kind) {
    case 'string':
      if (typeof value !== 'string' || !isCarried(value)) throw unusual;
      return value;
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) throw unusual;
      // There is no negative zero on a wire.
      return value === 0 ? 0 : value;
    case 'boolean':
      if (typeof value !== 'boolean') throw unusual;
      return value;
    case 'blob':
      if (!(value instanceof Uint8Array)) throw unusual;
      return new Uint8Array(value);
    case 'timestamp':
      if (!(value instanceof Date)) throw unusual;
      return carriedDate(value, shape.format ?? format);
    default:
      throw unusual;
  }
}

const lastMs = Date.UTC(9999, 11, 31);

/** The date of HTTP has whole seconds; the others have milliseconds. */
function carriedDate(date: Date, format: TimestampFormat): Date {
  const atMs = date.getTime();
  if (!(atMs >= 0 && atMs <= lastMs)) throw unusual;
  return new Date(format === 'http-date' ? Math.floor(atMs / 1000) * 1000 : atMs);
}

/** Whether every wire gives a text back as it was: XML has no control characters, and clients drop blank elements. */
function isCarried(text: string): boolean {
  if (text !== '' && text.trim() === '') return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is they that are looked for
  return text.isWellFormed() && !/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]/.test(text);
}

function isEmpty(values: Values): boolean {
  for (const _ in values) return false;
  return true;
}

function isPlain(value: unknown): value is Values {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
