import { NotSimulated } from '../errors.ts';

/** The values of one context key of a request, by its name in any case; `undefined` where the request has no such key. */
export type Context = (key: string) => readonly string[] | undefined;

/** A pattern of a policy, taken apart: text that must be there as it is, and wildcards. */
type Part = { readonly text: string } | { readonly wildcard: '*' | '?' };

const variable = /\$\{([^}]*)\}/g;
const named = /^\s*([A-Za-z0-9-]+:[^\s,']+)\s*(?:,\s*'([^']*)'\s*)?$/;

/**
 * A pattern with its policy variables filled in from a request. What a variable stands for is text: an asterisk in it is an
 * asterisk. `${*}`, `${?}` and `${$}` are the characters themselves (IAM User Guide, Policy elements: variables and tags).
 * Returns `undefined` where a variable has no value, several values, or no default: nothing is equal to that.
 * @throws NotSimulated for what stands in braces and is no variable
 */
export function partsOf(pattern: string, context: Context | undefined): readonly Part[] | undefined {
  if (!context || !pattern.includes('${')) return wildcards(pattern);
  const parts: Part[] = [];
  let end = 0;
  for (const match of pattern.matchAll(variable)) {
    parts.push(...wildcards(pattern.slice(end, match.index)));
    const text = substitute(match[1] ?? '', context);
    if (text === undefined) return undefined;
    parts.push({ text });
    end = match.index + match[0].length;
  }
  return [...parts, ...wildcards(pattern.slice(end))];
}

function substitute(inside: string, context: Context): string | undefined {
  if (inside === '*' || inside === '?' || inside === '$') return inside;
  const [, key, otherwise] = named.exec(inside) ?? [];
  if (key === undefined) throw new NotSimulated(`the policy variable \${${inside}}`);
  const values = context(key) ?? [];
  return values.length === 1 ? values[0] : values.length === 0 ? otherwise : undefined;
}

const takenApart = new Map<string, readonly Part[]>();
const keptMost = 5000;

/** A rehearsal asks about the same few patterns, call by call: each is taken apart once. */
function wildcards(pattern: string): readonly Part[] {
  const known = takenApart.get(pattern);
  if (known) return known;
  const parts = pattern
    .split(/([*?])/)
    .filter((piece) => piece !== '')
    .map((piece): Part => (piece === '*' || piece === '?' ? { wildcard: piece } : { text: piece }));
  if (takenApart.size < keptMost) takenApart.set(pattern, parts);
  return parts;
}

/** The text of a pattern whose wildcards are plain characters. */
export function plainText(parts: readonly Part[]): string {
  return parts.map((part) => ('text' in part ? part.text : part.wildcard)).join('');
}

/** Whether a text is as the pattern says; `*` is any number of characters, `?` exactly one. */
export function matchesAll(parts: readonly Part[], text: string): boolean {
  let regex = wholes.get(parts);
  if (!regex) {
    regex = regexOf(
      parts.map((part) => ('text' in part ? escaped(part.text) : anyCharacters[part.wildcard])),
    );
    wholes.set(parts, regex);
  }
  return regex.test(text);
}

const wholes = new WeakMap<readonly Part[], RegExp>();

const anyCharacters = { '*': '[^]*', '?': '[^]' } as const;

/**
 * Whether a resource is what a `Resource` element names. Wildcards stay within a part between colons, but for `*` at the end
 * of one, which reaches beyond it (IAM User Guide, IAM JSON policy elements: Resource).
 */
export function matchesResource(parts: readonly Part[], resource: string): boolean {
  let regex = resources.get(parts);
  if (!regex) {
    regex = resourceRegex(parts);
    resources.set(parts, regex);
  }
  return regex.test(resource);
}

const resources = new WeakMap<readonly Part[], RegExp>();

function resourceRegex(parts: readonly Part[]): RegExp {
  return regexOf(
    parts.map((part, index) => {
      if ('text' in part) return escaped(part.text);
      if (part.wildcard === '?') return '[^:]';
      const next = parts[index + 1];
      const endsPart = next === undefined || ('text' in next && next.text.startsWith(':'));
      return endsPart ? '[^]*' : '[^:]*';
    }),
  );
}

/**
 * Whether an ARN is like another one. Each of the six parts is matched by itself (IAM User Guide, ARN condition operators).
 * @throws NotSimulated for a pattern that is no ARN
 */
export function matchesArn(parts: readonly Part[], arn: string): boolean {
  const patterns = splitParts(parts);
  if (patterns.length < 6)
    throw new NotSimulated(`the ARN pattern ${plainText(parts)} of fewer than six parts`);
  const pieces = arn.split(':');
  if (pieces.length < 6) return false;
  const resource = pieces.slice(5).join(':');
  const resourcePattern = patterns
    .slice(5)
    .flatMap((piece, index) => (index === 0 ? piece : [{ text: ':' }, ...piece]));
  return (
    patterns.slice(0, 5).every((piece, index) => matchesAll(piece, pieces[index] ?? '')) &&
    matchesAll(resourcePattern, resource)
  );
}

/** A pattern cut at its colons. */
function splitParts(parts: readonly Part[]): readonly (readonly Part[])[] {
  const pieces: Part[][] = [[]];
  for (const part of parts) {
    if ('wildcard' in part) {
      pieces.at(-1)?.push(part);
      continue;
    }
    const [first = '', ...rest] = part.text.split(':');
    pieces.at(-1)?.push({ text: first });
    for (const text of rest) pieces.push([{ text }]);
  }
  return pieces;
}

const compiled = new Map<string, RegExp>();

function regexOf(pieces: readonly string[]): RegExp {
  const source = `^${pieces.join('')}$`;
  const known = compiled.get(source);
  if (known) return known;
  const regex = new RegExp(source);
  if (compiled.size < keptMost) compiled.set(source, regex);
  return regex;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
