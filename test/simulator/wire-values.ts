/**
 * Values for any schema of an SDK client, with the edges where wire protocols break, and what a wire lets through of
 * them. Written against the SDK's schemas, not against the simulator's reading of them.
 */
import type { NormalizedSchema } from '@smithy/core/schema';

export type Schema = NormalizedSchema;
export type Values = Record<string, unknown>;

/** Where a text travels: each place has characters of its own that it cannot carry. */
type Place = 'body' | 'label' | 'path' | 'header' | 'query';

const texts: Readonly<Record<Place, readonly string[]>> = {
  body: [
    '',
    'plain',
    `<&>"' ]]>`,
    'é漢字😀',
    ' spaces ',
    'two\nlines\r\nand a\ttab',
    'a+b=c&d%20.1',
    '0',
    '007',
    'null',
    'true',
  ],
  label: ['plain', 'a b', 'é漢字😀', 'a+b=c&d%20', 'a/b', 'a.b', '$(x)'],
  path: ['plain', 'a/b c/é😀', 'trailing/', 'a//b', 'a+b=c&d%20?e#f', "'(x)!*"],
  header: ['plain', 'a, b', 'say "so"', 'a;b=c'],
  query: ['', 'plain', 'a b', 'é漢字😀', 'a+b=c&d%20'],
};
const numbers = [0, 1, -7, 3.25, 2147483647, 9007199254740991];
const instants = [0, 1_001, 1_893_553_445_000, 1_893_553_445_120, 951_782_400_999];
const bytes = [[0], [0, 255, 128, 10, 13], [...new TextEncoder().encode('<é&>')]];

export type Fullness = 'full' | 'some' | 'required';

/** Draws values; the same seed draws the same ones. */
export class ValueSource {
  #state: number;
  readonly #fullness: Fullness;

  constructor(seed: string, fullness: Fullness) {
    this.#state = [...seed].reduce(
      (hash, character) => Math.imul(hash ^ character.codePointAt(0)!, 16777619),
      2166136261,
    );
    this.#fullness = fullness;
  }

  structure(schema: Schema, depth = 0): Values {
    const members = [...schema.structIterator()];
    if (schema.isUnionSchema()) return this.#union(members, depth);
    const requiredCount = Number((schema.getSchema() as unknown as readonly unknown[])[6] ?? 0);
    const values: Values = {};
    for (const [index, [name, member]] of members.entries()) {
      // A client makes up tokens that are missing.
      const isNeeded =
        index < requiredCount || member.isIdempotencyToken() || Boolean(member.getMergedTraits().httpLabel);
      if (!isNeeded && !this.#wants(depth)) continue;
      const value = this.value(member, depth + 1);
      if (value !== undefined) values[name] = value;
    }
    return values;
  }

  /** A value, or `undefined` where a recursive model has to end. */
  value(schema: Schema, depth: number): unknown {
    if (schema.isStructSchema()) return depth > 5 ? undefined : this.structure(schema, depth);
    if (schema.isListSchema()) return this.#list(schema, depth);
    if (schema.isMapSchema()) return this.#map(schema, depth);
    if (schema.isBlobSchema()) return new Uint8Array(this.#pick(bytes));
    if (schema.isTimestampSchema()) return this.#date(schema);
    if (schema.isBooleanSchema()) return this.#below(2) === 1;
    if (schema.isNumericSchema()) return this.#pick(numbers);
    if (schema.isStringSchema()) return this.#pick(texts[placeOf(schema)]);
    throw new Error(`no values for the schema of ${schema.getName(true)}`);
  }

  #union(members: readonly (readonly [string, Schema])[], depth: number): Values {
    const [name, member] = this.#pick(members);
    const value = this.value(member, depth + 1);
    return value === undefined
      ? { [members[0]![0]]: this.value(members[0]![1], depth + 1) }
      : { [name]: value };
  }

  /** Items that hold nothing are left out: a form has no way to say that they are there. */
  #list(schema: Schema, depth: number): unknown[] {
    const item = schema.getValueSchema();
    const place = placeOf(schema);
    const draw = () => (place === 'body' ? this.value(item, depth + 1) : this.#pick(texts[place]));
    const items = Array.from({ length: this.#below(4) }, draw);
    return items.filter((value) => value !== undefined && !isHollow(value));
  }

  #map(schema: Schema, depth: number): Values {
    const place = placeOf(schema);
    const keys = place === 'header' ? ['a', 'b-c'] : ['key', '<&> é', 'a.b'];
    const entries: [string, unknown][] = [];
    for (const key of keys.slice(0, this.#below(keys.length + 1))) {
      const value =
        place === 'header' ? this.#pick(texts.header) : this.value(schema.getValueSchema(), depth + 1);
      if (value !== undefined && !isHollow(value)) entries.push([key, value]);
    }
    return Object.fromEntries(entries);
  }

  /** HTTP's own format of dates has whole seconds. */
  #date(schema: Schema): Date {
    const isHttpDate = Number(schema.getSchema()) === 6 || placeOf(schema) === 'header';
    const instant = this.#pick(instants);
    return new Date(isHttpDate ? Math.floor(instant / 1000) * 1000 : instant);
  }

  #wants(depth: number): boolean {
    if (this.#fullness === 'full') return depth < 3 || this.#below(3) === 0;
    return this.#fullness === 'some' && this.#below(3) === 0;
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)]!;
  }

  /** Mulberry32. */
  #below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }
}

function placeOf(schema: Schema): Place {
  const traits = schema.getMergedTraits();
  if (traits.httpLabel) return schema.getMemberName() === 'Key' ? 'path' : 'label';
  if (traits.httpHeader || typeof traits.httpPrefixHeaders === 'string') return 'header';
  return traits.httpQuery ? 'query' : 'body';
}

function isHollow(value: unknown): boolean {
  if (value instanceof Date || value instanceof Uint8Array) return false;
  return typeof value === 'object' && value !== null && Object.values(value).every(isHollow);
}

/** Which empty things a wire cannot tell from absent ones. */
export interface Losses {
  readonly emptyLists: boolean;
  readonly emptyMaps: boolean;
  readonly emptyStructures: boolean;
}

/** The value without what is lost: also flattened lists and maps, header and query lists, when they are empty. */
export function visible(schema: Schema, value: unknown, losses: Losses): unknown {
  if (value === undefined || value === null) return undefined;
  const { xmlFlattened, httpHeader, httpQuery, httpPrefixHeaders } = schema.getMergedTraits();
  const isUnwrapped = Boolean(
    xmlFlattened || httpHeader || httpQuery || typeof httpPrefixHeaders === 'string',
  );
  if (schema.isStructSchema()) {
    const members = [...schema.structIterator()].flatMap(([name, member]) => {
      const content = visible(member, (value as Values)[name], losses);
      return content === undefined ? [] : [[name, content] as const];
    });
    return members.length === 0 && losses.emptyStructures ? undefined : Object.fromEntries(members);
  }
  if (schema.isListSchema()) {
    const items = (value as unknown[]).map((item) => visible(schema.getValueSchema(), item, losses));
    return items.length === 0 && (losses.emptyLists || isUnwrapped) ? undefined : items;
  }
  if (schema.isMapSchema()) {
    const entries = Object.entries(value).map(([key, item]) => [
      key,
      visible(schema.getValueSchema(), item, losses),
    ]);
    return entries.length === 0 && (losses.emptyMaps || isUnwrapped)
      ? undefined
      : Object.fromEntries(entries);
  }
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  return value;
}
