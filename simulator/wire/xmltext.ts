/** XML as text: a reader for the documents that clients send, and the escapes for those that services answer with. */

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  /** The text directly in it. */
  text: string;
}

/** A document that is not well-formed. */
export class XmlSyntaxError extends Error {
  override readonly name = 'XmlSyntaxError';
}

const instruction = String.raw`<\?[^]*?\?>`;
const comment = '<!--[^]*?-->';
const characters = String.raw`<!\[CDATA\[(?<cdata>[^]*?)\]\]>`;
const closing = String.raw`<\/(?<closed>[^\s<>/]+)\s*>`;
const attribute = String.raw`\s+[^\s<>=/]+\s*=\s*(?:"[^"<]*"|'[^'<]*')`;
const opening = String.raw`<(?<opened>[^\s<>/!?]+)(?<attributes>(?:${attribute})*)\s*(?<empty>\/?)>`;
const token = new RegExp(
  [instruction, comment, characters, closing, opening, '(?<text>[^<]+)'].join('|'),
  'y',
);

/**
 * The root element of a document. Document type definitions are refused, as AWS does.
 * @throws XmlSyntaxError
 */
export function parseXml(document: string): XmlElement {
  const source = document.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const top: XmlElement = { name: '', attributes: new Map(), children: [], text: '' };
  const open = [top];
  token.lastIndex = 0;
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const found = token.exec(source)?.groups;
    if (!found) throw new XmlSyntaxError(`unexpected '${source.slice(at, at + 20)}'`);
    place(found, open);
  }
  const [root] = top.children;
  if (open.length > 1 || !root || top.children.length > 1 || top.text.trim() !== '') {
    throw new XmlSyntaxError('the document is not one element');
  }
  return root;
}

function place(found: Readonly<Record<string, string | undefined>>, open: XmlElement[]): void {
  const parent = open.at(-1)!;
  if (found['opened'] !== undefined) {
    const attributes = parseAttributes(found['attributes'] ?? '');
    const element: XmlElement = { name: found['opened'], attributes, children: [], text: '' };
    parent.children.push(element);
    if (found['empty'] === '') open.push(element);
  } else if (found['closed'] !== undefined) {
    if (found['closed'] !== parent.name)
      throw new XmlSyntaxError(`</${found['closed']}> closes <${parent.name}>`);
    open.pop();
  } else {
    parent.text += found['cdata'] ?? unescapeXml(found['text'] ?? '');
  }
}

function parseAttributes(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name, value] of text.matchAll(/([^\s=]+)\s*=\s*("[^"]*"|'[^']*')/g)) {
    attributes.set(name!, unescapeXml(value!.slice(1, -1)));
  }
  return attributes;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&([^;]*;?)/g, (_, reference: string) => {
    const [, hexadecimal, decimal] = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}));$/i.exec(reference) ?? [];
    const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
    if (code <= 0x10ffff) return String.fromCodePoint(code);
    const character = entities[reference.slice(0, -1)];
    if (character === undefined || !reference.endsWith(';'))
      throw new XmlSyntaxError(`&${reference} is no character`);
    return character;
  });
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
  '\n': '&#10;',
};

/** Text for an element or an attribute. Line ends are escaped since a reader may change them. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"\r\n]/g, (character) => escapes[character]!);
}
