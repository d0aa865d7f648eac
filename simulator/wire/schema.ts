/**
 * The Smithy schemas that SDK clients export, compiled once into plain shapes that the codecs of this room walk.
 *
 * Members compile their shape on first use, so recursive models end and the 800 operations of EC2 cost nothing until
 * one of them is called.
 */
import { NormalizedSchema } from '@smithy/core/schema';

/** A reference to a schema, as a client's exported operation holds it. */
export type SchemaRef = Parameters<typeof NormalizedSchema.of>[0];

export interface Structure {
  readonly kind: 'structure';
  readonly name: string;
  /** The name of its root element, where the model gives one. */
  readonly xmlName: string | undefined;
  /** A union: exactly one member is set. */
  readonly isUnion: boolean;
  readonly members: ReadonlyMap<string, Member>;
  /** Names of the members that clients make up where nobody gives them. */
  readonly tokens: readonly string[];
}

export interface List {
  readonly kind: 'list';
  readonly item: Member;
}

/** Keys are strings in every AWS model. */
export interface Dictionary {
  readonly kind: 'map';
  readonly key: Member;
  readonly value: Member;
}

export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds';

export type Scalar =
  | { readonly kind: 'string' | 'number' | 'boolean' | 'blob' }
  /** Without a format of its own it takes the default of the place where it stands. */
  | { readonly kind: 'timestamp'; readonly format: TimestampFormat | undefined };

export type Shape = Structure | List | Dictionary | Scalar;

/** Where a member travels in a REST protocol; RPC protocols put everything into the body. */
export type Binding =
  | { readonly at: 'body' | 'label' | 'payload' }
  | { readonly at: 'query' | 'header' | 'prefixHeaders'; readonly name: string };

type SmithyTraits = ReturnType<NormalizedSchema['getMergedTraits']>;

/** A member of a structure, the item of a list, or the key or value of a map. */
export class Member {
  readonly name: string;
  /** S3 tells operations of one path apart by the parameters that they require. */
  readonly isRequired: boolean;
  readonly binding: Binding;
  readonly xmlName: string | undefined;
  readonly ec2QueryName: string | undefined;
  readonly isFlattened: boolean;
  readonly isXmlAttribute: boolean;
  /** Prefix and address of the namespace that the element declares. */
  readonly xmlNamespace: readonly [prefix: string, address: string] | undefined;
  readonly isStreaming: boolean;
  /** Whether a client makes up a value for it that nobody gave: its idempotency token. */
  readonly isToken: boolean;
  readonly #schema: NormalizedSchema;
  #shape: Shape | undefined;

  constructor(name: string, schema: NormalizedSchema, isRequired: boolean) {
    const merged = schema.getMergedTraits();
    const own = schema.getMemberTraits();
    this.name = name;
    this.isRequired = isRequired;
    this.binding = bindingOf(merged);
    this.xmlName = own.xmlName as string | undefined;
    this.ec2QueryName = own['ec2QueryName'] as string | undefined;
    this.isFlattened = Boolean(merged.xmlFlattened);
    this.isXmlAttribute = Boolean(merged.xmlAttribute);
    this.xmlNamespace = merged.xmlNamespace as readonly [string, string] | undefined;
    this.isStreaming = schema.isStreaming();
    this.isToken = schema.isIdempotencyToken();
    this.#schema = schema;
  }

  get shape(): Shape {
    this.#shape ??= compile(this.#schema);
    return this.#shape;
  }
}

const structures = new WeakMap<object, Structure>();
const nothing: Structure = {
  kind: 'structure',
  name: 'Unit',
  xmlName: undefined,
  isUnion: false,
  members: new Map(),
  tokens: [],
};

/** The structure that a schema describes; Smithy's unit is a structure without members. */
export function structureOf(reference: SchemaRef): Structure {
  const schema = NormalizedSchema.of(reference);
  return schema.isUnitSchema() ? nothing : compileStructure(schema);
}

/** Whether an operation has no output at all, which protocols tell from an empty one. */
export function isUnit(structure: Structure): boolean {
  return structure === nothing;
}

/** The traits of a whole shape, such as an error's `awsQueryError`. */
export function traitsOf(reference: SchemaRef): SmithyTraits {
  return NormalizedSchema.of(reference).getMergedTraits();
}

function compile(schema: NormalizedSchema): Shape {
  if (schema.isStructSchema()) return compileStructure(schema);
  if (schema.isListSchema())
    return { kind: 'list', item: new Member('member', schema.getValueSchema(), false) };
  if (schema.isMapSchema()) {
    const key = new Member('key', schema.getKeySchema(), false);
    return { kind: 'map', key, value: new Member('value', schema.getValueSchema(), false) };
  }
  if (schema.isStringSchema()) return { kind: 'string' };
  if (schema.isNumericSchema()) return { kind: 'number' };
  if (schema.isBooleanSchema()) return { kind: 'boolean' };
  if (schema.isBlobSchema()) return { kind: 'blob' };
  if (schema.isTimestampSchema()) return { kind: 'timestamp', format: timestampFormat(schema) };
  throw new Error(`the wire does not know the schema of ${schema.getName(true)}`);
}

function compileStructure(schema: NormalizedSchema): Structure {
  const source = schema.getSchema() as unknown as StaticStructure;
  const known = structures.get(source);
  if (known) return known;
  const requiredCount = source[6] ?? 0;
  const members = new Map<string, Member>();
  for (const [name, member] of schema.structIterator()) {
    members.set(name, new Member(name, member, members.size < requiredCount));
  }
  const structure: Structure = {
    kind: 'structure',
    name: schema.getName() ?? '',
    xmlName: schema.getOwnTraits().xmlName,
    isUnion: schema.isUnionSchema(),
    members,
    tokens: [...members.values()].filter(({ isToken }) => isToken).map(({ name }) => name),
  };
  structures.set(source, structure);
  return structure;
}

/** Kind, namespace, name, traits, member names, member schemas, and how many of the first members are required. */
type StaticStructure = readonly [
  number,
  string,
  string,
  unknown,
  readonly string[],
  readonly unknown[],
  number?,
];

/** Smithy's numbers for timestamps: 4 has no format of its own. */
function timestampFormat(schema: NormalizedSchema): TimestampFormat | undefined {
  const formats: Readonly<Record<number, TimestampFormat>> = {
    5: 'date-time',
    6: 'http-date',
    7: 'epoch-seconds',
  };
  return formats[Number(schema.getSchema())];
}

function bindingOf(traits: SmithyTraits): Binding {
  if (traits.httpPayload) return { at: 'payload' };
  if (traits.httpLabel) return { at: 'label' };
  if (traits.httpHeader) return { at: 'header', name: traits.httpHeader.toLowerCase() };
  if (typeof traits.httpPrefixHeaders === 'string') {
    return { at: 'prefixHeaders', name: traits.httpPrefixHeaders.toLowerCase() };
  }
  if (traits.httpQuery) return { at: 'query', name: traits.httpQuery };
  if (traits.httpQueryParams || traits.httpResponseCode)
    throw new Error('the wire does not know this binding');
  return { at: 'body' };
}
