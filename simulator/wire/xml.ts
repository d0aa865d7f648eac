/** Values as XML, as Smithy 2.0, "XML bindings", defines it; shared by the query protocols and REST. */
import { Malformed, scalarOf, textOfScalar } from './scalars.ts';
import type { Dictionary, List, Member, Shape, Structure } from './schema.ts';
import { escapeXml, type XmlElement } from './xmltext.ts';

type Values = Readonly<Record<string, unknown>>;

/** The elements of those members of a structure that travel in the body. */
export function writeMembers(structure: Structure, value: Values): string {
  let xml = '';
  for (const member of structure.members.values()) {
    const content = value[member.name];
    if (content === undefined || member.binding.at !== 'body' || member.isXmlAttribute) continue;
    xml += writeMember(member, content);
  }
  return xml;
}

/** A structure as an element of the given name. */
export function writeStructure(name: string, structure: Structure, value: Values, namespace: string): string {
  const attributes = writeAttributes(structure, value);
  return `<${name}${namespace}${attributes}>${writeMembers(structure, value)}</${name}>`;
}

/** The declaration of a default namespace. */
export function xmlns(address: string): string {
  return ` xmlns="${escapeXml(address)}"`;
}

function writeMember(member: Member, value: unknown): string {
  const name = member.xmlName ?? member.name;
  const { shape } = member;
  if (member.isFlattened && shape.kind === 'list')
    return writeItems(shape, name, value as readonly unknown[]);
  if (member.isFlattened && shape.kind === 'map') return writeEntries(shape, name, value as Values);
  return writeElement(name, member, shape, value);
}

function writeElement(name: string, member: Member, shape: Shape, value: unknown): string {
  const namespace = writeNamespace(member);
  switch (shape.kind) {
    case 'structure':
      return writeStructure(name, shape, value as Values, namespace);
    case 'list':
      return `<${name}${namespace}>${writeItems(shape, shape.item.xmlName ?? 'member', value as readonly unknown[])}</${name}>`;
    case 'map':
      return `<${name}${namespace}>${writeEntries(shape, 'entry', value as Values)}</${name}>`;
    default:
      return `<${name}${namespace}>${escapeXml(textOfScalar(shape, value, 'date-time'))}</${name}>`;
  }
}

function writeItems(list: List, name: string, items: readonly unknown[]): string {
  let xml = '';
  for (const item of items) xml += writeElement(name, list.item, list.item.shape, item);
  return xml;
}

function writeEntries({ key, value }: Dictionary, name: string, entries: Values): string {
  let xml = '';
  for (const [entryKey, entryValue] of Object.entries(entries)) {
    const keyXml = writeElement(key.xmlName ?? 'key', key, key.shape, entryKey);
    const valueXml = writeElement(value.xmlName ?? 'value', value, value.shape, entryValue);
    xml += `<${name}>${keyXml}${valueXml}</${name}>`;
  }
  return xml;
}

function writeAttributes(structure: Structure, value: Values): string {
  let xml = '';
  for (const member of structure.members.values()) {
    const content = value[member.name];
    if (member.isXmlAttribute && content !== undefined) {
      xml += ` ${member.xmlName ?? member.name}="${escapeXml(String(content))}"`;
    }
  }
  return xml;
}

function writeNamespace(member: Member): string {
  if (!member.xmlNamespace) return '';
  const [prefix, address] = member.xmlNamespace;
  return prefix ? ` xmlns:${prefix}="${escapeXml(address)}"` : xmlns(address);
}

/**
 * The members of a structure that an element holds.
 * @throws Malformed for an element that the model lacks or text that it does not allow.
 */
export function readMembers(structure: Structure, element: XmlElement): Record<string, unknown> {
  const members = membersByElement(structure);
  const value: Record<string, unknown> = {};
  for (const child of element.children) {
    const member = members.get(child.name);
    if (member?.binding.at !== 'body')
      throw new Malformed(`<${element.name}> has no element <${child.name}>`);
    value[member.name] = readMember(member, child, value[member.name]);
  }
  for (const [name, text] of element.attributes) {
    const member = members.get(name);
    if (member?.isXmlAttribute) value[member.name] = text;
  }
  return value;
}

/** A flattened list or map spreads over several elements: `soFar` is what the earlier ones held. */
function readMember(member: Member, element: XmlElement, soFar: unknown): unknown {
  const { shape } = member;
  if (member.isFlattened && shape.kind === 'list') {
    return [...((soFar ?? []) as readonly unknown[]), readElement(shape.item.shape, element)];
  }
  if (member.isFlattened && shape.kind === 'map')
    return { ...(soFar ?? {}), ...readEntries(shape, [element]) };
  return readElement(shape, element);
}

function readElement(shape: Shape, element: XmlElement): unknown {
  switch (shape.kind) {
    case 'structure':
      return readMembers(shape, element);
    case 'list': {
      const name = shape.item.xmlName ?? 'member';
      return element.children.map((item) => {
        if (item.name !== name) throw new Malformed(`<${element.name}> has no element <${item.name}>`);
        return readElement(shape.item.shape, item);
      });
    }
    case 'map':
      return readEntries(shape, element.children);
    default:
      return scalarOf(shape, shape.kind === 'string' ? element.text : element.text.trim(), 'date-time');
  }
}

function readEntries({ key, value }: Dictionary, entries: readonly XmlElement[]): Record<string, unknown> {
  return Object.fromEntries(
    entries.map((entry) => {
      const name = entry.children.find((child) => child.name === (key.xmlName ?? 'key'));
      const content = entry.children.find((child) => child.name === (value.xmlName ?? 'value'));
      if (!name || !content) throw new Malformed(`<${entry.name}> has no key or no value`);
      return [name.text, readElement(value.shape, content)];
    }),
  );
}

const elements = new WeakMap<Structure, ReadonlyMap<string, Member>>();

function membersByElement(structure: Structure): ReadonlyMap<string, Member> {
  let members = elements.get(structure);
  if (!members) {
    members = new Map(
      [...structure.members.values()].map((member) => [member.xmlName ?? member.name, member]),
    );
    elements.set(structure, members);
  }
  return members;
}
