import { isObject, type Json, type JsonObject } from '../json.ts';
import type { NumberOrPath, Template, TextOrPath } from './definition.ts';
import { type Expression, parseExpression } from './intrinsic-syntax.ts';
import { objectionToCall } from './intrinsics.ts';
import { isReferencePath, type Path } from './path.ts';
import { parsePath } from './path-syntax.ts';
import { SyntaxFault } from './reader.ts';

/** Collects what is wrong with a definition, each with the place where it is. */
export class Faults {
  readonly messages: string[] = [];

  /** `code` is one of Step Functions' own diagnostics, e.g. `SCHEMA_VALIDATION_FAILED`. */
  add(code: string, what: string, at: string): void {
    this.messages.push(`${code}: ${what} at ${at}`);
  }
}

/** The whole numbers that a field takes. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/**
 * Reads the members of one object of a definition. Whatever is not read is unknown, and `end` reports it: a member that
 * the interpreter would pass over silently must not pass.
 */
export class Fields {
  readonly raw: JsonObject;
  readonly at: string;
  readonly faults: Faults;
  readonly #read = new Set<string>(['Comment']);

  constructor(raw: JsonObject, at: string, faults: Faults) {
    this.raw = raw;
    this.at = at;
    this.faults = faults;
  }

  has(field: string): boolean {
    return Object.hasOwn(this.raw, field);
  }

  /** Marks a member as known without reading it. */
  value(field: string): Json | undefined {
    this.#read.add(field);
    return this.raw[field];
  }

  fault(what: string, field?: string): undefined {
    this.faults.add('SCHEMA_VALIDATION_FAILED', what, field === undefined ? this.at : this.place(field));
    return undefined;
  }

  place(field: string): string {
    return `${this.at === '/' ? '' : this.at}/${field}`;
  }

  requires(...fields: string[]): void {
    const missing = fields.filter((field) => !this.has(field));
    if (missing.length > 0) this.fault(`These fields are required: [${missing.join(', ')}]`);
  }

  text(field: string): string | undefined {
    const value = this.value(field);
    if (value === undefined || typeof value === 'string') return value;
    return this.fault('Expected value of type String', field);
  }

  flag(field: string): boolean | undefined {
    const value = this.value(field);
    if (value === undefined || typeof value === 'boolean') return value;
    return this.fault('Expected value of type Boolean', field);
  }

  whole(field: string, { least, most }: Bounds): number | undefined {
    const value = this.value(field);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    return this.fault(`Expected a whole number from ${least} to ${most}`, field);
  }

  object(field: string): JsonObject | undefined {
    const value = this.value(field);
    if (value === undefined || isObject(value)) return value;
    return this.fault('Expected value of type Object', field);
  }

  /** The fields of a member that is an object. */
  within(field: string, raw: JsonObject): Fields {
    return new Fields(raw, this.place(field), this.faults);
  }

  /** The objects of a list, each with its fields. */
  objects(field: string): readonly Fields[] {
    const value = this.value(field);
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.fault('Expected value of type Array', field);
      return [];
    }
    return value.flatMap((item: Json, index) => {
      const at = `${this.place(field)}[${index}]`;
      if (isObject(item)) return [new Fields(item, at, this.faults)];
      this.faults.add('SCHEMA_VALIDATION_FAILED', 'Expected value of type Object', at);
      return [];
    });
  }

  texts(field: string): readonly string[] {
    const value = this.value(field);
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
      return value as readonly string[];
    this.fault('Expected an array of strings', field);
    return [];
  }

  /** A path: `undefined` if absent or faulty, `null` where the definition says `null`. */
  path(field: string): Path | null | undefined {
    const value = this.value(field);
    if (value === undefined || value === null) return value;
    return this.#path(value, field);
  }

  /** A path that names one place, such as a choice's variable. `$$` only where `allowContext`. */
  referencePath(field: string, allowContext: boolean): Path | undefined {
    const value = this.value(field);
    return value === undefined ? undefined : this.#referencePath(value, field, allowContext);
  }

  resultPath(field = 'ResultPath'): Path | null {
    const value = this.value(field);
    if (value === null) return null;
    return this.#referencePath(value ?? '$', field, false) ?? null;
  }

  /** Either `field` as a number or `fieldPath` as a path. */
  numberOrPath(field: string, bounds: Bounds): NumberOrPath | undefined {
    if (!this.#isSingle(field, `${field}Path`)) return undefined;
    const path = this.referencePath(`${field}Path`, true);
    if (path) return { kind: 'path', path };
    const value = this.whole(field, bounds);
    return value === undefined ? undefined : { kind: 'number', value };
  }

  /** Either `field` as a text or `fieldPath` as a path or function. */
  textOrPath(field: string): TextOrPath | undefined {
    if (!this.#isSingle(field, `${field}Path`)) return undefined;
    const source = this.text(`${field}Path`);
    if (source !== undefined) {
      const expression = this.expression(source, `${field}Path`);
      return expression && { kind: 'expression', field: `${field}Path`, expression };
    }
    const value = this.text(field);
    return value === undefined ? undefined : { kind: 'text', value };
  }

  template(field: string): Template | undefined {
    const value = this.value(field);
    if (value === undefined) return undefined;
    if (!isObject(value)) return this.fault('Expected value of type Object', field);
    return this.#template(value, field);
  }

  expression(text: string, field: string): Expression | undefined {
    try {
      const expression = parseExpression(text);
      const objection = objectionTo(expression);
      return objection === undefined ? expression : this.fault(objection, field);
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      const what = `The value for the field '${field}' must be a valid JSONPath or a valid intrinsic function call`;
      return this.fault(`${what} (${error.message})`, field);
    }
  }

  /** Reports every member that was not read. */
  end(): void {
    for (const field of Object.keys(this.raw)) {
      if (!this.#read.has(field)) this.fault(`Field '${field}' is not supported`, field);
    }
  }

  #isSingle(field: string, other: string): boolean {
    if (!this.has(field) || !this.has(other)) return true;
    this.value(field);
    this.value(other);
    this.fault(`Only one of '${field}' and '${other}' may be given`);
    return false;
  }

  #path(value: Json, field: string): Path | undefined {
    if (typeof value !== 'string') return this.fault('Expected value of type String', field);
    try {
      return parsePath(value);
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      return this.fault(`Value is not a valid JSONPath (${error.message})`, field);
    }
  }

  #referencePath(value: Json, field: string, allowContext: boolean): Path | undefined {
    const path = this.#path(value, field);
    if (!path || (isReferencePath(path) && (allowContext || path.root === 'data'))) return path;
    return this.fault('Value is not a Reference Path', field);
  }

  #template(value: Json, field: string): Template | undefined {
    if (Array.isArray(value)) {
      const items = value.map((item: Json, index) => this.#template(item, `${field}[${index}]`));
      return items.includes(undefined) ? undefined : { kind: 'array', items: items as Template[] };
    }
    if (!isObject(value)) return { kind: 'constant', value };
    const members = Object.entries(value).map(([key, member]): readonly [string, Template | undefined] => {
      if (!key.endsWith('.$')) return [key, this.#template(member, `${field}/${key}`)];
      const name = key.slice(0, -2);
      if (Object.hasOwn(value, name)) this.fault(`'${name}' is given twice`, `${field}/${key}`);
      if (typeof member !== 'string')
        return [name, this.fault('Expected value of type String', `${field}/${key}`)];
      const expression = this.expression(member, `${field}/${key}`);
      return [name, expression && { kind: 'expression', field: key, expression }];
    });
    if (members.some(([, template]) => template === undefined)) return undefined;
    return { kind: 'object', members: members as (readonly [string, Template])[] };
  }
}

function objectionTo(expression: Expression): string | undefined {
  if (expression.kind !== 'call') return undefined;
  const own = objectionToCall(expression.name, expression.args.length);
  if (own !== undefined) return own;
  for (const argument of expression.args) {
    const inner = objectionTo(argument);
    if (inner !== undefined) return inner;
  }
  return undefined;
}
