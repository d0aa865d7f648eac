/**
 * Markup that cannot be broken out of: every value put into a `markup` template is escaped unless it is markup itself.
 * A report shows names and messages that came from tags, from AWS and from people.
 */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Markup | readonly Markup[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Writes HTML or SVG; values are escaped for text and for quoted attributes. */
export function markup(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return new Markup(parts.reduce((text, part, index) => text + write(values[index - 1] ?? '') + part));
}

function write(value: Value): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map((each) => each.text).join('');
  // Control characters have no meaning in HTML and some of them end the parsing of a document.
  return String(value).replace(/[&<>"'\p{Cc}]/gu, (character) => entities[character] ?? ' ');
}
