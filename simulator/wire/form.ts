/**
 * Form bodies of the query protocols: `Filter.1.Value.2=web` is a path of names and positions.
 * Sources: Smithy 2.0, "AWS EC2 query protocol" and "AWS query protocol".
 */
import { Malformed, scalarOf } from './scalars.ts';
import type { Member, Shape, Structure } from './schema.ts';

/** How a query protocol spells what it sends. */
export interface FormDialect {
  /** The key of a structure's member. */
  keyOf(member: Member): string;
  /** Whether every list leaves its wrapper out, not only those that the model marks. */
  readonly flattensLists: boolean;
  /** Whether a parameter that the model lacks is refused. */
  readonly refusesUnknown: boolean;
  /** The members of each structure by their keys, filled as structures are met. */
  readonly keys: WeakMap<Structure, ReadonlyMap<string, Member>>;
}

/** A parameter that the operation does not have. */
export class UnknownParameter extends Error {
  override readonly name = 'UnknownParameter';
}

/** EC2 capitalizes names and flattens every list. An unknown parameter is an error there. */
export const ec2Dialect: FormDialect = {
  keyOf(member) {
    if (member.ec2QueryName !== undefined) return member.ec2QueryName;
    const key = member.xmlName ?? member.name;
    return key.charAt(0).toUpperCase() + key.slice(1);
  },
  flattensLists: true,
  refusesUnknown: true,
  keys: new WeakMap(),
};

export const queryDialect: FormDialect = {
  keyOf: (member) => member.xmlName ?? member.name,
  flattensLists: false,
  refusesUnknown: false,
  keys: new WeakMap(),
};

/** One step of the paths: the value that ends there, and the steps that go on from there. */
export interface FormNode {
  text: string | undefined;
  readonly children: Map<string, FormNode>;
}

/** Joins the parameters of a form into a tree. */
export function parseForm(text: string): FormNode {
  const root: FormNode = { text: undefined, children: new Map() };
  for (const [path, value] of new URLSearchParams(text)) {
    let node = root;
    for (const step of path.split('.')) {
      let child = node.children.get(step);
      if (!child) {
        child = { text: undefined, children: new Map() };
        node.children.set(step, child);
      }
      node = child;
    }
    node.text = value;
  }
  return root;
}

/**
 * The structure that a tree of parameters holds.
 * @throws Malformed where a parameter is not what the model wants; UnknownParameter.
 */
export function readForm(
  structure: Structure,
  node: FormNode,
  dialect: FormDialect,
): Record<string, unknown> {
  const members = membersByKey(structure, dialect);
  const value: Record<string, unknown> = {};
  for (const [key, child] of node.children) {
    const member = members.get(key);
    if (member) value[member.name] = readNode(member, member.shape, child, dialect);
    else if (dialect.refusesUnknown) throw new UnknownParameter(key);
  }
  return value;
}

function readNode(member: Member, shape: Shape, node: FormNode, dialect: FormDialect): unknown {
  switch (shape.kind) {
    case 'structure':
      return readForm(shape, node, dialect);
    case 'list': {
      const isFlat = dialect.flattensLists || member.isFlattened;
      const items = isFlat ? node : node.children.get(shape.item.xmlName ?? 'member');
      return inOrder(items).map((item) => readNode(shape.item, shape.item.shape, item, dialect));
    }
    case 'map': {
      const entries = inOrder(member.isFlattened ? node : node.children.get('entry'));
      return Object.fromEntries(entries.map((entry) => readEntry(shape.key, shape.value, entry, dialect)));
    }
    default:
      if (node.text === undefined) throw new Malformed(`${member.name} is not a value`);
      return scalarOf(shape, node.text, 'date-time');
  }
}

function readEntry(key: Member, value: Member, entry: FormNode, dialect: FormDialect): [string, unknown] {
  const name = entry.children.get(key.xmlName ?? 'key')?.text;
  const node = entry.children.get(value.xmlName ?? 'value');
  if (name === undefined || !node) throw new Malformed('an entry of a map has no key or no value');
  return [name, readNode(value, value.shape, node, dialect)];
}

/** Items by their position; an empty list is sent as a parameter without positions. */
function inOrder(node: FormNode | undefined): FormNode[] {
  const items = [...(node?.children ?? [])].map(([step, item]) => ({ position: Number(step), step, item }));
  for (const { position, step } of items) {
    if (!Number.isInteger(position)) throw new Malformed(`'${step}' is not a position in a list`);
  }
  return items.sort((a, b) => a.position - b.position).map(({ item }) => item);
}

function membersByKey(structure: Structure, dialect: FormDialect): ReadonlyMap<string, Member> {
  let members = dialect.keys.get(structure);
  if (!members) {
    members = new Map([...structure.members.values()].map((member) => [dialect.keyOf(member), member]));
    dialect.keys.set(structure, members);
  }
  return members;
}
