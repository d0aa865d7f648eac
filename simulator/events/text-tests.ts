import { NotSimulated } from '../errors.ts';
import type { Json } from '../json.ts';
import { PatternFault } from './pattern-fault.ts';
import { Members, type Part } from './pattern-text.ts';

/** Judges one value of an event, which is never an object or an array. */
export type Test = (value: Json) => boolean;

/** A test that no value but a text passes. */
export function onText(test: (text: string) => boolean): Test {
  return (value) => typeof value === 'string' && test(value);
}

/**
 * `prefix` or `suffix` of a text, or of an object that asks for it in any case.
 * @throws PatternFault
 */
export function parseAffix(operator: 'prefix' | 'suffix', argument: Part): Test {
  if (argument instanceof Members) return parseAffixIgnoringCase(operator, argument);
  if (typeof argument !== 'string') throw new PatternFault(`${operator} match pattern must be a string`);
  return affix(operator, argument);
}

/** A test for how a text begins or ends. EventBridge compares with quotation marks around it, so `a"` begins `a`. */
export function affix(operator: 'prefix' | 'suffix', sought: string): Test {
  return onText((value) =>
    operator === 'prefix' ? `"${value}"`.startsWith(`"${sought}`) : `"${value}"`.endsWith(`${sought}"`),
  );
}

function parseAffixIgnoringCase(operator: 'prefix' | 'suffix', { entries }: Members): Test {
  const [entry] = entries;
  if (!entry) {
    throw new PatternFault(`${operator === 'prefix' ? 'Prefix' : 'Suffix'} expression name not found`);
  }
  const [name, text] = entry;
  if (name !== 'equals-ignore-case') throw new PatternFault(`Unsupported ${operator} pattern: ${name}`);
  if (typeof text !== 'string') throw new PatternFault('equals-ignore-case match pattern must be a string');
  if (entries.length > 1) throw new PatternFault('Only one key allowed in match expression');
  const source = inAnyCase(text);
  const pattern = new RegExp(operator === 'prefix' ? `^"${source}` : `${source}"$`);
  return onText((value) => pattern.test(`"${value}"`));
}

/** A test for a text in any case. */
export function equalsIgnoringCase(text: string): Test {
  const pattern = new RegExp(`^${inAnyCase(text)}$`);
  return onText((value) => pattern.test(value));
}

/**
 * Each character as it is in lower case or in upper case: what folds to the same but is neither, such as the sign of
 * the kelvin for `k`, does not match (AWS event-ruler, `EqualsIgnoreCaseParser`).
 */
function inAnyCase(text: string): string {
  return [...text]
    .map((character) => {
      // The engine reads a text in halves of such characters, and finds a question mark for each half.
      if (character.length > 1) throw new NotSimulated(`an event pattern with ${character} in any case`);
      const both = new Set([character.toLowerCase(), character.toUpperCase()]);
      return both.size === 1 ? escaped([...both][0]!) : `(?:${[...both].map(escaped).join('|')})`;
    })
    .join('');
}

/**
 * `*` stands for any characters; a backslash keeps an asterisk or a backslash as it is. Refusals tell a place as
 * EventBridge counts it: in UTF-8, from the quotation mark on.
 * @throws PatternFault
 */
export function parseWildcard(argument: string): Test {
  const placeOf = (at: number) => 1 + Buffer.byteLength(argument.slice(0, at));
  let source = '';
  for (let at = 0; at < argument.length; at++) {
    const character = argument[at]!;
    if (character === '\\') {
      const kept = argument[at + 1];
      if (kept !== '*' && kept !== '\\') {
        throw new PatternFault(`Invalid escape character at pos ${placeOf(at)}`);
      }
      source += escaped(kept);
      at++;
    } else if (character === '*') {
      if (argument[at + 1] === '*') {
        throw new PatternFault(`Consecutive wildcard characters at pos ${placeOf(at)}`);
      }
      source += '[\\s\\S]*';
    } else {
      source += escaped(character);
    }
  }
  const pattern = new RegExp(`^${source}$`);
  return onText((text) => pattern.test(text));
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*|?+()[\]{}/]/g, '\\$&');
}
